import type { Connection } from './connection.ts';
import { EVENTS, type Row } from './sql.ts';

const EVERY_MS = 60_000;

export interface QuietLimits {
  /** Nothing has come to the partition for so long. */
  readonly quietSeconds: number;
  /** Smaller ones are merged from two parts on: it takes a tenth of a second. */
  readonly smallBytes: number;
  /** Others from so many on, so that an event that comes late does not have all others written anew. */
  readonly partsMin: number;
  /** Of larger ones the parts are large themselves, and the engine's own merges do. */
  readonly bytesMax: number;
}
const LIMITS: QuietLimits = {
  quietSeconds: 60,
  smallBytes: 8 * 1024 * 1024,
  partsMin: 4,
  bytesMax: 128 * 1024 * 1024,
};
/** In one go; the others a minute later. */
const PARTITIONS_MAX = 200;

interface QuietLogger {
  warn(fields: object, message: string): void;
}

/**
 * Makes one part of each partition to which nothing comes any more. The engine itself merges such parts in hours or never, and each costs
 * questions and erasures a few milliseconds: an import of 22 years in no order left 376.
 * @returns how many partitions
 */
export async function mergeQuietPartitions(
  connection: Connection,
  { quietSeconds, smallBytes, partsMin, bytesMax } = LIMITS,
  isStopped: () => boolean = () => false,
): Promise<number> {
  const rows = await connection.query<Row>(
    `SELECT partition_id AS id FROM system.parts WHERE active AND database = currentDatabase() AND table = {t:String} GROUP BY id
    HAVING count() > 1 AND max(modification_time) <= now() - {q:UInt32} AND sum(bytes_on_disk) <= {b:UInt64}
      AND (count() >= {n:UInt32} OR sum(bytes_on_disk) <= {s:UInt64})
    ORDER BY count() DESC, id LIMIT ${PARTITIONS_MAX}`,
    { t: EVENTS, q: quietSeconds, b: bytesMax, n: partsMin, s: smallBytes },
    { settings: { priority: 1 } },
  );
  let merged = 0;
  for (const { id } of rows) {
    if (isStopped() || !/^\w+$/.test(String(id))) break;
    // One by one: what else changes the table, an erasure say, comes between.
    await connection.command(`OPTIMIZE TABLE ${EVENTS} PARTITION ID '${id}' FINAL`);
    merged++;
  }
  return merged;
}

/** Looks every minute. @returns what ends it */
export function startQuietMerges(connection: Connection, logger: QuietLogger | undefined): () => void {
  let isOff = false;
  let isRunning = false;
  const timer = setInterval(() => {
    if (isRunning) return;
    isRunning = true;
    mergeQuietPartitions(connection, LIMITS, () => isOff)
      .catch((error: unknown) => {
        if (!isOff) logger?.warn({ err: error }, 'quiet partitions were not merged; it is tried again in a minute');
      })
      .finally(() => {
        isRunning = false;
      });
  }, EVERY_MS);
  timer.unref();
  return () => {
    isOff = true;
    clearInterval(timer);
  };
}
