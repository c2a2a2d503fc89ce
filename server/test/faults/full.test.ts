import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type Answer, brokenPromises, Ledger, randomOf, Servers, underLoad, until } from './harness.ts';

const MIB = 1024 * 1024;
/** A disk of its own takes a file system in memory, which root on Linux alone may mount. */
const CAN_MOUNT = process.platform === 'linux' && process.getuid?.() === 0;
let servers: Servers;
let disk: string | undefined;
afterEach(async () => {
  await servers.remove().catch(() => {});
  if (disk !== undefined) execFileSync('umount', ['-l', disk]);
  disk = undefined;
});

function aDisk(megabytes: number): string {
  const path = mkdtempSync(join(tmpdir(), 'seismo-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]);
  disk = path;
  return path;
}

let fillers = 0;

/** Takes all of the disk, to the last page. @returns what gives it back */
function fill(path: string): () => void {
  const files: string[] = [];
  for (const size of [8 * MIB, MIB, 64 * 1024, 4096])
    for (;;) {
      const { bavail, bsize } = statfsSync(path);
      if (bavail * bsize < size) break;
      const file = join(path, `filler-${++fillers}`);
      try {
        writeFileSync(file, Buffer.alloc(size));
      } catch {
        rmSync(file, { force: true });
        break;
      }
      files.push(file);
    }
  return () => {
    for (const file of files) rmSync(file);
  };
}

/** Under load: until so many posts were refused, then what gives room again, then until they are accepted again. */
async function refusedAndAccepted(ledger: Ledger, makeFull: () => () => void): Promise<Answer[]> {
  const refused: Answer[] = [];
  let accepted = 0;
  const stop = underLoad(servers, 'shop', ledger, randomOf(8), {
    onAnswer: (answer) => {
      if (answer === undefined || answer.status >= 300) refused.push(answer!);
      else accepted++;
    },
  });
  await until('events are accepted', 10_000, () => (accepted > 20 ? true : undefined));
  const giveBack = makeFull();
  await until('posts are refused', 60_000, () => (refused.length >= 20 ? true : undefined));
  giveBack();
  const before = accepted;
  await until('posts are accepted again', 30_000, () => (accepted > before + 20 ? true : undefined));
  await stop();
  return refused;
}

const isClear = (answer: Answer | undefined, codes: readonly string[]): boolean =>
  answer?.status === 503 &&
  Number(answer.headers['retry-after']) > 0 &&
  codes.includes((JSON.parse(answer.text) as { code: string }).code);

it('refuses with 503 at the journal’s limit while the engine is held, loses nothing and recovers by itself', async () => {
  servers = new Servers({ args: ['--journal-max-bytes', String(MIB)] });
  await servers.start();
  const ledger = new Ledger();
  const refused = await refusedAndAccepted(ledger, () => {
    const engine = servers.enginePid();
    process.kill(engine, 'SIGSTOP');
    // It may have been given up and replaced meanwhile.
    return () => {
      try {
        process.kill(engine, 'SIGCONT');
      } catch {}
    };
  });
  expect(refused.filter((answer) => !isClear(answer, ['JOURNAL_FULL']))).toEqual([]);
  expect(ledger.refused.size).toBeGreaterThan(0);
  await servers.drained();
  expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);
}, 180_000);

it.skipIf(!CAN_MOUNT)(
  'refuses with 503 on a disk that is full during commits, takes the same ids as new when there is room, and loses nothing',
  async () => {
    const path = aDisk(400);
    // No reserve: the commit itself fails.
    servers = new Servers({ dataDir: path, args: ['--disk-reserve-bytes', '0'] });
    await servers.start();
    const ledger = new Ledger();
    const refused = await refusedAndAccepted(ledger, () => fill(path));
    expect(refused.filter((answer) => !isClear(answer, ['JOURNAL_FULL', 'JOURNAL_UNAVAILABLE']))).toEqual([]);
    expect(ledger.refused.size).toBeGreaterThan(0);
    await servers.drained();
    // Sends what was refused again, and none of it may be called known.
    expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);
    await servers.stop();
    await servers.start();
    expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);
  },
  180_000,
);

it.skipIf(!CAN_MOUNT)(
  'goes on accepting while the engine’s disk is full, and loads all of it when there is room',
  async () => {
    const path = aDisk(400);
    servers = new Servers({ args: ['--connection', path] });
    await servers.start();
    const ledger = new Ledger();
    const failed: unknown[] = [];
    const stop = underLoad(servers, 'shop', ledger, randomOf(9), {
      onAnswer: (answer) => {
        if (answer === undefined || answer.status >= 300) failed.push(answer);
      },
    });
    await until('events are accepted', 10_000, () => (ledger.promised.size > 500 ? true : undefined));
    const taken: (() => void)[] = [];
    const failures = async () =>
      (await servers.json<{ ingest: { loadFailures: number } }>('/api/stats')).ingest.loadFailures;
    await until('blocks are not loaded', 60_000, async () => {
      // The engine makes itself room by forgetting parts that it has merged: taken again.
      taken.push(fill(path));
      return (await failures()) >= 2 ? true : undefined;
    });
    const held = ledger.promised.size;
    await until('more is accepted', 10_000, () => (ledger.promised.size > held + 500 ? true : undefined));
    for (const giveBack of taken) giveBack();
    await stop();
    expect(failed).toEqual([]);
    await servers.drained();
    expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);
  },
  180_000,
);
