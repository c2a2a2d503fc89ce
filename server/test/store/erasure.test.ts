import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Filter } from '../../src/model/query.ts';
import { type Connection, openConnection } from '../../src/store/clickhouse/connection.ts';
import { type EmbeddedEngine, startEmbeddedEngine } from '../../src/store/clickhouse/embedded/supervisor.ts';
import { erase, hideSql, SpaceOfErased } from '../../src/store/clickhouse/erasure.ts';
import { migrate } from '../../src/store/clickhouse/schema.ts';

const logger = { info() {}, warn() {}, error() {} };
const ALL = { from: 0, to: Date.UTC(2100, 0, 1) };
let dataDir: string;
let engine: EmbeddedEngine;
let connection: Connection;
/** What was sent to change the table. */
let changes: string[];
let spied: Connection;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'seismo-erasure-'));
  engine = await startEmbeddedEngine({ dataDir, memoryBytes: 1_200_000_000, logger });
  connection = openConnection({ socketPath: engine.socketPath }, { logger });
  spied = {
    ...connection,
    async onShards(sql, ...rest) {
      changes.push(sql);
      await connection.onShards(sql, ...rest);
    },
  };
  await migrate(connection);
});
afterAll(async () => {
  await connection?.close();
  await engine?.close();
  await rm(dataDir, { recursive: true, force: true });
});
beforeEach(async () => {
  changes = [];
  await connection.command('TRUNCATE TABLE events');
  // Three events of two users in each of three months, in two apps.
  for (const app of ['shop', 'other'])
    await connection.command(
      `INSERT INTO events (seq, timestamp, app, id, event, user) SELECT number, addMonths(toDateTime64('2024-01-15 00:00:00', 3, 'UTC'), intDiv(number, 3)), {app:String}, 'seen', 'seen', if(number % 3 = 0, 'ann', 'bob') FROM numbers(9)`,
      { app },
    );
});

const userIs = (text: string): Filter => ({
  field: { kind: 'column', name: 'user' },
  operator: 'is',
  matches: [{ text }],
});
async function left(): Promise<string[]> {
  const rows = await connection.query<{ line: string }>(
    "SELECT concat(app, ' ', user, ' ', toString(toYYYYMM(timestamp)), ' ', toString(count())) AS line FROM events GROUP BY app, user, toYYYYMM(timestamp), timestamp ORDER BY line",
  );
  return rows.map(({ line }) => line);
}
const OTHERS = [
  'other ann 202401 1',
  'other ann 202402 1',
  'other ann 202403 1',
  'other bob 202401 2',
  'other bob 202402 2',
  'other bob 202403 2',
];

test('changes nothing when nothing matches', async () => {
  expect(await erase(spied, 'shop', ALL, [userIs('nobody')])).toBe(0);
  expect(await erase(spied, 'nowhere', ALL, [])).toBe(0);
  expect(changes).toEqual([]);
});

test('names the partitions that hold what matches', async () => {
  const february = { from: Date.UTC(2024, 1, 1), to: Date.UTC(2024, 2, 1) };
  expect(await erase(spied, 'shop', february, [userIs('bob')])).toBe(2);
  expect(changes).toHaveLength(1);
  expect(changes[0]!.match(/IN PARTITION ID '\d+'/g)).toEqual(["IN PARTITION ID '202402'"]);
  expect(await left()).toEqual([
    ...OTHERS,
    'shop ann 202401 1',
    'shop ann 202402 1',
    'shop ann 202403 1',
    'shop bob 202401 2',
    'shop bob 202403 2',
  ]);
});

test('erases in every partition that holds what matches, in one change', async () => {
  expect(await erase(spied, 'shop', ALL, [userIs('bob')])).toBe(6);
  expect(changes).toHaveLength(1);
  expect(changes[0]!.match(/IN PARTITION ID '\d+'/g)).toHaveLength(3);
  expect(await left()).toEqual([...OTHERS, 'shop ann 202401 1', 'shop ann 202402 1', 'shop ann 202403 1']);
});

test('names 50 partitions at most, and none when the condition would be repeated beyond 100,000 characters', () => {
  const ids = (count: number) => Array.from({ length: count }, (_, i) => String(202_001 + i));
  expect(hideSql('events', ids(50), 'user = 1', 0).match(/ IN PARTITION ID '\d{6}' WHERE user = 1/g)).toHaveLength(50);
  expect(hideSql('events', ids(51), 'user = 1', 0)).toBe('DELETE FROM events WHERE user = 1');
  expect(hideSql('events', ids(2), 'x'.repeat(50_000), 0)).toContain('IN PARTITION');
  expect(hideSql('events', ids(2), 'x'.repeat(50_001), 0)).toBe(`DELETE FROM events WHERE ${'x'.repeat(50_001)}`);
  // The values count as often as the condition.
  expect(hideSql('events', ids(2), 'x', 49_999)).toContain('IN PARTITION');
  expect(hideSql('events', ids(2), 'x', 50_000)).toBe('DELETE FROM events WHERE x');
});

