import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createIngest } from '../../src/ingest/create-ingest.ts';
import type { Ingest } from '../../src/ingest/ingest.ts';
import { Journal } from '../../src/ingest/journal/journal.ts';
import type { Entry } from '../../src/ingest/journal/journal-entry.ts';
import { openJournalFile } from '../../src/ingest/journal/journal-file.ts';
import { SeismoError } from '../../src/model/errors.ts';
import { InsertRejected } from '../../src/store/store.ts';
import { LIMITS, MemoryStore } from './doubles.ts';

const T0 = Date.UTC(2026, 0, 5);
const DAY_MS = 86_400_000;
const uuid = (n: number) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
const body = (value: unknown) => Buffer.from(JSON.stringify(value));
const named = (...uuids: readonly number[]) => body(uuids.map((n) => ({ event: 'a', uuid: uuid(n) })));

let folder: string;
let ingest: Ingest;
let store: MemoryStore;
let now: number;
let monotonic: number;
const errors: object[] = [];

const open = (changes: Partial<typeof LIMITS> = {}) =>
  createIngest({
    dataDir: folder,
    secret: Buffer.alloc(32, 3),
    store,
    config: { ...LIMITS, ...changes },
    now: () => now,
    monotonicMs: () => monotonic,
    retentionDaysOf: () => undefined,
    zoneOf: () => ({ hash: 0, dayOf: (ms) => Math.floor(ms / DAY_MS) }),
    logger: { info: () => {}, warn: () => {}, error: (fields) => errors.push(fields) },
  });
async function reopen(changes: Partial<typeof LIMITS> = {}): Promise<void> {
  await ingest.close();
  ingest = await open(changes);
}
const post = async (bytes: Buffer) => JSON.parse((await ingest.post('shop', bytes, now)).body) as object;
const failure = async (work: Promise<unknown>) =>
  work.then(
    () => 'no failure',
    (error: unknown) => (error instanceof SeismoError ? error.code : Promise.reject(error)),
  );
const uuidsStored = () => store.events.map((event) => event.uuid).sort();

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-recovery-'));
  store = new MemoryStore();
  now = T0;
  monotonic = 0;
  errors.splice(0);
  ingest = await open();
});
afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await ingest.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The next transaction fails when told to. */
function failNextTransaction(): () => void {
  let fail = (): void => {};
  const told = new Promise<void>((resolve) => {
    fail = resolve;
  });
  vi.spyOn(Journal.prototype, 'append').mockImplementationOnce(async function (this: Journal, entry: Entry) {
    this.nextSeq += entry.count;
    await told;
    throw new SeismoError('JOURNAL_UNAVAILABLE', 'The disk is full.');
  });
  return fail;
}

it('fails a request whose duplicate waits for a transaction that fails, whole, and takes both again', async () => {
  const fail = failNextTransaction();
  const first = failure(post(named(1)));
  await new Promise((resolve) => setImmediate(resolve));
  // One that is under way, and one that the server would give an id: it must not stay without the other.
  const second = failure(post(body([{ event: 'a', uuid: uuid(1) }, { event: 'b' }])));
  const third = failure(post(named(9)));
  await new Promise((resolve) => setImmediate(resolve));
  fail();
  // The third shares a transaction with the second.
  expect(await Promise.all([first, second, third])).toEqual(Array(3).fill('JOURNAL_UNAVAILABLE'));
  expect(ingest.stats().journalEvents).toBe(0);
  expect(await post(named(1, 9))).toMatchObject({ accepted: 2, duplicates: 0 });
  await ingest.catchUp('shop');
  expect(uuidsStored()).toEqual([uuid(1), uuid(9)]);
});

it('takes the events of a group again that was found damaged while it waited', async () => {
  store.away = true;
  await post(named(1, 2));
  await post(named(3));
  await ingest.close();
  const file = openJournalFile(join(folder, 'journal'));
  const [first] = [...file.groups.getRange({ limit: 1 })];
  const value = Buffer.from(first!.value);
  value[value.length - 20]! ^= 1;
  await file.groups.put(first!.key, value);
  await file.root.close();
  store.away = false;
  ingest = await open();
  await ingest.catchUp('shop');
  expect(uuidsStored()).toEqual([uuid(3)]);
  expect(await post(named(1, 2, 3))).toMatchObject({ accepted: 2, duplicates: 1 });
  await reopen();
  expect(await post(named(1, 2, 3))).toMatchObject({ accepted: 0, duplicates: 3 });
  await ingest.catchUp('shop');
  expect(uuidsStored()).toEqual([1, 2, 3].map(uuid));
});

