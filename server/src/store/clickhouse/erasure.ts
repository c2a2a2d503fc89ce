import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { SeismoError } from '../../model/errors.ts';
import type { Filter, Range } from '../../model/query.ts';
import type { EraseRun } from '../store.ts';
import type { Connection } from './connection.ts';
import { whereSql } from './filter-sql.ts';
import type { Layout } from './layout.ts';
import { NO_HOT_COLUMNS } from './property-sql.ts';
import { Bound, EVENTS, type Row } from './sql.ts';
import { quotedText } from './sql-quotes.ts';

/** Many erasures one after the other free their disk together: each pass looks at every part. */
const FREE_AFTER_MS = 60_000;
/** Part of a change: it must not take the sessions of questions. */
const CHANGE = { priority: 2 };
/** A short question, for which a session is always kept. */
const SHORT = { priority: 1 };
/** A look at the progress takes the engine a millisecond or two; most erasures are done after a few. */
const POLL_FIRST_MS = 20;
const POLL_MAX_MS = 500;
/** The condition is repeated for each: with more, little is left that is not searched. */
const PARTITIONS_NAMED_MAX = 50;
/** Of all these conditions with their values, in characters. For each part the engine goes through all of them: 2 million took a second a part. */
const NAMED_MAX_LENGTH = 100_000;
const TAG = /^[\w-]{1,80}$/;

/**
 * Hides the matching events; their disk is freed when their parts are merged, or by `SpaceOfErased`. Counted first, by partition: nothing
 * to hide changes nothing, and only parts of partitions that hold matching events are searched.
 *
 * The engine keeps the mutation on its disk and goes on with it after a crash of its own. The condition carries the tag, so that whoever
 * repeats an erasure that was interrupted finds its mutation, waits for it, and answers what was counted before.
 */
export async function erase(
  connection: Connection,
  app: string,
  range: Range,
  filters: readonly Filter[],
  run: EraseRun = {},
): Promise<number> {
  const { tag = `erasure-${randomUUID()}`, counted, signal } = run;
  if (!TAG.test(tag)) throw new Error(`BUG: the tag ${tag}`);
  if (counted !== undefined && (await mutationOf(connection, tag)) !== undefined) {
    await finished(connection, tag, run);
    return counted;
  }
  const bound = new Bound(NO_HOT_COLUMNS);
  const where = whereSql(app, range, filters, bound);
  const rows = await connection.query<Row>(
    `SELECT _partition_id AS partition, count() AS n FROM ${EVENTS} WHERE ${where} GROUP BY partition`,
    bound.values,
    { settings: CHANGE, ...(signal && { signal }) },
  );
  // Nothing is left, and the engine no longer knows the mutation that was sent before: it was done.
  if (rows.length === 0) return counted ?? 0;
  const matching = rows.reduce((sum, row) => sum + Number(row['n']), 0);
  await run.onCounted?.(matching, rows.length);
  signal?.throwIfAborted();
  const partitions = rows.map((row) => partitionId(row['partition']));
  const hide = hideSql(connection.layout.rows, partitions, `${where} AND '${tag}' != ''`, lengthOf(bound.values));
  await connection.onShards(hide, bound.values, {
    lightweight_deletes_sync: 0,
    mutations_sync: 0,
  });
  await finished(connection, tag, run);
  return matching;
}

/**
 * One mutation in any case. The engine copies (as hard links) the parts of partitions that are not named, and searches all others: a part takes
 * 4 ms of its processor time or 11 (docs/decisions/erasure-jobs.md). A lightweight `DELETE` is this update of `_row_exists`, and takes one
 * partition at most.
 * @param table that holds the rows
 * @param valuesLength of the values that the engine puts into the condition, each time it occurs
 */
export function hideSql(table: string, partitions: readonly string[], where: string, valuesLength: number): string {
  const length = partitions.length * (where.length + valuesLength);
  if (partitions.length > PARTITIONS_NAMED_MAX || length > NAMED_MAX_LENGTH)
    return `DELETE FROM ${table} WHERE ${where}`;
  const updates = partitions.map((id) => `UPDATE _row_exists = 0 IN PARTITION ID '${id}' WHERE ${where}`);
  return `ALTER TABLE ${table} ${updates.join(', ')}`;
}

/** In characters, about. The devices of the users who are erased may be 100,000. */
export function lengthOf(values: Bound['values']): number {
  const one = (value: unknown): number => String(value).length + 3;
  return Object.values(values).reduce<number>(
    (sum, value) => sum + (Array.isArray(value) ? value.reduce<number>((own, each) => own + one(each), 0) : one(value)),
    0,
  );
}

interface Mutation {
  /** Of the whole table. */
  readonly parts: number;
  readonly partsLeft: number;
  readonly isDone: boolean;
  readonly failure: string;
}

/**
 * A row for each partition that it names. Undefined as well while not all shards have it: whoever sent it was interrupted, and sends it again.
 */
