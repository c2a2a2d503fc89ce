import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eraseEverywhere } from '../../src/app/erase.ts';
import { loadConfig } from '../../src/config/config.ts';
import { createIngest } from '../../src/ingest/create-ingest.ts';
import type { Ingest } from '../../src/ingest/ingest.ts';
import { SeismoError } from '../../src/model/errors.ts';
import type { Range } from '../../src/model/query.ts';
import { countsOf } from '../../src/reports/counts.ts';
import { filtersOf } from '../../src/reports/filters.ts';
import { zoneHash } from '../../src/row/row.ts';
import { createClickHouseStore } from '../../src/store/clickhouse/clickhouse-store.ts';
import { type Connection, openConnection } from '../../src/store/clickhouse/connection.ts';
import { type EmbeddedEngine, startEmbeddedEngine } from '../../src/store/clickhouse/embedded/supervisor.ts';
import { type Block, InsertRejected, type Store } from '../../src/store/store.ts';
import { dayNumber } from '../../src/time/calendar.ts';

const logger = { info() {}, warn() {}, error() {} };
const control = { maxSeconds: 30, maxBytes: 1e9, maxRows: 1e6 };
const OPTIONS = { isKeptOut: false, idWindowMs: 7 * 86_400_000, nowMs: Date.now() };
const ALL: Range = { from: 0, to: Date.UTC(2100, 0, 1) };

let dataDir: string;
let engine: EmbeddedEngine;
let connection: Connection;
let store: Store;
let ingest: Ingest;
/** What is done with a block instead of inserting it. */
let instead: ((block: Block) => Promise<void>) | undefined;
let done: string[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'seismo-erase-'));
  engine = await startEmbeddedEngine({ dataDir, memoryBytes: 1_200_000_000, logger });
  connection = openConnection({ socketPath: engine.socketPath }, { logger });
  const real = createClickHouseStore({ connection, zoneOf: () => 'UTC' });
  instead = undefined;
  done = [];
  store = {
    ...real,
    insert: (block) => (instead ?? real.insert)(block),
    async storedRanges(...asked) {
      const ranges = await real.storedRanges(...asked);
      done.push(`counted ${ranges.map(({ from, to }) => to - from).join()}`);
      return ranges;
    },
    async erase(...asked) {
      const erased = await real.erase(...asked);
      done.push(`erased ${erased}`);
      return erased;
    },
  };
  await store.open();
  await open();
});
afterEach(async () => {
  await ingest.close();
  await store.close();
  await engine.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function open(): Promise<void> {
  const defaults = await loadConfig({ directory: dataDir, environment: {} });
  ingest = await createIngest({
    dataDir,
    secret: Buffer.alloc(32, 3),
    store,
    now: Date.now,
    retentionDaysOf: () => undefined,
    zoneOf: () => ({ hash: zoneHash('UTC'), dayOf: dayNumber('UTC') }),
    logger,
    config: {
      ...defaults,
      flushIntervalMs: 20,
      freshTimeoutMs: 20_000,
    },
  });
}

const post = (events: readonly object[]) => ingest.post('shop', Buffer.from(JSON.stringify(events)), Date.now());
const counted = async () =>
  (await countsOf(store.analysis, { app: 'shop', range: ALL, timeZone: 'UTC', filters: [], exact: true }, control))
    .total;

/** Every part rewritten without its hidden rows. */
async function mergeAway(): Promise<void> {
  await connection.command('OPTIMIZE TABLE events FINAL');
  await connection.command('ALTER TABLE events APPLY DELETED MASK', {}, { mutations_sync: 2 });
  const sql = 'SELECT count() AS n FROM events';
  expect(await connection.query(sql, {}, { settings: { apply_deleted_mask: 0 } })).toEqual([{ n: '0' }]);
}

it.each(['goes on', 'is started again'])(
  'erased rows of a block whose answer was lost do not come back, when the server %s',
  async (then) => {
    const real = createClickHouseStore({ connection, zoneOf: () => 'UTC' });
    await real.open();
    instead = async (block) => {
      instead = undefined;
      await real.insert(block);
      throw new SeismoError('STORE_UNAVAILABLE', 'The answer was lost.');
    };
    await post([
      { event: 'a', user: 'ann' },
      { event: 'b', user: 'bob' },
      { event: 'c', user: 'ann' },
    ]);
    if (then === 'is started again') {
      await expect.poll(() => ingest.stats().loadFailures).toBe(1);
      await ingest.close();
      await open();
    }
    const ann = filtersOf(new Map([['user', 'ann']]), 'shop');
    expect(await eraseEverywhere(ingest, store, 'shop', ALL, ann, OPTIONS)).toBe(2);
    // The block was settled before: all three of its rows were found.
    expect(done).toEqual(['counted 3', 'erased 2']);
    expect(await eraseEverywhere(ingest, store, 'shop', ALL, [], OPTIONS)).toBe(1);
    await mergeAway();
    await ingest.close();
    await open();
    await ingest.catchUp('shop');
    expect(await counted()).toBe(0);
  },
);

it('is refused while the block cannot be settled, and erases nothing of the store', async () => {
  await ingest.close();
  instead = () => Promise.reject(new SeismoError('STORE_UNAVAILABLE', 'Away.'));
  await open();
  await post([{ event: 'a', user: 'ann' }]);
  const short = { ...ingest, catchUp: () => Promise.race([ingest.catchUp('shop'), behind()]) };
  await expect(eraseEverywhere(short, store, 'shop', ALL, [], OPTIONS)).rejects.toMatchObject({ code: 'STORE_BEHIND' });
  expect(done.filter((each) => each.startsWith('erased'))).toEqual([]);
  instead = undefined;
  expect(await eraseEverywhere(ingest, store, 'shop', ALL, [], OPTIONS)).toBe(1);
});

const behind = async (): Promise<never> => {
  await expect.poll(() => ingest.stats().loadFailures).toBeGreaterThan(1);
  throw new SeismoError('STORE_BEHIND', 'As after its time.');
};

it('covers the events set aside as their data says, by an expression of RE2 too', async () => {
  const real = createClickHouseStore({ connection, zoneOf: () => 'UTC' });
  await real.open();
  instead = async (block) => {
    if (block.rows > 1 || Buffer.concat(block.payload.map((each) => Buffer.from(each))).includes('bad'))
      throw new InsertRejected('As the test wants it.');
    await real.insert(block);
  };
  await post([
    { event: 'bad 1', data: { plan: 'PRO' } },
    { event: 'bad 2', data: { plan: 'free' } },
    { event: 'good', data: { plan: 'pro' } },
  ]);
  await ingest.catchUp('shop');
  expect(ingest.stats().setAside).toBe(2);
  const pro = filtersOf(new Map([['data.plan[matches]', '(?i)^pro$']]), 'shop');
  expect(await eraseEverywhere(ingest, store, 'shop', ALL, pro, OPTIONS)).toBe(2);
  expect(ingest.rejectedRows().map(({ event }) => event.event)).toEqual(['bad 2']);
  expect(await counted()).toBe(0);
});
