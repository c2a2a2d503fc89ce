/** Where counting users exactly ends, and what an estimate must never say. The limit is lowered to LIMIT rows. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SessionsAnswer } from '../../src/analysis/sessions.ts';
import type { TrendAnswer } from '../../src/analysis/trend-answer.ts';
import type { UsersAnswer } from '../../src/analysis/users.ts';
import type { WebAnswer } from '../../src/analysis/web-answer.ts';
import { SeismoError } from '../../src/model/errors.ts';
import { countsOf } from '../../src/reports/counts.ts';
import { propertyOf } from '../../src/reports/filters.ts';
import { createClickHouseStore } from '../../src/store/clickhouse/clickhouse-store.ts';
import { IDENTITY } from '../../src/store/clickhouse/sql.ts';
import { aWorld, control, DAY_MS, type Given, ON_SERVER, type World } from './world.ts';

/** Enough that the sketch is off for most sets of this size. */
const LIMIT = 12_000;
const DAYS = 6;
const START = Date.UTC(2026, 2, 2);

let world: World;
/** One event for each user. */
const events = (event: string, count: number, prefix: string, day = 0): Given[] =>
  Array.from({ length: count }, (_, i) => ({
    event,
    user: `${prefix}${i}`,
    session: 's',
    timestamp: START + day * DAY_MS + i,
    data: { day: `${day}`, third: i % 3 },
  }));

beforeAll(async () => {
  world = await aWorld(undefined, { exactUsersMaxRows: LIMIT });
  await world.post('at', events('A', LIMIT, 'at '));
  // B's users are not A's: 15,001 in all.
  await world.post('beyond', [...events('A', LIMIT + 1, 'beyond '), ...events('B', 3_000, 'b ')]);
  for (let day = 0; day < DAYS; day++) await world.post('days', events('A', LIMIT + 1, `day ${day} `, day));
});
afterAll(() => world.close());

const RANGE = { from: '2026-03-02', to: '2026-03-08' };
const USERS = [{ measure: 'users' }];
const trend = (app: string, question: object = {}) =>
  world.ask<TrendAnswer>(app, { kind: 'trend', ...RANGE, series: USERS, ...question });
const sessions = (app: string, question: object = {}) =>
  world.ask<SessionsAnswer>(app, { kind: 'sessions', ...RANGE, ...question });
const search = (more: object = {}) => new URLSearchParams({ ...RANGE, ...more });
const report = async (app: string, more: object = {}) =>
  (await world.reports.report('period', app, search(more), control)).value;
const groups = async (app: string, attr: string, more: object = {}) =>
  (await world.reports.groups(app, search({ attr, ...more }), control)).value;

it('counts exactly up to the limit, and the same for every kind of question', async () => {
  const plain = await trend('at');
  expect([plain.exact, plain.result.series[0]!.total]).toEqual([true, LIMIT]);
  for (const interval of ['hour', 'day', 'week', 'month']) {
    const { exact, result } = await trend('at', { interval });
    expect([interval, exact, result.series[0]!.total, result.series[0]!.points![0]!.value]).toEqual([
      interval,
      true,
      LIMIT,
      LIMIT,
    ]);
  }
  const broken = await trend('at', { breakdown: ['data.third'] });
  expect(broken.exact).toBe(true);
  // The users 0 to 11,999 by their rest of 3.
  expect(broken.result.series.map(({ total }) => total)).toEqual([4_000, 4_000, 4_000]);
  const visits = await sessions('at', { interval: 'day' });
  expect([visits.exact, visits.result.users, visits.result.points![0]!.users]).toEqual([true, LIMIT, LIMIT]);
  expect((await world.ask<UsersAnswer>('at', { kind: 'users', ...RANGE })).result.total).toBe(LIMIT);
  expect(await report('at')).toMatchObject({ total: LIMIT, users: LIMIT, usersExact: true });
  expect(await groups('at', 'third')).toMatchObject({ users: LIMIT, usersExact: true });
});

