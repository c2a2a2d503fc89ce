import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eraseEverywhere } from '../../src/app/erase.ts';
import type { Archive } from '../../src/archive/archive.ts';
import { createIngest } from '../../src/ingest/create-ingest.ts';
import type { Ingest } from '../../src/ingest/ingest.ts';
import { openJournalFile } from '../../src/ingest/journal/journal-file.ts';
import type { Filter } from '../../src/model/query.ts';
import { LIMITS, MemoryStore } from './doubles.ts';
import { MemoryArchive } from './memory-archive.ts';

const T0 = Date.UTC(2026, 0, 5);
const DAY_MS = 86_400_000;
const ALL = { from: 0, to: Date.UTC(2100, 0, 1) };
const OPTIONS = { isKeptOut: false, idWindowMs: 7 * DAY_MS, nowMs: T0 };
const WAIT = { timeout: 10_000, interval: 5 };

let folder: string;
let ingest: Ingest;
let store: MemoryStore;
let archive: MemoryArchive;
let warnings: string[];
/** What was logged with them. */
let fields: object[];

const open = (withArchive: Archive = archive, changes: Partial<typeof LIMITS> = {}): Promise<Ingest> =>
  createIngest({
    dataDir: folder,
    secret: Buffer.alloc(32, 3),
    store,
    archive: withArchive,
    config: { ...LIMITS, ...changes },
    now: () => T0,
    retentionDaysOf: () => undefined,
    zoneOf: () => ({ hash: 0, dayOf: (ms) => Math.floor(ms / DAY_MS) }),
    logger: {
      info: () => {},
      warn(given, message) {
        warnings.push(message);
        fields.push(given);
      },
      error: (_, message) => warnings.push(message),
    },
  });
const reopen = async (...options: Parameters<typeof open>): Promise<void> => {
  await ingest.close();
  ingest = await open(...options);
};
const post = (...names: readonly string[]) =>
  ingest.post('shop', Buffer.from(JSON.stringify(names.map((event) => ({ event, user: event[0] })))), T0);
