import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TrendAnswer, TrendSeries } from '../../src/analysis/trend-answer.ts';
import {
  bucketName,
  distinct,
  type FilterLike,
  groupBy,
  holds,
  isChosen,
  type Known,
  known,
  look,
  sessionsIn,
} from './reference.ts';
import { measured, OF_SESSIONS, type SeriesLike, type Visit } from './trend-reference.ts';
import { aWorld, type Given, SEEDS, someEvents, type World } from './world.ts';

/** Around the change of clocks in New York (8 March) and with Lord Howe's half hour far away from it. */
const FROM = Date.UTC(2026, 1, 27);
const DAYS = 16;

let world: World;
beforeAll(async () => {
  world = await aWorld((app) => (app.startsWith('ny') ? 'America/New_York' : 'UTC'));
});
afterAll(() => world.close());

const orMissing = (value: unknown): unknown => (value === undefined ? 'MISSING' : value);
const near = (found: number | null | undefined, expected: number | null) =>
  expected === null ? expect(found).toBeNull() : expect(found).toBeCloseTo(expected, 6);

describe.each(SEEDS)('a trend (seed %i)', (seed) => {
  const app = seed % 2 ? `ny-${seed}` : `utc-${seed}`;
  const timeZone = seed % 2 ? 'America/New_York' : 'UTC';
  let given: Given[];
  let events: Known[];
  const range = { from: '2026-03-01', to: '2026-03-12' };
  const [start, end] =
    seed % 2 ? [Date.UTC(2026, 2, 1, 5), Date.UTC(2026, 2, 13, 4)] : [Date.UTC(2026, 2, 1), Date.UTC(2026, 2, 13)];
  const rowsFor = ({ measure }: SeriesLike, these: readonly Known[]): readonly Visit[] =>
    !OF_SESSIONS.includes(measure ?? '')
      ? these
      : sessionsIn(these, start, end).flatMap((session, visit) =>
          session.map((event) => ({ ...event, timestamp: session[0]!.timestamp, visit, whole: session })),
        );
  const isInRange = ({ timestamp }: Known, zone = timeZone): boolean => {
    const date = bucketName(timestamp, 'day', zone);
    return date >= range.from && date <= range.to;
  };

  beforeAll(async () => {
    given = someEvents({ seed, count: 700, from: FROM, days: DAYS, view: 'C' });
    await world.post(app, given);
    events = known(given);
  });

  async function compareWithLoops(question: {
    series: readonly SeriesLike[];
    interval?: string;
    filters?: readonly FilterLike[];
    timeZone?: string;
  }) {
    const { result, skipped } = await world.ask<TrendAnswer>(app, { kind: 'trend', ...range, ...question });
    const zone = question.timeZone ?? timeZone;
    const filtered = events.filter((event) => (question.filters ?? []).every((filter) => holds(event, filter)));
    let expectedSkipped = 0;
    question.series.forEach((series, i) => {
      const kept = rowsFor(series, filtered).filter((event) => isInRange(event, zone));
      const chosen = kept.filter((event) => isChosen(event, series));
      const found = result.series[i]!;
      near(found.total, measured(chosen, series));
      if (series.property && series.measure !== 'uniqueValues')
        expectedSkipped += chosen.filter(
          (event) => !['undefined', 'number'].includes(typeof look(event, series.property!)),
        ).length;
      if (!question.interval) return;
      const buckets = groupBy(chosen, ({ timestamp }) => bucketName(timestamp, question.interval!, zone));
      for (const { from, value } of found.points!)
        near(value, measured(buckets.get(bucketName(Date.parse(from), question.interval!, zone)) ?? [], series));
      const names = found.points!.map(({ from }) => bucketName(Date.parse(from), question.interval!, zone));
      expect(new Set(names).size).toBe(names.length);
      for (const name of buckets.keys()) expect(names).toContain(name);
    });
    expect(skipped).toBe(expectedSkipped);
  }

  it.each(['hour', 'day', 'week', 'month', undefined] as const)(
    'counts events, users and sessions by %s',
    async (interval) => {
      const series = ['count', 'users', 'perUser', 'sessions'].flatMap((measure) => [
        { measure },
        { measure, event: 'A' },
      ]);
      await compareWithLoops({ series, ...(interval && { interval }) });
    },
  );

  it.each(['day', undefined] as const)(
    'measures how sessions go on by %s, as the sessions question does',
    async (interval) => {
      const measures = OF_SESSIONS.slice(1);
      await compareWithLoops({ series: measures.map((measure) => ({ measure })), ...(interval && { interval }) });
      await compareWithLoops({
        series: measures.map((measure) => ({ measure, event: 'A' })),
        filters: [{ field: 'event', operator: 'in', value: ['A', 'B'] }],
        ...(interval && { interval }),
      });
      const series = ['bounceRate', 'sessionDuration', 'eventsPerSession', 'sessions', 'visits'].map((measure) => ({
        measure,
      }));
      const trend = await world.ask<TrendAnswer>(app, { kind: 'trend', ...range, series });
      const { result } = await world.ask<Record<string, number>>(app, { kind: 'sessions', ...range });
      const figures = ['bounceRate', 'averageMs', 'eventsPerSession', 'sessions', 'sessions'].map(
        (name) => result[name]!,
      );
      for (const [i, { total }] of trend.result.series.entries()) near(total, figures[i]!);
    },
  );

  it('measures numbers and says how many values are none', async () => {
    const series = ['sum', 'avg', 'min', 'max', 'median', 'p90', 'p95', 'p99', 'uniqueValues'].map((measure) => ({
      measure,
      property: 'data.ms',
      event: 'B',
    }));
    await compareWithLoops({ series, interval: 'day' });
  });

  it.each([
    'data.plan',
    'data.a.b',
    'data["a.b"]',
    'data.__proto__',
    'data.with space',
    'data.quote"',
    "data.it's",
    'data.back\\slash',
    'data.ünï',
    'data[""]',
    'data.nowhere',
  ])('measures %s', async (property) => {
    const series = ['sum', 'avg', 'median', 'uniqueValues'].map((measure) => ({ measure, property }));
    await compareWithLoops({ series, interval: 'week' });
  });

  it('keeps to filters, nested and of every operator', async () => {
    const filters: FilterLike[][] = [
      [{ field: 'data.country', value: 'CH' }],
      [
        {
          or: [
            { field: 'data.country', operator: 'in', value: ['US', 'DE'] },
            {
              and: [
                { field: 'user', operator: 'exists' },
                { field: 'data.plan', operator: 'exists', value: false },
              ],
            },
          ],
        },
      ],
      [
        { field: 'data.plan', value: '1' },
        { field: 'event', operator: 'isNot', value: 'A' },
      ],
      [{ field: 'data.plan', value: 1 }],
      [{ field: 'data.plan', value: null }],
      [{ field: 'data.plan', value: true }],
      [{ field: 'data.plan', value: '' }],
      [{ field: 'data.plan', value: 0 }],
      [{ field: 'data.ms', operator: 'between', value: [100, 300] }],
      [
        { field: 'data.ms', operator: 'gte', value: 250 },
        { field: 'data.ms', operator: 'lt', value: 400 },
      ],
      [{ field: 'event', operator: 'contains', value: 'ï "' }],
      [{ field: 'data.ünï', operator: 'matches', value: '^[A-Z]' }],
      [{ field: 'id', operator: 'startsWith', value: 'ünï' }],
      [{ and: [] }],
      [{ or: [] }],
    ];
    for (const each of filters)
      await compareWithLoops({
        series: [{ measure: 'count' }, { measure: 'users' }, { measure: 'sessions' }],
        filters: each,
        interval: 'day',
      });
  });

  it('cuts days in the zone of the question', async () => {
    for (const zone of ['Asia/Kathmandu', 'America/New_York', 'Australia/Lord_Howe'])
      await compareWithLoops({
        series: [{ measure: 'count' }, { measure: 'users', event: 'C' }],
        interval: 'day',
        timeZone: zone,
      });
  });

  /** The groups as loops make them: by the JSON of the values, greatest first. */
  function grouped(fields: readonly string[], first: SeriesLike): { keys: string[]; of: Map<string, Visit[]> } {
    const rows = rowsFor(first, events).filter((event) => isInRange(event));
    const of = groupBy(rows, (event) => JSON.stringify(fields.map((field) => orMissing(look(event, field)))));
    const rank = (key: string): number => {
      const rows = of.get(key)!.filter((event) => isChosen(event, first));
      const byCount = !['users', 'sessions', 'sum', 'uniqueValues'].includes(first.measure ?? 'count');
      return byCount ? rows.length : (measured(rows, first) ?? 0);
    };
    return { keys: [...of.keys()].sort((a, b) => rank(b) - rank(a)), of };
  }
  const keyOf = ({ group }: TrendSeries): string =>
    group === 'other' ? 'other' : JSON.stringify(group!.map((value) => ('value' in value ? value.value : 'MISSING')));

  it.each([
    [['data.country'], 3, 'users'],
    [['data.plan'], 4, 'count'],
    [['data.plan'], 100, 'users'],
    [['data.country', 'event'], 6, 'sessions'],
    [['data.plan', 'data.ünï'], 8, 'p95'],
    [['user'], 5, 'perUser'],
    [['data.a.b'], 2, 'sum'],
    [['data[""]'], 3, 'uniqueValues'],
  ] as const)('breaks down by %j, the first %i, with %s', async (breakdown, limit, measure) => {
    const series: SeriesLike[] = [
      { measure, ...(['p95', 'sum', 'uniqueValues'].includes(measure) && { property: 'data.ms' }) },
    ];
    const { result } = await world.ask<TrendAnswer>(app, {
      kind: 'trend',
      ...range,
      series,
      breakdown,
      limit,
      interval: 'week',
    });
    const { keys, of } = grouped(breakdown, series[0]!);
    const shown = result.series.filter(({ group }) => group !== 'other');
    expect(shown).toHaveLength(Math.min(limit, keys.length));
    const named = new Set(shown.map(keyOf));
    expect(named.size).toBe(shown.length);
    // Ties may fall either way: what is shown is never smaller than what is not.
    const size = (key: string) => {
      const rows = of.get(key)!;
      return ['p95', 'perUser', 'count'].includes(measure) ? rows.length : (measured(rows, series[0]!) ?? 0);
    };
    const smallest = Math.min(...shown.map((each) => size(keyOf(each))));
    for (const key of keys) if (!named.has(key)) expect(size(key)).toBeLessThanOrEqual(smallest + 1e-9);
    for (const each of result.series) {
      const rows =
        keyOf(each) === 'other'
          ? keys.filter((key) => !named.has(key)).flatMap((key) => of.get(key)!)
          : of.get(keyOf(each))!;
      near(each.total, measured(rows, series[0]!));
      const weeks = groupBy(rows, ({ timestamp }) => bucketName(timestamp, 'week', timeZone));
      for (const { from, value } of each.points!)
        near(value, measured(weeks.get(bucketName(Date.parse(from), 'week', timeZone)) ?? [], series[0]!));
    }
  });

  it('runs from the beginning of the range when cumulative, and users stay distinct', async () => {
    const series: SeriesLike[] = [
      { measure: 'count' },
      { measure: 'users' },
      { measure: 'sessions' },
      { measure: 'perUser' },
      { measure: 'sum', property: 'data.ms' },
      { measure: 'uniqueValues', property: 'data.plan' },
    ];
    const { result } = await world.ask<TrendAnswer>(app, {
      kind: 'trend',
      ...range,
      series,
      interval: 'day',
      cumulative: true,
    });
    series.forEach((each, i) => {
      const rows = rowsFor(each, events).filter((event) => isInRange(event));
      const days = rows.map(({ timestamp }) => bucketName(timestamp, 'day', timeZone));
      for (const { from, value } of result.series[i]!.points!) {
        const day = bucketName(Date.parse(from), 'day', timeZone);
        near(
          value,
          measured(
            rows.filter((_, place) => days[place]! <= day),
            each,
          ),
        );
      }
      near(result.series[i]!.total, measured(rows, each));
    });
  });

  it('calculates with series, and draws moving averages', async () => {
    const { result } = await world.ask<TrendAnswer>(app, {
      kind: 'trend',
      ...range,
      series: [{ event: 'A' }, { event: 'B', measure: 'users' }],
      formula: '(A - 2) / B * 100',
      interval: 'day',
      movingAverage: 3,
    });
    const [a, b, made] = result.series;
    const expected = (x: number, y: number) => (y === 0 ? null : ((x - 2) / y) * 100);
    near(made!.total, expected(a!.total!, b!.total!));
    const values = made!.points!.map((point, i) => {
      near(point.value, expected(a!.points![i]!.value!, b!.points![i]!.value!));
      return point.value;
    });
    made!.points!.forEach(({ movingAverage }, i) => {
      const three = values.slice(Math.max(0, i - 2), i + 1).filter((value) => value !== null);
      near(movingAverage, three.length ? three.reduce((x, y) => x + y, 0) / three.length : null);
    });
  });

  it('compares with the period before and with any other, group by group', async () => {
    for (const [compare, from, to] of [
      ['previousPeriod', '2026-02-17', '2026-02-28'],
      [{ from: '2026-02-27', to: '2026-03-03' }, '2026-02-27', '2026-03-03'],
    ] as const) {
      const { result } = await world.ask<TrendAnswer>(app, {
        kind: 'trend',
        ...range,
        series: [{ measure: 'users' }],
        breakdown: ['data.country'],
        limit: 2,
        interval: 'day',
        compare,
      });
      const named = new Set(result.series.map(keyOf));
      for (const each of result.series) {
        const rows = events.filter((event) => {
          const date = bucketName(event.timestamp, 'day', timeZone);
          const key = JSON.stringify([orMissing(look(event, 'data.country'))]);
          return date >= from && date <= to && (keyOf(each) === 'other' ? !named.has(key) : key === keyOf(each));
        });
        expect(each.compare!.total).toBe(distinct(rows.map(({ person }) => person)));
        for (const { from: at, value } of each.compare!.points!)
          expect(value).toBe(
            distinct(
              rows
                .filter(
                  ({ timestamp }) =>
                    bucketName(timestamp, 'day', timeZone) === bucketName(Date.parse(at), 'day', timeZone),
                )
                .map(({ person }) => person),
            ),
          );
        expect(bucketName(Date.parse(each.compare!.points![0]!.from), 'day', timeZone)).toBe(from);
      }
    }
  });
});

