import type { Filter, Range } from '../../model/query.ts';
import type { Connection } from './connection.ts';
import { whereSql } from './filter-sql.ts';
import { Bound, EVENTS, type Row } from './sql.ts';

/** Many erasures one after the other free their disk together: each pass looks at every part. */
const FREE_AFTER_MS = 60_000;
/** Part of a change: it must not take the sessions of questions. */
const CHANGE = { priority: 2 };

/**
 * Hides the matching events at once; their disk is freed when their parts are merged, or by `SpaceOfErased`. Counted first, by partition: nothing to
 * hide changes nothing, and where all lie in one partition only its parts are looked into.
 */
export async function erase(
  connection: Connection,
  app: string,
  range: Range,
  filters: readonly Filter[],
): Promise<number> {
  const bound = new Bound();
  const where = whereSql(app, range, filters, bound);
  const rows = await connection.query<Row>(
    `SELECT _partition_id AS partition, count() AS n FROM ${EVENTS} WHERE ${where} GROUP BY partition`,
    bound.values,
    { settings: CHANGE },
  );
  if (rows.length === 0) return 0;
  const partition = rows.length === 1 ? ` IN PARTITION ID '${partitionId(rows[0]!['partition'])}'` : '';
  await connection.command(`DELETE FROM ${EVENTS}${partition} WHERE ${where}`, bound.values, {
    lightweight_deletes_sync: 2,
  });
  return rows.reduce((sum, row) => sum + Number(row['n']), 0);
}

/** Whether statements that change stored rows are under way: an erasure is one of them. */
export async function isErasing(connection: Connection): Promise<boolean> {
  const rows = await connection.query<Row>(
    `SELECT 1 AS found FROM system.mutations WHERE database = currentDatabase() AND table = '${EVENTS}' AND NOT is_done LIMIT 1`,
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
    const [row] = await this.#connection.query<Row>(
      'SELECT count() AS n FROM system.parts WHERE active AND has_lightweight_delete AND database = currentDatabase() AND table = {t:String}',
      { t: EVENTS },
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
    await this.#connection.command(`ALTER TABLE ${EVENTS} APPLY DELETED MASK`, {}, { mutations_sync: 0 });
  }
}
