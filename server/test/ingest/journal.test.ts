import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fingerprints } from '../../src/ingest/deduplication/fingerprints.ts';
import { IdWindow, PENDING_EVEN } from '../../src/ingest/deduplication/id-window.ts';
import { GroupWriter } from '../../src/ingest/journal/group.ts';
import { encodeFingerprints } from '../../src/ingest/journal/id-fingerprints.ts';
import { Journal } from '../../src/ingest/journal/journal.ts';
import { Loader } from '../../src/ingest/load/loader.ts';
import { SeismoError } from '../../src/model/errors.ts';
import { type Block, InsertRejected, type SeqRange } from '../../src/store/store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const openJournal = (maxBytes = 1_000_000) => new Journal(join(folder, 'journal'), { maxBytes, diskReserveBytes: 0 });
/** A row of 80 bytes marked by its last one. */
const aRow = (mark: number) => Buffer.alloc(80, 0).fill(mark, 79);

/** One transaction of these rows; `ids` fingerprints beside it. */
function append(journal: Journal, marks: readonly number[], at = 1, ids: readonly number[] = []): Promise<number> {
  const group = new GroupWriter();
  for (const mark of marks) group.add(aRow(mark), 0, 80);
  const fingerprints = ids.length > 0 && {
    fingerprints: encodeFingerprints(journal.nextSeq, at, [{ app: 'shop', fingerprints: ids }]),
  };
  return journal.append({
    value: group.encode(journal.nextSeq, at, journal.uuidBytes),
    count: marks.length,
    names: [],
    ...fingerprints,
  });
}
/** The marks of contiguous rows of 80 bytes. */
const marksOf = (rows: Uint8Array) => Array.from({ length: rows.length / 80 }, (_, i) => rows[i * 80 + 79]);

describe('Journal', () => {
  it('gives back after a reopen what was appended, under the uuid and places it was written with', async () => {
    const first = openJournal();
    expect(await append(first, [1, 2], 1_000, [7, 8, 9, 10])).toBe(1);
    expect(await append(first, [3], 2_000)).toBe(3);
    const { uuid } = first;
    await first.close();
    const again = openJournal();
    // Each opening gives places under a uuid of its own: a backup that is brought back gives none twice.
    expect(again.uuid).not.toBe(uuid);
    expect(again.nextSeq).toBe(4);
    expect(again.pendingEvents).toBe(3);
    expect(
      again.read(1_000_000).map((group) => [group.firstSeq, group.journal, group.receivedAt, marksOf(group.rows)]),
    ).toEqual([
      [1, uuid, 1_000, [1, 2]],
      [3, uuid, 2_000, [3]],
    ]);
    expect([...again.fingerprints.all()]).toEqual([
      { key: 1, at: 1_000, apps: [{ app: 'shop', fingerprints: [7, 8, 9, 10] }] },
    ]);
    await again.close();
  });

  it('repeats the cut it wrote down, though more has come since', async () => {
    const first = openJournal();
    await append(first, [1], 1);
    expect(await first.writeBlockRange({ firstSeq: 1, endSeq: 2 })).toBeUndefined();
    await append(first, [2], 2);
    await first.close();
    const again = openJournal();
    expect(again.read(1_000_000).map((group) => group.firstSeq)).toEqual([1]);
    expect(await again.writeBlockRange({ firstSeq: 1, endSeq: 3 })).toEqual({ firstSeq: 1, endSeq: 2 });
    await again.close();
  });

  it('refuses with JOURNAL_FULL at its limit and keeps what it has', async () => {
    const journal = openJournal(250);
    await append(journal, [1], 1);
    await append(journal, [2], 1);
    await expect(append(journal, [3], 1)).rejects.toThrowError(SeismoError);
    expect(journal.pendingEvents).toBe(2);
    await journal.close();
  });
});

