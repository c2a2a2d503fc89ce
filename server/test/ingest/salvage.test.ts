import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GroupWriter } from '../../src/ingest/journal/group.ts';
import { encodeFingerprints } from '../../src/ingest/journal/id-fingerprints.ts';
import { Journal } from '../../src/ingest/journal/journal.ts';
import { writeCleanNote } from '../../src/ingest/recovery/clean-note.ts';
import { ensureJournal } from '../../src/ingest/recovery/ensure-journal.ts';
import { checkJournal } from '../../src/ingest/recovery/journal-inspector.ts';
import { LmdbPages } from '../../src/ingest/recovery/lmdb-pages.ts';
import { salvageJournal } from '../../src/ingest/recovery/salvage.ts';

const LIMITS = { maxBytes: 1e9, diskReserveBytes: 0 };
const ROW_BYTES = 300;
const T0 = Date.UTC(2026, 0, 5);

let folder: string;
let directory: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-salvage-'));
  directory = join(folder, 'journal');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Bytes of the file up to its last page: behind, room for the next ones is kept (disk-reservation.ts). */
function usedBytes(): number {
  const pages = new LmdbPages(file());
  pages.close();
  return (pages.lastPage + 1) * pages.pageSize;
}

const file = () => join(directory, 'data.mdb');
/** `npm run test:faults` */
const IS_LONG = process.env['FAULTS'] === 'long';

const random = (seed: number) => () => {
  // Park and Miller's minimal standard generator.
  seed = (seed * 48_271) % 2_147_483_647;
  return seed / 2_147_483_647;
};

/** `count` rows whose bytes say which they are. */
async function append(journal: Journal, mark: number, count: number, checkpoint?: number): Promise<number> {
  const group = new GroupWriter();
  for (let i = 0; i < count; i++) group.add(Buffer.alloc(ROW_BYTES, (mark + i) & 0xff), 0, ROW_BYTES);
  return await journal.append({
    value: group.encode(journal.nextSeq, T0 + mark, journal.uuidBytes),
    count,
    fingerprints: encodeFingerprints(journal.nextSeq, T0 + mark, [
      { app: 'shop', fingerprints: Array.from({ length: count * 2 }, (_, i) => mark * 1000 + i) },
    ]),
    names: [`ishop event ${mark}`],
    ...(checkpoint !== undefined && { checkpoints: [{ key: `shop file-${mark}`, value: checkpoint }] }),
  });
}

/** A journal with pages of all kinds: small and large values, free pages, an import, something set aside. */
async function aJournal(transactions: number, next = random(7)): Promise<void> {
  const journal = new Journal(directory, LIMITS);
  for (let mark = 1; mark <= transactions; mark++) {
    await append(journal, mark, 1 + Math.floor(next() * 40), mark % 10 === 0 ? mark : undefined);
    if (mark % 7 !== 0) continue;
    // One block of what waits is loaded; one of its rows was refused.
    const groups = journal.read(20_000);
    const first = groups[0]!;
    await journal.forget(groups, [{ seq: first.firstSeq, reason: 'too odd', row: first.rows.subarray(0, ROW_BYTES) }]);
  }
  await journal.close();
}

/** All that a journal holds, in a form that can be compared. */
async function contentsOf(): Promise<Map<string, string>> {
  const journal = new Journal(directory, LIMITS);
  const contents = new Map<string, string>();
  for (;;) {
    const groups = journal.read(1);
    if (groups.length === 0) break;
    for (const { firstSeq, journal: run, rows } of groups)
      contents.set(`group ${firstSeq}`, run + rows.toString('hex'));
    await journal.forget(groups, []);
  }
  for (const { key, at, apps } of journal.fingerprints.all()) contents.set(`ids ${key}`, JSON.stringify([at, apps]));
  for (const { seq, reason, row } of journal.rejectedRows.all())
    contents.set(`aside ${seq}`, reason + row.toString('hex'));
  for (const name of journal.names.all()) contents.set(`name ${name}`, '');
  for (let mark = 10; mark <= 200; mark += 10)
    contents.set(`import ${mark}`, String(journal.checkpoint(`shop file-${mark}`)));
  await journal.close();
  return contents;
}

