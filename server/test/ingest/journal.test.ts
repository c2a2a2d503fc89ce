import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SeismoError } from '../../src/errors.ts';
import { IdWindow } from '../../src/ingest/id-window.ts';
import { Journal } from '../../src/ingest/journal.ts';
import { Loader } from '../../src/ingest/loader.ts';
import { type Block, InsertRefused, type SeqRange } from '../../src/store/store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const openJournal = (maxBytes = 1_000_000) => new Journal(join(folder, 'journal'), maxBytes);
/** A row of 80 bytes marked by its last one. */
const aRow = (mark: number) => Buffer.alloc(80, 0).fill(mark, 79);

describe('Journal', () => {
  it('gives back after a reopen what was appended, under the same uuid and places', async () => {
    const first = openJournal();
    expect(await first.append([aRow(1), aRow(2)], Buffer.alloc(16, 9), 1_000)).toBe(1);
    expect(await first.append([aRow(3)], Buffer.alloc(0), 2_000)).toBe(3);
    const { uuid } = first;
    await first.close();
    const again = openJournal();
    expect(again.uuid).toBe(uuid);
    expect(again.nextSeq).toBe(4);
    expect(again.pendingEvents).toBe(3);
    expect(
      again.read(1_000_000).map((group) => [group.firstSeq, group.receivedAt, group.rows.map((row) => row[79])]),
    ).toEqual([
      [1, 1_000, [1, 2]],
      [3, 2_000, [3]],
    ]);
    expect([...again.fingerprints()].map(({ key, at, packed }) => [key, at, packed.length])).toEqual([[1, 1_000, 16]]);
    await again.close();
  });

  it('repeats the cut it wrote down, though more has come since', async () => {
    const first = openJournal();
    await first.append([aRow(1)], Buffer.alloc(0), 1);
    expect(await first.writeCut({ firstSeq: 1, endSeq: 2 })).toBe(false);
    await first.append([aRow(2)], Buffer.alloc(0), 2);
    await first.close();
    const again = openJournal();
    expect(again.read(1_000_000).map((group) => group.firstSeq)).toEqual([1]);
    expect(await again.writeCut({ firstSeq: 1, endSeq: 3 })).toBe(true);
    await again.close();
  });

  it('refuses with JOURNAL_FULL at its limit and keeps what it has', async () => {
    const journal = openJournal(250);
    await journal.append([aRow(1)], Buffer.alloc(0), 1);
    await journal.append([aRow(2)], Buffer.alloc(0), 1);
    await expect(journal.append([aRow(3)], Buffer.alloc(0), 1)).rejects.toThrowError(SeismoError);
    expect(journal.pendingEvents).toBe(2);
    await journal.close();
  });
});

/** A store double that keeps places, and fails as told. */
class PlacesStore {
  readonly places: number[] = [];
  answer: (block: Block) => 'store' | 'lose answer' | 'away' = () => 'store';
  poison: number | undefined;
  async insert(block: Block): Promise<void> {
    if (block.payload.some((row) => row[79] === this.poison)) throw new InsertRefused('row 1: cannot parse');
    const answer = this.answer(block);
    if (answer !== 'away') for (const row of block.payload) this.places.push(Buffer.from(row).readUInt32LE(0));
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
    dayOf: () => 0,
    onFailure: () => {},
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
    await journal.append([aRow(1), aRow(2)], Buffer.alloc(0), 1);
    const loader = aLoader(journal, store);
    await loader.reached(3);
    expect(store.places).toEqual([1, 2]);
    expect(loader.failures).toBe(1);
    expect(journal.pendingBytes).toBe(0);
    await loader.stop();
    await journal.close();
  });

  it('keeps trying while the store is away and loses nothing', async () => {
    const journal = openJournal();
    const store = new PlacesStore();
    let attempts = 0;
    store.answer = () => (++attempts < 3 ? 'away' : 'store');
    await journal.append([aRow(1), aRow(2), aRow(3)], Buffer.alloc(0), 1);
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
    await journal.append([1, 2, 3, 4, 5, 6, 7].map(aRow), Buffer.alloc(0), 1);
    const loader = aLoader(journal, store);
    await loader.reached(8);
    expect(store.places.sort()).toEqual([1, 2, 3, 5, 6, 7]);
    await loader.stop();
    await journal.close();
    const again = openJournal();
    expect([...again.setAside()].map(({ seq, reason, row }) => [seq, reason, row[79]])).toEqual([
      [4, 'row 1: cannot parse', 4],
    ]);
    await again.close();
  });
});

describe('IdWindow', () => {
  it('knows what was added through growth, and forgets by generation', () => {
    const ids = new IdWindow(Buffer.alloc(32, 1));
    const print = (n: number) => ids.fingerprint('shop', `id-${n}`);
    for (let n = 0; n < 5_000; n++) ids.add(print(n), n < 2_000 ? 1 : 2);
    expect(ids.size).toBe(5_000);
    expect(ids.has(print(0)) && ids.has(print(4_999))).toBe(true);
    expect(ids.has(ids.fingerprint('other', 'id-0'))).toBe(false);
    ids.forget(1);
    expect(ids.size).toBe(3_000);
    expect(ids.has(print(1_999))).toBe(false);
    expect(ids.has(print(2_000))).toBe(true);
    ids.remove(print(2_000));
    expect(ids.has(print(2_000))).toBe(false);
  });
});
