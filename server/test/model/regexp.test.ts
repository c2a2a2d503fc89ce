import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import {
  isMatch,
  lookedAt,
  MATCH_TEXT_MAX,
  PATTERNS_MAX_BYTES,
  PROGRAM_MAX_SIZE,
  patternBytes,
  patternFault,
} from '../../src/model/regexp.ts';
import { patternSizeOf } from '../../src/model/regexp-size.ts';
import { patternBlockRows } from '../../src/store/clickhouse/sql.ts';

describe('a regular expression that callers may use', () => {
  it.each([
    '^/checkout/.*\\.html$',
    '(?i)^(pro|free)$',
    '\\d{1,3}(?:\\.\\d{1,3}){1}',
    '[a-f0-9]{32}',
    '\\p{Lu}\\p{Ll}+',
    '[[:space:]]+$',
    'a{,3}',
    '',
    'a'.repeat(200),
  ])('takes %j', (text) => {
    expect(patternFault(text)).toBeUndefined();
  });

  it.each([
    ['0'.repeat(201), 'at most 200 characters, not 201'],
    ['(?:[a-z0-9]{1,30}){1,30}[QZ]', 'counted repetition inside another'],
    ['(((a|b){1,30}){1,30}c|d)', 'counted repetition inside another'],
    ['(a{2}b)+{3}', 'counted repetition inside another'],
    ['a{3}{4}', 'counted repetition inside another'],
    ['\\d{2}(x(y{2})*){3}', 'counted repetition inside another'],
    ['.*[a-z].{999}[0-9]', 'smaller regular expression'],
    ['0a{1000}a{1000}a{1000}', 'smaller regular expression'],
    ['\\pL{5}', 'smaller regular expression'],
    ['(?i)[a-zé]{200}', 'smaller regular expression'],
    ['a(?=b)', 'a valid RE2 regular expression'],
    ['(a)\\1', 'a valid RE2 regular expression'],
    ['(', 'a valid RE2 regular expression'],
  ])('refuses %j, saying the rule and the fix', (text, rule) => {
    expect(patternFault(text)).toContain(rule);
  });

  it('is never compiled when its program would be large: the size is read off its text', () => {
    // 999 copies of 10 instructions; compiled it took 126 ms for one text of 4,096 characters.
    expect(patternSizeOf('.{999}').size).toBeGreaterThanOrEqual(9_990);
    expect(patternSizeOf('a{1000}').size).toBeGreaterThanOrEqual(1_000);
    expect(patternSizeOf('((a{30})*){30}')).toMatchObject({ hasNest: true });
    expect(patternSizeOf('\\Qa{9}\\E{5}').hasNest).toBe(false);
    expect(patternSizeOf('[{2}]{3}').hasNest).toBe(false);
  });

  it('has a size that no program which is built of it exceeds', () => {
    const piece = fc.constantFrom(
      ...['a', 'é', '.', '[a-z]', '[^x]', '\\d', '\\W', '\\pL', '(', ')', '(?:', '(?i)', '|', '*', '+', '?', '{3}'],
      ...['{2,}', '{1,9}', '{0}', '^', '$', '\\b', '[[:alpha:]_]', '\\x{10FFFF}', '\\Q(+\\E', 'xyz', ']', '}', '{'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        if (patternFault(text) !== undefined) return;
        // Beside the instructions of the text: failure, match, and the two ends of the whole.
        expect(RE2JS.compile(text).programSize()).toBeLessThanOrEqual(patternSizeOf(text).size + 6);
      }),
      { seed: 18, numRuns: 3_000 },
    );
  });
});

describe('matching in memory', () => {
  it('has RE2 defaults: . matches no line feed, unless the expression says so', () => {
    expect(isMatch('a.b', 'a\nb')).toBe(false);
    expect(isMatch('a.b', 'a b')).toBe(true);
    expect(isMatch('(?s)a.b', 'a\nb')).toBe(true);
    expect(isMatch('^b', 'a\nb')).toBe(false);
  });

  it('looks at the first 4,096 characters, and cuts none in two', () => {
    const text = `${'🦊'.repeat(MATCH_TEXT_MAX - 1)}éz`;
    expect(lookedAt(text)).toBe(`${'🦊'.repeat(MATCH_TEXT_MAX - 1)}é`);
    expect(lookedAt('x'.repeat(MATCH_TEXT_MAX))).toHaveLength(MATCH_TEXT_MAX);
    expect(lookedAt(`${'x'.repeat(MATCH_TEXT_MAX)}y`)).toHaveLength(MATCH_TEXT_MAX);
  });

  it('keeps compiled expressions by what they take, not by how many there are', () => {
    const text = 'ab'.repeat(2_048);
    for (let i = 0; i < 200; i++) isMatch(`[ab]*a[ab]{60}${i}`, text);
    expect(patternBytes()).toBeLessThanOrEqual(PATTERNS_MAX_BYTES + 9 * 1024 * 1024);
    expect(patternBytes()).toBeGreaterThan(1024 * 1024);
    expect(isMatch('[ab]*a[ab]{60}0', text)).toBe(false);
  });
});

it('asks the engine for blocks so small that one takes about a second at worst', () => {
  expect(patternBlockRows(10)).toBe(1_024);
  expect(patternBlockRows(PROGRAM_MAX_SIZE)).toBe(50);
  expect(patternBlockRows(5 * PROGRAM_MAX_SIZE)).toBe(32);
});
