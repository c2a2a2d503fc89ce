import { expect, it } from 'vitest';
import type { PathsQuery } from '../../src/model/analysis-query.ts';
import type { Field } from '../../src/model/query.ts';
import { paths } from '../../src/store/clickhouse/analysis/paths-query.ts';
import type { EngineContext } from '../../src/store/clickhouse/engine-context.ts';
import { NO_HOT_COLUMNS } from '../../src/store/clickhouse/property-sql.ts';

const people = { from: 'events', person: '0', personOrNull: 'NULL', user: 'user', areJoined: false };
const PAGE: Field = { kind: 'property', path: ['page'], literal: false };
const EVENT: Field = { kind: 'column', name: 'event' };
const PAID = [{ field: EVENT, operator: 'is', matches: [{ text: 'paid' }] }] as const;

/** The statements of a question. @param names how many the app has */
async function statementsOf(asked: Partial<PathsQuery>, names = 0): Promise<string[]> {
  const sent: string[] = [];
  const connection = {
    query: async (sql: string) => {
      sent.push(sql);
      return sent.length === 1 ? Array.from({ length: names }, (_, i) => ({ v: `name ${i}` })) : [];
    },
  };
  const query: PathsQuery = {
    ...{ app: 'shop', range: { from: 0, to: Date.UTC(2026, 0, 1) }, timeZone: 'UTC', filters: [], segment: undefined },
    ...{ exact: false, anchor: undefined, node: EVENT, steps: 4, gapMs: 1_800_000, isCollapsed: true },
    ...asked,
  };
  const identities = { of: async () => () => people };
  const highestSeq = { get: async () => 1_000 };
  const control = { maxSeconds: 1, maxBytes: 1, maxRows: 1 };
  const context = { connection, identities, highestSeq, hotColumnsOf: NO_HOT_COLUMNS, control };
  await paths(context as unknown as EngineContext, query);
  return sent;
}

/** Of each statement whether it reads the events of sessions with the anchor alone. */
async function areNarrow(node: Field, anchor: PathsQuery['anchor']): Promise<boolean[]> {
  return (await statementsOf({ node, anchor })).map((sql) => /AND seq IN \(SELECT arrayJoin\(/.test(sql));
}

it('paths by a property from or to an event read it in the sessions that have the event alone', async () => {
  for (const isEnd of [true, false]) expect(await areNarrow(PAGE, { filters: PAID, isEnd })).toEqual([true, true]);
});

it('other paths are read in one go', async () => {
  expect(await areNarrow(PAGE, undefined)).toEqual([false, false]);
  expect(await areNarrow(EVENT, { filters: PAID, isEnd: true })).toEqual([false, false]);
});

const rollup = 'toStartOfFifteenMinutes(timestamp)';
const isRolled = (sql: string): boolean => sql.includes(rollup) && !sql.replaceAll(rollup, '').includes('timestamp');

it('names come from the roll-up of counts, where it knows what the question filters by', async () => {
  const areRolled = async (asked: Partial<PathsQuery>) => (await statementsOf(asked)).map(isRolled);
  expect(await areRolled({})).toEqual([true, false]);
  expect(await areRolled({ filters: PAID })).toEqual([true, false]);
  expect(await areRolled({ node: PAGE })).toEqual([false, false]);
  expect(await areRolled({ filters: [{ field: PAGE, operator: 'exists', matches: [] }] })).toEqual([false, false]);
  const segment = { did: PAID, atLeast: 1, atMost: undefined, range: { from: 0, to: 1 } };
  expect(await areRolled({ segment })).toEqual([false, false]);
});

it('the quarter hours of the roll-up may have too many names: those of the range itself are read then', async () => {
  expect((await statementsOf({}, 10_000)).map(isRolled)).toEqual([true, false]);
  expect((await statementsOf({}, 10_001)).map(isRolled)).toEqual([true, false, false]);
});
