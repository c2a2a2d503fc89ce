import type { Connection } from './connection.ts';

/** Forward migrations; the version is the place in this list, counted from 1. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS seismo.events (
    seq UInt64, journal UUID, timestamp DateTime64(3,'UTC'), receivedAt DateTime64(3,'UTC'), clientTimestamp Int64,
    day Date, uuid UUID, app LowCardinality(String), id LowCardinality(String), event LowCardinality(String),
    user String, device String, session String, data String CODEC(ZSTD(1)),
    texts Map(LowCardinality(String), String), numbers Map(LowCardinality(String), Float64), others Map(LowCardinality(String), String),
    person UInt64 DEFAULT if(user != '', sipHash64('u', user), if(device != '', sipHash64('d', device), 0)),
    INDEX seqs seq TYPE minmax, INDEX users user TYPE bloom_filter(0.01)
  ) ENGINE = MergeTree PARTITION BY if(timestamp >= '2020-01-01', toYYYYMM(timestamp), toYear(timestamp))
  PRIMARY KEY (app, timestamp) ORDER BY (app, timestamp, seq)
  SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000,
    lightweight_mutation_projection_mode = 'rebuild'`,
];

export async function migrate(connection: Connection): Promise<void> {
  await connection.command('CREATE DATABASE IF NOT EXISTS seismo');
  await connection.command(
    'CREATE TABLE IF NOT EXISTS seismo.seismo_schema (version UInt32) ENGINE = MergeTree ORDER BY version',
  );
  const [row] = await connection.query<{ version: number }>('SELECT max(version) AS version FROM seismo.seismo_schema');
  for (let version = Number(row?.version ?? 0); version < MIGRATIONS.length; version++) {
    await connection.command(MIGRATIONS[version]!);
    await connection.command('INSERT INTO seismo.seismo_schema SELECT {v:UInt32}', { v: version + 1 });
  }
}
