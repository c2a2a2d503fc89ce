import type { Condition, CountsQuery, CountsResult, Filter, QueryControl } from '../../query.ts';
import { zoneHash } from '../../row.ts';
import { dayNumber, startOfDay } from '../../time.ts';
import type { Connection } from './connection.ts';
import { filterSql, whereSql } from './filter-sql.ts';
import { Bound, EVENTS, isExact, options, type Row, USERS_MERGE_IF, USERS_STATE, usersSql } from './sql.ts';

interface Counted {
  readonly total: number;
  readonly users: number;
}

/**
 * Counts and distinct users of a range, and of each of its buckets:
 * days of the app's zone come from the roll-up of users, all else from the table.
 */
export async function counts(connection: Connection, query: CountsQuery, control: QueryControl): Promise<CountsResult> {
  if (!query.exact && query.filters.every(isOnName)) {
    const byDay = await countsByDay(connection, query, control);
    if (byDay) return byDay;
  }
  return await countsOfTable(connection, query, control);
}

/** The roll-ups know the name and the id, no more. */
function isOnName(filter: Filter): filter is Condition {
  return (
    'field' in filter && filter.field.kind === 'column' && (filter.field.name === 'event' || filter.field.name === 'id')
  );
}

async function countsByDay(
  connection: Connection,
  query: CountsQuery,
  control: QueryControl,
): Promise<CountsResult | undefined> {
  const { app, range, timeZone, filters, buckets } = query;
  const dayAt = dayNumber(timeZone);
  const isStart = (ms: number): boolean => startOfDay(dayAt(ms), timeZone) === ms;
  if (![range.from, range.to, ...(buckets ?? [])].every(isStart)) return undefined;
  const [first, end] = [dayAt(range.from), dayAt(range.to)];
  const starts = buckets?.map(dayAt);
  const bound = new Bound();
  const zone = bound.add('UInt32', zoneHash(timeZone));
  const day = (number: number): string => `toDate(${bound.add('Int32', number)})`;
  // Rows whose day was cut in another zone are at most a day off: with one of them near, the roll-up does not serve.
  const where = [
    `app = ${bound.add('String', app)}`,
    `day >= ${day(Math.max(0, first - 1))}`,
    `day < ${day(end + 1)}`,
    ...filters.map((filter) => filterSql(filter, bound)),
  ].join(' AND ');
  const inside = `zone = ${zone} AND day >= ${day(first)} AND day < ${day(end)}`;
  // One state a day out of the roll-up, then merged into the buckets asked and into the whole.
  const [key, sets] = starts
    ? [
        `roundDown(toInt64(toUInt16(day)), ${bound.add('Array(Int64)', starts)}) AS k, grouping(k)`,
        'GROUP BY GROUPING SETS ((k), ())',
      ]
    : ['1', ''];
  const rows = await connection.query<Row>(
    `WITH days AS (SELECT day, zone, count() AS n, ${USERS_STATE} AS s FROM ${EVENTS} WHERE ${where} GROUP BY day, zone)
    SELECT ${key} AS isWhole, sumIf(n, ${inside}) AS total, ${USERS_MERGE_IF}(s, ${inside}) AS users, countIf(zone != ${zone}) AS strangers
    FROM days ${sets}`,
    bound.values,
    options(control, true),
  );
  const whole = rows.find((row) => Number(row['isWhole']) === 1);
  if (Number(whole?.['strangers'] ?? 0) > 0) return undefined;
  const from = new Map(starts?.map((start, i) => [start, buckets![i]!]));
  const series = rows
    .filter((row) => Number(row['isWhole']) === 0 && Number(row['total']) > 0)
    .map((row) => ({ from: from.get(Number(row['k']))!, ...countedOf(row) }))
    .sort((a, b) => a.from - b.from);
  return resultOf(countedOf(whole), false, buckets && series);
}

async function countsOfTable(connection: Connection, query: CountsQuery, control: QueryControl): Promise<CountsResult> {
  const { app, range, filters, buckets, exact } = query;
  const bound = new Bound();
  const where = whereSql(app, range, filters, bound);
  const span = range.to - range.from;
  const ask = (select: string, group: string): Promise<Row[]> =>
    connection.query<Row>(
      `SELECT ${select}count() AS total, ${usersSql(exact)} AS users FROM ${EVENTS} WHERE ${where}${group}`,
      bound.values,
      options(control, span <= SMALL_SPAN_MS),
    );
  const key = buckets && `roundDown(toUnixTimestamp64Milli(timestamp), ${bound.add('Array(Int64)', buckets)})`;
  const [[whole], series] = await Promise.all([
    ask('', ''),
    key ? ask(`${key} AS k, `, ' GROUP BY k ORDER BY k') : undefined,
  ]);
  return resultOf(
    countedOf(whole),
    exact,
    series?.map((row) => ({ from: Number(row['k']), ...countedOf(row) })),
  );
}

/** A day or so of the table is read in milliseconds. */
const SMALL_SPAN_MS = 2 * 86_400_000;

const countedOf = (row: Row | undefined): Counted => ({
  total: Number(row?.['total'] ?? 0),
  users: Number(row?.['users'] ?? 0),
});

function resultOf(whole: Counted, exact: boolean, series: CountsResult['series'] | undefined): CountsResult {
  const most = Math.max(whole.users, ...(series ?? []).map(({ users }) => users));
  return { ...whole, usersExact: isExact(exact, most), ...(series && { series }) };
}
