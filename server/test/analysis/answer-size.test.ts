/** What is filled in on the event loop is bounded, however few events there are. */
import { expect, it } from 'vitest';
import { POINTS_MAX } from '../../src/analysis/answer-size.ts';
import { performance } from '../../src/analysis/performance.ts';
import { retention } from '../../src/analysis/retention.ts';
import type { Resolved } from '../../src/analysis/scope.ts';
import { movingMeans } from '../../src/analysis/sums.ts';
import { trend } from '../../src/analysis/trend.ts';
import type { PerformanceNumbers, RetentionCell } from '../../src/model/analysis-query.ts';
import type { QueryControl } from '../../src/model/query.ts';
import type { QuestionOf } from '../../src/questions/kinds.ts';
import type { AnalysisStore } from '../../src/store/analysis-store.ts';

const HOUR = 3_600_000;
const FROM = Date.UTC(2026, 0, 1);
const CONTROL: QueryControl = { maxSeconds: 30, maxBytes: 1e9, maxRows: 1_000_000 };
const CONTEXT = {
  app: 'shop',
  nowMs: FROM,
  calendar: { timeZone: 'UTC', weekStart: 'monday' },
  segmentOf: () => undefined,
} as const;

const resolved = (hours: number): Resolved => ({
  scope: {
    app: 'shop',
    range: { from: FROM, to: FROM + hours * HOUR },
    timeZone: 'UTC',
    filters: [],
    segment: undefined,
    exact: false,
  },
  calendar: CONTEXT.calendar,
  patterns: [],
});

/** A store that finds one event of each of so many groups. */
function storeOf(count: number, padding = '') {
  const keys = Array.from({ length: count }, (_, i) => [`tuser-${i}${padding}`]);
  const asked: number[] = [];
  const numbers: PerformanceNumbers = { count: 1, matched: 0, skipped: 0, p50: 1, p95: 1, p99: 1, max: 1 };
  const store: Pick<AnalysisStore, 'trend' | 'retention' | 'performance'> = {
    async trend(query, { maxRows }) {
      asked.push(maxRows);
      const groups = query.breakdown.length === 0 ? [] : keys;
      const cells = (groups.length === 0 ? [[]] : groups).map((group) => ({
        ...{ series: 0, bucket: query.buckets?.[0], group, value: 1, count: 1, skipped: 0 },
      }));
      return { cells, groups };
    },
    async retention(_query, { maxRows }) {
      asked.push(maxRows);
      return keys.map(([value]): RetentionCell => ({ value: value!, cohort: 0, later: -1, users: 1 }));
    },
    async performance(_query, { maxRows }) {
      asked.push(maxRows);
      const groups = keys.map(([value]) => ({ ...numbers, value: value! }));
      return { whole: numbers, groups, points: groups.map((group) => ({ ...group, bucket: FROM })), exact: true };
    },
  };
  return { store: store as AnalysisStore, asked };
}

const BY_USER: QuestionOf<'trend'> = {
  kind: 'trend',
  breakdown: ['user'],
  limit: 1_000,
  interval: 'hour',
  series: [{}],
};
const refused = (points: string) =>
  expect.objectContaining({ code: 'QUERY_LIMIT_ROWS', detail: expect.stringContaining(`would have ${points} points`) });

it('answers a trend of 100,000 points, and refuses more with what makes them so many', async () => {
  const { store, asked } = storeOf(100);
  const { result } = await trend(store, BY_USER, resolved(1_000), CONTEXT, CONTROL);
  expect(result.series.reduce((sum, { points }) => sum + points!.length, 0)).toBe(POINTS_MAX);
  // What the engine may answer: four rows a point.
  expect(asked).toEqual([400_000]);
  // 101 groups × 1,000 hours.
  const more = storeOf(101);
  await expect(trend(more.store, BY_USER, resolved(1_000), CONTEXT, CONTROL)).rejects.toEqual(refused('101,000'));
  await expect(trend(more.store, BY_USER, resolved(1_000), CONTEXT, CONTROL)).rejects.toThrow(
    '101 groups × 1,000 intervals',
  );
});