it('orders groups by what was counted, not by the sketches that chose them', async () => {
  // So close together that sketches order them otherwise: 3,000 users, then one fewer each.
  const sizes = Array.from({ length: 8 }, (_, i) => 3_000 - i);
  await world.post(
    'ranked',
    sizes.flatMap((size, group) =>
      events('A', size, `ranked ${group} `).map((event) => ({ ...event, data: { group } })),
    ),
  );
  const { exact, result } = await trend('ranked', { exact: true, breakdown: ['data.group'] });
  expect(exact).toBe(true);
  expect(result.series.map(({ total }) => total)).toEqual(sizes);
});

it('estimates one row beyond the limit, and says so everywhere', async () => {
  const named = { series: [{ event: 'A', measure: 'users' }] };
  for (const { exact } of [
    await trend('beyond'),
    await trend('beyond', named),
    await trend('beyond', { ...named, interval: 'hour' }),
    await trend('beyond', { series: [{ measure: 'uniqueValues', property: 'user' }] }),
    await sessions('beyond'),
  ])
    expect(exact).toBe(false);
  expect(await report('beyond')).toMatchObject({ total: LIMIT + 3_001, usersExact: false });
  expect(await groups('beyond', 'third')).toMatchObject({ usersExact: false });
});

it('judges by all events of the app in the range, whatever the question selects', async () => {
  const b = { event: 'B', measure: 'users' };
  // 3,000 events of 15,001: gone through all the same.
  expect((await trend('beyond', { series: [b] })).exact).toBe(false);
  const days = await trend('days', {
    from: '2026-03-02',
    to: '2026-03-03',
    filters: [{ field: 'data.third', value: 0 }],
  });
  expect(days.exact).toBe(false);
  const { exact, result } = await trend('beyond', { series: [{ measure: 'users' }, b, {}], formula: 'A / B' });
  expect(exact).toBe(false);
  // The events are certain, a quotient with the estimate is not.
  expect(result.series.map(({ estimated }) => estimated)).toEqual([true, true, undefined, true]);
  // Three users of B are as certain as all sketches of few.
  const few = { field: 'user', operator: 'in', value: ['b 0', 'b 1', 'b 2'] };
  const groups = await trend('beyond', {
    breakdown: ['event'],
    filters: [{ or: [{ field: 'event', value: 'A' }, few] }],
  });
  expect(groups.result.series.map(({ estimated }) => estimated)).toEqual([true, undefined]);
  expect(groups.result.series[1]!.total).toBe(3);
});

it('judges a shorter range by its own events', async () => {
  await world.post('spread', [...events('A', LIMIT, 'first ', 0), ...events('A', LIMIT, 'second ', 1)]);
  const users = async (from: string, to: string) => {
    const { exact, result } = await trend('spread', { from, to });
    return [exact, exact ? result.series[0]!.total : undefined];
  };
  expect(await users('2026-03-02', '2026-03-02')).toEqual([true, LIMIT]);
  expect(await users('2026-03-03', '2026-03-03')).toEqual([true, LIMIT]);
  expect(await users('2026-03-02', '2026-03-03')).toEqual([false, undefined]);
});

it('does as the question says, on either side of the limit', async () => {
  const all = LIMIT + 3_001;
  expect(await trend('beyond', { exact: true })).toMatchObject({ exact: true, result: { series: [{ total: all }] } });
  expect(await sessions('beyond', { exact: true })).toMatchObject({ exact: true, result: { users: all } });
  expect(await report('beyond', { exact: 'true' })).toMatchObject({ users: all, usersExact: true });
  expect(await groups('beyond', 'third', { exact: 'true' })).toMatchObject({ users: all, usersExact: true });
  expect((await trend('at', { exact: false })).exact).toBe(false);
  expect((await sessions('at', { exact: false })).exact).toBe(false);
  expect(await report('at', { exact: 'false' })).toMatchObject({ usersExact: false });
  expect(await groups('at', 'third', { exact: 'false' })).toMatchObject({ usersExact: false });
});