it('refuses while the disk hangs, and knows what it was asked to store when the disk answers after all', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  await reopen();
  const append = Journal.prototype.append;
  let answer = (): void => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  vi.spyOn(Journal.prototype, 'append').mockImplementationOnce(async function (this: Journal, entry: Entry) {
    const firstSeq = await append.call(this, entry);
    await answered;
    return firstSeq;
  });
  const first = failure(post(named(1)));
  await new Promise((resolve) => setImmediate(resolve));
  const second = failure(post(named(2)));
  await vi.advanceTimersByTimeAsync(30_000);
  expect(await Promise.all([first, second, failure(post(named(1, 3)))])).toEqual(Array(3).fill('JOURNAL_UNAVAILABLE'));
  await expect(ingest.ping()).rejects.toMatchObject({ code: 'JOURNAL_UNAVAILABLE' });
  answer();
  await vi.waitFor(() => ingest.ping());
  expect(await post(named(1, 2, 3))).toMatchObject({ accepted: 2, duplicates: 1 });
  vi.useRealTimers();
  await ingest.catchUp('shop');
  expect(uuidsStored()).toEqual([1, 2, 3].map(uuid));
});

it('says at its end that the disk hangs, and does not wait for it', async () => {
  let answer = (): void => {};
  const answered = new Promise<number>((resolve) => {
    answer = () => resolve(1);
  });
  vi.spyOn(Journal.prototype, 'append').mockImplementationOnce(() => answered);
  const first = post(named(1));
  await new Promise((resolve) => setImmediate(resolve));
  expect(await failure(ingest.close())).toBe('JOURNAL_UNAVAILABLE');
  answer();
  await first;
});

it('takes a piece of an import again that could not be journalled, and does not call it known', async () => {
  const events = Array.from({ length: 40 }, (_, i) => ({ event: 'a', uuid: uuid(i), timestamp: T0 }));
  const lines = Buffer.from(events.map((event) => JSON.stringify(event)).join('\n'));
  const piece = { app: 'shop', fingerprint: 'file', rowsFrom: 0, rowsDone: 40, lines };
  failNextTransaction()();
  expect(await failure(ingest.importRows(piece))).toBe('JOURNAL_UNAVAILABLE');
  expect(await ingest.importProgress('shop', 'file')).toEqual({ rows: 0, rejected: 0 });
  expect(await ingest.importRows(piece)).toMatchObject({ accepted: 40, duplicates: 0 });
});

it('loads nothing twice and loses nothing when a journal is brought back from a backup', async () => {
  store.away = true;
  await post(named(1, 2));
  await ingest.close();
  const backup = join(folder, 'backup');
  cpSync(join(folder, 'journal'), backup, { recursive: true });
  store.away = false;
  ingest = await open();
  await post(named(3, 4, 5));
  await ingest.catchUp('shop');
  await ingest.close();
  rmSync(join(folder, 'journal'), { recursive: true });
  cpSync(backup, join(folder, 'journal'), { recursive: true });
  ingest = await open();
  // The places of 3, 4 and 5 are given once more.
  expect(await post(named(6, 7, 8, 9))).toMatchObject({ accepted: 4 });
  store.losesAnswers = true;
  await failure(ingest.catchUp('shop'));
  store.losesAnswers = false;
  await ingest.catchUp('shop');
  expect(uuidsStored()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map(uuid));
});

it('loads nothing twice when a copy that was taken before any load is brought back after the original was loaded', async () => {
  await reopen({ flushIntervalMs: 60_000 });
  await post(named(1, 2));
  // Nothing is on its way: the copy tells of no attempt.
  const copy = join(folder, 'copy');
  cpSync(join(folder, 'journal'), copy, { recursive: true });
  await ingest.catchUp('shop');
  expect(uuidsStored()).toEqual([1, 2].map(uuid));
  await ingest.close();
  rmSync(join(folder, 'journal'), { recursive: true });
  cpSync(copy, join(folder, 'journal'), { recursive: true });
  ingest = await open({ flushIntervalMs: 60_000 });
  expect(ingest.stats().journalEvents).toBe(2);
  await ingest.catchUp('shop');
  expect(uuidsStored()).toEqual([1, 2].map(uuid));
});

it.each([
  ['all', 5],
  ['a part', 3],
  ['nothing', 0],
])('counts what is stored of a block that was refused before it halves it: %s', async (_, storedOfIt) => {
  await reopen({ flushIntervalMs: 60_000 });
  const settled = vi.spyOn(store, 'settleInserts');
  const insert = store.insert.bind(store);
  vi.spyOn(store, 'insert').mockImplementationOnce(async (block) => {
    await insert(block);
    store.events.splice(storedOfIt);
    store.places.splice(storedOfIt);
    throw new InsertRejected('code 32: a replica died under it');
  });
  await post(named(1, 2, 3, 4, 5));
  await ingest.catchUp('shop');
  expect(uuidsStored()).toEqual([1, 2, 3, 4, 5].map(uuid));
  expect(ingest.stats().setAside).toBe(0);
  expect(settled).toHaveBeenCalled();
});

