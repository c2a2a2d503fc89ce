import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Connection, openConnection } from '../../src/store/clickhouse/connection.ts';
import { type EmbeddedEngine, startEmbeddedEngine } from '../../src/store/clickhouse/embedded/supervisor.ts';
import { USERS, unbiased } from '../../src/store/clickhouse/sql.ts';
import { InsertRejected } from '../../src/store/store.ts';

const quiet = { info() {}, warn() {}, error() {} };
let dataDir: string;
let engine: EmbeddedEngine;
let connection: Connection;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'seismo-engine-'));
  engine = await startEmbeddedEngine({ dataDir, memoryBytes: 1_200_000_000, logger: quiet });
  connection = openConnection({ socketPath: engine.socketPath }, { logger: quiet });
});
afterAll(async () => {
  await connection?.close();
  await engine?.close();
  await rm(dataDir, { recursive: true, force: true });
});

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const ALL_BYTES = Buffer.from(Array.from({ length: 100 }, (_, at) => at));
const row = (n: bigint, bytes: Buffer): Buffer => {
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(n);
  return Buffer.concat([head, Buffer.from([bytes.length]), bytes]);
};

test('a RowBinary insert in pieces stores every byte as it was', async () => {
  await connection.command(
    'CREATE TABLE t (n UInt64, s String) ENGINE = MergeTree ORDER BY n SETTINGS fsync_after_insert = 1',
  );
  await connection.insert(
    't',
    ['n', 's'],
    [row(1n, ALL_BYTES), row(18446744073709551615n, Buffer.from("'\n\\\0;\xff", 'latin1'))],
    { settings: { insert_deduplication_token: 'x' } },
  );
  expect(await connection.query('SELECT n, hex(s) AS h FROM t ORDER BY n')).toEqual([
    { n: '1', h: ALL_BYTES.toString('hex').toUpperCase() },
    { n: '18446744073709551615', h: '270A5C003BFF' },
  ]);
});

test('parameters arrive as they were, whatever they hold', async () => {
  const a = 'it\'s\n\t"\\n{x:String}\r é 🙂';
  expect(await connection.query('SELECT {a:String} AS a, {b:Array(String)} AS b', { a, b: [a, ''] })).toEqual([
    { a, b: [a, ''] },
  ]);
});

test('settings hold for their query alone', async () => {
  const sql = 'SELECT toUInt64(7) AS n';
  const settings = { output_format_json_quote_64bit_integers: 0 };
  expect(await connection.query(sql, {}, { settings })).toEqual([{ n: 7 }]);
  for (let round = 0; round < 6; round++) expect(await connection.query(sql)).toEqual([{ n: '7' }]);
});

test('a limit has its own error, and rows at fault are InsertRejected', async () => {
  const sql = 'SELECT number FROM numbers(1000)';
  await expect(connection.query(sql, {}, { settings: { max_result_rows: 10 } })).rejects.toMatchObject({
    code: 'QUERY_LIMIT_ROWS',
  });
  await expect(
    connection.query(
      'SELECT groupArray(number) FROM numbers(100000000)',
      {},
      { settings: { max_memory_usage: 10_000_000 } },
    ),
  ).rejects.toMatchObject({ code: 'QUERY_LIMIT_MEMORY' });
  await expect(
    connection.query(
      'SELECT sum(cityHash64(number)) FROM numbers(100000000000)',
      {},
      { settings: { max_execution_time: 1 } },
    ),
  ).rejects.toMatchObject({ code: 'QUERY_LIMIT_TIME' });
  await expect(connection.insert('t', ['n', 's'], [Buffer.from([1, 2, 3])])).rejects.toBeInstanceOf(InsertRejected);
});

test('a stream brings every row', async () => {
  let sum = 0;
  for await (const rows of connection.stream<{ n: number }>('SELECT toUInt32(number) AS n FROM numbers(200000)'))
    for (const each of rows) sum += each.n;
  expect(sum).toBe(19_999_900_000);
});

