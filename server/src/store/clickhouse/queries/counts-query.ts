import { DAY_MS } from '../../../model/duration.ts';
import type { Condition, CountsQuery, CountsResult, Filter } from '../../../model/query.ts';
import { dayNumber, startOfDay } from '../../../time/calendar.ts';
import type { EngineContext } from '../engine-context.ts';
import { filterSql, whereSql } from '../filter-sql.ts';
import { Bound, EVENTS, isExact, options, type Row, usersSql } from '../sql.ts';

interface Counted {
  readonly total: number;
  readonly users: number;
}

/**
 * Counts and distinct users of a range, and of each of its buckets: days of the app's own zone come from the roll-up of
 * users, all else from the table. So do all users where devices were identified: the roll-up knows no device by its user.
 */
export async function counts(context: EngineContext, query: CountsQuery): Promise<CountsResult> {
  const { dayZones, identities, control } = context;
  const { app } = query;
  const days = (await identities.isKnown(app, control)) ? undefined : daysOf(query);
  const isRolled = days !== undefined && (await dayZones.isOnly(app, query.timeZone, control));
  return isRolled ? await countsByDay(context, query, days) : await countsOfTable(context, query);
}

/** The roll-ups know the name and the id, no more. */
function isOnName(filter: Filter): filter is Condition {
  return (
    'field' in filter && filter.field.kind === 'column' && (filter.field.name === 'event' || filter.field.name === 'id')
  );
}

interface Days {
  readonly first: number;
  readonly end: number;
  readonly buckets: readonly number[] | undefined;
}

/** Range and buckets in whole days of the question's zone; undefined when they are not, or the roll-up cannot answer. */
function daysOf({ range, timeZone, filters, buckets, exact }: CountsQuery): Days | undefined {
  if (exact || !filters.every(isOnName)) return undefined;
  const dayAt = dayNumber(timeZone);
  const isStart = (ms: number): boolean => startOfDay(dayAt(ms), timeZone) === ms;
  if (![range.from, range.to, ...(buckets ?? [])].every(isStart)) return undefined;
  const first = dayAt(range.from);
  // A Date does not go before 1970: west of Greenwich the events of its first hours are kept under the first day.
  if (first < 1 && startOfDay(0, timeZone) > 0) return undefined;
  return { first, end: dayAt(range.to), buckets: buckets?.map(dayAt) };
}

async function countsByDay(
  { connection, control }: EngineContext,
  { app, filters, buckets }: CountsQuery,
  days: Days,
): Promise<CountsResult> {
  const bound = new Bound();
  const where = [
    `app = ${bound.add('String', app)}`,
    `day >= toDate(${bound.add('Int32', days.first)})`,
    `day < toDate(${bound.add('Int32', days.end)})`,
    ...filters.map((filter) => filterSql(filter, bound)),
  ].join(' AND ');
  const ask = (select: string, group: string): Promise<Row[]> =>
    connection.query<Row>(
      `SELECT ${select}count() AS total, ${usersSql(false)} AS users FROM ${EVENTS} WHERE ${where}${group}`,
      bound.values,
      options(control, true),
    );
  const isDaily = days.buckets?.length === days.end - days.first;
  const key = isDaily
    ? 'toInt64(toUInt16(day))'
    : days.buckets && `roundDown(toInt64(toUInt16(day)), ${bound.add('Array(Int64)', days.buckets)})`;
  const [[whole], series] = await Promise.all([
    ask('', ''),
    key ? ask(`${key} AS k, `, ' GROUP BY k ORDER BY k') : undefined,
  ]);
  const from = new Map(days.buckets?.map((day, i) => [day, buckets![i]!]));
  return resultOf(
    countedOf(whole),
    false,
    series?.map((row) => ({ from: from.get(Number(row['k']))!, ...countedOf(row) })),
  );
}

async function countsOfTable(
  { connection, identities, control }: EngineContext,
  query: CountsQuery,
): Promise<CountsResult> {
  const { app, range, filters, buckets, exact } = query;
  const bound = new Bound();
  const identity = (await identities.of(app, control))(bound);
  const where = whereSql(app, range, filters, bound);
  const span = range.to - range.from;
  const ask = (select: string, group: string): Promise<Row[]> =>
    connection.query<Row>(
      `SELECT ${select}count() AS total, ${usersSql(exact, identity.personOrNull)} AS users FROM ${identity.from} WHERE ${where}${group}`,
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
const SMALL_SPAN_MS = 2 * DAY_MS;

const countedOf = (row: Row | undefined): Counted => ({
  total: Number(row?.['total'] ?? 0),
  users: Number(row?.['users'] ?? 0),
});

function resultOf(whole: Counted, exact: boolean, series: CountsResult['series'] | undefined): CountsResult {
  const most = Math.max(whole.users, ...(series ?? []).map(({ users }) => users));
  return { ...whole, usersExact: isExact(exact, most), ...(series && { series }) };
}
