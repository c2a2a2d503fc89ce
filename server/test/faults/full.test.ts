import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { startEmbeddedEngine } from '../../src/store/clickhouse/embedded/supervisor.ts';
import { startFront } from '../store/front.ts';
import {
  type Answer,
  brokenPromises,
  IS_LONG,
  Ledger,
  randomOf,
  type SentEvent,
  Servers,
  send,
  someEvents,
  until,
} from './harness.ts';

/** A disk is filled so often. */
const ROUNDS = IS_LONG ? 3 : 2;

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
const logger = { info() {}, warn() {}, error() {} };

function someServers(options: ConstructorParameters<typeof Servers>[0]): Servers {
  const servers = new Servers(options);
  closers.push(() => servers.remove());
  return servers;
}

function aDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'seismo-full-'));
  closers.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Posts until a post is refused. */
async function fill(servers: Servers, app: string, ledger: Ledger, random: () => number): Promise<Answer> {
  for (let i = 0; i < 5_000; i++) {
    const form = (['single', 'array', 'lines'] as const)[i % 3]!;
    const answer = await send(servers, app, someEvents(random, form === 'single' ? 1 : 100), form, ledger);
    if (answer === undefined || answer.status > 201)
      return answer ?? Promise.reject(new Error('The connection broke.'));
  }
  throw new Error('Nothing was ever refused.');
}

/** Stops the engine where it stands; one that met the full disk in a write is being started again. @returns what lets it go on */
async function hold(servers: Servers): Promise<() => void> {
  const engine = await until('there is an engine', 20_000, () => {
    const pid = servers.enginePid();
    return process.kill(pid, 'SIGSTOP') ? pid : undefined;
  });
  return () => void process.kill(engine, 'SIGCONT');
}

const codeOf = ({ text }: Answer): string => (JSON.parse(text) as { code: string }).code;

/** Sends what was refused again, until it is taken; it must not be called known. */
async function resend(servers: Servers, app: string, ledger: Ledger, withinMs = 20_000): Promise<void> {
  const events: SentEvent[] = [...ledger.refused.values()];
  const answer = await until('events are taken again', withinMs, async () => {
    const got = await send(servers, app, events, 'array', ledger);
    return got?.status === 200 ? got : undefined;
  });
  expect(JSON.parse(answer.text)).toMatchObject({ accepted: events.length, duplicates: 0 });
}

it('answers 503 and Retry-After at the limit of the journal while the engine is held, and recovers by itself', async () => {
  const random = randomOf(31);
  const servers = someServers({ args: ['--journal-max-bytes', '2MiB'] });
  await servers.start();
  const ledger = new Ledger();
  const engine = servers.enginePid();
  process.kill(engine, 'SIGSTOP');
  const refusal = await fill(servers, 'shop', ledger, random);
  expect([refusal.status, refusal.headers['retry-after'], codeOf(refusal)]).toEqual([503, '5', 'JOURNAL_FULL']);
  // Whoever watches is answered all the same.
  const stats = await servers.json<{ ingest: object; store: unknown }>('/api/stats');
  expect(stats).toMatchObject({ ingest: { state: 'full' }, store: null });
  const { text } = await servers.ask('GET', '/metrics');
  expect(text).toContain('seismo_journal_full 1');
  expect(text).toContain('seismo_engine_up 0');
  expect((await servers.ask('GET', '/health')).status).toBe(200);
  expect((await servers.ask('GET', '/ready')).status).toBe(503);
  process.kill(engine, 'SIGCONT');
  await resend(servers, 'shop', ledger);
  await servers.drained();
  expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);
}, 120_000);

it('does the same while a ClickHouse server is away, and finds it when it comes', async () => {
  const random = randomOf(32);
  const probe = createServer().listen(0, '127.0.0.1');
  await until('a port', 1_000, () => (probe.address() === null ? undefined : true));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const connection = `http://ada:secret@127.0.0.1:${port}/seismo`;
  const servers = someServers({ args: ['--connection', connection, '--journal-max-bytes', '1MiB'] });
  await servers.start();
  const ledger = new Ledger();
  expect(codeOf(await fill(servers, 'shop', ledger, random))).toBe('JOURNAL_FULL');
  const question = await servers.ask('GET', '/api/reports/day/shop?fresh=false');
  expect([question.status, question.headers['retry-after'] !== undefined]).toEqual([503, true]);
  const engine = await startEmbeddedEngine({ dataDir: aDirectory(), memoryBytes: 800_000_000, logger });
  closers.push(() => engine.close());
  const front = await startFront(engine.socketPath, 'ada', 'secret', port);
  closers.push(() => front.close());
  await resend(servers, 'shop', ledger, 30_000);
  await servers.drained();
  expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);
}, 120_000);

/** A small disk of its own; what it takes: Linux, and the right to mount. */
const MAY_MOUNT = process.platform === 'linux' && process.getuid?.() === 0 && aDisk(1) !== undefined;
const onSmallDisk = MAY_MOUNT ? it : it.skip;
if (!MAY_MOUNT) console.log('Skipped: tests of a full disk mount a tmpfs, which takes root on Linux.');

