import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ArchiveMisconfigured, ArchiveUnavailable } from '../../src/archive/archive.ts';
import { createIngest } from '../../src/ingest/create-ingest.ts';
import type { Ingest } from '../../src/ingest/ingest.ts';
import { SeismoError } from '../../src/model/errors.ts';
import { LIMITS, MemoryStore } from './doubles.ts';
import { MemoryArchive } from './memory-archive.ts';

const T0 = Date.UTC(2026, 0, 5);
const DAY_MS = 86_400_000;
const WAIT = { timeout: 10_000, interval: 5 };
const uuid = (n: number) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

let folder: string;
let ingest: Ingest;
let store: MemoryStore;
let archive: MemoryArchive;
let restored: string[];
let infos: [object, string][];

const open = () =>
  createIngest({
    dataDir: folder,
    secret: Buffer.alloc(32, 3),
    store,
    archive,
    isStoreEmpty: store.events.length === 0,
    onRestored: (apps) => restored.push(...apps),
    config: LIMITS,
    now: () => T0,
    retentionDaysOf: () => undefined,
    zoneOf: () => ({ hash: 7, dayOf: (ms) => Math.floor(ms / DAY_MS) }),
    logger: { info: (fields, message) => infos.push([fields, message]), warn() {}, error() {} },
  });
const post = (app: string, events: readonly object[]) => ingest.post(app, Buffer.from(JSON.stringify(events)), T0);
const filled = () => vi.waitFor(() => expect(ingest.stats().rebuild?.state).not.toBe('running'), WAIT);
const archived = () =>
  vi.waitFor(() => expect(ingest.stats()).toMatchObject({ journalEvents: 0, archive: { events: 0 } }), WAIT);

/** What a machine that lost its disk has: MongoDB. */
async function loseDisk(): Promise<void> {
  await ingest.close();
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
  store = new MemoryStore();
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-rebuild-'));
  store = new MemoryStore();
  archive = new MemoryArchive();
  restored = [];
  infos = [];
  ingest = await open();
  await filled();
});
afterEach(async () => {
  await ingest.close();
  rmSync(folder, { recursive: true, force: true });
});

it('brings every event back as it was, knows its ids and names, and says so', async () => {
  expect(ingest.stats().rebuild).toBeUndefined();
  await post('shop', [
    {
      event: 'Item bought',
      uuid: uuid(1),
      user: 'ann',
      data: { plan: 'pro', n: 0, a: { b: [1, null], c: '' }, e: {} },
    },
    { event: '$identify', user: 'ann', device: 'd1', data: { city: 'Bern' } },
  ]);
  await post('blog', [{ event: 'viewed', session: 's1' }]);
  await archived();
  const before = structuredClone(store.events);
  await loseDisk();
  ingest = await open();
  await filled();
  expect(ingest.stats().rebuild).toEqual({ state: 'done', done: 3, events: 3, rejected: 0 });
  // Nothing about the new server with nothing to fill it from.
  expect(infos).toEqual([
    [{ events: 3, done: 0 }, 'the engine is being filled from MongoDB'],
    [{ events: 3, rejected: 0 }, 'the engine is filled from MongoDB'],
  ]);
  expect(store.events).toEqual(before);
  expect(restored.sort()).toEqual(['blog', 'shop']);
  expect([ingest.hasIdentified('shop'), ingest.hasIdentified('blog')]).toEqual([true, false]);
  // A client that did not get its answer sends it again.
  expect(JSON.parse((await post('shop', [{ event: 'Item bought', uuid: uuid(1) }])).body)).toMatchObject({
    accepted: 0,
  });
  await ingest.close();
  ingest = await open();
  expect(ingest.stats().rebuild).toBeUndefined();
  expect(JSON.parse((await post('shop', [{ event: 'Item bought', uuid: uuid(1) }])).body)).toMatchObject({
    accepted: 0,
  });
  expect(ingest.hasIdentified('shop')).toBe(true);
});

it('counts events once that arrive meanwhile, and goes on after a restart in the middle', async () => {
  await post('shop', [{ event: 'old1' }, { event: 'old2' }]);
  await archived();
  await loseDisk();
  archive.failsToRead = true;
  ingest = await open();
  await post('shop', [{ event: 'new1' }]);
  await ingest.catchUp('shop');
  await vi.waitFor(() => expect(archive.names).toEqual(['new1', 'old1', 'old2']), WAIT);
  expect(ingest.stats().rebuild).toMatchObject({ state: 'running' });
  await ingest.close();
  // The store is no longer empty.
  ingest = await open();
  await post('shop', [{ event: 'new2' }]);
  archive.failsToRead = false;
  await filled();
  await archived();
  expect(store.events.map(({ event }) => event).sort()).toEqual(['new1', 'new2', 'old1', 'old2']);
  expect(archive.names).toEqual(['new1', 'new2', 'old1', 'old2']);
});

