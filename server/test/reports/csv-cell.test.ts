import { describe, expect, it } from 'vitest';
import { csvCell, restoredCell } from '../../src/model/csv-cell.ts';

/** What a reader of CSV (RFC 4180) has of one cell. */
const read = (cell: string): string => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);

describe('a safe cell', () => {
  it.each([
    ['=1+1', `'=1+1`],
    ['+41 79', `'+41 79`],
    ['-1+1', `'-1+1`],
    ['@SUM(A1)', `'@SUM(A1)`],
    ['\t=1', `'\t'=1`],
    ['\r=1', `'\r'=1`],
    ['\n=1+1', `'\n'=1+1`],
    [' =1+1', `' =1+1`],
    ['\u00a0=1', `'\u00a0=1`],
    ['\0=1', `'\0=1`],
    ['\u200b=1', `'\u200b=1`],
    ['\ufeff\u2060=1', `'\ufeff\u2060=1`],
    ['\u3164=1', `'\u3164=1`],
    ['\u{e0020}=1', `'\u{e0020}=1`],
    ['a;\u200b=1', `a;'\u200b=1`],
    ['＝1+1', `'＝1+1`],
    ['＋1', `'＋1`],
    ['－1', `'－1`],
    ['＠A1', `'＠A1`],
    // Where a semicolon stands between cells, the second one begins there.
    [';=1+1', `';'=1+1`],
    ['a;=1+1', `a;'=1+1`],
    ['a\n-1', `a\n'-1`],
  ])('of %j is %j', (text, safe) => {
    expect(read(csvCell(text, true))).toBe(safe);
    expect(csvCell(text, true)).toMatch(/^"/);
  });

  it.each(['-10.5', '-3', '-1e+21', '10', 'a=b', 'a - b', '{"a":"=1"}', '', "it's"])('leaves %j as it is', (text) => {
    expect(read(csvCell(text, true))).toBe(text);
  });
});

it('gives back every text, from a safe cell and from a plain one', () => {
  // All texts of up to five of what matters here.
  const alphabet = ["'", '=', '-', ';', '\n', ' ', '\u200b', '1', '"'];
  let texts = [''];
  const wrong: unknown[] = [];
  for (let length = 0; length < 5; length++) {
    texts = texts.flatMap((text) => alphabet.map((letter) => text + letter));
    for (const text of texts)
      for (const safe of [true, false])
        if (restoredCell(read(csvCell(text, safe))) !== text) wrong.push([text, safe, csvCell(text, safe)]);
  }
  expect(wrong).toEqual([]);
});

it('leaves plain cells alone but where an apostrophe stands before what it would guard', () => {
  for (const text of ['=1+1', '-1+1', "it's", "'a", ';=1', "O'=Neil"]) expect(read(csvCell(text, false))).toBe(text);
  expect(csvCell("'=1", false)).toBe(`"''=1"`);
});

it('takes a long run of any letter in no time', () => {
  for (const letter of ["'", ' ', '\0', '\u200b', ';', '\n', "\n'", '; ']) {
    const text = letter.repeat(200_000);
    expect(restoredCell(read(csvCell(text, true)))).toBe(text);
  }
});
