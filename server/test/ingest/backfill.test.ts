/** Events that were stored before there was an archive. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eraseEverywhere } from '../../src/app/erase.ts';
import type { BackfillSource } from '../../src/ingest/archiving/backfill.ts';
import { createIngest } from '../../src/ingest/create-ingest.ts';
import type { Ingest } from '../../src/ingest/ingest.ts';
import type { Filter } from '../../src/model/query.ts';
import { type decodeRow, rowEnd } from '../../src/row/row.ts';
import type { SeqsOf } from '../../src/store/copy-store.ts';
import type { Block } from '../../src/store/store.ts';
import { SharedLock } from '../../src/system/shared-lock.ts';
import { LIMITS, MemoryStore } from './doubles.ts';
import { MemoryArchive } from './memory-archive.ts';

const T0 = Date.UTC(2026, 0, 5);
const DAY_MS = 86_400_000;
const ALL = { from: 0, to: Date.UTC(2100, 0, 1) };
const WAIT = { timeout: 10_000, interval: 5 };

/** Also gives its rows back as they came. */
class RowStore extends MemoryStore {
  readonly #rows = new Map<string, Buffer>();
  override async insert(block: Block): Promise<void> {
    const bytes = Buffer.concat(block.payload);
    for (let at = 0; at < bytes.length; at = rowEnd(bytes, at))
      this.#rows.set(`${block.journal} ${bytes.readBigUInt64LE(at)}`, bytes.subarray(at, rowEnd(bytes, at)));
    await super.insert(block);
  }
  /** Called before rows are given back. */
  onRead: () => Promise<void> = async () => {};
  async spans(width: number) {
    const spans = new Map<string, { journal: string; fromSeq: number; toSeq: number; events: number; bytes: number }>();
    for (const { journal, seq } of this.places) {
      const fromSeq = Math.floor(seq / width) * width;
      const key = `${journal} ${fromSeq}`;
      const events = (spans.get(key)?.events ?? 0) + 1;
      spans.set(key, { journal, fromSeq, toSeq: fromSeq + width, events, bytes: events * 100 });
    }
    return [...spans.values()];
  }
  async readSpan({ journal, fromSeq, toSeq }: SeqsOf) {
    const rows = this.places
      .filter((place) => place.journal === journal && place.seq >= fromSeq && place.seq < toSeq)
      .map(({ seq }) => this.#rows.get(`${journal} ${seq}`)!);
    await this.onRead();
    return rows;
  }
}

let folder: string;
let ingest: Ingest;
let store: RowStore;
let archive: MemoryArchive;
let log: [object, string][];
const erasures = new SharedLock();

const source = (): BackfillSource => ({
  to: 'the MongoDB database x/y',
  copy: store,
  holdErasures: (signal) => erasures.hold(signal),
});
const open = async (hasArchive: boolean): Promise<Ingest> => {
  const say = (fields: object, message: string) => void log.push([fields, message]);
  const opened = await createIngest({
    dataDir: folder,
    secret: Buffer.alloc(32, 3),
    store,
    archive: hasArchive ? archive : undefined,
    isStoreEmpty: store.events.length === 0,
    config: LIMITS,
    now: () => T0,
    retentionDaysOf: () => undefined,
    zoneOf: () => ({ hash: 0, dayOf: (ms) => Math.floor(ms / DAY_MS) }),
    logger: { info: say, warn: say, error: say },
  });
  opened.backfill?.begin(source());
  return opened;
};
async function reopen(hasArchive: boolean): Promise<void> {
  await ingest.close();
  ingest = await open(hasArchive);
}
const post = async (app: string, ...names: readonly string[]) => {
  const events = names.map((event) => ({ event, user: event[0], data: { n: event.length } }));
  await ingest.post(app, Buffer.from(JSON.stringify(events)), T0);
  await ingest.catchUp(app);
};
const ended = (state = 'done') => vi.waitFor(() => expect(ingest.backfill!.status()).toMatchObject({ state }), WAIT);
const messages = () => log.map(([, message]) => message);
const userIs = (text: string): Filter => ({
  field: { kind: 'column', name: 'user' },
  operator: 'is',
  matches: [{ text }],
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-backfill-'));
  store = new RowStore();
  archive = new MemoryArchive();
  log = [];
  ingest = await open(false);
});
afterEach(async () => {
  await ingest.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('an archive that is new beside a store with events', () => {
  it('gets the earlier ones once, under the same ids, each compared by app and day', async () => {
    await post('shop', 'a1', 'a2');
    await reopen(false);
    await post('blog', 'b1');
    await reopen(true);
    await post('shop', 'a3');
    await ended();
    await vi.waitFor(() => expect(archive.names).toEqual(['a1', 'a2', 'a3', 'b1']), WAIT);
    expect(new Set(archive.events.keys())).toEqual(
      new Set(store.places.map(({ journal, seq }) => `${journal} ${seq}`)),
    );
    // Four events: a3 may be among those compared, if it was stored before the comparison began.
    const { events, apps } = ingest.backfill!.status();
    expect(events).toBeGreaterThanOrEqual(3);
    expect(apps!.map(({ app, days }) => [app, days])).toEqual([
      ['blog', 1],
      ['shop', 1],
    ]);
    expect(apps![0]!.events).toBe(1);
    expect(messages()).toContain('the events of the engine are being compared with MongoDB, which gets what it lacks');
    expect(messages()).toContain('MongoDB has all events; each was compared');
    // It is complete: the next start has nothing to compare.
    const reads = archive.rangesRead;
    await reopen(true);
    expect(ingest.backfill!.status().state).toBe('none');
    expect(archive.rangesRead).toBe(reads);
  });

  it('has nothing to say when nothing was stored before', async () => {
    await reopen(true);
    expect(ingest.backfill!.status().state).toBe('none');
    await reopen(true);
    expect(ingest.backfill!.status().state).toBe('none');
    expect(messages()).toEqual([]);
    expect(ingest.stats().backfill).toBeUndefined();
  });

  it('goes on after a failure and after a restart with what is missing, and adds nothing twice', async () => {
    await post('shop', 'a1', 'a2', 'a3');
    archive.storesOnly = 2;
    archive.answersLeft = 2;
    await reopen(true);
    await vi.waitFor(() => expect(ingest.stats().backfill?.error).toBe('MongoDB does not respond.'), WAIT);
    expect(archive.names).toEqual(['a1', 'a2']);
    await reopen(true);
    expect(ingest.backfill!.status().state).toBe('copying');
    archive.answersLeft = Number.POSITIVE_INFINITY;
    await ended();
    expect(archive.done).toEqual(['+a1', '+a2', '+a3']);
    expect(ingest.backfill!.status()).toMatchObject({ events: 3, done: 3, copied: 1, passes: 1 });
  });

  it('gets no event back that is erased meanwhile', async () => {
    await post('shop', 'a1', 'b1');
    await reopen(true);
    await ended();
    let erasing: Promise<number> | undefined;
    // From now on a1 is missing there, and is read for it.
    for (const key of archive.events.keys()) if (archive.events.get(key)!.event === 'a1') archive.events.delete(key);
    store.onRead = async () => {
      erasing ??= erasures.shared(() =>
        eraseEverywhere(ingest, store, 'shop', ALL, [userIs('a')], {
          isKeptOut: false,
          idWindowMs: 7 * DAY_MS,
          nowMs: T0,
        }),
      );
      await new Promise((resolve) => setTimeout(resolve, 20));
    };
    expect(ingest.backfill!.start().state).toBe('copying');
    await ended();
    expect(await erasing).toBe(1);
    await vi.waitFor(() => expect(ingest.stats().archive).toMatchObject({ events: 0, orders: 0 }), WAIT);
    expect([archive.names, store.events.map(({ event }) => event)]).toEqual([['b1'], ['b1']]);
    expect(archive.done.slice(-2)).toEqual(['+a1', '-a1']);
  });

  it('has what it rejects kept with the reason, which `seismo retry` sends again', async () => {
    await post('shop', 'a1', 'bad');
    archive.refuse = ({ event }) => event === 'bad';
    await reopen(true);
    await ended();
    expect(archive.names).toEqual(['a1']);
    expect(ingest.stats().archive).toMatchObject({ rejected: 1 });
    expect(ingest.backfill!.status()).toMatchObject({ events: 2, done: 1, copied: 1 });
    archive.refuse = () => false;
    expect(await ingest.retryRejectedRows()).toBe(1);
    expect(archive.names).toEqual(['a1', 'bad']);
  });

  it('is compared on demand: what was changed there is replaced, and what it alone has stays', async () => {
    await post('shop', 'a1', 'a2');
    await reopen(true);
    await ended();
    const [[key, event]] = [...archive.events] as [[string, ReturnType<typeof decodeRow>]];
    archive.events.set(key, { ...event, user: 'changed' });
    const [journal] = key.split(' ');
    archive.events.set(`${journal} 77`, { ...event, event: 'lost' });
    ingest.backfill!.start();
    await ended();
    expect(archive.events.get(key)).toEqual(event);
    expect(archive.names).toEqual(['a1', 'a2', 'lost']);
    expect(ingest.backfill!.status()).toMatchObject({ copied: 1, done: 2 });
  });

  it('fails, naming the day, when an event does not come back as it was written', async () => {
    await post('shop', 'a1');
    const range = archive.range.bind(archive);
    archive.range = async (asked) =>
      (await range(asked)).map((each) => ({ ...each, event: { ...each.event, user: 'x' } }));
    await reopen(true);
    await ended('failed');
    expect(ingest.stats().backfill!.error).toMatch(
      /^2026-01-05 of the app shop differs although it was copied again: /,
    );
    await reopen(true);
    expect(ingest.backfill!.status().state).toBe('copying');
  });

  it('gets what was accepted while it was not configured', async () => {
    await reopen(true);
    await post('shop', 'a1');
    await vi.waitFor(() => expect(archive.names).toEqual(['a1']), WAIT);
    await reopen(false);
    await post('shop', 'a2');
    await reopen(true);
    await ended();
    expect(archive.done).toEqual(['+a1', '+a2']);
  });

  it('has a row once that the store rejected, and that was sent again while it was not configured', async () => {
    await reopen(true);
    store.refuse = ({ event }) => event === 'bad';
    await post('shop', 'a1', 'bad');
    await vi.waitFor(() => expect(archive.names).toEqual(['a1', 'bad']), WAIT);
    await reopen(false);
    store.refuse = () => false;
    expect(await ingest.retryRejectedRows()).toBe(1);
    await ingest.catchUp('shop');
    await reopen(true);
    await ended();
    expect(archive.names).toEqual(['a1', 'bad']);
  });
});