describe('a store that remembers inserts by their token', () => {
  /** As replicas do: the second block with a token is not stored. */
  async function remember(forMs: number) {
    const tokens: string[] = [];
    const insert = store.insert.bind(store);
    Object.assign(store, { remembersInserts: () => forMs });
    vi.spyOn(store, 'insert').mockImplementation(async (block) => {
      const isKnown = tokens.includes(block.token);
      tokens.push(block.token);
      if (!isKnown) await insert(block);
    });
    await reopen({ flushIntervalMs: 60_000 });
    return { tokens, counted: vi.spyOn(store, 'storedRanges') };
  }

  it('is sent the same block again, although a count would miss what it holds', async () => {
    const { tokens, counted } = await remember(86_400_000);
    counted.mockResolvedValue([]);
    store.losesAnswers = true;
    await post(named(1, 2, 3));
    const caughtUp = ingest.catchUp('shop');
    await vi.waitFor(() => expect(tokens).toHaveLength(1));
    store.losesAnswers = false;
    await caughtUp;
    expect(uuidsStored()).toEqual([1, 2, 3].map(uuid));
    expect(tokens).toEqual([tokens[0], tokens[0]]);
    expect(counted).not.toHaveBeenCalled();
  });

  it('is counted when the events are older than what it remembers', async () => {
    const { tokens, counted } = await remember(1_000);
    store.losesAnswers = true;
    await post(named(1, 2, 3));
    now += 1_000;
    const caughtUp = ingest.catchUp('shop');
    await vi.waitFor(() => expect(tokens).toHaveLength(1));
    store.losesAnswers = false;
    await caughtUp;
    expect(uuidsStored()).toEqual([1, 2, 3].map(uuid));
    expect(counted).toHaveBeenCalled();
  });

  it('is counted once parts of the block were sent by themselves, also by the next run', async () => {
    const { tokens, counted } = await remember(86_400_000);
    store.refuse = ({ uuid: each }) => each === uuid(4);
    const insert = store.insert;
    let isAway = false;
    // After the first half is stored, the store goes away.
    store.insert = async (block) => {
      if (isAway) throw new SeismoError('STORE_UNAVAILABLE', 'away');
      await insert(block);
      isAway = true;
    };
    await post(named(1, 2, 3, 4));
    void ingest.catchUp('shop').catch(() => {});
    await vi.waitFor(() => expect(uuidsStored()).toEqual([1, 2].map(uuid)));
    isAway = false;
    store.insert = insert;
    await reopen({ flushIntervalMs: 60_000 });
    counted.mockClear();
    await ingest.catchUp('shop');
    expect(uuidsStored()).toEqual([1, 2, 3].map(uuid));
    expect(counted).toHaveBeenCalled();
    expect(new Set(tokens).size).toBe(tokens.length);
    expect(ingest.rejectedRows().map(({ event }) => event.uuid)).toEqual([uuid(4)]);
  });
});

it('sets aside what is refused, and counts what is stored of each half', async () => {
  await reopen({ flushIntervalMs: 60_000 });
  const insert = store.insert.bind(store);
  const isBad = ({ uuid: each }: { uuid: string }) => each === uuid(4);
  vi.spyOn(store, 'insert').mockImplementation(async (block) => {
    const before = store.events.length;
    await insert(block);
    // As a cluster may: what precedes the bad row is stored, and the block is refused.
    const bad = store.events.findIndex((event, i) => i >= before && isBad(event));
    if (bad < 0) return;
    store.events.splice(bad);
    store.places.splice(bad);
    throw new InsertRejected('code 27: cannot parse');
  });
  await post(named(1, 2, 3, 4, 5, 6, 7));
  await ingest.catchUp('shop');
  expect(uuidsStored()).toEqual([1, 2, 3, 5, 6, 7].map(uuid));
  expect(ingest.rejectedRows().map(({ event }) => event.uuid)).toEqual([uuid(4)]);
});

it('keeps a damaged transaction apart and loads the others', async () => {
  store.away = true;
  for (const n of [1, 2, 3]) await post(named(n));
  await ingest.close();
  const { root, groups } = openJournalFile(join(folder, 'journal'));
  const second = Buffer.from(groups.get(2)!);
  second[second.length >> 1]! ^= 1;
  await groups.put(2, second);
  await root.close();
  store.away = false;
  ingest = await open();
  await ingest.catchUp('shop');
  expect(uuidsStored()).toEqual([uuid(1), uuid(3)]);
  expect(ingest.stats()).toMatchObject({ damagedGroups: 1, journalEvents: 0, journalBytes: 0 });
  expect(errors).toEqual([{ firstSeq: 2, events: 1 }]);
  await reopen();
  expect(ingest.stats().damagedGroups).toBe(1);
});

