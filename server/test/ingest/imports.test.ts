/** Pieces of imports: each uuid once, each piece once, and never in the way of live events. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { eraseEverywhere } from '../../src/app/erase.ts';
import { createIngest } from '../../src/ingest/create-ingest.ts';
import type { Ingest } from '../../src/ingest/ingest.ts';
import { LIMITS, MemoryStore } from './doubles.ts';

let folder: string;
let ingest: Ingest;
let store: MemoryStore;
let now: number;
const T0 = Date.UTC(2026, 0, 5);
const uuid = (n: number) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
const body = (value: unknown) => Buffer.from(JSON.stringify(value));

const open = () =>
  createIngest({
    dataDir: folder,
    secret: Buffer.alloc(32, 3),
    store,
    config: {
      ...LIMITS,
      freshTimeoutMs: 2_000,
      journalMaxBytes: 1_000_000_000,
      lineMaxBytes: 200_000,
      eventMaxBytes: 200_000,
    },
    now: () => now,
    retentionDaysOf: () => undefined,
    zoneOf: () => ({ hash: 0, dayOf: (ms) => Math.floor(ms / 86_400_000) }),
    logger: { info: () => {}, warn: () => {}, error: () => {} },
  });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-imports-'));
  store = new MemoryStore();
  now = T0;
  ingest = await open();
});
afterEach(async () => {
  await ingest.close();
  rmSync(folder, { recursive: true, force: true });
});
async function reopen(): Promise<void> {
  await ingest.close();
  ingest = await open();
}

const events = (from: number, to: number, timestamp = T0 - 1_000) =>
  Array.from({ length: to - from }, (_, i) => ({ event: 'a', uuid: uuid(from + i), timestamp }));
const rows = (fingerprint: string, from: number, values: readonly unknown[], app = 'shop') =>
  ingest.importRows({
    app,
    fingerprint,
    rowsFrom: from,
    rowsDone: from + values.length,
    lines: Buffer.from(values.map((value) => JSON.stringify(value)).join('\n')),
  });

it.each([
  ['reads the ids of a month', Number.POSITIVE_INFINITY],
  ['asks about a month with too many ids', 0],
])(
  '%s: adds each uuid once, within a run, against stored events and live ones, and keeps its place',
  async (_, max) => {
    store.uuidsMax = max;
    await ingest.post('shop', body(events(0, 2)), now);
    expect(await rows('file-1', 0, [...events(0, 10), { event: 5 }])).toEqual({
      accepted: 8,
      duplicates: 2,
      rejected: [{ index: 10, code: 'EVENT_NAME_INVALID', detail: expect.any(String) }],
    });
    expect(await rows('file-1', 11, events(5, 12))).toMatchObject({ accepted: 2, duplicates: 5 });
    await reopen();
    expect(await ingest.importProgress('shop', 'file-1')).toEqual({ rows: 18, rejected: 1 });
    expect(await ingest.importProgress('shop', 'file-2')).toEqual({ rows: 0, rejected: 0 });
    expect(await rows('file-2', 0, events(0, 20))).toMatchObject({ accepted: 8, duplicates: 12 });
    await ingest.catchUp('shop');
    expect(store.events.length).toBe(20);
    // The live window does not know what an import brought.
    expect(ingest.stats().rememberedIds).toBe(2);
  },
);

it('takes a piece only where the one before it ended: twice sent, or from two runs at once, it counts once', async () => {
  const values = Array.from({ length: 5 }, () => ({ event: 'a', timestamp: T0 - 1_000 }));
  const both = await Promise.allSettled([rows('file-1', 0, values), rows('file-1', 0, values)]);
  expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  await expect(rows('file-1', 3, values)).rejects.toMatchObject({ code: 'IMPORT_OUT_OF_STEP', extra: { rows: 5 } });
  await reopen();
  await expect(rows('file-1', 0, values)).rejects.toMatchObject({ code: 'IMPORT_OUT_OF_STEP' });
  expect(await rows('file-1', 5, values)).toMatchObject({ accepted: 5 });
  await ingest.catchUp('shop');
  expect(store.events.length).toBe(10);
});

it('knows the server’s own uuids: of stored events, of one posted meanwhile, and takes back one that is gone', async () => {
  const made = JSON.parse((await ingest.post('shop', body({ event: 'a', timestamp: T0 - 1_000 }), now)).body);
  await ingest.catchUp('shop');
  expect(await rows('file-1', 0, [made])).toMatchObject({ accepted: 0, duplicates: 1 });
  const later = JSON.parse((await ingest.post('shop', body({ event: 'a', timestamp: T0 - 1_000 }), now)).body);
  expect(await rows('file-1', 1, [later])).toMatchObject({ accepted: 0, duplicates: 1 });
  await ingest.catchUp('shop');
  store.events.length = 0;
  await reopen();
  now += 60_000;
  expect(await rows('file-2', 0, [made])).toMatchObject({ accepted: 1, duplicates: 0 });
});

it('knows what is posted while it runs, and waits for what is on its way to the disk', async () => {
  await rows('file-1', 0, events(0, 1));
  // Posted after the ids of the month were read: on disk, and not read again.
  await ingest.post('shop', body(events(1, 3)), now);
  expect(await rows('file-1', 1, events(1, 3))).toMatchObject({ accepted: 0, duplicates: 2 });
  const posted = ingest.post('shop', body(events(3, 5)), now);
  const [imported] = await Promise.all([rows('file-1', 3, events(3, 6)), posted]);
  expect(imported).toMatchObject({ accepted: 1, duplicates: 2 });
  await ingest.catchUp('shop');
  expect(store.events.map(({ uuid }) => uuid).sort()).toEqual([0, 1, 2, 3, 4, 5].map(uuid));
});

it('takes again what was erased, from the first row when told to', async () => {
  await ingest.post('shop', body(events(0, 2)), now);
  expect(await rows('file-1', 0, events(0, 5))).toMatchObject({ accepted: 3, duplicates: 2 });
  await ingest.catchUp('shop');
  const all = { from: 0, to: Date.UTC(2100, 0, 1) };
  const options = { isKeptOut: false, idWindowMs: 7 * 86_400_000, nowMs: now };
  expect(await eraseEverywhere(ingest, store, 'shop', all, [], options)).toBe(5);
  expect(await rows('file-2', 0, events(0, 5))).toMatchObject({ accepted: 5, duplicates: 0 });
  await ingest.forgetImport('shop', 'file-1');
  expect(await ingest.importProgress('shop', 'file-1')).toEqual({ rows: 0, rejected: 0 });
  expect(await rows('file-1', 0, events(0, 6))).toMatchObject({ accepted: 1, duplicates: 5 });
});

it('keeps the places of two apps whose pieces share a transaction', async () => {
  await Promise.all([rows('file', 0, events(0, 3)), rows('file', 0, events(0, 4), 'blog')]);
  expect(await ingest.importProgress('shop', 'file')).toEqual({ rows: 3, rejected: 0 });
  expect(await ingest.importProgress('blog', 'file')).toEqual({ rows: 4, rejected: 0 });
});

it('tells the place only after the piece that is under way', async () => {
  const piece = rows('file', 0, events(0, 3));
  expect(await ingest.importProgress('shop', 'file')).toEqual({ rows: 3, rejected: 0 });
  await piece;
});

it('refuses a row without a time unless told when such rows happened, and keeps the times of an export', async () => {
  const timeless = [{ event: 'a' }, { event: 'b', timestamp: null }];
  expect(await rows('file-1', 0, timeless)).toMatchObject({
    accepted: 0,
    rejected: [0, 1].map((index) => ({ index, code: 'EVENT_TIMESTAMP_MISSING' })),
  });
  const exported = {
    event: 'c',
    timestamp: '2025-03-01T00:00:00.000Z',
    receivedAt: '2025-03-01T00:00:07.000Z',
    clientTimestamp: '2025-02-28T00:00:00.000Z',
    sentAt: '2025-03-01T00:00:00.000Z',
  };
  const lines = Buffer.from([...timeless, exported].map((value) => JSON.stringify(value)).join('\n'));
  await ingest.importRows({ app: 'shop', fingerprint: 'x', rowsFrom: 0, rowsDone: 3, lines, defaultTime: 5_000 });
  await ingest.catchUp('shop');
  expect(
    store.events.map(({ event, timestamp, receivedAt, clientTimestamp }) => [
      event,
      timestamp,
      receivedAt,
      clientTimestamp,
    ]),
  ).toEqual([
    ['a', 5_000, T0, undefined],
    ['b', 5_000, T0, undefined],
    ['c', Date.UTC(2025, 2, 1), Date.UTC(2025, 2, 1, 0, 0, 7), Date.UTC(2025, 1, 28)],
  ]);
});

it('refuses a piece that holds more or fewer rows than it says', async () => {
  const lines = Buffer.from('{"event":"a","timestamp":1}\n{"event":"b","timestamp":1}');
  for (const rowsDone of [1, 3])
    await expect(
      ingest.importRows({ app: 'shop', fingerprint: 'f', rowsFrom: 0, rowsDone, lines }),
    ).rejects.toMatchObject({ code: 'PARAMETER_INVALID' });
  expect(await ingest.importProgress('shop', 'f')).toEqual({ rows: 0, rejected: 0 });
});

it('refuses lines as posting does, and keeps the place of those that are none', async () => {
  const lines = Buffer.from(
    '{"event":"a","timestamp":1}\n{oops\n\n{"event":"a","timestamp":1,"data":{"n":1e400}}\nnull',
  );
  const answer = await ingest.importRows({ app: 'shop', fingerprint: 'f', rowsFrom: 0, rowsDone: 4, lines });
  expect(answer).toMatchObject({
    accepted: 1,
    rejected: [
      { index: 1, code: 'BODY_NOT_JSON' },
      { index: 2, code: 'EVENT_NUMBER_UNSAFE' },
      { index: 3, code: 'EVENT_NOT_OBJECT' },
    ],
  });
  expect(await ingest.importProgress('shop', 'f')).toEqual({ rows: 4, rejected: 3 });
});

it('waits while the journal holds more than the engine has taken, and says so when that lasts', {
  timeout: 30_000,
}, async () => {
  store.away = true;
  const big = Array.from({ length: 40 }, () => ({
    event: 'a',
    timestamp: T0 - 1_000,
    data: { x: 'x'.repeat(100_000) },
  }));
  let from = 0;
  // 4 MB a piece: past 32 MiB the next one is told to wait.
  for (; from < 9 * 40; from += 40) await rows('file-1', from, big);
  await expect(rows('file-1', from, big)).rejects.toMatchObject({ code: 'STORE_BEHIND' });
  expect(await ingest.importProgress('shop', 'file-1')).toEqual({ rows: from, rejected: 0 });
  store.away = false;
  // As the command does: a piece that was told to wait is sent again.
  const answer = await vi.waitFor(() => rows('file-1', from, big), { timeout: 20_000, interval: 50 });
  expect(answer).toMatchObject({ accepted: 40 });
});
