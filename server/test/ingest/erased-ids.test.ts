/** What is erased can be sent again, once, unless it is kept out: while the server runs, after it was stopped, and after it was killed. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eraseEverywhere } from '../../src/app/erase.ts';
import { createIngest } from '../../src/ingest/create-ingest.ts';
import type { Ingest } from '../../src/ingest/ingest.ts';
import { SeismoError } from '../../src/model/errors.ts';
import type { Filter } from '../../src/model/query.ts';
import { filtersOf } from '../../src/reports/filters.ts';
import { LIMITS, MemoryStore } from './doubles.ts';

const T0 = Date.UTC(2026, 0, 5);
const DAY_MS = 86_400_000;
const ALL = { from: 0, to: Date.UTC(2100, 0, 1) };
const uuid = (n: number) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

let folder: string;
let store: MemoryStore;
let ingest: Ingest;
let now: number;

const openIn = (dataDir: string) =>
  createIngest({
    dataDir,
    secret: Buffer.alloc(32, 3),
    store,
    config: LIMITS,
    now: () => now,
    monotonicMs: () => now,
    retentionDaysOf: () => undefined,
    zoneOf: () => ({ hash: 0, dayOf: (ms) => Math.floor(ms / DAY_MS) }),
    logger: { info: () => {}, warn: () => {}, error: () => {} },
  });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-erased-'));
  store = new MemoryStore();
  now = T0;
  ingest = await openIn(folder);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await ingest.close();
  rmSync(folder, { recursive: true, force: true });
});

/** As a kill leaves it: nothing is written down at the end, so the ids come from the journal alone. */
async function kill(): Promise<void> {
  const journal = join(folder, 'journal');
  const left = join(folder, 'left');
  cpSync(journal, left, { recursive: true });
  await ingest.close();
  rmSync(journal, { recursive: true });
  cpSync(left, journal, { recursive: true });
  rmSync(left, { recursive: true });
  ingest = await openIn(folder);
}
async function restart(): Promise<void> {
  await ingest.close();
  ingest = await openIn(folder);
}
const ENDS = [
  ['goes on', async () => {}],
  ['is stopped and started', restart],
  ['is killed and started', kill],
] as const;

const event = (n: number, user = 'ann') => ({ event: 'a', uuid: uuid(n), user, timestamp: T0 + n });
async function post(...events: readonly object[]): Promise<{ accepted: number; duplicates: number }> {
  const body = Buffer.from(JSON.stringify(events));
  const { accepted, duplicates } = JSON.parse((await ingest.post('shop', body, now)).body);
  await ingest.catchUp('shop');
  return { accepted, duplicates };
}
const of = (query: string): Filter[] => filtersOf(new Map(new URLSearchParams(query)), 'shop');
const erase = (query: string, isKeptOut = false) =>
  eraseEverywhere(ingest, store, 'shop', ALL, of(query), { isKeptOut, idWindowMs: 7 * DAY_MS, nowMs: now });
const stored = () => store.events.map((each) => Number.parseInt(each.uuid.slice(-4), 16)).toSorted((a, b) => a - b);

