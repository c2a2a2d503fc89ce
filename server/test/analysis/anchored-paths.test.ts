import { expect, it } from 'vitest';
import type { PathsQuery } from '../../src/model/analysis-query.ts';
import type { Field } from '../../src/model/query.ts';
import { paths } from '../../src/store/clickhouse/analysis/paths-query.ts';
import type { EngineContext } from '../../src/store/clickhouse/engine-context.ts';

const people = { from: 'events', person: '0', personOrNull: 'NULL', user: 'user', areJoined: false };
const PAGE: Field = { kind: 'property', path: ['page'], literal: false };
const EVENT: Field = { kind: 'column', name: 'event' };
const PAID = [{ field: EVENT, operator: 'is', matches: [{ text: 'paid' }] }] as const;

/** Of each statement whether it reads the events of sessions with the anchor alone. */
async function areNarrow(node: Field, anchor: PathsQuery['anchor']): Promise<boolean[]> {
  const sent: string[] = [];
  const connection = {
    query: async (sql: string) => {
      sent.push(sql);
      return [];
    },
  };
  const query: PathsQuery = {
    ...{ app: 'shop', range: { from: 0, to: Date.UTC(2026, 0, 1) }, timeZone: 'UTC', filters: [], segment: undefined },
    ...{ exact: false, anchor, node, steps: 4, gapMs: 1_800_000, isCollapsed: true },
  };
  const identities = { of: async () => () => people };
  const highestSeq = { get: async () => 1_000 };
  const control = { maxSeconds: 1, maxBytes: 1, maxRows: 1 };
  await paths({ connection, identities, highestSeq, control } as unknown as EngineContext, query);
  return sent.map((sql) => /AND seq IN \(SELECT arrayJoin\(/.test(sql));
}

it('paths by a property from or to an event read it in the sessions that have the event alone', async () => {
  for (const isEnd of [true, false]) expect(await areNarrow(PAGE, { filters: PAID, isEnd })).toEqual([true, true]);
});

it('other paths are read in one go', async () => {
  expect(await areNarrow(PAGE, undefined)).toEqual([false, false]);
  expect(await areNarrow(EVENT, { filters: PAID, isEnd: true })).toEqual([false, false]);
});