describe('a trend of many users', () => {
  it('is exact unless an estimate is allowed, and says which it is', async () => {
    const at = Date.UTC(2026, 2, 5);
    await world.post(
      'many',
      Array.from({ length: 30_000 }, (_, i) => ({ event: 'A', user: `u${i}`, timestamp: at + i })),
    );
    const question = {
      kind: 'trend',
      from: '2026-03-05',
      to: '2026-03-06',
      series: [{ measure: 'users' }],
      interval: 'day',
    };
    const estimate = await world.ask<TrendAnswer>('many', { ...question, exact: false });
    expect(estimate.exact).toBe(false);
    // Five standard errors of 0.41 %.
    expect(Math.abs(estimate.result.series[0]!.total! - 30_000)).toBeLessThan(615);
    for (const exact of [undefined, true])
      expect(await world.ask<TrendAnswer>('many', { ...question, ...(exact && { exact }) })).toMatchObject({
        exact: true,
        result: { series: [{ total: 30_000, points: [{ value: 30_000 }, { value: 0 }] }] },
      });
  });

  it('answers zeros for an app without events, and for an empty range', async () => {
    for (const app of ['nothing', 'many']) {
      const { result } = await world.ask<TrendAnswer>(app, {
        kind: 'trend',
        from: '2026-03-01T00:00',
        to: '2026-03-01T00:00',
        series: [{}, { measure: 'avg', property: 'data.ms' }],
      });
      expect(result.series.map(({ total }) => total)).toEqual([0, null]);
    }
    const { result } = await world.ask<TrendAnswer>('nothing', {
      kind: 'trend',
      last: '3d',
      series: [{}],
      interval: 'day',
    });
    expect(result.series[0]!.points!.map(({ from, value }) => [from, value])).toEqual([
      ['2026-03-18T00:00:00.000Z', 0],
      ['2026-03-19T00:00:00.000Z', 0],
      ['2026-03-20T00:00:00.000Z', 0],
    ]);
  });
});