/** Works on a copy, and gives back the original. */
async function onCopy<T>(work: () => Promise<T>): Promise<T> {
  const original = directory;
  directory = join(folder, 'copy', 'journal');
  cpSync(original, directory, { recursive: true });
  try {
    return await work();
  } finally {
    rmSync(join(folder, 'copy'), { recursive: true });
    directory = original;
  }
}

describe('checkJournal', () => {
  it('finds nothing wrong with what LMDB writes, and every value that LMDB finds', async () => {
    const next = random(11);
    for (let round = 0; round < (IS_LONG ? 5 : 2); round++) {
      await aJournal(10 + Math.floor(next() * 150), next);
      const { faults, parts, events, missingEvents } = checkJournal(file());
      expect(faults).toEqual([]);
      const known = new Journal(directory, LIMITS);
      expect([events, missingEvents]).toEqual([known.pendingEvents, 0]);
      expect(parts.get('aside')!.found).toBe(known.rejectedRows.count());
      expect(parts.get('names')!.found).toBe([...known.names.all()].length);
      expect(parts.get('ids')).toEqual({ found: [...known.fingerprints.all()].length, lost: 0 });
      await known.close();
    }
  });

  it('reads a file that LMDB has only just made, and one that is none', async () => {
    await new Journal(directory, LIMITS).close();
    expect(checkJournal(file()).faults).toEqual([]);
    writeFileSync(file(), Buffer.alloc(20_000, 7));
    expect(checkJournal(file()).faults).toHaveLength(1);
    writeFileSync(file(), '');
    expect(checkJournal(file()).faults).toEqual(['The file has 0 bytes.']);
  });
});

describe('what a salvage keeps for those who send again', () => {
  /** Turns a bit in the first row of a transaction. */
  function damage(mark: number): void {
    const bytes = readFileSync(file());
    const at = bytes.indexOf(Buffer.alloc(ROW_BYTES, mark));
    expect(at).toBeGreaterThan(0);
    bytes[at + 5]! ^= 1;
    writeFileSync(file(), bytes);
  }

  it('keeps how far each import had come, so that none repeats its rows', async () => {
    const journal = new Journal(directory, LIMITS);
    for (const mark of [10, 60, 110]) await append(journal, mark, 20, mark * 100);
    await journal.close();
    damage(60);
    await salvageJournal(directory, T0);
    const kept = new Journal(directory, LIMITS);
    // The import of the damaged group too: its rows are lost, and the salvage says so.
    expect([10, 60, 110].map((mark) => kept.checkpoint(`shop file-${mark}`))).toEqual([1_000, 6_000, 11_000]);
    await kept.close();
  });

  it('does not call what it saved loaded: of groups that a second damage takes, the ids are forgotten too', async () => {
    const journal = new Journal(directory, LIMITS);
    const places: number[] = [];
    for (const mark of [10, 60, 110, 160]) places.push(await append(journal, mark, 20));
    await journal.close();
    damage(60);
    await salvageJournal(directory, T0);
    damage(110);
    const second = await salvageJournal(directory, T0 + 1_000);
    expect(second).toMatchObject({ events: { saved: 40, lost: 20 }, groups: { saved: 2, lost: 1 } });
    const kept = new Journal(directory, LIMITS);
    // With its ids, the events of the third transaction would be called known when they are sent again, and be lost for good.
    expect([...kept.fingerprints.all()].map(({ key }) => key)).toEqual([places[0], places[3]]);
    await kept.close();
  });
});