test('counts on disk before it hides, and says how far it is', async () => {
  const seen: string[] = [];
  const progress: number[][] = [];
  const erased = await erase(spied, 'shop', ALL, [userIs('bob')], {
    tag: 'erasure-1-events',
    onCounted: async (matching, partitions) => {
      seen.push(`${matching} in ${partitions}, ${changes.length} changes, ${(await left()).length} lines`);
    },
    onProgress: ({ partsDone, partsTotal }, failure) => {
      expect(failure).toBeUndefined();
      progress.push([partsDone, partsTotal]);
    },
  });
  expect(erased).toBe(6);
  // Two apps with two users in three months.
  expect(seen).toEqual(['6 in 3, 0 changes, 12 lines']);
  const [done, total] = progress.at(-1)!;
  // A part for each insert of an app into one of the three partitions; fewer when the engine has merged some.
  expect(total).toBeGreaterThanOrEqual(3);
  expect(total).toBeLessThanOrEqual(6);
  expect(done).toBe(total);
  expect(progress.map(([parts]) => parts)).toEqual(progress.map(([parts]) => parts).sort((a, b) => a! - b!));
});

test('repeated after an interruption it waits for what was begun, and changes nothing again', async () => {
  const stop = new AbortController();
  const run = { tag: 'erasure-2-events', onCounted: async () => {} };
  const interrupted = erase(spied, 'shop', ALL, [userIs('ann')], {
    ...run,
    onProgress: () => stop.abort(new Error('the server is stopping')),
    signal: stop.signal,
  });
  await interrupted.catch(() => {});
  // Posted meanwhile: the erasure was of what was there.
  await connection.command(
    "INSERT INTO events (seq, timestamp, app, id, event, user) VALUES (99, '2024-01-15 00:00:00', 'shop', 'seen', 'seen', 'ann')",
  );
  expect(await erase(spied, 'shop', ALL, [userIs('ann')], { ...run, counted: 3 })).toBe(3);
  expect(changes).toHaveLength(1);
  expect(await left()).toEqual([
    ...OTHERS,
    'shop ann 202401 1',
    'shop bob 202401 2',
    'shop bob 202402 2',
    'shop bob 202403 2',
  ]);
});

test('counted and not begun before the interruption, it counts again; done and forgotten by the engine, it does not', async () => {
  expect(await erase(spied, 'shop', ALL, [userIs('ann')], { tag: 'erasure-3-events', counted: 2 })).toBe(3);
  expect(changes).toHaveLength(1);
  expect(await erase(spied, 'shop', ALL, [userIs('ann')], { tag: 'erasure-4-events', counted: 3 })).toBe(3);
  expect(changes).toHaveLength(1);
});

test('does not wait for questions that take all their sessions, and keeps none of them', async () => {
  const stop = new AbortController();
  const heavy = Array.from({ length: 3 }, (_, i) =>
    connection
      .query(`SELECT sum(cityHash64(number + ${i})) FROM numbers(1000000000000)`, {}, { signal: stop.signal })
      .catch(() => 'stopped'),
  );
  const running =
    "SELECT count() AS n FROM system.processes WHERE query LIKE '%1000000000000%' AND query NOT LIKE '%processes%'";
  await expect.poll(() => connection.query(running, {}, { settings: { priority: 1 } })).toEqual([{ n: '3' }]);
  expect(await erase(spied, 'shop', ALL, [])).toBe(9);
  expect(await connection.query(running, {}, { settings: { priority: 1 } })).toEqual([{ n: '3' }]);
  stop.abort();
  expect(await Promise.all(heavy)).toEqual(['stopped', 'stopped', 'stopped']);
});

test('the space of what was erased is freed, also when an earlier server did not come to it', async () => {
  // One part a partition: no merge does it before.
  await connection.command('OPTIMIZE TABLE events FINAL');
  await erase(connection, 'shop', ALL, [userIs('ann')]);
  const onDisk = () =>
    connection.query("SELECT countIf(app != '') AS n FROM events", {}, { settings: { apply_deleted_mask: 0 } });
  expect(await onDisk()).toEqual([{ n: '18' }]);
  const space = new SpaceOfErased(spied, undefined, 1);
  await space.resume();
  await expect.poll(onDisk, { timeout: 30_000 }).toEqual([{ n: '15' }]);
  expect(changes).toEqual(['ALTER TABLE events APPLY DELETED MASK']);
  await space.resume();
  space.stop();
});