it('erases what was set aside for good, also when it is being put back in line', async () => {
  store.refuse = () => true;
  await post(named(1));
  await ingest.catchUp('shop');
  expect(ingest.stats().setAside).toBe(1);
  store.refuse = () => false;
  expect(await Promise.all([ingest.eraseRejectedRows('shop', () => true), ingest.retryRejectedRows()])).toEqual([1, 0]);
  await ingest.catchUp('shop');
  expect([store.events, ingest.stats().setAside]).toEqual([[], 0]);
});

it('puts everything set aside back in line, however much it is, each event once', async () => {
  store.refuse = () => true;
  await reopen({ journalMaxBytes: 100_000_000, freshTimeoutMs: 60_000 });
  for (let from = 0; from < 5_000; from += 1_000)
    await post(named(...Array.from({ length: 1_000 }, (_, i) => from + i)));
  await ingest.catchUp('shop');
  expect([ingest.stats().setAside, ingest.rejectedRows().length]).toEqual([5_000, 1_000]);
  // The half that is refused again comes once more in the end, and no sooner.
  store.refuse = ({ uuid: each }) => Number.parseInt(each.slice(-1), 16) % 2 === 1;
  expect(await ingest.retryRejectedRows()).toBe(5_000);
  await ingest.catchUp('shop');
  expect([ingest.stats().setAside, store.events.length]).toEqual([2_500, 2_500]);
});

it('refuses with JOURNAL_FULL when the disk is nearly full, and goes on when it is not', async () => {
  await reopen({ diskReserveBytes: 2 ** 52 });
  expect([await failure(post(named(1))), ingest.stats().state]).toEqual(['JOURNAL_FULL', 'full']);
  await reopen();
  expect(await post(named(1))).toMatchObject({ accepted: 1 });
});

it('counts what the engine refused to the limit of the journal', async () => {
  await reopen({ journalMaxBytes: 60_000 });
  store.refuse = () => true;
  let code = '';
  // Ten kilobytes a time.
  for (let n = 0; n < 20 && code === ''; n++) {
    await post(named(...Array.from({ length: 60 }, (_, i) => n * 60 + i))).catch((error: SeismoError) => {
      code = error.code;
    });
    await ingest.catchUp('shop');
  }
  expect(code).toBe('JOURNAL_FULL');
  expect(await ingest.eraseRejectedRows('shop', () => true)).toBe(ingest.stats().accepted);
  expect(await post(named(9_999))).toMatchObject({ accepted: 1 });
});

it('loads at once, though the clock was set back by an hour', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: T0 });
  await reopen();
  await post(named(1));
  await ingest.catchUp('shop');
  vi.setSystemTime(T0 - 3_600_000);
  await post(named(2));
  await ingest.catchUp('shop');
  expect(uuidsStored()).toEqual([uuid(1), uuid(2)]);
});

it('knows ids though the clock jumps, forgets them when their time has passed, and grows no file by it', async () => {
  vi.useFakeTimers({ toFake: ['setInterval'] });
  await reopen();
  const minute = async () => {
    vi.advanceTimersByTime(60_000);
    // What it starts is done when a later write is.
    await ingest.ping();
    await ingest.ping();
  };
  await post(named(1));
  now += 400 * DAY_MS;
  monotonic += 60_000;
  await minute();
  expect(await post(named(1, 2))).toMatchObject({ accepted: 1, duplicates: 1 });
  now = T0 - 400 * DAY_MS;
  monotonic += 60_000;
  await minute();
  expect(await post(named(1, 2, 3))).toMatchObject({ accepted: 1, duplicates: 2 });
  // Also for a start with a clock that is behind.
  await reopen();
  expect(await post(named(1, 2, 3))).toMatchObject({ duplicates: 3 });
  // Nine days pass, more than the window, with an event each day.
  for (let day = 0; day < 9; day++) {
    monotonic += DAY_MS;
    await post(named(100 + day));
    await minute();
  }
  expect(await post(named(1, 2, 3, 108))).toMatchObject({ accepted: 3, duplicates: 1 });
  await ingest.close();
  const journal = new Journal(join(folder, 'journal'), { maxBytes: 1e9, diskReserveBytes: 0 });
  const kept = [...journal.fingerprints.all()].length;
  await journal.close();
  ingest = await open();
  // The nine days but none before, and what came last: an id is known for its seven days and for the part of the window (a hundredth,
  // or until the next id) that began with it.
  expect(kept).toBe(10);
});