it('says of a page of web analytics which visitors are estimates', async () => {
  const web = async (app: string, question: object = {}) =>
    await world.ask<WebAnswer>(app, { kind: 'web', ...RANGE, cards: [{ card: 'hostnames' }], ...question });
  const { exact, result } = await web('at');
  expect([exact, result.totals.visitors, result.totals.estimated]).toEqual([true, LIMIT, undefined]);
  const estimate = await web('beyond');
  expect([estimate.exact, estimate.result.totals.estimated]).toEqual([false, true]);
  expect(Math.abs(estimate.result.totals.visitors / 15_001 - 1)).toBeLessThan(0.02);
  expect(estimate.result.cards![0]!.rows).toMatchObject([{ value: null, visits: 15_001, estimated: true }]);
  const asked = await web('beyond', { exact: true });
  expect([asked.exact, asked.result.totals.visitors]).toEqual([true, 15_001]);
});

it('never says more users than events, nor than sessions', async () => {
  const all = LIMIT + 1;
  const raw = await world.connection.query<{ n: string }>(
    `SELECT uniqCombined64(16)(${IDENTITY}) AS n FROM events WHERE app = 'days' GROUP BY day`,
    {},
    {},
  );
  // Otherwise this proves nothing: each day has as many users as events, and the sketch is above that on some.
  expect(Math.max(...raw.map(({ n }) => Number(n)))).toBeGreaterThan(all);
  const most = (values: readonly (number | null | undefined)[]) => Math.max(...values.map((value) => value ?? 0));
  const byDay = { interval: 'day', exact: false };
  const rolled = await trend('days', byDay);
  const read = await trend('days', { ...byDay, filters: [{ field: 'data.day', operator: 'exists' }] });
  for (const { exact, result } of [rolled, read]) {
    expect(exact).toBe(false);
    expect(most(result.series[0]!.points!.map(({ value }) => value))).toBe(all);
  }
  const perUser = await trend('days', { ...byDay, series: [{ measure: 'perUser' }] });
  expect(Math.min(...perUser.result.series[0]!.points!.slice(0, DAYS).map(({ value }) => value!))).toBe(1);
  const broken = await trend('days', { exact: false, breakdown: ['data.day'] });
  expect(most(broken.result.series.map(({ total }) => total))).toBe(all);
  expect(most((await sessions('days', byDay)).result.points!.map(({ users }) => users))).toBe(all);
  expect(most((await groups('days', 'day', { exact: 'false' })).groups.map(({ users }) => users))).toBe(all);
  const { series } = await report('days', { interval: 'day', exact: 'false' });
  expect(most(series!.map(({ users }) => users))).toBe(all);
});

it('estimates where sets of users do not fit into the memory of a query, unless told to be exact', async () => {
  const { connection } = world;
  const store = createClickHouseStore({
    connection: {
      ...connection,
      query(sql, params, options) {
        if (sql.includes('uniqExact')) throw new SeismoError('QUERY_LIMIT_MEMORY', 'Too much.');
        return connection.query(sql, params, options);
      },
    },
    zoneOf: () => 'UTC',
  });
  await store.open();
  const range = { from: START, to: START + DAY_MS };
  const base = { app: 'at', range, timeZone: 'UTC', filters: [], segment: undefined };
  for (const exact of [undefined, true] as const) {
    const asked = { ...base, exact };
    const attribute = propertyOf('third', 'attr');
    const sessionsQuery = { ...asked, gapMs: 1_800_000, buckets: undefined, breakdown: [], limit: 1, list: undefined };
    for (const ask of [
      async () => (await countsOf(store.analysis, asked, control)).usersExact,
      async () => (await store.analysis.sessions(sessionsQuery, control)).exact,
      async () => (await store.groups({ ...asked, attribute, limit: 3 }, control)).usersExact,
    ])
      if (exact) await expect(ask()).rejects.toMatchObject({ code: 'QUERY_LIMIT_MEMORY' });
      else expect(await ask()).toBe(false);
  }
});

it.skipIf(ON_SERVER)('counts no rows for a question while the store holds fewer than the limit', async () => {
  const small = await aWorld();
  try {
    await small.post('small', events('A', 5, 'u'));
    const ask = () => small.ask<TrendAnswer>('small', { kind: 'trend', ...RANGE, series: USERS });
    await ask();
    const before = small.sent.length;
    expect((await ask()).result.series[0]!.total).toBe(5);
    expect(small.sent.length - before).toBe(1);
  } finally {
    await small.close();
  }
});