describe('salvageJournal', () => {
  it('carries over everything that is as it was written from a file with bytes turned, and nothing else', {
    // `npm run test:faults` salvages forty journals, five times as many.
    timeout: 240_000,
  }, async () => {
    await aJournal(160);
    const whole = await onCopy(contentsOf);
    const { size } = statSync(file());
    const used = usedBytes();
    const next = random(3);
    let damaged = 0;
    for (let round = 0; round < 40; round += IS_LONG ? 1 : 5)
      await onCopy(async () => {
        const bytes = readFileSync(file());
        for (let i = 0; i < 1 + round; i++) bytes[Math.floor(next() * used)]! ^= 1 << Math.floor(next() * 8);
        writeFileSync(file(), bytes);
        const { faults } = checkJournal(file());
        if (faults.length > 0) {
          damaged++;
          const salvage = await salvageJournal(directory, T0 + round);
          expect(statSync(join(salvage.keptAt, 'data.mdb')).size).toBe(size);
          expect(salvage.found.length).toBeGreaterThan(0);
        }
        expect(checkJournal(file()).faults).toEqual([]);
        const kept = await contentsOf();
        const wrong = [...kept].filter(([key, value]) => value !== 'undefined' && whole.get(key) !== value);
        expect(wrong).toEqual([]);
      });
    // Bytes of pages that nobody uses are nobody's; most are somebody's.
    expect(damaged).toBeGreaterThan(IS_LONG ? 20 : 4);
  });

  it('carries over what a cut file still holds, says how much is lost, and gives later places', async () => {
    await aJournal(160);
    const whole = await onCopy(contentsOf);
    const size = usedBytes();
    const endSeq = checkJournal(file()).endSeq;
    for (const share of [0.02, 0.3, 0.6, 0.9, 0.99])
      await onCopy(async () => {
        truncateSync(file(), Math.floor(size * share));
        const salvage = await salvageJournal(directory, T0);
        const kept = await contentsOf();
        expect([...kept].filter(([key, value]) => value !== 'undefined' && whole.get(key) !== value)).toEqual([]);
        expect([...kept.keys()].filter((key) => key.startsWith('group')).length).toBe(salvage.groups.saved);
        const journal = new Journal(directory, LIMITS);
        expect(journal.salvage()).toEqual(salvage);
        expect(journal.nextSeq).toBeLessThanOrEqual(endSeq);
        await append(journal, 999, 3);
        await journal.close();
      });
  });

  it('keeps what waits for the archive alone, with its place, and what the archive is to do', async () => {
    const journal = new Journal(directory, LIMITS, true);
    for (const mark of [1, 50, 100]) await append(journal, mark, 20);
    const groups = journal.read(1e9);
    await journal.forget(groups, []);
    const row = Buffer.alloc(ROW_BYTES, 7);
    await journal.forgetArchived([groups[0]!], [{ seq: 3, reason: 'too odd', row }]);
    await journal.archive!.enqueue(41, { kind: 'remove', positions: [] });
    await append(journal, 150, 10);
    await journal.close();
    // The first row of the second transaction: the engine has it, and the archive does not.
    const bytes = readFileSync(file());
    bytes[bytes.indexOf(Buffer.alloc(ROW_BYTES, 50)) + 5]! ^= 1;
    writeFileSync(file(), bytes);
    expect(await salvageJournal(directory, T0)).toMatchObject({
      events: { saved: 10, lost: 0 },
      groups: { saved: 2, lost: 1 },
    });
    const again = new Journal(directory, LIMITS, true);
    expect(again.pendingEvents).toBe(10);
    expect(again.read(1e9).map(({ firstSeq }) => firstSeq)).toEqual([61]);
    expect(again.archive).toMatchObject({ seq: 21, pendingEvents: 30, ordersWaiting: 1 });
    expect(again.archive!.nextOrder).toMatchObject({ seq: 41, order: { kind: 'remove', positions: [] } });
    expect(again.readForArchive(1e9, Number.POSITIVE_INFINITY).map(({ firstSeq }) => firstSeq)).toEqual([41, 61]);
    expect([...again.archive!.rejected()]).toEqual([{ seq: 3, reason: 'too odd', row }]);
    await again.close();
  });

  it('counts events whose group is gone as lost', async () => {
    const journal = new Journal(directory, LIMITS);
    const places: number[] = [];
    for (const [mark, count] of [
      [1, 20],
      [50, 30],
      [100, 40],
    ] as const)
      places.push(await append(journal, mark, count));
    await journal.close();
    // The first row of the second transaction: 300 bytes of 50.
    const bytes = readFileSync(file());
    const at = bytes.indexOf(Buffer.alloc(ROW_BYTES, 50));
    bytes[at + 5]! ^= 1;
    writeFileSync(file(), bytes);
    expect(await salvageJournal(directory, T0)).toMatchObject({
      events: { saved: 60, lost: 30, unaccounted: 30 },
      groups: { saved: 2, lost: 1 },
      ids: { saved: 2, lost: 1 },
    });
    const again = new Journal(directory, LIMITS);
    // Those of the second could be sent again, and would be called known.
    expect([...again.fingerprints.all()].map(({ key }) => key)).toEqual([places[0], places[2]]);
    expect(again.read(1e9).map(({ firstSeq }) => firstSeq)).toEqual([places[0], places[2]]);
    expect(again.nextSeq).toBe(places[2]! + 40);
    await again.close();
  });
});

