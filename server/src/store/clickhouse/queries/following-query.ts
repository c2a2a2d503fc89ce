import type { EventRow } from '../../../model/event.ts';
import type { FollowingQuery, QueryControl } from '../../../model/query.ts';
import type { Connection } from '../connection.ts';
import { whereSql } from '../filter-sql.ts';
import { NO_HOT_COLUMNS } from '../property-sql.ts';
import { Bound, EVENTS, type Row } from '../sql.ts';
import { EVENT_COLUMNS, eventOf, pageOptions, type StoredRow } from './events-query.ts';

/** Everything an event can be timed at, the end excluded: after 2100 there is none. */
const ANY_TIME = { from: 0, to: 4_102_444_800_001 };

function bitPositionsSql({ app, filters, runs, fromSeq, toSeq }: Omit<FollowingQuery, 'limit'>, bound: Bound): string {
  const places = `seq >= ${bound.add('UInt64', fromSeq)} AND seq < ${bound.add('UInt64', toSeq)}`;
  return `${whereSql(app, ANY_TIME, filters, bound)} AND ${places} AND journal IN ${bound.add('Array(UUID)', runs)}`;
}

/** Where the page ends is asked first: otherwise the engine would read whole events of all places after it, to drop them. */
export async function following(
  connection: Connection,
  query: FollowingQuery,
  control: QueryControl,
): Promise<readonly EventRow[]> {
  const bound = new Bound(NO_HOT_COLUMNS);
  const limit = bound.add('UInt64', query.limit);
  const [end] = await connection.query<Row>(
    `SELECT max(s) AS m, count() AS n FROM (SELECT seq AS s FROM ${EVENTS} WHERE ${bitPositionsSql(query, bound)} ORDER BY s LIMIT ${limit})`,
    bound.values,
    pageOptions(query.limit, control),
  );
  if (Number(end?.['n'] ?? 0) === 0) return [];
  const page = new Bound(NO_HOT_COLUMNS);
  const rows = await connection.query<StoredRow>(
    `SELECT ${EVENT_COLUMNS} FROM ${EVENTS} WHERE ${bitPositionsSql({ ...query, toSeq: Number(end!['m']) + 1 }, page)} ORDER BY seq`,
    page.values,
    pageOptions(query.limit, control),
  );
  return rows.map(eventOf);
}

/** How many there are. */
export async function countFollowing(
  connection: Connection,
  query: Omit<FollowingQuery, 'limit'>,
  control: QueryControl,
): Promise<number> {
  const bound = new Bound(NO_HOT_COLUMNS);
  const [row] = await connection.query<Row>(
    `SELECT count() AS n FROM ${EVENTS} WHERE ${bitPositionsSql(query, bound)}`,
    bound.values,
    pageOptions(1, control),
  );
  return Number(row?.['n'] ?? 0);
}