async function mutationOf({ query, layout }: Connection, tag: string): Promise<Mutation | undefined> {
  const [row] = await query<Row>(
    `SELECT sum(left) AS left, min(done) AS done, max(failed) AS failure, count() = ${shardsSql(layout)} AS isOnAll,
      (SELECT count() FROM ${layout.system('parts')} WHERE active AND database = currentDatabase() AND table = {t:String}) AS parts
    FROM (SELECT shardNum() AS shard, max(parts_to_do) AS left, min(is_done) AS done, max(latest_fail_reason) AS failed
      FROM ${layout.system('mutations')}
      WHERE database = currentDatabase() AND table = {t:String} AND position(command, {tag:String}) > 0 GROUP BY shard)`,
    { t: layout.rows, tag: `'${tag}'` },
    { settings: SHORT },
  );
  if (row === undefined || !row['isOnAll']) return undefined;
  return {
    parts: Number(row['parts']),
    partsLeft: Number(row['left']),
    isDone: Boolean(row['done']),
    failure: String(row['failure']),
  };
}

const shardsSql = ({ cluster }: Layout): string =>
  cluster === undefined ? '1' : `(SELECT max(shard_num) FROM system.clusters WHERE cluster = ${quotedText(cluster)})`;

/** Resolves when the mutation is done in every part. */
async function finished(connection: Connection, tag: string, run: EraseRun): Promise<void> {
  let partsTotal = 0;
  for (let waitMs = POLL_FIRST_MS; ; waitMs = Math.min(POLL_MAX_MS, waitMs * 1.5)) {
    const mutation = await mutationOf(connection, tag);
    if (mutation === undefined)
      throw new SeismoError('STORE_UNAVAILABLE', 'The engine has lost the erasure. It is being started again.');
    const { parts, partsLeft, isDone, failure } = mutation;
    // As they were at the first look: parts that come later are not rewritten.
    partsTotal = Math.max(partsTotal || parts, partsLeft);
    run.onProgress?.({ partsDone: partsTotal - partsLeft, partsTotal }, failure || undefined);
    if (isDone) return;
    await pause(waitMs, undefined, run.signal && { signal: run.signal });
  }
}

/** Parts that are rewritten already stay so. */
export async function stopErasing(connection: Connection, tag: string): Promise<void> {
  await connection.onShards(
    `KILL MUTATION WHERE database = currentDatabase() AND table = {t:String} AND NOT is_done AND position(command, {tag:String}) > 0 SYNC`,
    { t: connection.layout.rows, tag: `'${tag}'` },
  );
}

/** Whether statements that change stored rows are running: an erasure is one of them. */
export async function isErasing(connection: Connection): Promise<boolean> {
  const rows = await connection.query<Row>(
    `SELECT 1 AS found FROM ${connection.layout.system('mutations')} WHERE database = currentDatabase() AND table = '${connection.layout.rows}' AND NOT is_done LIMIT 1`,
  );
  return rows.length > 0;
}

/** No parameter may stand there. Ours are years and months. */
function partitionId(value: unknown): string {
  const id = String(value);
  if (!/^\w+$/.test(id)) throw new Error(`BUG: the partition ${id}`);
  return id;
}

interface SpaceLogger {
  warn(fields: object, message: string): void;
}

/** Rewrites the parts that hold hidden events, in the background, some time after the last erasure. */
export class SpaceOfErased {
  readonly #connection: Connection;
  readonly #logger: SpaceLogger | undefined;
  readonly #afterMs: number;
  #timer: NodeJS.Timeout | undefined;
  #isOff = false;

  constructor(connection: Connection, logger: SpaceLogger | undefined, afterMs = FREE_AFTER_MS) {
    this.#connection = connection;
    this.#logger = logger;
    this.#afterMs = afterMs;
  }

  /** What an earlier server hid and did not free. */
  async resume(): Promise<void> {
    const { layout } = this.#connection;
    const [row] = await this.#connection.query<Row>(
      `SELECT count() AS n FROM ${layout.system('parts')} WHERE active AND has_lightweight_delete AND database = currentDatabase() AND table = {t:String}`,
      { t: layout.rows },
    );
    if (Number(row?.['n'] ?? 0) > 0) this.later();
  }

  later(): void {
    if (this.#isOff) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#free().catch((error: unknown) => {
        if (this.#isOff) return;
        this.#logger?.warn({ err: error }, 'the space of erased events was not freed; it is tried again');
        this.later();
      });
    }, this.#afterMs);
    this.#timer.unref();
  }

  stop(): void {
    this.#isOff = true;
    clearTimeout(this.#timer);
  }

  async #free(): Promise<void> {
    const table = this.#connection.layout.rows;
    await this.#connection.onShards(`ALTER TABLE ${table} APPLY DELETED MASK`, {}, { mutations_sync: 0 });
  }
}