describe.each(ENDS)('when the server %s', (_, end) => {
  it('stores what was erased and is sent again, and counts a repeat of that once', async () => {
    await post(event(1), event(2), event(3, 'bob'));
    expect(await erase('user=ann')).toBe(2);
    await end();
    expect(await post(event(1), event(2), event(3, 'bob'))).toEqual({ accepted: 2, duplicates: 1 });
    expect(await post(event(1), event(2), event(3, 'bob'))).toEqual({ accepted: 0, duplicates: 3 });
    await end();
    // What came after the erasure is known, though it was forgotten once.
    expect(await post(event(1), event(2), event(3, 'bob'))).toEqual({ accepted: 0, duplicates: 3 });
    expect(stored()).toEqual([1, 2, 3]);
    expect(await erase('user=ann')).toBe(2);
    await end();
    expect(await post(event(1), event(2), event(3, 'bob'))).toEqual({ accepted: 2, duplicates: 1 });
    expect(stored()).toEqual([1, 2, 3]);
  });

  it('keeps out what was erased so that it cannot be sent again, for the days of the window', async () => {
    await post(event(1), event(2, 'bob'));
    now += 5 * DAY_MS;
    expect(await erase('user=ann', true)).toBe(1);
    await end();
    // Its own week is over, the week from the erasure on is not.
    now += 3 * DAY_MS;
    expect(await post(event(1))).toEqual({ accepted: 0, duplicates: 1 });
    await end();
    expect(await post(event(1))).toEqual({ accepted: 0, duplicates: 1 });
    expect(stored()).toEqual([2]);
  });

  it('keeps out what two erasures erased, with no event between them and some after', async () => {
    await post(event(1), event(2, 'bob'));
    expect(await erase('user=ann', true)).toBe(1);
    expect(await erase('user=bob', true)).toBe(1);
    await end();
    expect(await post(event(3))).toEqual({ accepted: 1, duplicates: 0 });
    await end();
    expect(await post(event(1), event(2, 'bob'), event(3))).toEqual({ accepted: 0, duplicates: 3 });
    expect(stored()).toEqual([3]);
  });

  it('stores an event of which it made the uuid itself', async () => {
    await post({ event: 'a', user: 'ann' }, { event: 'b', user: 'bob' });
    const [ann, bob] = store.events.map((each) => ({ event: each.event, user: each.user, uuid: each.uuid }));
    await erase('user=ann');
    await end();
    expect(await post(ann!, bob!)).toEqual({ accepted: 1, duplicates: 1 });
    expect(await post(ann!, bob!)).toEqual({ accepted: 0, duplicates: 2 });
    // Also when its id is in the window no more.
    now += 9 * DAY_MS;
    await restart();
    expect(await post(ann!, bob!)).toEqual({ accepted: 0, duplicates: 2 });
    expect(store.events).toHaveLength(2);
  });

  it('keeps out an event of which it made the uuid itself', async () => {
    await post({ event: 'a', user: 'ann' }, { event: 'b', user: 'cas' });
    const [ann] = store.events.map((each) => ({ event: each.event, user: each.user, uuid: each.uuid }));
    // An erasure before, after which such uuids are looked up.
    await erase('user=cas');
    await erase('user=ann', true);
    await end();
    expect(await post(ann!)).toEqual({ accepted: 0, duplicates: 1 });
    expect(store.events).toEqual([]);
  });

  it('forgets what was set aside and erased', async () => {
    store.refuse = () => true;
    await post(event(1), event(2, 'bob'));
    expect(ingest.stats().setAside).toBe(2);
    expect(await erase('user=ann')).toBe(1);
    store.refuse = () => false;
    await end();
    expect(await post(event(1), event(2, 'bob'))).toEqual({ accepted: 1, duplicates: 1 });
  });
});

it('takes own uuids again one by one and as lines, and asks the store in apps alone where something was erased', async () => {
  const known = vi.spyOn(store, 'knownUuids');
  await post({ event: 'a', user: 'ann' }, { event: 'a', user: 'ann' });
  const both = store.events.map((each) => ({ event: 'a', uuid: each.uuid }));
  expect(await post(...both)).toEqual({ accepted: 0, duplicates: 2 });
  expect(known).not.toHaveBeenCalled();
  await erase('user=ann');
  const single = await ingest.post('shop', Buffer.from(JSON.stringify(both[0])), now);
  expect(single.status).toBe(201);
  const lines = Buffer.from(both.map((each) => JSON.stringify(each)).join('\n'));
  const answer = await ingest.postLines('shop', Readable.from([lines]), now);
  expect(JSON.parse(answer.body)).toMatchObject({ accepted: 1, duplicates: 1 });
  await ingest.catchUp('shop');
  expect(store.events.map((each) => each.uuid).toSorted()).toEqual(both.map((each) => each.uuid).toSorted());
});

const lines = (...events: readonly object[]) => Buffer.from(events.map((each) => JSON.stringify(each)).join('\n'));
const importRows = (fingerprint: string, ...events: readonly object[]) =>
  ingest.importRows({ app: 'shop', fingerprint, rowsFrom: 0, rowsDone: events.length, lines: lines(...events) });