describe('salvageJournal of a file that was cut', () => {
  /** Entries of a kind. */
  const some = (contents: ReadonlyMap<string, string>, kind: string) =>
    [...contents].filter(([key]) => key.startsWith(kind)).sort();

  it('saves the groups of whole pages though no tree can be followed, and does not say that it knows what is lost', async () => {
    const journal = new Journal(directory, LIMITS);
    for (let mark = 1; mark <= 120; mark++) await append(journal, mark, 20);
    await journal.close();
    const whole = await onCopy(contentsOf);
    const bytes = readFileSync(file());
    const cut = bytes.subarray(0, Math.floor(usedBytes() * 0.6));
    // A row is 300 times the same byte: those whose 20 rows all lie in what is left, one after the other.
    const left = Array.from({ length: 120 }, (_, i) => i + 1).filter((mark) =>
      cut.includes(Buffer.concat(Array.from({ length: 20 }, (_, i) => Buffer.alloc(ROW_BYTES, (mark + i) & 0xff)))),
    );
    expect(left.length).toBeGreaterThan(50);
    writeFileSync(file(), cut);
    const salvage = await salvageJournal(directory, T0);
    const kept = await contentsOf();
    expect(some(kept, 'group').filter(([key, value]) => whole.get(key) !== value)).toEqual([]);
    // All but some at the end of what is left, whose leaves lay beyond it.
    expect(salvage.groups.saved).toBeGreaterThan(left.length * 0.8);
    expect(some(kept, 'group').length).toBe(salvage.groups.saved);
    expect(salvage.events).toMatchObject({ saved: 20 * salvage.groups.saved, lost: null });
    expect(salvage.groups.lost).toBe(null);
    // No ids of what is gone.
    const groups = new Set(some(kept, 'group').map(([key]) => key.replace('group', 'ids')));
    expect(some(kept, 'ids').filter(([key]) => !groups.has(key))).toEqual([]);
  });

  it('tells the last place that it noted when nothing of the file is left, and never that nothing is lost', async () => {
    const journal = new Journal(directory, LIMITS);
    for (let mark = 1; mark <= 10; mark++) await append(journal, mark, 20);
    await journal.forget(journal.read(20_000), []);
    const loaded = 200 - journal.pendingEvents;
    journal.writeProgress();
    await append(journal, 11, 20);
    await journal.close();
    writeFileSync(file(), Buffer.alloc(statSync(file()).size, 0x5a));
    const salvage = await salvageJournal(directory, T0);
    // 200 events had been taken when the note was written, of which the first were loaded.
    expect(salvage.events).toEqual({ saved: 0, lost: null, unaccounted: 200 - loaded, knownUpTo: 200 });
    const next = new Journal(directory, LIMITS);
    expect(next.nextSeq).toBe(201);
    await next.close();
  });

  it('brings nothing back that was loaded when the note was written: it may have been erased since', async () => {
    const journal = new Journal(directory, LIMITS);
    for (let mark = 1; mark <= 30; mark++) await append(journal, mark, 20);
    const { transactions } = checkJournal(file());
    await journal.forget(journal.read(1e9), []);
    journal.writeProgress();
    await journal.close();
    // Pages of later transactions are gone, and with them all trees; those of before are there. The number stands at byte 8.
    const bytes = readFileSync(file());
    const isPage = (at: number): boolean => Number(bytes.readBigUInt64LE(at)) * 4_096 === at;
    for (let at = 2 * 4_096; at < bytes.length; at += 4_096)
      if (isPage(at) && bytes.readBigUInt64LE(at + 8) > transactions) bytes.fill(0, at, at + 4_096);
    writeFileSync(file(), bytes);
    const withoutNote = await onCopy(async () => {
      rmSync(join(directory, 'places.json'));
      return await salvageJournal(directory, T0);
    });
    expect(withoutNote.events.saved).toBeGreaterThan(300);
    const salvage = await salvageJournal(directory, T0);
    expect(salvage.events).toMatchObject({ saved: 0, lost: null, knownUpTo: 600 });
  });

  it('keeps what a second cut leaves of a salvage whose groups were not loaded yet', async () => {
    const journal = new Journal(directory, LIMITS);
    for (let mark = 1; mark <= 60; mark++) await append(journal, mark, 20);
    await journal.close();
    truncateSync(file(), Math.floor(usedBytes() * 0.8));
    const first = await salvageJournal(directory, T0);
    truncateSync(file(), Math.floor(usedBytes() * 0.8));
    const second = await salvageJournal(directory, T0 + 1_000);
    expect(second.events.saved).toBeGreaterThan(first.events.saved / 2);
    expect(second.events.knownUpTo).toBeLessThanOrEqual(first.events.knownUpTo);
  });
});