/** A store double that keeps places, and fails as told. */
class PlacesStore {
  readonly places: number[] = [];
  answer: (block: Block) => 'store' | 'lose answer' | 'away' | 'ignore' = () => 'store';
  poison: number | undefined;
  async insert(block: Block): Promise<void> {
    if (block.payload.some((rows) => this.poison && marksOf(rows).includes(this.poison)))
      throw new InsertRejected('row 1: cannot parse');
    const answer = this.answer(block);
    if (answer === 'ignore') return;
    if (answer !== 'away')
      for (const rows of block.payload)
        for (let at = 0; at < rows.length; at += 80) this.places.push(Buffer.from(rows).readUInt32LE(at));
    if (answer !== 'store') throw new SeismoError('STORE_UNAVAILABLE', 'no answer');
  }
  async settleInserts(): Promise<void> {}
  async storedRanges(_journal: string, from: number, to: number): Promise<SeqRange[]> {
    return this.places.filter((seq) => seq >= from && seq < to).map((seq) => ({ from: seq, to: seq + 1 }));
  }
}

function aLoader(journal: Journal, store: PlacesStore): Loader {
  const loader = new Loader({
    journal,
    store,
    flushIntervalMs: 5,
    flushMaxBytes: 1_000_000,
    zoneOf: () => ({ hash: 0, dayOf: () => 0 }),
    now: Date.now,
    onFailure: () => {},
    onDamaged: () => {},
  });
  loader.start();
  return loader;
}

describe('Loader', () => {
  it('stores each place once when an insert was stored but its answer was lost', async () => {
    const journal = openJournal();
    const store = new PlacesStore();
    let attempts = 0;
    store.answer = () => (++attempts === 1 ? 'lose answer' : 'store');
    await append(journal, [1, 2], 1);
    const loader = aLoader(journal, store);
    await loader.reached(3);
    expect(store.places).toEqual([1, 2]);
    expect(loader.failures).toBe(1);
    expect(journal.pendingBytes).toBe(0);
    await loader.stop();
    await journal.close();
  });

  it('repeats a block under another token: the engine may remember a token and not have its rows', async () => {
    const journal = openJournal();
    const store = new PlacesStore();
    const remembered = new Set<string>();
    store.answer = ({ token }) => {
      if (remembered.has(token)) return 'ignore';
      remembered.add(token);
      return remembered.size < 3 ? 'away' : 'store';
    };
    await append(journal, [1, 2], 1);
    const loader = aLoader(journal, store);
    await loader.reached(3);
    expect(store.places).toEqual([1, 2]);
    await loader.stop();
    await journal.close();
  });

  it('keeps trying while the store is away and loses nothing', async () => {
    const journal = openJournal();
    const store = new PlacesStore();
    let attempts = 0;
    store.answer = () => (++attempts < 3 ? 'away' : 'store');
    await append(journal, [1, 2, 3], 1);
    const loader = aLoader(journal, store);
    await loader.reached(4);
    expect(store.places).toEqual([1, 2, 3]);
    await loader.stop();
    await journal.close();
  });

  it('sets a refused event aside alone, with its reason, and loads the rest of the block', async () => {
    const journal = openJournal();
    const store = new PlacesStore();
    store.poison = 4;
    await append(journal, [1, 2, 3, 4, 5, 6, 7]);
    const loader = aLoader(journal, store);
    await loader.reached(8);
    expect(store.places.sort()).toEqual([1, 2, 3, 5, 6, 7]);
    await loader.stop();
    await journal.close();
    const again = openJournal();
    expect([...again.rejectedRows.all()].map(({ seq, reason, row }) => [seq, reason, row[79]])).toEqual([
      [4, 'row 1: cannot parse', 4],
    ]);
    await again.close();
  });
});

describe('Fingerprints', () => {
  it('is HalfSipHash-2-4 of 64 bits', () => {
    // The reference implementation's vectors_hsip64 for key 00 01 … 07 and messages of 0, 4 and 8 bytes 00 01 02 …
    const fingerprints = new Fingerprints(Buffer.alloc(32));
    const message = Buffer.from([0, 1, 2, 3, 4, 5, 6, 7]);
    const of = (length: number) => {
      fingerprints.hash(0x03020100, 0x07060504, message, 0, length);
      const out = Buffer.alloc(8);
      out.writeUInt32LE(fingerprints.low, 0);
      out.writeUInt32LE(fingerprints.high, 4);
      return out.toString('hex');
    };
    expect([of(0), of(4), of(8)]).toEqual(['218d1f59b9b83cc8', 'd5e78a175be52ea1', 'edfee820bce4858c']);
  });
});

