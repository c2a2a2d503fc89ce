import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openConnection } from '../../src/store/clickhouse/connection.ts';
import { MemoryWatch } from '../../src/store/clickhouse/embedded/memory-watch.ts';
import type { SessionPool } from '../../src/store/clickhouse/embedded/session-pool.ts';
import { startEmbeddedEngine } from '../../src/store/clickhouse/embedded/supervisor.ts';
import { EngineZones } from '../../src/store/clickhouse/engine-zones.ts';

async function anEngine(memoryBytes: number) {
  const dataDir = await mkdtemp(join(tmpdir(), 'seismo-memory-'));
  const lines: string[] = [];
  const warn = (fields: object): void => void lines.push(JSON.stringify(fields));
  const engine = await startEmbeddedEngine({ dataDir, memoryBytes, logger: { info() {}, warn, error: warn } });
  const connection = openConnection({ socketPath: engine.socketPath }, { logger: { warn() {} } });
  onTestFinished(async () => {
    await connection.close();
    await engine.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  const isUpAgain = new Promise<void>((resolve) => {
    engine.onUp(resolve);
  });
  return { engine, connection, isUpAgain, lines };
}

test('an engine that time zones have filled, so that every question fails for memory, is started again and answers', async () => {
  const { engine, connection, isUpAgain, lines } = await anEngine(700_000_000);
  const { pid } = { pid: engine.pid() };
  // What a caller can name no more: 4.5 MB each, for good.
  const zones = Array.from(
    { length: 200 },
    (_, i) =>
      `toHour(now(), 'Fixed/UTC+00:${String(Math.floor(i / 60)).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}')`,
  );
  await connection.query(`SELECT ${zones.join(', ')}`).catch(() => {});
  await expect(
    connection.query('SELECT count() AS n FROM (SELECT number FROM numbers(3000000) GROUP BY number)'),
  ).rejects.toMatchObject({
    code: expect.stringMatching(/QUERY_LIMIT_MEMORY|STORE_UNAVAILABLE/),
  });
  await isUpAgain;
  expect(engine.pid()).not.toBe(pid);
  expect(lines.join('\n')).toContain('fail for memory with nothing running');
  await connection.ping();
  expect(
    await connection.query('SELECT count() AS n FROM (SELECT number FROM numbers(1000000) GROUP BY number)'),
  ).toEqual([{ n: '1000000' }]);
});

test('until then a ping says no', async () => {
  const reasons: string[] = [];
  const pool = {
    isQuiet: true,
    onSpare: () => Promise.reject(new Error('Code: 241. DB::Exception: (total) memory limit exceeded')),
  } as unknown as SessionPool;
  const watch = new MemoryWatch(pool, 1, (reason) => reasons.push(reason));
  watch.failed('Code: 241. DB::Exception: Query memory limit exceeded');
  expect(watch.isFull).toBe(false);
  watch.failed('Code: 241. DB::Exception: (total) memory limit exceeded');
  while (!watch.isFull) await new Promise((resolve) => setImmediate(resolve));
  expect(reasons).toHaveLength(1);
});

test('an engine is restarted on request once nothing runs, what runs ends first, and nothing is wrong', async () => {
  const { engine, connection, isUpAgain, lines } = await anEngine(700_000_000);
  const running = connection.query('SELECT count() AS n FROM numbers(100000000) WHERE NOT ignore(sipHash64(number))');
  await connection.query('SELECT 1');
  engine.restart('a test');
  expect(await running).toEqual([{ n: '100000000' }]);
  await isUpAgain;
  await connection.ping();
  // Neither a warning nor an error: it was planned.
  expect(lines).toEqual([]);
});

const zonesOf = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
const tooMany = (retryAfterSeconds: number) =>
  expect.objectContaining({ code: 'TIME_ZONES_TOO_MANY', retryAfterSeconds });

function someZones(max = 40) {
  const clock = { ms: 0 };
  const restarts: number[] = [];
  const lines: object[] = [];
  const zones = new EngineZones((app) => `Zone/${app}`, {
    max,
    onFull: () => restarts.push(clock.ms),
    logger: { warn: (fields) => lines.push(fields) },
    nowMs: () => clock.ms,
  });
  return { zones, clock, restarts, lines };
}

test('a caller over the budget of new time zones waits, and nobody else does', () => {
  const { zones, clock, restarts, lines } = someZones();
  const [ann, bob] = [{ name: 'user ann' }, { name: 'key 7' }];
  zones.admit(zonesOf('A', 12), 'shop', ann);
  for (let i = 0; i < 300; i++) expect(() => zones.admit([`Z${i}`], 'shop', ann)).toThrow(tooMany(600));
  expect(lines).toEqual([{ caller: 'user ann', max: 12 }]);
  // Loaded zones, the zone of the app and UTC are always available; so are all zones to other callers.
  zones.admit(['A0', 'A11', 'UTC', 'Zone/shop'], 'shop', ann);
  zones.admit(zonesOf('B', 12), 'shop', bob);
  zones.admit(['B3'], 'shop', ann);
  // One more every ten minutes, in whole: after five minutes it takes another five, for two of them fifteen.
  clock.ms = 300_000;
  expect(() => zones.admit(['C'], 'shop', ann)).toThrow(tooMany(300));
  expect(() => zones.admit(['C', 'D'], 'shop', ann)).toThrow(tooMany(900));
  clock.ms = 600_000;
  zones.admit(['C'], 'shop', ann);
  expect(() => zones.admit(['D'], 'shop', ann)).toThrow(tooMany(600));
  expect(restarts).toEqual([]);
  expect(lines).toHaveLength(1);
});

test('when all zones of the engine are used it is restarted, every ten minutes at most', () => {
  const { zones, clock, restarts, lines } = someZones(3);
  zones.admit(['A', 'B', 'A'], 'shop', { name: 'a' });
  zones.admit(['C', 'UTC'], 'shop', { name: 'b' });
  for (const name of ['c', 'd']) expect(() => zones.admit(['D'], 'shop', { name })).toThrow('maximum');
  expect(restarts).toEqual([0]);
  zones.admit(['Zone/shop', 'B'], 'shop', { name: 'c' });
  zones.forget();
  zones.admit(['D', 'E', 'F'], 'shop', { name: 'c' });
  clock.ms = 60_000;
  expect(() => zones.admit(['G'], 'shop', { name: 'd' })).toThrow(tooMany(540));
  expect(restarts).toEqual([0]);
  clock.ms = 600_000;
  expect(() => zones.admit(['G'], 'shop', { name: 'd' })).toThrow(tooMany(30));
  expect(restarts).toEqual([0, 600_000]);
  expect(lines).toEqual([]);
});

test('a ClickHouse server is asked in any number of time zones', () => {
  new EngineZones(() => 'UTC').admit(zonesOf('Z', 400), 'shop', { name: 'a' });
});
