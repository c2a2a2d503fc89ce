import { zoneHash } from '../../row/row.ts';
import { zoneSpans } from '../../time/calendar.ts';
import type { SeqRange, StoreUsage } from '../store.ts';
import type { Connection } from './connection.ts';
import { NO_HOT_COLUMNS } from './property-sql.ts';
import { Bound, EVENTS, type Row } from './sql.ts';

/** Which places of a journal are stored, erased ones included: what was erased must not come back with a repeated block. */
export async function storedRanges(
  connection: Connection,
  journal: string,
  fromSeq: number,
  toSeq: number,
): Promise<SeqRange[]> {
  const rows = await connection.query<Row>(
    `SELECT min(s) AS f, max(s) + 1 AS t FROM (SELECT s, s - row_number() OVER (ORDER BY s) AS g FROM
      (SELECT DISTINCT toInt64(seq) AS s FROM ${EVENTS} WHERE journal = {j:UUID} AND seq >= {f:UInt64} AND seq < {t:UInt64}))
    GROUP BY g ORDER BY f`,
    { j: journal, f: fromSeq, t: toSeq },
    // The loader waits for it: not behind heavy questions.
    { settings: { apply_deleted_mask: 0, priority: 1 } },
  );
  return rows.map((row) => ({ from: Number(row['f']), to: Number(row['t']) }));
}

/**
 * Cuts the days of an app's stored events in another zone; until it is done, reports read the table. By the same spans of
 * offsets as the loader, not by the engine's own table of zones: it may be of another year, and takes an hour that is shown
 * again after midnight to the day before.
 */
export async function setTimeZone(connection: Connection, app: string, timeZone: string): Promise<void> {
  const bound = new Bound(NO_HOT_COLUMNS);
  const spans = zoneSpans(timeZone);
  const list = (of: (span: (typeof spans)[number]) => number): string => bound.add('Array(Int64)', spans.map(of));
  const starts = list(({ from }) => from);
  const ms = 'toUnixTimestamp64Milli(timestamp)';
  const ofSpan = (values: string): string => `transform(roundDown(${ms}, ${starts}), ${starts}, ${values}, 0)`;
  const day = `intDiv(${ms} + ${ofSpan(list(({ offsetMs }) => offsetMs))}, 86400000)`;
  const hash = bound.add('UInt32', zoneHash(timeZone));
  await connection.onShards(
    `ALTER TABLE ${connection.layout.rows} UPDATE day = toDate(toUInt16(greatest(${day}, ${ofSpan(list(({ minDay }) => minDay))}, 0))), zone = ${hash}
    WHERE app = ${bound.add('String', app)} AND zone != ${hash}`,
    bound.values,
    { mutations_sync: 2 },
  );
}

export async function usage(connection: Connection): Promise<StoreUsage> {
  const ofRows = `WHERE active AND database = currentDatabase() AND table = '${connection.layout.rows}'`;
  const [row] = await connection.query<Row>(
    // Erased rows lie in their parts until they are merged: those parts are counted row by row.
    `SELECT sumIf(rows, NOT has_lightweight_delete) + (
      SELECT count() FROM ${EVENTS} WHERE _part IN (SELECT name FROM system.parts ${ofRows} AND has_lightweight_delete)
    ) AS n, sum(bytes_on_disk) AS b, count() AS p, any(version()) AS v FROM ${connection.layout.system('parts')} ${ofRows}`,
    {},
    // Who watches asks again and again, also an engine that hangs.
    { settings: { priority: 1, max_execution_time: 5 } },
  );
  return {
    events: Number(row?.['n'] ?? 0),
    bytesOnDisk: Number(row?.['b'] ?? 0),
    parts: Number(row?.['p'] ?? 0),
    version: String(row?.['v'] ?? ''),
  };
}