describe('IdWindow', () => {
  const fingerprints = new Fingerprints(Buffer.alloc(32, 1));
  const print = (n: number): [number, number] => {
    const bytes = Buffer.alloc(16);
    bytes.writeUInt32LE(n, 0);
    fingerprints.of('shop', bytes, 0);
    return [fingerprints.high, fingerprints.low];
  };
  const knows = (ids: IdWindow, n: number) => ids.find(...print(n)) !== undefined;
  const between = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

  it('knows what was added through growth, and forgets what is older than the window', () => {
    const ids = new IdWindow({ windowMs: 1_000, max: 1_000_000 });
    for (const n of between(0, 50_000)) ids.restore('shop', ...print(n), n < 20_000 ? 0 : 500);
    expect(ids.size).toBe(50_000);
    expect(between(0, 50_000).every((n) => knows(ids, n))).toBe(true);
    expect(knows(ids, 50_000)).toBe(false);
    ids.expire(1_501);
    expect(between(0, 20_000).some((n) => knows(ids, n))).toBe(false);
    // The newest generation stays until there is a newer one; a generation of 10,000 is a hundredth of the count.
    expect(between(40_000, 50_000).every((n) => knows(ids, n))).toBe(true);
  });

  it('tells pending from stored, and takes back what failed', () => {
    const ids = new IdWindow({ windowMs: 1_000, max: 1_000 });
    ids.add('shop', ...print(1), PENDING_EVEN);
    ids.add('shop', ...print(2), PENDING_EVEN);
    expect(ids.find(...print(1))).toBe(PENDING_EVEN);
    ids.settle(...print(1), 5);
    ids.remove(...print(2));
    expect([ids.find(...print(1)), ids.find(...print(2)), ids.size]).toEqual(['stored', undefined, 1]);
  });

  it('lets the app that floods give up its own oldest ids, and never more than it must', () => {
    const ids = new IdWindow({ windowMs: 1_000_000, max: 1_000 });
    for (const n of between(0, 100)) ids.restore('quiet', ...print(n), 0);
    for (const n of between(100, 1_500)) {
      ids.restore('flood', ...print(n), n);
      ids.makeRoom();
    }
    expect(ids.size).toBeLessThanOrEqual(1_000);
    expect(between(0, 100).every((n) => knows(ids, n))).toBe(true);
    // A generation is a hundredth of the count: at most 10 ids go too early.
    expect(between(610, 1_500).every((n) => knows(ids, n))).toBe(true);
    expect(knows(ids, 150)).toBe(false);
  });

  it('counts what each app holds also of what a restart brought back', () => {
    const ids = new IdWindow({ windowMs: 1_000_000, max: 1_000 });
    const restored = (app: string, from: number, to: number) => {
      const bytes = Buffer.alloc((to - from) * 8);
      between(from, to).forEach((n, i) => {
        const [high, low] = print(n);
        bytes.writeUInt32LE(high, i * 8);
        bytes.writeUInt32LE(low, i * 8 + 4);
      });
      return { app, atMs: from, fingerprints: { bytes, offset: 0, count: to - from } };
    };
    // One transaction after the other, ten ids each: 100 of one app, then 900 of the other.
    const groups = Array.from({ length: 100 }, (_, i) => restored(i < 10 ? 'quiet' : 'flood', i * 10, i * 10 + 10));
    ids.restoreAll(() => groups);
    expect(ids.makeRoom()).toEqual([]);
    for (const n of between(1_000, 1_030)) ids.restore('quiet', ...print(n), 5_000);
    const evicted = ids.makeRoom();
    expect(evicted.map(({ app }) => app)).toEqual(['flood', 'flood', 'flood']);
    expect(between(0, 100).every((n) => knows(ids, n))).toBe(true);
    expect(between(100, 130).some((n) => knows(ids, n))).toBe(false);
    expect(between(130, 1_030).every((n) => knows(ids, n))).toBe(true);
  });
});
