import { RE2JS } from 're2js';
import { type Filter, patternsOf, type QueryControl } from './query.ts';
import { patternSizeOf } from './regexp-size.ts';

/**
 * Regular expressions of filters: RE2, with its default that `.` does not match a line feed. They mean the same in memory (live, rejected rows) and
 * in the engine.
 */

export const PATTERN_MAX_LENGTH = 200;
/** In one question, including all its filters and segments. */
export const PATTERNS_MAX = 5;
/** Instructions of one program: its worst-case work for each character of a text. */
export const PROGRAM_MAX_SIZE = 1_000;
/** Number of characters of a text that are examined, here and in the engine: in the worst case, the time grows with text and program. */
export const MATCH_TEXT_MAX = 4_096;

/** Results for expressions, by their text. They are forgotten together. */
const verdicts = new Map<string, string | undefined>();
const VERDICTS_MAX = 1_000;

/** What is wrong with it and how to fix it, in the words after "must be". Undefined if it is valid. Nothing large is ever compiled. */
export function patternFault(text: string): string | undefined {
  if (text.length > PATTERN_MAX_LENGTH)
    return `a regular expression of at most ${PATTERN_MAX_LENGTH} characters, not ${text.length}; for a fixed string, use \`contains\` or \`startsWith\``;
  if (verdicts.has(text)) return verdicts.get(text);
  const verdict = verdictOn(text);
  if (verdicts.size >= VERDICTS_MAX) verdicts.clear();
  verdicts.set(text, verdict);
  return verdict;
}

function verdictOn(text: string): string | undefined {
  const { size, hasNest } = patternSizeOf(text);
  if (hasNest)
    return 'a regular expression without a counted repetition inside another one, such as `(a{2}b){3}`; write one of them out, or use `*` or `+`';
  if (size > PROGRAM_MAX_SIZE)
    return `a smaller regular expression: its repetitions and classes make ${size} steps, and at most ${PROGRAM_MAX_SIZE} are allowed; use lower counts, or \`*\` and \`+\``;
  return compiled(text) === undefined
    ? 'a valid RE2 regular expression, without look-around and back-references'
    : undefined;
}

/** The work for each character, for a valid expression. */
export const programSizeOf = (text: string): number => Math.min(PROGRAM_MAX_SIZE, patternSizeOf(text).size);

/** The limits of a query with these regular expressions: the engine must check its clock often enough. */
export function withPatterns(control: QueryControl, patterns: readonly string[]): QueryControl {
  if (patterns.length === 0) return control;
  return { ...control, patternSize: patterns.reduce((sum, pattern) => sum + programSizeOf(pattern), 0) };
}

export const withPatternsOf = (control: QueryControl, filters: readonly Filter[]): QueryControl =>
  withPatterns(control, patternsOf(filters));

/** The part of a text that is examined: its first MATCH_TEXT_MAX characters, without splitting one. */
export function lookedAt(text: string): string {
  if (text.length <= MATCH_TEXT_MAX) return text;
  let end = 0;
  for (let count = 0; count < MATCH_TEXT_MAX && end < text.length; count++)
    end += text.codePointAt(end)! > 0xffff ? 2 : 1;
  return text.slice(0, end);
}

interface Kept {
  readonly pattern: RE2JS | undefined;
  readonly size: number;
  bytes: number;
}

/** Compiled expressions, most recently used last. */
const kept = new Map<string, Kept>();
let keptBytes = 0;
export const PATTERNS_MAX_BYTES = 64 * 1024 * 1024;
/** Memory of an instruction, and of the automaton that grows while texts are matched (RE2JS keeps 8 MiB of states). */
const INSTRUCTION_BYTES = 300;
const AUTOMATON_MAX_BYTES = 8 * 1024 * 1024;

/** @param text for a valid pattern, shortened by `lookedAt` */
export function isMatch(expression: string, text: string): boolean {
  const entry = keptOf(expression);
  // Each character can add a state that refers to as many instructions as there are.
  const grown = Math.min(AUTOMATON_MAX_BYTES + entry.size * INSTRUCTION_BYTES, entry.bytes + text.length * entry.size);
  keptBytes += grown - entry.bytes;
  entry.bytes = grown;
  return entry.pattern?.test(text) === true;
}

function keptOf(expression: string): Kept {
  const known = kept.get(expression);
  if (known !== undefined) {
    kept.delete(expression);
    kept.set(expression, known);
    return known;
  }
  const size = programSizeOf(expression);
  const entry: Kept = {
    pattern: compiled(expression),
    size,
    bytes: size * INSTRUCTION_BYTES + expression.length * 2,
  };
  kept.set(expression, entry);
  keptBytes += entry.bytes;
  for (const [oldest, { bytes }] of kept) {
    if (keptBytes <= PATTERNS_MAX_BYTES || oldest === expression) break;
    kept.delete(oldest);
    keptBytes -= bytes;
  }
  return entry;
}

/** About how much memory the compiled expressions take. */
export const patternBytes = (): number => keptBytes;

function compiled(text: string): RE2JS | undefined {
  try {
    return RE2JS.compile(text);
  } catch {
    // Its own message would not help the caller.
    return undefined;
  }
}
