import { SeismoError } from '../../../model/errors.ts';
import type { Connection } from '../connection.ts';
import { EVENTS, type Row } from '../sql.ts';
import { quotedText } from '../sql-quotes.ts';

/** The table that holds rows, as migrations create it. */
export interface RowsTable {
  readonly name: string;
  /** With its arguments. */
  readonly engine: string;
  /** How long the engine remembers the tokens of inserts. */
  readonly deduplication: string;
}

/** How long a node remembers that it has a block: as long as nodes may be away and come back. */
const DAY_SECONDS = 24 * 60 * 60;
const REMEMBERED_SECONDS = 30 * DAY_SECONDS;
const REMEMBERED_BLOCKS = 10_000;

export const PLAIN_TABLE: RowsTable = {
  name: EVENTS,
  engine: 'MergeTree',
  deduplication: 'non_replicated_deduplication_window = 1000',
};

/** Events of a user are on one shard; those of nobody are spread. Answers are right wherever a row is. */
const SHARD_OF = "cityHash64(app, multiIf(user != '', user, device != '', device, toString(uuid)))";

/** @throws STORE_UNAVAILABLE in words that say what the cluster lacks */
export async function rowsTableOf(node: Connection, cluster: string, name: string): Promise<RowsTable> {
  const { replicas, hasKeeper, hasMacros } = await layoutOn(node, cluster);
  // With a keeper, replicas can be added later.
  if (hasKeeper && hasMacros)
    return {
      name,
      engine: "ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')",
      deduplication: `replicated_deduplication_window = ${REMEMBERED_BLOCKS}, replicated_deduplication_window_seconds = ${REMEMBERED_SECONDS}`,
    };
  if (replicas > 1)
    throw new SeismoError(
      'STORE_UNAVAILABLE',
      `The cluster \`${cluster}\` has replicas, but a node has no ${hasKeeper ? 'macros `shard` and `replica`' : 'keeper'}. Run \`seismo cluster check\`.`,
    );
  return { ...PLAIN_TABLE, name };
}

/** Only where replicas share what they remember: a token is written with the part, in one transaction of the keeper. */
export async function rememberedInsertsMs({ layout, query }: Connection): Promise<number> {
  if (layout.cluster === undefined) return 0;
  const [row] = await query<Row>(
    `SELECT engine LIKE 'Replicated%' AS found FROM system.tables WHERE database = currentDatabase() AND name = {t:String}`,
    { t: layout.rows },
  );
  // Clocks differ, and an insert takes its time.
  return row?.['found'] ? (REMEMBERED_SECONDS - DAY_SECONDS) * 1_000 : 0;
}

async function layoutOn(node: Connection, cluster: string) {
  const [row] = await node.query<Row>(
    `SELECT (SELECT max(replica_num) FROM system.clusters WHERE cluster = {c:String}) AS replicas,
      (SELECT count() FROM system.macros WHERE macro IN ('shard', 'replica')) = 2 AS macros,
      (SELECT count() FROM system.tables WHERE database = 'system' AND name = 'zookeeper') > 0 AS keeper`,
    { c: cluster },
  );
  return {
    replicas: Number(row?.['replicas'] ?? 0),
    hasMacros: Boolean(row?.['macros']),
    hasKeeper: Boolean(row?.['keeper']),
  };
}

/** What questions and inserts name, over the shards. It has the columns of the table that holds the rows. */
export const overShards = (cluster: string, rows: string): string =>
  `CREATE TABLE IF NOT EXISTS ${EVENTS} AS ${rows} ENGINE = Distributed(${quotedText(cluster)}, currentDatabase(), ${quotedText(rows)}, ${SHARD_OF})`;