it('imports what was erased, but not what is kept out or set aside', async () => {
  await post(event(1), event(2, 'bob'), event(3, 'cas'));
  await erase('user=ann');
  await erase('user=bob', true);
  store.refuse = ({ uuid: each }) => each === uuid(4);
  await post(event(4, 'dan'));
  store.refuse = () => false;
  const rows = [event(1), event(2, 'bob'), event(3, 'cas'), event(4, 'dan'), event(5, 'eve')];
  expect(await importRows('file', ...rows)).toMatchObject({ accepted: 2, duplicates: 3 });
  await ingest.catchUp('shop');
  expect(await ingest.retryRejectedRows()).toBe(1);
  await ingest.catchUp('shop');
  expect(stored()).toEqual([1, 3, 4, 5]);
  // Imported rows are kept out as well, though their ids were in no window.
  await erase('user=eve', true);
  expect(await post(event(5, 'eve'))).toEqual({ accepted: 0, duplicates: 1 });
  expect(await importRows('other file', event(5, 'eve'))).toMatchObject({ accepted: 0, duplicates: 1 });
});

it('goes on knowing an id of which one event is left', async () => {
  await importRows('file', event(1, 'bob'));
  await ingest.catchUp('shop');
  await post(event(1));
  expect(stored()).toEqual([1, 1]);
  expect(await erase('user=ann')).toBe(1);
  expect(await post(event(1))).toEqual({ accepted: 0, duplicates: 1 });
});

describe('an erasure that is cut short', () => {
  const failure = (error: unknown) => (error instanceof SeismoError ? error.code : error);
  const settled = async () => {
    // The next start looks after what the last one left.
    await restart();
    await expect.poll(async () => await post(event(9))).toEqual({ accepted: 0, duplicates: 1 });
  };

  it('by the end of the server after the events were hidden: their ids are forgotten at the next start', async () => {
    await post(event(1), event(2, 'bob'), event(9, 'cas'));
    const journal = join(folder, 'journal');
    const left = join(folder, 'left');
    const real = store.erase.bind(store);
    vi.spyOn(store, 'erase').mockImplementationOnce(async (...asked) => {
      const erased = await real(...asked);
      cpSync(journal, left, { recursive: true });
      return erased;
    });
    await erase('user=ann');
    await ingest.close();
    rmSync(journal, { recursive: true });
    cpSync(left, journal, { recursive: true });
    ingest = await openIn(folder);
    await expect.poll(async () => await post(event(1), event(2, 'bob'))).toEqual({ accepted: 1, duplicates: 1 });
    expect(await post(event(1), event(2, 'bob'))).toEqual({ accepted: 0, duplicates: 2 });
    await kill();
    expect(await post(event(1), event(2, 'bob'))).toEqual({ accepted: 0, duplicates: 2 });
    expect(stored()).toEqual([1, 2, 9]);
  });

  it('before anything was hidden: nothing is forgotten, so that nothing counts twice', async () => {
    await post(event(1), event(9));
    vi.spyOn(store, 'erase').mockRejectedValueOnce(new SeismoError('STORE_UNAVAILABLE', 'away'));
    expect(await erase('user=ann').catch(failure)).toBe('STORE_UNAVAILABLE');
    expect(await post(event(1))).toEqual({ accepted: 0, duplicates: 1 });
    await settled();
    expect(await post(event(1))).toEqual({ accepted: 0, duplicates: 1 });
    expect(stored()).toEqual([1, 9]);
  });

  it('while it goes on in the engine: ids are forgotten when it is over, and no sooner', async () => {
    await post(event(1), event(9, 'bob'));
    vi.spyOn(store, 'erase').mockRejectedValueOnce(new SeismoError('STORE_UNAVAILABLE', 'no answer'));
    expect(await erase('user=ann').catch(failure)).toBe('STORE_UNAVAILABLE');
    store.erasing = true;
    await settled();
    expect(await post(event(1))).toEqual({ accepted: 0, duplicates: 1 });
    await store.erase('shop', ALL, of('user=ann'));
    expect(await post(event(1))).toEqual({ accepted: 0, duplicates: 1 });
    store.erasing = false;
    await restart();
    await expect.poll(async () => await post(event(1))).toEqual({ accepted: 1, duplicates: 0 });
    expect(stored()).toEqual([1, 9]);
  });
});
