import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Connection, openConnection } from '../../src/store/clickhouse/connection.ts';
import { type EmbeddedEngine, startEmbeddedEngine } from '../../src/store/clickhouse/embedded/supervisor.ts';
import { mergeQuietPartitions } from '../../src/store/clickhouse/quiet-partitions.ts';
import { migrate } from '../../src/store/clickhouse/schema.ts';

const logger = { info() {}, warn() {}, error() {} };
const LIMITS = { quietSeconds: 0, smallBytes: 1e6, partsMin: 4, bytesMax: 1e9 };
let dataDir: string;
let engine: EmbeddedEngine;
let connection: Connection;
/** The partitions that were merged. */
let merged: string[];
let spied: Connection;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'seismo-quiet-'));
  engine = await startEmbeddedEngine({ dataDir, memoryBytes: 1_200_000_000, logger });
  connection = openConnection({ socketPath: engine.socketPath }, { logger });
  spied = {
    ...connection,
    async command(sql, ...rest) {
      merged.push(/PARTITION ID '(\d+)' FINAL$/.exec(sql)?.[1] ?? sql);
      await connection.command(sql, ...rest);
    },
  };
  await migrate(connection);
  // The engine merges nothing by itself: parts stay as they were inserted.
  await connection.command('ALTER TABLE events MODIFY SETTING max_bytes_to_merge_at_max_space_in_pool = 1');
});
afterAll(async () => {
  await connection?.close();
  await engine?.close();
  await rm(dataDir, { recursive: true, force: true });
});
beforeEach(async () => {
  merged = [];
  await connection.command('TRUNCATE TABLE events');
  await insert('2004-03-01', 2);
  await insert('2024-02-01', 5);
  await insert('2024-03-01', 1);
});

async function insert(day: string, times: number): Promise<void> {
  for (let i = 0; i < times; i++)
    await connection.command(
      `INSERT INTO events (seq, timestamp, app, id, event) SELECT number, toDateTime64({d:String}, 3, 'UTC'), 'shop', 'seen', 'seen' FROM numbers(10)`,
      { d: day },
    );
}
/** Of each partition its parts and events. */
async function parts(): Promise<string[]> {
  const rows = await connection.query<{ line: string }>(
    "SELECT concat(partition_id, ' ', toString(count()), ' ', toString(sum(rows))) AS line FROM system.parts WHERE active AND table = 'events' GROUP BY partition_id ORDER BY partition_id",
  );
  return rows.map(({ line }) => line);
}

test('each partition to which nothing comes becomes one part, that with most parts first', async () => {
  expect(await parts()).toEqual(['2004 2 20', '202402 5 50', '202403 1 10']);
  expect(await mergeQuietPartitions(spied, LIMITS)).toBe(2);
  expect(merged).toEqual(['202402', '2004']);
  expect(await parts()).toEqual(['2004 1 20', '202402 1 50', '202403 1 10']);
  expect(await mergeQuietPartitions(spied, LIMITS)).toBe(0);
});

test('one that is not small waits for its fourth part, and a large one is left to the engine', async () => {
  expect(await mergeQuietPartitions(spied, { ...LIMITS, smallBytes: 0 })).toBe(1);
  expect(merged).toEqual(['202402']);
  await insert('2024-02-02', 5);
  expect(await mergeQuietPartitions(spied, { ...LIMITS, bytesMax: 0 })).toBe(0);
});

test('one to which something came a moment ago is left alone, and none is begun after the end', async () => {
  expect(await mergeQuietPartitions(spied, { ...LIMITS, quietSeconds: 3_600 })).toBe(0);
  expect(await mergeQuietPartitions(spied, LIMITS, () => true)).toBe(0);
  expect(merged).toEqual([]);
});
