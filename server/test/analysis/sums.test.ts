/** Sums of money: 1,000 × 0.1 is 100, and 500 × 19.99 + 500 × 0.07 is 10,030, however the rows are shared out. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SqlAnswer } from '../../src/analysis/sql.ts';
import { movingMeans, runningSums } from '../../src/analysis/sums.ts';
import type { TrendAnswer } from '../../src/analysis/trend-answer.ts';
import { sumOfStates, sumState, sumValue } from '../../src/store/clickhouse/analysis/sql/sum-sql.ts';
import { aWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await aWorld();
  // By turns, over ten days and in ten parts, so that every partial sum holds both prices.
  for (let part = 0; part < 10; part++)
    await world.post(
      'money',
      Array.from({ length: 100 }, (_, i) => ({
        event: 'paid',
        user: `u${i % 7}`,
        timestamp: Date.UTC(2026, 2, 2 + ((i + part) % 10)),
        data: {
          tenth: 0.1,
          price: i % 2 ? 19.99 : 0.07,
          kind: i % 4 < 2 ? 'a' : 'b',
          refund: i % 2 ? 1e9 : -1e9 + 0.1,
          n: 3,
        },
      })),
    );
});
afterAll(() => world.close());

const range = { from: '2026-03-02', to: '2026-03-11' };
const trend = async (question: object) =>
  (await world.ask<TrendAnswer>('money', { kind: 'trend', ...range, ...question })).result.series;
const of = (property: string, measure = 'sum') => ({ measure, property: `data.${property}` });

describe('sums and averages', () => {
  it.each([undefined, 'day', 'week'])('are right to the last digit, by %s', async (interval) => {
    const series = await trend({
      ...(interval && { interval }),
      series: [of('tenth'), of('price'), of('refund'), of('tenth', 'avg'), of('price', 'avg'), of('n')],
    });
    expect(series.map(({ total }) => total)).toEqual([100, 10_030, 50, 0.1, 10.03, 3_000]);
    // Each day has 100 events, half of them of each price.
    if (interval === 'day')
      expect(series.map(({ points }) => points!.map(({ value }) => value))).toEqual(
        [10, 1_003, 5, 0.1, 10.03, 300].map((value) => Array(10).fill(value)),
      );
  });

  it('are right in groups, running and on the average of points', async () => {
    const groups = await trend({ series: [of('price')], breakdown: ['data.kind'] });
    // 250 × 19.99 + 250 × 0.07 each.
    expect(groups.map(({ total }) => total)).toEqual([5_015, 5_015]);
    const [running] = await trend({ series: [of('price')], interval: 'day', cumulative: true });
    expect(running!.points!.map(({ value }) => value)).toEqual(Array.from({ length: 10 }, (_, i) => 1_003 * (i + 1)));
    const [tenths] = await trend({ series: [of('tenth')], interval: 'day', cumulative: true, movingAverage: 3 });
    expect(tenths!.points!.map(({ value }) => value)).toEqual(Array.from({ length: 10 }, (_, i) => 10 * (i + 1)));
    expect(tenths!.points![1]!.movingAverage).toBe(15);
  });

  it('are right in SQL, also of columns of other tables, and whole numbers stay whole', async () => {
    const ask = async (sql: string) =>
      (await world.ask<SqlAnswer>('money', { kind: 'sql', ...range, sql })).result.rows;
    expect(
      await ask(
        "SELECT sum(data.tenth), avg(data.price), sumIf(number(data.price), data.kind = 'a'), avgIf(data.tenth, data.kind = 'b'), sum(data.price * 2), sum(-data.tenth) FROM events",
      ),
    ).toEqual([[100, 10.03, 5_015, 0.1, 20_060, -100]]);
    expect(
      await ask(
        'WITH p AS (SELECT number(data.price) AS price, data.kind AS kind FROM events), k AS (SELECT kind, sum(price) AS s FROM p GROUP BY kind) SELECT sum(s), avg(s) FROM k',
      ),
    ).toEqual([[10_030, 5_015]]);
    expect(await ask('SELECT sum(x) FROM (SELECT round(data.price, 2) AS x, * FROM events) AS t')).toEqual([[10_030]]);
    expect(
      await ask('SELECT max(s) FROM (SELECT sum(data.tenth) OVER (PARTITION BY user) AS s FROM events) AS t'),
    ).toEqual([
      // u0 and u1 have 15 of each 100 events, the others 14.
      [15],
    ]);
    expect(
      await ask(
        'SELECT toTypeName(sum(n)), sum(n), toTypeName(sum(toInt64(2))) FROM (SELECT count() AS n FROM events GROUP BY user) AS t',
      ),
    ).toEqual([['UInt64', 1_000, 'Int64']]);
    // Of nothing there is no sum of a property, as before.
    expect(await ask('SELECT sum(data.nothing), avg(data.nothing) FROM events')).toEqual([[null, null]]);
  });
});

it.each([
  // 500 × 19.99 + 500 × 0.07
  ['if(number % 2, 19.99, 0.07)', 1_000, 10_030],
  // To a double 1.005 × 1,000,000 is 1,004,999.9999999999: a million of these would show.
  ['if(number < 0, 0, 1.005)', 1_000_000, 1_005_000],
] as const)('partial sums of %s add up to the same, in any number of parts', async (value, count, expected) => {
  for (const parts of [1, 2, 13, 97]) {
    const states = `SELECT ${sumState(value, '1')} AS s FROM numbers(${count}) GROUP BY number % ${parts}`;
    const [row] = await world.connection.query<{ v: number }>(
      `SELECT ${sumValue(sumOfStates('s'))} AS v FROM (${states})`,
    );
    expect([parts, row!.v]).toEqual([parts, expected]);
  }
});

it('are right in memory', () => {
  expect(runningSums(Array(1_000).fill(0.1)).at(-1)).toBe(100);
  expect(runningSums([0.1, 0.1, 0.1])).toEqual([0.1, 0.2, 0.3]);
  expect(runningSums(Array(1_000).fill(1.005)).at(-1)).toBe(1_005);
  expect(movingMeans(Array(1_000).fill(1.005), 1_000).at(-1)).toBe(1.005);
  expect(movingMeans([0.1, 0.1, 0.1, null, null, null, 1 / 3], 3)).toEqual([0.1, 0.1, 0.1, 0.1, 0.1, null, 1 / 3]);
});

it('perUser leaves out events of nobody, from the roll-up and from the table', async () => {
  const at = (day: number) => Date.UTC(2026, 2, day, 9);
  await world.post('nobody', [
    ...[2, 2, 3].map((day) => ({ event: 'e', user: 'u', timestamp: at(day), data: { x: 1 } })),
    { event: 'e', device: 'd', timestamp: at(2), data: { x: 1 } },
    ...[2, 2, 2, 3, 4].map((day) => ({ event: 'e', timestamp: at(day), data: { x: 1 } })),
  ]);
  // 2 March: 3 events of 2 users; 3 March: 1 of 1; 4 March: nobody.
  for (const filters of [[], [{ field: 'data.x', value: 1 }]])
    for (const more of [{}, { cumulative: true }, { exact: true }, { timeZone: 'Asia/Kathmandu' }]) {
      const { result } = await world.ask<TrendAnswer>('nobody', {
        ...{ kind: 'trend', from: '2026-03-02', to: '2026-03-04', interval: 'day', series: [{ measure: 'perUser' }] },
        ...{ filters, ...more },
      });
      const [series] = result.series;
      const points = 'cumulative' in more ? [1.5, 2, 2] : [1.5, 1, null];
      expect([series!.total, series!.points!.map(({ value }) => value)]).toEqual([2, points]);
    }
  const { result } = await world.ask<TrendAnswer>('nobody', {
    ...{ kind: 'trend', from: '2026-03-02', to: '2026-03-04', series: [{ measure: 'perUser', event: 'e' }] },
  });
  expect(result.series[0]!.total).toBe(2);
});
