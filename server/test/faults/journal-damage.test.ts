import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IngestStats } from '../../src/ingest/ingest.ts';
import { LmdbPages } from '../../src/ingest/recovery/lmdb-pages.ts';
import { command, metric } from './engine.ts';
import { copyDirectory, IS_LONG, Ledger, randomOf, Servers, send, someEvents, storedTimes } from './harness.ts';

const FLIPPED_FILES = IS_LONG ? 30 : 2;
const TRANSACTIONS = 120;

const random = randomOf(404);
const stored = new Ledger();
const waiting = new Ledger();
let servers: Servers;
let pristine: string;

const file = (): string => join(servers.dataDir, 'journal', 'data.mdb');
/** Bytes of the file up to its last page: behind, room for the next ones is kept (disk-reservation.ts). */
function usedBytes(path: string): number {
  const pages = new LmdbPages(path);
  pages.close();
  return (pages.lastPage + 1) * pages.pageSize;
}
const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
/** Lines of the log that tell of a damaged journal, of all starts. */
const told = (): string[] => servers.log.filter((line) => line.includes('the journal was damaged'));

// One server that was killed while its engine was held, so that events wait in the journal; each test damages a copy.
beforeAll(async () => {
  servers = new Servers();
  await servers.start();
  const some = async (ledger: Ledger, transactions: number): Promise<void> => {
    for (let i = 0; i < transactions; i++)
      await send(servers, 'shop', someEvents(random, 1 + Math.floor(random() * 60)), 'array', ledger);
  };
  await some(stored, 20);
  await servers.drained();
  process.kill(servers.enginePid(), 'SIGSTOP');
  await some(waiting, TRANSACTIONS);
  await servers.kill('all');
  pristine = mkdtempSync(join(tmpdir(), 'seismo-pristine-'));
  copyDirectory(servers.dataDir, pristine);
});
afterAll(async () => {
  await servers.remove();
  rmSync(pristine, { recursive: true, force: true });
});

/** Starts on a damaged copy. @returns what is there afterwards, and what the server says that it did */
async function startOnDamaged(damage: (path: string) => void) {
  rmSync(servers.dataDir, { recursive: true });
  copyDirectory(pristine, servers.dataDir);
  damage(file());
  const damaged = hashOf(file());
  const toldBefore = told().length;
  try {
    await servers.start();
    await servers.drained();
    const times = await storedTimes(servers, 'shop');
    const { ingest } = await command<{ ingest: IngestStats }>(servers, 'stats');
    const lostMetric = await metric(servers, 'seismo_journal_lost_events');
    const lines = told().slice(toldBefore);

    // A second start finds nothing any more, tells of the first, and the same events.
    expect((await servers.stop()).code).toBe(0);
    await servers.start();
    expect(told()).toHaveLength(toldBefore + lines.length);
    const again = await command<{ ingest: IngestStats }>(servers, 'stats');
    expect(again.ingest.salvage).toEqual(ingest.salvage);
    expect(await storedTimes(servers, 'shop')).toEqual(times);
    // What is gone can be sent again: it is not called known.
    const gone = [...waiting.promised.values()].filter(({ uuid }) => !times.has(uuid));
    if (gone.length > 0) {
      const answer = await send(servers, 'shop', gone, 'lines', new Ledger());
      expect(answer?.text).toContain(`"accepted":${gone.length},"duplicates":0`);
      expect((await storedTimes(servers, 'shop')).size).toBe(times.size + gone.length);
    }
    // And it takes others.
    const fresh = someEvents(random, 10);
    expect((await send(servers, 'shop', fresh, 'lines', new Ledger()))?.text).toContain('"accepted":10,"duplicates":0');
    expect((await storedTimes(servers, 'shop')).size).toBe(times.size + gone.length + 10);
    return { times, ingest, lines, damaged, lostMetric };
  } finally {
    await servers.kill('all');
  }
}

/** What must hold whatever was damaged. */
function expectAsTold({ times, ingest, lines, damaged, lostMetric }: Awaited<ReturnType<typeof startOnDamaged>>): void {
  const { salvage } = ingest;
  expect([...times.values()].filter((each) => each !== 1)).toEqual([]);
  expect([...stored.promised.keys()].filter((uuid) => !times.has(uuid))).toEqual([]);
  expect([...times.keys()].filter((uuid) => !stored.promised.has(uuid) && !waiting.promised.has(uuid))).toEqual([]);
  const saved = [...waiting.promised.keys()].filter((uuid) => times.has(uuid)).length;
  if (salvage === undefined) {
    // Nothing that is in use was hit: then nothing is missing.
    expect([lines, saved]).toEqual([[], waiting.promised.size]);
    return;
  }
  expect(saved).toBe(salvage.events.saved);
  // Either it knows how many are lost, or it says that it does not.
  const lost = waiting.promised.size - saved;
  const { knownUpTo, unaccounted } = salvage.events;
  // Every event has a place of its own, from 1 on.
  const unknown = stored.promised.size + waiting.promised.size - knownUpTo;
  expect(unknown).toBeGreaterThanOrEqual(0);
  if (salvage.events.lost === null) expect(unaccounted + unknown).toBeGreaterThanOrEqual(lost);
  else expect(salvage.events.lost).toBe(lost);
  expect(lostMetric).toBe(salvage.events.unaccounted + (salvage.setAside.lost ?? 0));
  expect(salvage.found).not.toBe('');
  expect(hashOf(join(salvage.keptAt, 'data.mdb'))).toBe(damaged);
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0]!)).toMatchObject({ level: 50, salvage });
}

describe('a journal that was damaged while events waited in it', () => {
  it('is loaded whole when nothing was damaged', async () => {
    const result = await startOnDamaged(() => {});
    expectAsTold(result);
    expect(result.ingest.salvage).toBeUndefined();
  }, 60_000);

  it(
    `is taken as far as it can be read, with bytes flipped at several places (${FLIPPED_FILES} files)`,
    async () => {
      let damagedFiles = 0;
      for (let round = 0; round < FLIPPED_FILES; round++) {
        const result = await startOnDamaged((path) => {
          const bytes = readFileSync(path);
          for (let i = 0; i < 6; i++) {
            const at = Math.floor(random() * usedBytes(path));
            bytes[at] = bytes[at]! ^ (1 + Math.floor(random() * 255));
          }
          writeFileSync(path, bytes);
        });
        expectAsTold(result);
        if (result.ingest.salvage !== undefined) damagedFiles++;
      }
      expect(damagedFiles).toBeGreaterThan(0);
    },
    30_000 + FLIPPED_FILES * 30_000,
  );

  it('is taken as far as it can be read, cut to 60 %', async () => {
    const result = await startOnDamaged((path) => truncateSync(path, Math.floor(usedBytes(path) * 0.6)));
    expectAsTold(result);
    expect(result.ingest.salvage?.events.lost).toBe(null);
    expect(result.ingest.salvage?.events.saved).toBeGreaterThan(waiting.promised.size / 4);
  }, 60_000);

  it('starts with a new one when nothing in it can be read', async () => {
    const result = await startOnDamaged((path) => writeFileSync(path, Buffer.alloc(statSync(path).size, 0x5a)));
    expectAsTold(result);
    expect(result.ingest.salvage?.events).toMatchObject({ saved: 0, lost: null });
  }, 60_000);
});
