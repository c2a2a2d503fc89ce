import { expect, it } from 'vitest';
import type { SeriesMeasure, TrendQuery } from '../../src/model/analysis-query.ts';
import type { Condition, Filter } from '../../src/model/query.ts';
import { rollupPlan } from '../../src/store/clickhouse/analysis/sql/rollup-plan.ts';

const HOUR_MS = 3_600_000;
const is = (name: 'event' | 'id' | 'user', text: string): Condition => ({
  field: { kind: 'column', name },
  operator: 'is',
  matches: [{ text }],
});
const PLAN: Filter = {
  field: { kind: 'property', path: ['plan'], literal: false },
  operator: 'is',
  matches: [{ text: 'pro' }],
};
const COUNT: SeriesMeasure = { kind: 'count' };
const USERS: SeriesMeasure = { kind: 'users' };

function query(series: TrendQuery['series'], changes: Partial<TrendQuery> = {}): TrendQuery {
  return {
    app: 'shop',
    range: { from: 0, to: 24 * HOUR_MS },
    timeZone: 'UTC',
    filters: [],
    segment: undefined,
    exact: false,
    series,
    buckets: undefined,
    breakdown: [],
    groups: { limit: 0 },
    cumulative: false,
    ...changes,
  };
}
/** Roll-up, column and indexes of each reading. */
const planOf = (of: TrendQuery, areJoined = false, isByDay = true, isExact = false) =>
  rollupPlan(of, areJoined, isByDay, isExact).map(({ rollup, column, series }) => [
    rollup,
    column,
    [...series.values()],
  ]);
const one = (measure: SeriesMeasure, filters: readonly Filter[] = []) => [{ measure, filters }];

it('reads series of one event each together', () => {
  const series = [
    { measure: COUNT, filters: [is('event', 'a')] },
    { measure: USERS, filters: [is('event', 'a')] },
    { measure: COUNT, filters: [is('event', 'b')] },
    { measure: COUNT, filters: [is('id', 'c')] },
    { measure: COUNT, filters: [] },
    // The same once more: the names of a reading tell its series apart.
    { measure: COUNT, filters: [is('event', 'a')] },
  ];
  expect(planOf(query(series))).toEqual([
    ['counts', 'event', [0, 2]],
    ['users', 'event', [1]],
    ['counts', 'id', [3]],
    ['counts', undefined, [4]],
    ['counts', 'event', [5]],
  ]);
});

it('takes counts from quarters of an hour, and from the table where an edge is none', () => {
  const quarter = HOUR_MS / 4;
  expect(planOf(query(one(COUNT), { range: { from: quarter, to: HOUR_MS } }), false, false)).toHaveLength(1);
  expect(planOf(query(one(COUNT), { range: { from: 1, to: HOUR_MS } }), false, false)).toEqual([]);
  expect(planOf(query(one(COUNT), { buckets: [0, quarter + 1] }))).toEqual([]);
});

it('takes users from days as they are stored, while no device belongs to a user', () => {
  expect(planOf(query(one(USERS)))).toEqual([['users', undefined, [0]]]);
  expect(planOf(query(one(USERS)), false, false)).toEqual([]);
  expect(planOf(query(one(USERS)), true)).toEqual([]);
  expect(planOf(query(one({ kind: 'perUser' })))).toEqual([['users', undefined, [0]]]);
  expect(planOf(query(one(USERS)), false, true, true)).toEqual([]);
  expect(planOf(query(one(USERS), { cumulative: true }))).toEqual([]);
  // Counts are exact, and devices do not matter to them.
  expect(planOf(query(one(COUNT), { cumulative: true }), true, false, true)).toEqual([['counts', undefined, [0]]]);
});

it.each<[string, TrendQuery]>([
  ['a property', query(one(COUNT, [PLAN]))],
  ['a property of all series', query(one(COUNT), { filters: [PLAN] })],
  ['a property in a combination', query(one(COUNT, [{ or: [is('event', 'a'), { and: [PLAN] }] }]))],
  ['another column', query(one(COUNT, [is('user', 'u')]))],
  ['devices at times', query(one(COUNT, [{ spans: [], isInside: true }]))],
  ['a breakdown', query(one(COUNT), { breakdown: [{ kind: 'column', name: 'event' }] })],
  ['a segment', query(one(COUNT), { segment: { not: { seen: 'first', range: { from: 0, to: 1 } } } })],
  ['another measure', query(one({ kind: 'sessions', gapMs: 1 }))],
])('leaves %s to the table', (_, of) => {
  expect(planOf(of)).toEqual([]);
});

it('knows combinations of names', () => {
  const either: Filter = { or: [is('event', 'a'), { and: [is('id', 'b')] }] };
  expect(planOf(query(one(COUNT, [either])))).toEqual([['counts', undefined, [0]]]);
});
