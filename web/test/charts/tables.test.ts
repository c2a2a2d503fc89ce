/** Answers as tables. Expectations are read off test/charts/cases.ts by hand. */
import { describe, expect, it } from 'vitest';
import { tablesOf } from '../../src/charts/chart-specs.ts';
import { sortedRows } from '../../src/charts/draw/data-table.ts';
import { numberTiles } from '../../src/charts/number-view.tsx';
import { placesOf } from '../../src/charts/sparkline.tsx';
import { wordsOf } from '../../src/charts/stat-tile.tsx';
import * as cases from './cases.ts';

const now = Date.parse('2026-12-01T00:00:00.000Z');
const valuesOf = (name: string) => {
  const { question, answer } = cases.CASES[name]!;
  return tablesOf({ question, answer, now }).map(({ rows }) => rows.map((row) => row.map(({ value }) => value)));
};

describe('tables', () => {
  it('have a line a bucket after the whole range, and what was before', () => {
    const [day, next, last] = ['2026-11-16', '2026-11-17', '2026-11-18'].map((date) => Date.parse(date));
    expect(valuesOf('trend')).toEqual([
      [
        ['Total', 16, 12],
        [day, 5, 4],
        [next, 9, 4],
        [last, 2, 4],
      ],
    ]);
  });

  it('say of what is yet to come what was before, and no zero', () => {
    const [series] = cases.trend.result.series;
    const points = series!.points!.map((point, i) => (i === 2 ? { ...point, value: 0 } : point));
    const answer = cases.answerTo('trend', { series: [{ ...series!, points }] });
    const [table] = tablesOf({ question: cases.trendQuestion, answer, now: Date.parse('2026-11-17T12:00:00.000Z') });
    expect(table?.rows.map((row) => row.slice(1).map(({ text }) => text))).toEqual([
      ['16', '12'],
      ['5', '4'],
      ['9', '4'],
      ['–', '4'],
    ]);
  });

  it('say of a funnel who reached a step, of how many, and who was lost', () => {
    const minutes = [60_000, 120_000];
    expect(valuesOf('funnel')[0]?.map((row) => row.slice(1))).toEqual([
      [40, 1, null, null, null, null],
      [20, 0.5, 0.5, 20, ...minutes],
      [5, 0.125, 0.25, 15, ...minutes],
    ]);
  });

  it('say of a funnel and of a lifecycle what is not the last word', () => {
    const text = (question: (typeof cases.CASES)[string]['question'], answer: (typeof cases.CASES)[string]['answer']) =>
      tablesOf({ question, answer, now })[0]!.rows.map((row) => row.map((cell) => cell.text));
    expect(text(cases.funnelQuestion, cases.funnelSoFar).map((row) => row[2])).toEqual([
      '100%',
      '50% so far',
      '12.5% so far',
    ]);
    const weeks = { ...cases.lifecycleQuestion, interval: 'week' as const };
    const [whole, cut] = text(weeks, cases.lifecycleCut).map(([first]) => first);
    expect(whole).not.toContain('(');
    expect(cut).toMatch(/ \(partly outside the range\)$/);
  });

  it('say of paths what goes where, the ends too', () => {
    expect(valuesOf('paths')[0]?.map((row) => row.slice(3))).toEqual([
      [5, 0.5],
      [2, 0.2],
      [1, 0.2],
      [3, 0.3],
      [4, 0.8],
      [2, 1],
    ]);
  });

  it('have every kind, with as many cells a line as columns at most', () => {
    for (const [name, { question, answer }] of Object.entries(cases.CASES))
      for (const { rows, columns } of tablesOf({ question, answer, now })) {
        expect(rows.length, name).toBeGreaterThan(0);
        for (const row of rows) expect(row.length, name).toBeLessThanOrEqual(columns.length);
      }
  });

  it('sort by numbers as numbers, those without a value last', () => {
    const rows = [10, null, 9].map((value) => [{ text: String(value), value }]);
    const sorted = (isDescending: boolean) => sortedRows(rows, 0, isDescending).map(([cell]) => cell?.value);
    expect(sorted(false)).toEqual([9, 10, null]);
    expect(sorted(true)).toEqual([10, 9, null]);
  });
});

it('shows of a trend its number, that of before and its line', () => {
  const [tile] = numberTiles(cases.trendQuestion, cases.trend, now);
  expect(tile).toMatchObject({ value: '16', values: [5, 9, 2], change: { now: 16, before: 12 } });
  expect(tile?.change?.text.replaceAll(/\s/g, ' ')).toBe('vs 12 in Nov 13 – 15');
});

it('says changes with their sign and in words', () => {
  // 16 against 12 is a third more.
  expect(wordsOf(16, 12)).toBe('+33%');
  expect(wordsOf(9, 12)).toBe('-25%');
  expect([wordsOf(3, 3), wordsOf(3, 0), wordsOf(null, 3)]).toEqual(['no change', 'new', 'not comparable']);
});

it('breaks a sparkline where nothing was measured, with zero at the bottom', () => {
  // 106 px wide and 26 high with a margin of 3: 100 by 20 to draw in.
  expect(placesOf([0, null, 10], 106, 26)).toEqual([{ x: 3, y: 23 }, undefined, { x: 103, y: 3 }]);
});