test('a limit met in the middle of a stream is told as what it is', async () => {
  let rows = 0;
  const reading = async (): Promise<void> => {
    const settings = { max_execution_time: 1 };
    for await (const piece of connection.stream('SELECT number FROM numbers(100000000000)', {}, { settings }))
      rows += piece.length;
  };
  await expect(reading()).rejects.toMatchObject({ code: 'QUERY_LIMIT_TIME' });
  expect(rows).toBeGreaterThan(0);
});

test('an abort stops the query in the engine', async () => {
  const abort = new AbortController();
  const asked = connection.query(
    'SELECT sum(cityHash64(number)) FROM numbers(1000000000000)',
    {},
    { signal: abort.signal },
  );
  const running =
    "SELECT count() AS n FROM system.processes WHERE query LIKE '%1000000000000%' AND query NOT LIKE '%processes%'";
  await expect.poll(() => connection.query(running)).toEqual([{ n: '1' }]);
  abort.abort();
  await expect(asked).rejects.toThrow();
  await expect.poll(() => connection.query(running), { timeout: 10_000 }).toEqual([{ n: '0' }]);
});

test('kill by prefix resolves when the query has ended', async () => {
  const asked = connection.query(
    'SELECT sum(cityHash64(number)) FROM numbers(1000000000000)',
    {},
    { queryId: 'abc-1' },
  );
  const ended = expect(asked).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  const running = "SELECT count() AS n FROM system.processes WHERE Settings['log_comment'] = 'abc-1'";
  await expect.poll(() => connection.query(running)).toEqual([{ n: '1' }]);
  await connection.kill('abc-');
  expect(await connection.query(running)).toEqual([{ n: '0' }]);
  await ended;
});

test('a killed engine comes back with its rows, and close leaves no process', async () => {
  const first = engine.pid() as number;
  const up = new Promise<void>((resolve) => engine.onUp(resolve));
  process.kill(first, 'SIGKILL');
  await up;
  expect(engine.pid()).not.toBe(first);
  expect(await connection.query('SELECT count() AS n FROM t')).toEqual([{ n: '2' }]);
  const second = engine.pid() as number;
  await engine.close();
  expect([engine.state, isAlive(first), isAlive(second)]).toEqual(['closed', false, false]);
  await expect(connection.ping()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  engine = await startEmbeddedEngine({ dataDir, memoryBytes: 0, logger: quiet });
  expect(await connection.query('SELECT count() AS n FROM t')).toEqual([{ n: '2' }]);
});

test('distinct users are within half a per cent, on the average of many sets of every size', {
  timeout: 120_000,
}, async () => {
  // The engine's sketch alone is 2.3 % too high at 165,000. Sets are of other numbers than those it was measured with.
  for (const [size, sets] of [
    [999, 40],
    [20_000, 40],
    [100_000, 24],
    [150_000, 24],
    [160_000, 24],
    [165_000, 24],
    [180_000, 24],
    [205_000, 24],
    [250_000, 24],
    [320_000, 20],
    [500_000, 16],
    [1_500_000, 8],
  ] as const) {
    const [row] = await connection.query<{ rms: number; worst: number }>(
      `SELECT sqrt(avg(pow(u / ${size} - 1, 2))) * 100 AS rms, max(abs(u / ${size} - 1)) * 100 AS worst FROM (
        SELECT ${unbiased(USERS)} AS u FROM (
          SELECT intDiv(number, ${size}) AS set, concat('someone ', toString(number * 13 + 5)) AS user, '' AS device FROM numbers(${size * sets}))
        GROUP BY set)`,
    );
    expect([size, Number(row!.rms) <= 0.5 && Number(row!.worst) <= 2, row]).toEqual([size, true, row]);
    if (size === 999) expect(row).toEqual({ rms: 0, worst: 0 });
  }
});
