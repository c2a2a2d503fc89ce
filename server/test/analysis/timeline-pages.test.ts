import { expect, it } from 'vitest';
import { timeline } from '../../src/analysis/users.ts';
import { SeismoError } from '../../src/model/errors.ts';
import type { EventRow } from '../../src/model/event.ts';
import type { AnalysisStore } from '../../src/store/analysis-store.ts';

const CONTROL = { maxSeconds: 30, maxBytes: 1e9, maxRows: 1_000_000 };
const RESOLVED = {
  scope: { app: 'shop', range: { from: 0, to: 1e12 }, timeZone: 'UTC', filters: [], segment: undefined, exact: false },
  calendar: { timeZone: 'UTC', weekStart: 'monday' },
  patterns: [],
} as const;
const row = (seq: number): EventRow => ({
  ...{ uuid: '', app: 'shop', id: 'e', event: 'e', timestamp: seq, receivedAt: seq, seq: `${seq}-${'0'.repeat(32)}` },
});

/** A user of so many events, of which so many fit one answer of the engine. */
function storeOf(events: number, fit: number) {
  const asked: number[] = [];
  const store: Pick<AnalysisStore, 'timeline'> = {
    async timeline({ limit }) {
      asked.push(limit);
      const count = Math.min(limit, events);
      if (count > fit) throw new SeismoError('QUERY_LIMIT_ROWS', 'Too large.');
      return Array.from({ length: count }, (_, i) => row(events - i));
    },
  };
  return { store: store as AnalysisStore, asked };
}
const ask = async (store: AnalysisStore, limit: number) =>
  (await timeline(store, { kind: 'timeline', user: 'ann', limit }, RESOLVED, CONTROL)).result;

it('answers fewer events where they are large, and where the next ones begin', async () => {
  const { store, asked } = storeOf(90, 30);
  const { events, next } = await ask(store, 100);
  // 100 and 25: a quarter each time.
  expect([asked, events.length, next]).toEqual([[100, 25], 25, `66.66-${'0'.repeat(32)}`]);
});

it('names no next page when there is none', async () => {
  const { events, next } = await ask(storeOf(20, 30).store, 100);
  expect([events.length, next]).toEqual([20, undefined]);
});

it('says so when not even one event fits', async () => {
  const { store, asked } = storeOf(90, 0);
  await expect(ask(store, 100)).rejects.toMatchObject({ code: 'QUERY_LIMIT_ROWS' });
  expect(asked).toEqual([100, 25, 7, 2, 1]);
});
