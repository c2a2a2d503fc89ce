import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GroupWriter } from '../../src/ingest/journal/group.ts';
import { encodeFingerprints } from '../../src/ingest/journal/id-fingerprints.ts';
import { Journal } from '../../src/ingest/journal/journal.ts';
import { checkJournal } from '../../src/ingest/recovery/journal-inspector.ts';
import { openRegistry } from '../../src/registry/lmdb-registry.ts';

const ROW_BYTES = 250;
const T0 = Date.UTC(2026, 0, 5);

let folder: string;
const mount = (path: string): boolean =>
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', path], { stdio: 'ignore' }).status === 0;
const unmount = (path: string): unknown => spawnSync('umount', ['-l', path]);

function mountsWork(): boolean {
  const path = mkdtempSync(join(tmpdir(), 'seismo-room-'));
  const works = mount(path);
  if (works) unmount(path);
  rmSync(path, { recursive: true });
  return works;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-room-'));
  mount(folder);
});
afterEach(() => {
  unmount(folder);
  rmSync(folder, { recursive: true, force: true });
});

const ballast = (): string => join(folder, 'ballast');
function fillDisk(leaveBytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(ballast(), Buffer.alloc(Math.max(0, bavail * bsize - leaveBytes)));
}
const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

async function append(journal: Journal, count: number): Promise<number> {
  const group = new GroupWriter();
  for (let i = 0; i < count; i++) group.add(Buffer.alloc(ROW_BYTES, i), 0, ROW_BYTES);
  const fingerprints = [{ app: 'shop', fingerprints: Array.from({ length: count * 2 }, (_, i) => i) }];
  return await journal.append({
    value: group.encode(journal.nextSeq, T0, journal.uuidBytes),
    count,
    fingerprints: encodeFingerprints(journal.nextSeq, T0, fingerprints),
    names: [],
  });
}

// A write of LMDB's that finds the disk full destroys memory of the process, or never ends (disk-reservation.ts).
describe.skipIf(!mountsWork())('on a full disk (a small one is mounted for it, which needs Linux and root)', () => {
  it('begins no transaction that could fail, whatever is left, and forgets all the same', async () => {
    for (const leaveBytes of [0, 4_096, 20_000, 300_000, 2_000_000]) {
      const journal = new Journal(join(folder, `journal-${leaveBytes}`), { maxBytes: 1e9, diskReserveBytes: 0 });
      const taken: number[] = [];
      for (let i = 0; i < 20; i++) taken.push(await append(journal, 30));
      fillDisk(leaveBytes);
      let refused: unknown;
      for (let i = 0; i < 3_000 && refused === undefined; i++)
        refused = await failureOf(append(journal, 100).then((place) => taken.push(place)));
      expect(refused).toMatchObject({ code: 'JOURNAL_UNAVAILABLE', cause: { name: 'DiskFullError' } });
      expect(await failureOf(journal.ping())).toMatchObject({ code: 'JOURNAL_UNAVAILABLE' });
      // What was loaded is forgotten without any room, and that makes some.
      const groups = journal.read(1e9);
      expect(groups.map(({ firstSeq }) => firstSeq)).toEqual(taken);
      await journal.writeBlockRange({ firstSeq: 1, endSeq: journal.nextSeq });
      await journal.forget(groups, []);
      rmSync(ballast());
      expect(await append(journal, 30)).toBeGreaterThan(taken.at(-1)!);
      await journal.close();
      expect(checkJournal(join(folder, `journal-${leaveBytes}`, 'data.mdb'))).toMatchObject({ faults: [], events: 30 });
      rmSync(join(folder, `journal-${leaveBytes}`), { recursive: true });
    }
  });

  it('gives no place away for what it refused', async () => {
    const journal = new Journal(join(folder, 'journal'), { maxBytes: 1e9, diskReserveBytes: 0 });
    await append(journal, 30);
    fillDisk(0);
    let refused: unknown;
    while (refused === undefined) refused = await failureOf(append(journal, 5_000));
    const next = journal.nextSeq;
    await failureOf(append(journal, 5_000));
    expect(journal.nextSeq).toBe(next);
    expect(journal.committedSeq).toBe(next);
    await journal.close();
  });

  it('makes no new journal, and changes no users, and says why', async () => {
    const registry = openRegistry(join(folder, 'registry'));
    await registry.put('users', 'ada', { hash: 'x' });
    fillDisk(0);
    expect(() => new Journal(join(folder, 'journal'), { maxBytes: 1e9, diskReserveBytes: 0 })).toThrow(/no room/);
    let refused: unknown;
    for (let i = 0; i < 200 && refused === undefined; i++)
      refused = await failureOf(registry.put('users', `bob-${i}`, { hash: 'y'.repeat(20_000) }));
    expect(refused).toMatchObject({ code: 'JOURNAL_UNAVAILABLE' });
    rmSync(ballast());
    await registry.put('users', 'eve', { hash: 'z' });
    expect(registry.get('users', 'eve')).toEqual({ hash: 'z' });
    await registry.close();
  });
});
