import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createIngest } from '../../src/ingest/create-ingest.ts';
import type { Ingest } from '../../src/ingest/ingest.ts';
import { LIMITS, MemoryStore } from './doubles.ts';

let folder: string;
let ingest: Ingest;
let store: MemoryStore;
let isClosed: boolean;
const NEVER = new AbortController().signal;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-hold-'));
  store = new MemoryStore();
  isClosed = false;
  ingest = await createIngest({
    dataDir: folder,
    secret: Buffer.alloc(32, 3),
    store,
    config: { ...LIMITS, freshTimeoutMs: 200 },
    now: () => Date.UTC(2026, 0, 5),
    retentionDaysOf: () => undefined,
    zoneOf: () => ({ hash: 0, dayOf: (ms) => Math.floor(ms / 86_400_000) }),
    logger: { info: () => {}, warn: () => {}, error: () => {} },
  });
});
afterEach(async () => {
  if (!isClosed) await ingest.close();
  rmSync(folder, { recursive: true, force: true });
});

const post = async (event: string) =>
  JSON.parse((await ingest.post('shop', Buffer.from(JSON.stringify({ event })), Date.UTC(2026, 0, 5))).body) as object;
const names = () => store.events.map(({ event }) => event);

it('accepts events and loads none while loading is held, and loads them in order afterwards', async () => {
  await post('a');
  await ingest.catchUp('shop');
  const release = await ingest.holdLoading(NEVER);
  await post('b');
  // Ten flush intervals and a question that waits for it.
  await expect(ingest.catchUp('shop')).rejects.toThrow('STORE_BEHIND');
  expect([names(), ingest.stats().journalEvents]).toEqual([['a'], 1]);
  await post('c');
  release();
  await ingest.catchUp('shop');
  expect(names()).toEqual(['a', 'b', 'c']);
});

it('is held only once the store has taken what was on its way', async () => {
  store.away = true;
  await post('a');
  await vi.waitFor(() => expect(ingest.stats().loadFailures).toBeGreaterThan(0));
  const late = new AbortController();
  const holding = ingest.holdLoading(late.signal);
  // The first attempt that follows fails too.
  await vi.waitFor(() => expect(ingest.stats().loadFailures).toBeGreaterThan(1));
  late.abort(new Error('too long'));
  await expect(holding).rejects.toThrow('too long');
  store.away = false;
  (await ingest.holdLoading(NEVER))();
  expect(names()).toEqual(['a']);
});

it('loads what waits when the server stops while loading is held', async () => {
  await ingest.holdLoading(NEVER);
  await post('a');
  await ingest.close();
  isClosed = true;
  expect(names()).toEqual(['a']);
});