const waiting = () => ingest.stats().archive!;
const archived = () => vi.waitFor(() => expect(waiting()).toMatchObject({ events: 0, orders: 0 }), WAIT);
/** Groups in the journal's file. */
async function kept(): Promise<number[]> {
  await ingest.close();
  const { groups, root } = openJournalFile(join(folder, 'journal'));
  const keys = [...groups.getKeys({})];
  await root.close();
  ingest = await open();
  return keys;
}
const userIs = (text: string): Filter => ({
  field: { kind: 'column', name: 'user' },
  operator: 'is',
  matches: [{ text }],
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-archiver-'));
  store = new MemoryStore();
  archive = new MemoryArchive();
  warnings = [];
  fields = [];
  ingest = await open();
});
afterEach(async () => {
  await ingest.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the second consumer of the journal', () => {
  it('gets every event once, though it stores half a batch and says that it has no primary', async () => {
    archive.storesOnly = 2;
    await post('a1', 'a2', 'a3', 'a4', 'a5');
    await archived();
    expect(archive.done).toEqual(['+a1', '+a2', '+a3', '+a4', '+a5']);
    expect(waiting()).toMatchObject({ failures: 1, lastFailure: 'MongoDB has no primary at the moment.' });
    expect(store.events.map(({ event }) => event)).toEqual(['a1', 'a2', 'a3', 'a4', 'a5']);
    // The reason, and no stack: it will be logged at each attempt.
    expect([warnings, fields]).toEqual([
      ['events not archived in MongoDB; it will be tried again'],
      [{ reason: 'MongoDB has no primary at the moment.' }],
    ]);
  });

  it('keeps what the store has until the archive is back, also over a restart, and then forgets it', async () => {
    archive.away = true;
    await post('a1', 'a2');
    await ingest.catchUp('shop');
    expect(ingest.stats()).toMatchObject({ journalEvents: 0, archive: { events: 2 } });
    expect(await kept()).toEqual([1]);
    expect(ingest.stats()).toMatchObject({ journalEvents: 0, archive: { events: 2 } });
    await post('a3');
    await ingest.catchUp('shop');
    expect(store.events.map(({ event }) => event)).toEqual(['a1', 'a2', 'a3']);
    archive.away = false;
    await archived();
    expect(archive.names).toEqual(['a1', 'a2', 'a3']);
    expect(await kept()).toEqual([]);
  });

  it('keeps what the archive has until the store is back, and then forgets it', async () => {
    store.away = true;
    await post('a1', 'a2');
    await archived();
    expect(archive.names).toEqual(['a1', 'a2']);
    expect(await kept()).toEqual([1]);
    expect(ingest.stats()).toMatchObject({ journalEvents: 2, archive: { events: 0 } });
    store.away = false;
    await ingest.catchUp('shop');
    expect(store.events.map(({ event }) => event)).toEqual(['a1', 'a2']);
    expect(await kept()).toEqual([]);
    expect(archive.done).toEqual(['+a1', '+a2']);
  });

  it('counts what waits for the archive towards the limit of the journal', async () => {
    await reopen(archive, { journalMaxBytes: 2_000 });
    archive.away = true;
    let failure: unknown;
    for (let i = 0; i < 40 && failure === undefined; i++) {
      await post('a1').catch((error: unknown) => {
        failure = error;
      });
      await ingest.catchUp('shop');
    }
    expect(failure).toMatchObject({ code: 'JOURNAL_FULL' });
    expect(ingest.stats().journalEvents).toBe(0);
    archive.away = false;
    await archived();
    await post('a2');
  });

  it('begins with what is not in the store yet when it is new, and keeps only erasures for it when it is taken away', async () => {
    await ingest.close();
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    const without = () =>
      createIngest({
        ...{ dataDir: folder, secret: Buffer.alloc(32, 3), store, config: LIMITS, now: () => T0 },
        retentionDaysOf: () => undefined,
        zoneOf: () => ({ hash: 0, dayOf: () => 0 }),
        logger: { info: () => {}, warn: (_, message) => warnings.push(message), error: () => {} },
      });
    ingest = await without();
    await post('a1');
    await ingest.catchUp('shop');
    store.away = true;
    await post('a2');
    await reopen();
    await archived();
    expect(archive.names).toEqual(['a2']);
    expect(waiting().gapSinceMs).toBeUndefined();
    store.away = false;
    archive.away = true;
    await post('a3');
    await ingest.catchUp('shop');
    const hold = await ingest.holdArchive();
    await hold!.note({ kind: 'erase', app: 'shop', range: ALL, filters: [userIs('b')] });
    hold!.release();
    expect(waiting()).toMatchObject({ events: 1, orders: 1 });
    await ingest.close();
    ingest = await without();
    expect(warnings.join()).toContain('erasures wait for MongoDB, which is no longer configured');
    expect(ingest.stats().archive).toBeUndefined();
    await post('a4');
    await ingest.catchUp('shop');
    // The store has it: nothing fills up for an archive that may never come back.
    await ingest.close();
    const { groups, root } = openJournalFile(join(folder, 'journal'));
    expect([...groups.getKeys({})]).toEqual([]);
    await root.close();
    ingest = await open();
    expect(waiting()).toMatchObject({ events: 0, orders: 1 });
    archive.away = false;
    await archived();
    expect(archive.names).toEqual(['a2']);
    expect(warnings.join()).toContain('MongoDB still has events that were erased then');
    expect(waiting().gapSinceMs).toBeGreaterThan(T0);
    await reopen();
    expect(waiting().gapSinceMs).toBeGreaterThan(T0);
    expect(store.events.map(({ event }) => event)).toEqual(['a1', 'a2', 'a3', 'a4']);
  });

  it('lets no import run ahead of it further than of the store', async () => {
    await reopen(archive, { freshTimeoutMs: 50, journalMaxBytes: 100_000 });
    archive.away = true;
    const lines = (from: number) =>
      Buffer.from(
        Array.from({ length: 300 }, (_, i) => JSON.stringify({ event: `n${from + i}`, id: 'n', timestamp: T0 })).join(
          '\n',
        ),
      );
    const piece = { app: 'shop', fingerprint: 'file' };
    await ingest.importRows({ ...piece, rowsFrom: 0, rowsDone: 300, lines: lines(0) });
    await vi.waitFor(() => expect(ingest.stats().journalEvents).toBe(0), WAIT);
    expect(waiting().bytes).toBeGreaterThan(25_000);
    await expect(
      ingest.importRows({ ...piece, rowsFrom: 300, rowsDone: 600, lines: lines(300) }),
    ).rejects.toMatchObject({ code: 'STORE_BEHIND' });
  });
});

describe('rows that one of the two rejects', () => {
  it('keeps a row that the archive rejects, archives the rest, and takes it when it is sent again', async () => {
    archive.refuse = ({ event }) => event === 'a2';
    await post('a1', 'a2', 'a3');
    await archived();
    expect(archive.names).toEqual(['a1', 'a3']);
    expect(waiting()).toMatchObject({ rejected: 1 });
    expect(await ingest.retryRejectedRows()).toBe(0);
    await reopen();
    archive.refuse = () => false;
    expect(await ingest.retryRejectedRows()).toBe(1);
    expect(archive.names).toEqual(['a1', 'a2', 'a3']);
    expect(waiting()).toMatchObject({ rejected: 0 });
    // The store had it all the time.
    await ingest.catchUp('shop');
    expect(store.events.map(({ event }) => event)).toEqual(['a1', 'a2', 'a3']);
  });

  it('holds a row once in the archive that the store rejected and that was queued again', async () => {
    store.refuse = ({ event }) => event === 'a2';
    await post('a1', 'a2');
    await ingest.catchUp('shop');
    await archived();
    expect(archive.names).toEqual(['a1', 'a2']);
    store.refuse = () => false;
    expect(await ingest.retryRejectedRows()).toBe(1);
    await ingest.catchUp('shop');
    await archived();
    expect(archive.done).toEqual(['+a1', '+a2', '-a2', '+a2']);
    expect(store.events.map(({ event }) => event)).toEqual(['a1', 'a2']);
  });
});