function aDisk(megabytes: number): string | undefined {
  const path = aDirectory();
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path], {
    stdio: 'ignore',
  });
  if (status !== 0) return undefined;
  closers.push(() => spawnSync('umount', ['-l', path]));
  return path;
}

/** Takes all of a disk but so much. @returns what gives it back */
function ballast(disk: string, leaveBytes: number): () => void {
  const { bavail, bsize } = statfsSync(disk);
  const path = join(disk, 'ballast');
  writeFileSync(path, Buffer.alloc(Math.max(0, bavail * bsize - leaveBytes)));
  return () => rmSync(path);
}

onSmallDisk(
  'refuses what does not fit on a full disk, keeps what it took, and takes the same ids as new when there is space',
  async () => {
    const random = randomOf(41);
    const disk = aDisk(256)!;
    const dataDir = join(disk, 'data');
    mkdirSync(dataDir);
    // Without the reserve, so that transactions fail in their middle.
    const servers = someServers({ dataDir, args: ['--disk-reserve-bytes', '0'] });
    await servers.start();
    const ledger = new Ledger();
    await send(servers, 'shop', someEvents(random, 100), 'array', ledger);
    const before = servers.child?.pid;
    for (let round = 0; round < ROUNDS; round++) {
      const letGo = await hold(servers);
      const free = ballast(disk, 1_000_000);
      const refusal = await fill(servers, 'shop', ledger, random);
      expect([refusal.status, refusal.headers['retry-after'], codeOf(refusal)]).toEqual([
        503,
        '5',
        'JOURNAL_UNAVAILABLE',
      ]);
      expect((await servers.ask('GET', '/ready')).status).toBe(503);
      letGo();
      free();
      await resend(servers, 'shop', ledger);
    }
    expect(servers.child?.pid).toBe(before);
    await servers.drained();
    expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);
    expect((await servers.stop()).code).toBe(0);
  },
  180_000,
);

onSmallDisk(
  'keeps some of the disk free, so that a journal that has filled it empties by itself',
  async () => {
    const random = randomOf(42);
    const disk = aDisk(24)!;
    const elsewhere = aDirectory();
    const dataDir = join(disk, 'data');
    mkdirSync(dataDir);
    const servers = someServers({ dataDir, args: ['--disk-reserve-bytes', '8MiB', '--connection', elsewhere] });
    await servers.start();
    const ledger = new Ledger();
    for (let round = 0; round < ROUNDS; round++) {
      const engine = servers.enginePid();
      process.kill(engine, 'SIGSTOP');
      const refusal = await fill(servers, 'shop', ledger, random);
      expect([codeOf(refusal), refusal.text.includes('diskReserveBytes')]).toEqual(['JOURNAL_FULL', true]);
      const { bavail, bsize } = statfsSync(disk);
      expect(bavail * bsize).toBeGreaterThan(4_000_000);
      process.kill(engine, 'SIGCONT');
      // Nobody frees anything; the file keeps its size and has room in itself.
      await servers.drained();
      await resend(servers, 'shop', ledger);
    }
    expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);
  },
  180_000,
);

onSmallDisk(
  'goes on taking events while only the engine has no disk, and stores them when it has',
  async () => {
    const random = randomOf(43);
    const disk = aDisk(192)!;
    const servers = someServers({ args: ['--connection', join(disk, 'engine-data')] });
    await servers.start();
    const ledger = new Ledger();
    await send(servers, 'shop', someEvents(random, 100), 'array', ledger);
    await servers.drained();
    const free = ballast(disk, 0);
    for (let i = 0; i < 30; i++)
      expect((await send(servers, 'shop', someEvents(random, 200), 'array', ledger))?.status).toBe(200);
    const waiting = await until('a block has failed', 20_000, async () => {
      const { ingest } = await servers.json<{ ingest: { state: string; lastFailure?: string; setAside: number } }>(
        '/api/stats',
      );
      return ingest.lastFailure === undefined ? undefined : ingest;
    });
    expect(waiting).toMatchObject({ state: 'waiting', setAside: 0 });
    // A question for what has just been acknowledged cannot be answered yet, and says so.
    const question = await servers.ask('GET', '/api/reports/day/shop');
    expect([question.status, question.headers['retry-after'] !== undefined]).toEqual([503, true]);
    free();
    await servers.drained();
    expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);
  },
  180_000,
);

/** What merges write is not answered to anybody: the engine's files grow over the limit in the background. */
const onLinux = process.platform === 'linux' ? it : it.skip;
onLinux(
  'loses nothing when there is no room for what the engine merges',
  async () => {
    const random = randomOf(44);
    const servers = someServers({ args: ['--flush-interval-ms', '50'] });
    await servers.start();
    const ledger = new Ledger();
    const engine = servers.enginePid();
    // 400 events come in 56 kB and lie in less; those of six blocks in more than 90 kB.
    expect(spawnSync('prlimit', [`--pid=${engine}`, '--fsize=70000']).status).toBe(0);
    await until('the engine has met its limit, and was started again', 60_000, async () => {
      await send(servers, 'shop', someEvents(random, 400), 'array', ledger);
      await servers.drained();
      return servers.enginePid() === engine ? undefined : true;
    });
    expect(servers.log.join()).toContain('writes of the engine failed');
    expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);
  },
  120_000,
);