describe('ensureJournal', () => {
  const errors: unknown[] = [];
  const logger = { error: (fields: object) => errors.push(fields) };
  beforeEach(() => errors.splice(0));

  it('leaves alone what is whole or not there, and puts aside what is damaged, once', async () => {
    await ensureJournal(directory, logger);
    await aJournal(30);
    await ensureJournal(directory, logger);
    expect(errors).toEqual([]);
    truncateSync(file(), Math.floor(usedBytes() * 0.7));
    await ensureJournal(directory, logger);
    expect(errors).toMatchObject([{ salvage: { keptAt: expect.stringContaining('journal-damaged-') } }]);
    await ensureJournal(directory, logger);
    expect(errors.length).toBe(1);
    expect(readdirSync(folder).filter((name) => name.startsWith('journal-damaged-')).length).toBe(1);
  });

  it('finishes what was cut short between its steps', async () => {
    await aJournal(10);
    const whole = await onCopy(contentsOf);
    cpSync(directory, `${directory}.new`, { recursive: true });
    await ensureJournal(directory, logger);
    expect(readdirSync(folder)).toEqual(['journal']);
    cpSync(directory, `${directory}.new`, { recursive: true });
    rmSync(directory, { recursive: true });
    await ensureJournal(directory, logger);
    expect(readdirSync(folder)).toEqual(['journal']);
    expect(await contentsOf()).toEqual(whole);
  });

  it('spares itself the look after a clean stop, unless the file is another since', async () => {
    await aJournal(30);
    writeCleanNote(directory);
    const bytes = readFileSync(file());
    // A value turned, which only a look would find: the note was believed.
    const at = bytes.indexOf(Buffer.alloc(ROW_BYTES, 29));
    bytes[at + 5]! ^= 1;
    writeFileSync(file(), bytes);
    await ensureJournal(directory, logger);
    expect(errors).toEqual([]);
    // It counts once.
    await ensureJournal(directory, logger);
    expect(errors.length).toBe(1);

    writeCleanNote(directory);
    truncateSync(file(), usedBytes() / 2);
    await ensureJournal(directory, logger);
    expect(errors.length).toBe(2);
  });
});