describe('an erasure', () => {
  it('has its place among the events: it meets what the archive gets later, and nothing that came after it', async () => {
    archive.away = true;
    await post('a1', 'b1');
    expect(await eraseEverywhere(ingest, store as never, 'shop', ALL, [userIs('a')], OPTIONS)).toBe(1);
    await post('a2', 'b2');
    await ingest.catchUp('shop');
    expect(store.events.map(({ event }) => event).sort()).toEqual(['a2', 'b1', 'b2']);
    expect(waiting()).toMatchObject({ orders: 1 });
    await reopen();
    expect(waiting()).toMatchObject({ orders: 1 });
    archive.away = false;
    await archived();
    expect(archive.done).toEqual(['+a1', '+b1', '-a1', '+a2', '+b2']);
  });

  it('is executed again when the archive fails in the middle, before any later event', async () => {
    archive.answersLeft = 1;
    await post('a1');
    await vi.waitFor(() => expect(archive.names).toEqual(['a1']), WAIT);
    await eraseEverywhere(ingest, store as never, 'shop', ALL, [], OPTIONS);
    await post('a2');
    await vi.waitFor(() => expect(waiting().failures).toBeGreaterThan(0), WAIT);
    expect(archive.names).toEqual(['a1']);
    archive.answersLeft = Number.POSITIVE_INFINITY;
    await archived();
    expect(archive.done).toEqual(['+a1', '-a1', '+a2']);
  });

  it('also removes what the archive had rejected', async () => {
    archive.refuse = () => true;
    await post('a1', 'b1');
    await archived();
    expect(waiting()).toMatchObject({ rejected: 2 });
    await eraseEverywhere(ingest, store as never, 'shop', ALL, [userIs('a')], OPTIONS);
    await archived();
    expect(waiting()).toMatchObject({ rejected: 1 });
  });

  it('erases in both what came before it, when events arrive while it looks', async () => {
    await post('a1');
    const erase = store.erase.bind(store);
    let seen: readonly Filter[] = [];
    store.erase = async (app, range, filters) => {
      seen = filters;
      // It is in the store before the store hides anything.
      await post('a2');
      await ingest.catchUp('shop');
      return await erase(app, range, filters);
    };
    await eraseEverywhere(ingest, store as never, 'shop', ALL, [userIs('a')], OPTIONS);
    await archived();
    expect(seen.at(-1)).toEqual({ before: { journals: [ingest.run.journal], seq: 2 } });
    expect(archive.names).toEqual(['a2']);
  });

  it('does not let the archive pass before its place is known', async () => {
    await post('a1');
    const hold = (await ingest.holdArchive())!;
    await post('a2');
    await vi.waitFor(() => expect(archive.names).toEqual(['a1']), WAIT);
    await ingest.catchUp('shop');
    await hold.note({ kind: 'erase', app: 'shop', range: ALL, filters: [] });
    expect(archive.names).toEqual(['a1']);
    hold.release();
    await archived();
    expect(archive.done).toEqual(['+a1', '-a1', '+a2']);
  });

  it('waits behind another that is not noted yet, with the events between them', async () => {
    await post('a1');
    const first = (await ingest.holdArchive())!;
    await post('a2');
    const second = (await ingest.holdArchive())!;
    await second.note({ kind: 'erase', app: 'shop', range: ALL, filters: [] });
    second.release();
    await post('a3');
    await vi.waitFor(() => expect(archive.names).toEqual(['a1']), WAIT);
    // Its turn has come several times.
    await ingest.catchUp('shop');
    first.release();
    await archived();
    expect(archive.done).toEqual(['+a1', '+a2', '-a1', '-a2', '+a3']);
  });

  it('notes nothing for the archive when the erasure is refused', async () => {
    await post('a1');
    store.uuidsMax = 0;
    await expect(
      eraseEverywhere(ingest, store as never, 'shop', ALL, [], { ...OPTIONS, isKeptOut: true }),
    ).rejects.toMatchObject({ code: 'PARAMETER_INVALID' });
    await archived();
    await post('a2');
    await archived();
    expect(archive.done).toEqual(['+a1', '+a2']);
  });
});
