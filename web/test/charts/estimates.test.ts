/** `≈` stands before every estimated number, and before no other. Numbers are written here; formats are en-US. */
import { expect, it } from 'vitest';
import type { Answer, Chart, Kind, QuestionOf } from '../../src/api/wire.ts';
import { chartSpecOf, tablesOf } from '../../src/charts/chart-specs.ts';
import { BODY, LIGHT, REST } from '../../src/charts/draw/colours.ts';
import { sessionFigures } from '../../src/charts/kinds/sessions.ts';
import { numberTiles } from '../../src/charts/number-view.tsx';
import { answerTo } from './cases.ts';

const now = Date.parse('2026-12-01T00:00:00.000Z');
const colours = {
  isDark: false,
  text: '#000000',
  dimmed: '#5c636a',
  body: BODY.light,
  line: '#e6e9ec',
  series: LIGHT,
  rest: REST.light,
};
const DAYS = ['2026-11-17T00:00:00.000Z', '2026-11-18T00:00:00.000Z'] as const;
const BEFORE = ['2026-11-15T00:00:00.000Z', '2026-11-16T00:00:00.000Z'] as const;
const points = (values: readonly number[], starts: readonly string[] = DAYS) =>
  values.map((value, i) => ({ from: starts[i]!, value }));

const series = [
  {
    name: 'visit',
    measure: 'users',
    total: 9_000,
    estimated: true,
    points: points([5_000, 6_000]),
    compare: { from: BEFORE[0], to: DAYS[0], total: 900, points: points([500, 600], BEFORE) },
  },
  {
    name: 'visit',
    measure: 'count',
    total: 20_000,
    points: points([11_000, 9_000]),
    compare: { from: BEFORE[0], to: DAYS[0], total: 2_000, points: points([1_000, 1_000], BEFORE), estimated: true },
  },
] as const;
const question: QuestionOf<'trend'> = {
  kind: 'trend',
  last: '2d',
  interval: 'day',
  series: [{ event: 'visit', measure: 'users' }, { event: 'visit' }],
};
const trend = answerTo('trend', { series: series as never }, { exact: false });
const totals = answerTo(
  'trend',
  { series: series.map(({ points: _, compare: __, ...each }) => each) as never },
  { exact: false },
);

const texts = (asked: typeof question | { kind: Kind }, answer: Answer) =>
  tablesOf({ question: asked as typeof question, answer, now }).map(({ rows }) =>
    rows.map((row) => row.slice(1).map(({ text }) => text.replaceAll('\u00A0', ' '))),
  );
const specOf = (asked: typeof question | { kind: Kind }, answer: Answer, chart: Chart) =>
  chartSpecOf({
    question: asked as typeof question,
    answer,
    chart,
    annotations: [],
    colours,
    width: 800,
    height: 320,
    now,
    hidden: new Set<number>(),
    group: 0,
  })!;
const plain = (value: unknown): string => JSON.stringify(value).replaceAll(/[\u00A0\u2009\u202F]/g, ' ');

it('in tables, where the series or what it is compared with is one', () => {
  expect(texts(question, trend)[0]).toEqual([
    ['≈ 9,000', '900', '20,000', '≈ 2,000'],
    ['≈ 5,000', '500', '11,000', '≈ 1,000'],
    ['≈ 6,000', '600', '9,000', '≈ 1,000'],
  ]);
  expect(texts(question, totals)[0]).toEqual([['≈ 9,000'], ['20,000']]);
});

it('in tiles', () => {
  const tiles = numberTiles(question, trend, now);
  expect(tiles.map(({ value, change }) => plain([value, change?.text]))).toEqual([
    '["≈ 9,000","vs 900 in Nov 15 – 16"]',
    '["20,000","vs ≈ 2,000 in Nov 15 – 16"]',
  ]);
});

it('in what a chart says of a point, of a total and of a share, and in its legend', () => {
  const line = specOf(question, trend, 'line');
  expect(plain(line.tooltip?.({ series: '0', index: 0 })?.rows.map(({ value, dimmed }) => [value, dimmed]))).toBe(
    '[["11,000","Sun, Nov 15, 2026: ≈ 1,000 (+1,000%)"],["≈ 5,000","Sun, Nov 15, 2026: 500 (+900%)"]]',
  );
  expect(plain(line.label)).toContain('visit (users): ≈ 9,000; visit: 20,000');
  const bars = specOf(question, totals, 'bar');
  expect([0, 1].map((index) => plain(bars.tooltip?.({ series: '0', index })?.rows[0]?.value))).toEqual([
    '"≈ 9,000"',
    '"20,000"',
  ]);
  const pie = specOf(question, totals, 'pie');
  // 9,000 and 20,000 of 29,000.
  expect(pie.legend.map(({ label }) => plain(label))).toEqual(['"visit (users) ≈ 31%"', '"visit ≈ 69%"']);
  expect(plain(pie.tooltip?.({ series: '1', index: 0 }))).toContain('"value":"20,000"');
  expect(plain(pie.tooltip?.({ series: '1', index: 0 })?.note)).toBe('"of ≈ 29K shown"');
});

it('before the users of sessions, and before percentiles, alone', () => {
  const figures = {
    sessions: 3_000,
    users: 2_500,
    eventsPerSession: 2,
    bounceRate: 0.5,
    averageMs: 1_000,
    medianMs: 1_000,
    p90Ms: 1_000,
  };
  const sessions = answerTo(
    'sessions',
    { ...figures, points: [{ from: DAYS[0], ...figures }], entry: [], exit: [] },
    { exact: false },
  );
  expect(sessionFigures(sessions).map(({ value }) => value.replaceAll('\u00A0', ' '))).toEqual([
    '3,000',
    '≈ 2,500',
    '2',
    '50%',
    '1 s',
    '1 s',
  ]);
  expect(texts({ kind: 'sessions' }, sessions)[0]![0]!.slice(0, 3)).toEqual(['3,000', '≈ 2,500', '2']);
  const rows = specOf({ kind: 'sessions' }, sessions, 'line').tooltip?.({ series: '0', index: 0 })?.rows;
  expect(plain(rows?.map(({ value }) => value))).toBe('["3,000","≈ 2,500"]');
  const numbers = { count: 30, p50: 1, p95: 2, p99: 3, max: 4 };
  const performance = answerTo('performance', { total: numbers, groups: [] }, { exact: false });
  expect(texts({ kind: 'performance' }, performance)[0]).toEqual([['30', '≈ 1', '≈ 2', '≈ 3', '4']]);
});

it('nowhere in an exact answer', () => {
  const exact = answerTo('trend', {
    series: series.map(({ points: own, name, measure, total }) => ({ name, measure, total, points: own })) as never,
  });
  const all = [
    texts(question, exact),
    numberTiles(question, exact, now),
    specOf(question, exact, 'line').label,
    specOf(question, exact, 'line').tooltip?.({ series: '0', index: 0 }),
    specOf(question, exact, 'pie').legend,
  ];
  expect(JSON.stringify(all)).not.toContain('≈');
});
