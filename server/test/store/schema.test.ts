import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClickHouseStore } from '../../src/store/clickhouse/clickhouse-store.ts';
import { type Connection, openConnection } from '../../src/store/clickhouse/connection.ts';
import { type EmbeddedEngine, startEmbeddedEngine } from '../../src/store/clickhouse/embedded/supervisor.ts';
import { MIGRATIONS, migrate } from '../../src/store/clickhouse/schema.ts';

const logger = { info() {}, warn() {}, error() {} };
let dataDir: string;
let engine: EmbeddedEngine;
let connection: Connection;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'seismo-schema-'));
  engine = await startEmbeddedEngine({ dataDir, memoryBytes: 1_200_000_000, logger });
  connection = openConnection({ socketPath: engine.socketPath }, { logger });
});
afterAll(async () => {
  await connection?.close();
  await engine?.close();
  await rm(dataDir, { recursive: true, force: true });
});

const versions = () => connection.query('SELECT version FROM schema_versions ORDER BY version');
const counted = () => connection.query('SELECT count() AS n, sum(length(user)) AS users FROM events');

it('goes forward, with a backup first, also after a start that was cut off, and never back', async () => {
  await migrate(connection);
  await migrate(connection);
  expect(await versions()).toEqual(MIGRATIONS.map((_, i) => ({ version: i + 1 })));
  // A thousand rows of the schema as it is, in two months; names of 5 letters and digits.
  await connection.command(
    `INSERT INTO events (seq, app, id, event, timestamp, user) SELECT number, 'shop', 'a', 'A',
      toDateTime64('2026-01-31 23:50:00', 3, 'UTC') + number, concat('u', leftPad(toString(number), 4, '0')) FROM numbers(1000)`,
  );
  expect(await counted()).toEqual([{ n: '1000', users: '5000' }]);

  const next = 'ALTER TABLE events ADD COLUMN IF NOT EXISTS madeUp UInt32 DEFAULT length(user)';
  const version = MIGRATIONS.length + 1;
  await expect(
    migrate(connection, [...MIGRATIONS, () => [next, 'ALTER TABLE events DROP COLUMN nowhere']]),
  ).rejects.toMatchObject({
    cause: { message: expect.stringContaining('nowhere') },
  });
  expect(await versions()).toHaveLength(MIGRATIONS.length);
  await migrate(connection, [...MIGRATIONS, () => [next]]);
  expect(await versions()).toHaveLength(version);
  expect(await connection.query('SELECT sum(madeUp) AS sum FROM events')).toEqual([{ sum: '5000' }]);
  expect(await counted()).toEqual([{ n: '1000', users: '5000' }]);

  // The backup is whole: its parts can be attached to a table of the old shape.
  const shadow = join(dataDir, 'engine', 'shadow');
  const backups = (await readdir(shadow)).filter((name) => name.startsWith(`before_schema_${version}_at_`)).sort();
  // Of the start that was cut off, and of the one that went through.
  expect(backups).toHaveLength(2);
  const files = await readdir(join(shadow, backups[0]!), { recursive: true });
  const parts = files.filter((file) => /\/20260[12]_\d+_\d+_\d+$/.test(file));
  expect(parts.length).toBeGreaterThanOrEqual(2);

  await expect(migrate(connection)).rejects.toMatchObject({ code: 'STORE_SCHEMA_NEWER' });
  const store = createClickHouseStore({ connection, zoneOf: () => 'UTC' });
  await expect(store.open()).rejects.toThrow('A newer version wrote it.');
  const block = { journal: '', firstSeq: 0, endSeq: 0, rows: 0, token: '', rowVersion: 0, payload: [] };
  await expect(store.insert(block)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  await expect(store.ping()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
});
