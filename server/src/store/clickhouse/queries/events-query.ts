import type { EventRow } from '../../../model/event.ts';
import type { EventsQuery, QueryControl, Range } from '../../../model/query.ts';
import { dataOf } from '../../../row/shape.ts';
import type { UuidsWanted } from '../../store.ts';
import type { Connection, QueryOptions } from '../connection.ts';
import type { EngineContext } from '../engine-context.ts';
import { whereSql } from '../filter-sql.ts';
import { NO_HOT_COLUMNS } from '../property-sql.ts';
import { Bound, EVENTS, options } from '../sql.ts';

/** A row of `EVENT_COLUMNS`. */
export interface StoredRow {
  readonly s: string;
  readonly j: string;
  readonly ts: string;
  readonly ra: string;
  readonly ct: string;
  readonly uuid: string;
  readonly app: string;
  readonly id: string;
  readonly event: string;
  readonly user: string;
  readonly device: string;
  readonly session: string;
  readonly shape: string;
  readonly data: string;
  readonly texts: Readonly<Record<string, string>>;
  readonly numbers: Readonly<Record<string, number>>;
  readonly others: Readonly<Record<string, string>>;
}

/** What an event is made of again. */
export const EVENT_COLUMNS = `seq AS s, journal AS j, toUnixTimestamp64Milli(timestamp) AS ts, toUnixTimestamp64Milli(receivedAt) AS ra, clientTimestamp AS ct,
      uuid, app, id, event, user, device, session, shape, data, texts, numbers, others`;

/** One page, by key: (timestamp, seq), and the journal where several servers wrote the same place. */
export async function events(
  { connection, hotColumnsOf, control }: Pick<EngineContext, 'connection' | 'hotColumnsOf' | 'control'>,
  query: EventsQuery,
): Promise<EventRow[]> {
  const bound = new Bound(hotColumnsOf);
  const desc = query.order === 'desc';
  let where = whereSql(query.app, query.range, query.filters, bound);
  if (query.after) {
    const { timestamp } = query.after;
    const [seq, journal] = placeOf(query.after.seq);
    const time = bound.time(timestamp);
    const place = `(timestamp, seq, journal) ${desc ? '<' : '>'} (${time}, ${bound.add('UInt64', seq)}, ${bound.add('UUID', journal)})`;
    where += ` AND timestamp ${desc ? '<=' : '>='} ${time} AND ${place}`;
  }
  const order = desc ? 'DESC' : 'ASC';
  const rows = await connection.query<StoredRow>(
    `SELECT ${EVENT_COLUMNS}
    FROM ${EVENTS} WHERE ${where} ORDER BY timestamp ${order}, seq ${order}, journal ${order} LIMIT ${bound.add('UInt64', query.limit)}`,
    bound.values,
    pageOptions(query.limit, control),
  );
  return rows.map(eventOf);
}

/** Pages of a screen never wait behind an export. */
const SMALL_PAGE_ROWS = 1_000;
/** An answer is whole in memory here: thousands of large events must not be. */
const PAGE_MAX_BYTES = 16 * 1024 * 1024;

export function pageOptions(limit: number, control: QueryControl): QueryOptions {
  const { settings, signal } = options(
    { ...control, maxRows: Math.max(control.maxRows, limit) },
    limit <= SMALL_PAGE_ROWS,
  );
  return {
    settings: { ...settings, ...(limit > 1 && { max_result_bytes: PAGE_MAX_BYTES }) },
    ...(signal && { signal }),
  };
}

export function eventOf(row: StoredRow): EventRow {
  const clientTimestamp = Number(row.ct);
  const dataText = row.shape === '' ? row.data : dataOf(row.shape, mapsOf(row));
  return {
    seq: `${row.s}-${row.j.replaceAll('-', '')}`,
    uuid: row.uuid,
    app: row.app,
    id: row.id,
    event: row.event,
    timestamp: Number(row.ts),
    receivedAt: Number(row.ra),
    ...(clientTimestamp >= 0 && { clientTimestamp }),
    ...(row.user !== '' && { user: row.user }),
    ...(row.device !== '' && { device: row.device }),
    ...(row.session !== '' && { session: row.session }),
    ...(dataText !== '' && { dataText }),
  };
}

function mapsOf({ texts, numbers, others }: StoredRow) {
  return {
    texts: { get: (path: string) => texts[path] },
    numbers: { get: (path: string) => numbers[path] },
    others: { get: (path: string) => others[path] },
  };
}

/** `12-0123…ef` → the place and the journal's UUID; an older cursor has the place alone. */
function placeOf(text: string): [string, string] {
  const [seq = '', hex = '0'.repeat(32)] = text.split('-');
  return [seq, hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')];
}

/** Uuids asked at a time: each is compared with the bloom filter of every granule in the range. */
const UUIDS_AT_ONCE = 10_000;

/** Which of these uuids the app holds in the range. */
export async function knownUuids(
  connection: Connection,
  app: string,
  range: Range,
  uuids: readonly string[],
): Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  for (let from = 0; from < uuids.length; from += UUIDS_AT_ONCE) {
    const bound = new Bound(NO_HOT_COLUMNS);
    const where = whereSql(app, range, [], bound);
    const asked = bound.add('Array(UUID)', uuids.slice(from, from + UUIDS_AT_ONCE));
    const rows = await connection.query<{ uuid: string }>(
      `SELECT DISTINCT uuid FROM ${EVENTS} WHERE ${where} AND uuid IN ${asked}`,
      bound.values,
    );
    for (const { uuid } of rows) known.add(uuid);
  }
  return known;
}

/** Uuids of the app in the range, as they lie in a row; undefined when they are more than `max`. */
export async function uuids(
  connection: Connection,
  app: string,
  range: Range,
  max: number,
  { filters = [], receivedSince }: UuidsWanted,
): Promise<AsyncIterable<Buffer> | undefined> {
  const bound = new Bound(NO_HOT_COLUMNS);
  const received = receivedSince === undefined ? '' : ` AND receivedAt >= ${bound.time(receivedSince)}`;
  const from = `FROM ${EVENTS} WHERE ${whereSql(app, range, filters, bound)}${received}`;
  const [row] = await connection.query<{ n: string }>(`SELECT count() AS n ${from}`, bound.values);
  if (Number(row?.n ?? 0) > max) return undefined;
  return connection.bytes(`SELECT uuid ${from} FORMAT RowBinary`, bound.values);
}