it('counts series and the formula too, and then does not ask the store at all', async () => {
  const { store, asked } = storeOf(1);
  const series = Array.from({ length: 10 }, () => ({}));
  const question: QuestionOf<'trend'> = { kind: 'trend', interval: 'hour', series };
  await expect(trend(store, { ...question, formula: 'A / B' }, resolved(9_999), CONTEXT, CONTROL)).rejects.toEqual(
    refused('109,989'),
  );
  expect(asked).toEqual([]);
  const { result } = await trend(store, question, resolved(9_999), CONTEXT, CONTROL);
  expect(result.series).toHaveLength(10);
});

it('keeps a lower limit of rows', async () => {
  const { store, asked } = storeOf(1);
  await trend(store, BY_USER, resolved(1), CONTEXT, { ...CONTROL, maxRows: 1_000 });
  expect(asked).toEqual([1_000]);
});

it('refuses tables of retention for more groups than fit, and answers those that do', async () => {
  const question = { kind: 'retention', interval: 'day', start: {}, breakdown: 'user', limit: 1_000 } as const;
  const days = resolved(366 * 24);
  // A year of days is 366 × 367 / 2 = 67,161 periods: one table.
  await expect(retention(storeOf(1_000).store, question, days, CONTEXT, CONTROL)).rejects.toEqual(
    refused('67,228,161'),
  );
  const { breakdown: _, ...whole } = question;
  const { result } = await retention(storeOf(1).store, whole, days, CONTEXT, CONTROL);
  expect(result.cohorts).toHaveLength(366);
  // 30 days are 465 periods; of 200 groups and all together 93,465.
  const month = await retention(storeOf(200).store, question, resolved(30 * 24), CONTEXT, CONTROL);
  expect(month.result.groups).toHaveLength(200);
});

it('refuses percentiles by the hour of more groups than fit', async () => {
  const question: QuestionOf<'performance'> = {
    ...{ kind: 'performance', interval: 'hour' },
    ...{ property: 'data.ms', by: 'user', limit: 1_000 },
  };
  await expect(performance(storeOf(1_000).store, question, resolved(101), CONTROL)).rejects.toEqual(refused('101,000'));
  const { result } = await performance(storeOf(1_000).store, question, resolved(100), CONTROL);
  expect(result.groups).toHaveLength(1_000);
});

it('values of 250 kB cost no more than short ones: no key is made of them for each point', async () => {
  // 60 groups by the minutes of a day: hashing 250 kB for each of 86,400 points takes longer than this test may.
  const { store } = storeOf(60, 'x'.repeat(250_000));
  const day = resolved(24);
  const { result } = await trend(store, { ...BY_USER, interval: 'minute' }, day, CONTEXT, CONTROL);
  expect(result.series.map(({ points }) => points![0]!.value)).toEqual(Array(60).fill(1));
  const question: QuestionOf<'performance'> = {
    ...{ kind: 'performance', interval: 'minute' },
    ...{ property: 'data.ms', by: 'user', limit: 60 },
  };
  const { result: figures } = await performance(store, question, day, CONTROL);
  // The store of this test finds its events in the first minute.
  expect(figures.groups.map(({ points }) => points!.map(({ count }) => count).slice(0, 2))).toEqual(
    Array(60).fill([1, 0]),
  );
}, 10_000);

it('moving means of any window are those of the values in it', () => {
  let state = 7;
  // A linear congruential generator: the same numbers each time.
  const next = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
  const values = Array.from({ length: 200 }, () => (next() < 0.2 ? null : Math.round(next() * 1e6) / 100));
  for (const window of [1, 2, 3, 7, 199, 200, 366]) {
    const expected = values.map((_, i) => {
      const within = values.slice(Math.max(0, i - window + 1), i + 1).filter((value) => value !== null);
      // In cents, which add up without error.
      const cents = within.reduce((sum, value) => sum + Math.round(value * 100), 0);
      return within.length === 0 ? null : cents / 100 / within.length;
    });
    movingMeans(values, window).forEach((mean, i) => {
      if (expected[i] === null) expect(mean).toBeNull();
      else expect(mean).toBeCloseTo(expected[i]!, 9);
    });
  }
});

it('a moving mean forgets what has left the window, however large it was', () => {
  expect(movingMeans([1e17, 0.1, 0.1, 0.1], 3).at(-1)).toBe(0.1);
});
