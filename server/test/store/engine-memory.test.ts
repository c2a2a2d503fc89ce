import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openConnection } from '../../src/store/clickhouse/connection.ts';
import { MemoryWatch } from '../../src/store/clickhouse/embedded/memory-watch.ts';
import type { Lanes } from '../../src/store/clickhouse/embedded/session-pool.ts';
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
  const lanes = {
    isQuiet: true,
    onSpare: () => Promise.reject(new Error('Code: 241. DB::Exception: (total) memory limit exceeded')),
  } as unknown as Lanes;
  const watch = new MemoryWatch(lanes, 1, (reason) => reasons.push(reason));
  watch.failed('Code: 241. DB::Exception: Query memory limit exceeded');
  expect(watch.isFull).toBe(false);
  watch.failed('Code: 241. DB::Exception: (total) memory limit exceeded');
  while (!watch.isFull) await new Promise((resolve) => setImmediate(resolve));
  expect(reasons).toHaveLength(1);
});

test('an engine is started anew on request once nothing runs, and what runs ends first', async () => {
  const { engine, connection, isUpAgain } = await anEngine(700_000_000);
  const running = connection.query('SELECT count() AS n FROM numbers(300000000) WHERE NOT ignore(sipHash64(number))');
  await connection.query('SELECT 1');
  engine.restart('a test');
  expect(await running).toEqual([{ n: '300000000' }]);
  await isUpAgain;
  await connection.ping();
});

test('zones beyond those that the engine keeps wait for it to start anew, asked for every ten minutes at most', () => {
  let nowMs = 0;
  let asked = 0;
  const zones = new EngineZones(() => 'Europe/Zurich', {
    ...{ max: 3, onFull: () => asked++, logger: { warn() {} }, nowMs: () => nowMs },
  });
  zones.admit(['A', 'B', 'A'], 'shop');
  zones.admit(['C', 'UTC', 'Europe/Zurich'], 'shop');
  zones.admit(['A', 'C', 'B'], 'shop');
  for (let i = 0; i < 3; i++)
    expect(() => zones.admit(['D'], 'shop')).toThrow(expect.objectContaining({ code: 'STORE_UNAVAILABLE' }));
  expect(asked).toBe(1);
  zones.admit(['Europe/Zurich'], 'shop');
  zones.forget();
  zones.admit(['D', 'E', 'F'], 'shop');
  expect(() => zones.admit(['G'], 'shop')).toThrow('ten minutes');
  expect(asked).toBe(1);
  nowMs = 600_000;
  expect(() => zones.admit(['G'], 'shop')).toThrow('ten minutes');
  expect(asked).toBe(2);
  // A ClickHouse server is somebody's to look after.
  new EngineZones(() => 'UTC').admit(
    Array.from({ length: 400 }, (_, i) => `Z${i}`),
    'shop',
  );
});