it('leaves what this run accepted to the journal, though MongoDB has it first', async () => {
  await post('shop', [{ event: 'old1' }]);
  await archived();
  await loseDisk();
  archive.failsToRead = true;
  const insert = store.insert.bind(store);
  let openGate = (): void => {};
  const gate = new Promise<void>((resolve) => {
    openGate = resolve;
  });
  // The tokens of the loader have the sequence numbers, those of the filling do not.
  store.insert = async (block) => {
    if (block.token.includes(':')) await gate;
    await insert(block);
  };
  ingest = await open();
  await post('shop', [{ event: 'new1' }]);
  await vi.waitFor(() => expect(archive.names).toEqual(['new1', 'old1']), WAIT);
  archive.failsToRead = false;
  await filled();
  expect(store.events.map(({ event }) => event)).toEqual(['old1']);
  openGate();
  await archived();
  expect(store.events.map(({ event }) => event)).toEqual(['old1', 'new1']);
});

it('leaves out what the store has of a batch whose answer was lost', async () => {
  await post('shop', [{ event: 'a1' }, { event: 'a2' }, { event: 'a3' }]);
  await archived();
  await loseDisk();
  store.losesAnswers = true;
  ingest = await open();
  await vi.waitFor(() => expect(store.events.length).toBe(3), WAIT);
  store.losesAnswers = false;
  await filled();
  expect(store.events.map(({ event }) => event)).toEqual(['a1', 'a2', 'a3']);
});

it('waits for what is still on its way to MongoDB', async () => {
  archive.away = true;
  await post('shop', [{ event: 'a1' }]);
  await ingest.catchUp('shop');
  await ingest.close();
  // The engine's directory alone is gone: the journal has the event for MongoDB.
  store = new MemoryStore();
  ingest = await open();
  archive.away = false;
  await filled();
  expect(store.events.map(({ event }) => event)).toEqual(['a1']);
});

it('counts what the store rejects, and restores the rest', async () => {
  await post('shop', [{ event: 'a1' }, { event: 'a2' }, { event: 'a3' }]);
  await archived();
  await loseDisk();
  store.refuse = ({ event }) => event === 'a2';
  ingest = await open();
  await filled();
  expect(ingest.stats().rebuild).toMatchObject({ done: 3, rejected: 1 });
  expect(store.events.map(({ event }) => event)).toEqual(['a1', 'a3']);
});

it('erases nothing and retries nothing until it has ended', async () => {
  await post('shop', [{ event: 'a1' }]);
  await archived();
  await loseDisk();
  archive.failsToRead = true;
  ingest = await open();
  const busy = { code: 'STORE_FILLING' };
  await expect(ingest.holdArchive()).rejects.toMatchObject(busy);
  await expect(ingest.retryRejectedRows()).rejects.toBeInstanceOf(SeismoError);
  await vi.waitFor(() => expect(ingest.stats().rebuild?.lastFailure).toContain('does not respond'), WAIT);
  archive.failsToRead = false;
  await filled();
  (await ingest.holdArchive())?.release();
});

it('does not begin with an archive that belongs to another directory, and asks to take it over only with an empty store', async () => {
  expect(archive.owned).not.toContain(false);
  await post('shop', [{ event: 'a1' }]);
  await archived();
  await ingest.close();
  archive.owned.length = 0;
  ingest = await open();
  expect(archive.owned).toEqual([false]);
  await ingest.close();
  archive.refusal = new ArchiveMisconfigured('The MongoDB database belongs to another data directory.');
  await expect(open()).rejects.toBe(archive.refusal);
  // The journal is closed again: another can open it.
  archive.refusal = undefined;
  ingest = await open();
  expect(ingest.stats().rebuild).toBeUndefined();
});

it('begins without an archive that does not respond, and takes it over later though events came meanwhile', async () => {
  await post('shop', [{ event: 'old1' }]);
  await archived();
  await loseDisk();
  archive.owned.length = 0;
  archive.refusal = new ArchiveUnavailable('MongoDB does not respond.');
  ingest = await open();
  await post('shop', [{ event: 'new1' }]);
  await ingest.catchUp('shop');
  expect(store.events.map(({ event }) => event)).toEqual(['new1']);
  // How many there are is not known yet.
  expect(ingest.stats().rebuild).toEqual({
    ...{ state: 'running', done: 0, rejected: 0 },
    lastFailure: 'MongoDB does not respond.',
  });
  await ingest.close();
  ingest = await open();
  archive.refusal = undefined;
  await filled();
  expect(archive.owned).not.toContain(false);
  expect(store.events.map(({ event }) => event).sort()).toEqual(['new1', 'old1']);
});
