import type { TrendQuery } from '../../../analysis-query.ts';
import type { Filter } from '../../../query.ts';
import { dayNumber, startOfDay } from '../../../time.ts';
import { filterSql } from '../filter-sql.ts';
import { type Bound, EVENTS, QUARTER, QUARTER_MS, USERS } from '../sql.ts';
import type { People } from './people.ts';

/** The roll-ups know the name and the id, no more. */
export const isOnNames = (filters: readonly Filter[]): boolean =>
  filters.every((filter) => {
    if ('and' in filter) return isOnNames(filter.and);
    if ('or' in filter) return isOnNames(filter.or);
    return filter.field.kind === 'column' && (filter.field.name === 'event' || filter.field.name === 'id');
  });

/**
 * A series that a roll-up answers: counts cut at quarter hours, and users of whole days in the app's own zone. Undefined for all
 * others. The columns are those of every part of a trend.
 */
export function rolledParts(
  query: TrendQuery,
  index: number,
  people: People,
  isOwnZone: boolean,
  bound: Bound,
): string[] | undefined {
  const { app, range, buckets, breakdown, segment, exact, cumulative, timeZone } = query;
  const { filters, measure } = query.series[index]!;
  const all = [...query.filters, ...filters];
  if (segment || breakdown.length > 0 || !isOnNames(all)) return undefined;
  const edges = [range.from, range.to, ...(buckets ?? [])];
  const names = [`app = ${bound.add('String', app)}`, ...all.map((filter) => filterSql(filter, bound))];
  const part = (key: string, isTotal: 0 | 1, value: string, where: readonly string[]): string =>
    `SELECT ${index} AS series, 0 AS place, ${key} AS k, ${isTotal} AS isTotal, ${value} AS value, count() AS n, 0 AS x
    FROM ${EVENTS} WHERE ${[...names, ...where].join(' AND ')}${isTotal ? '' : ' GROUP BY k'}`;
  const both = (key: string, value: string, where: readonly string[]): string[] =>
    buckets ? [part(key, 0, value, where), part('toInt64(0)', 1, value, where)] : [part('toInt64(0)', 1, value, where)];
  if (measure.kind === 'count' && edges.every((edge) => edge % QUARTER_MS === 0)) {
    const quarter = `toInt64(toUnixTimestamp(${QUARTER}))`;
    const seconds = (ms: number): string => bound.add('Int64', ms / 1000);
    const key = buckets
      ? `roundDown(${quarter}, ${bound.add(
          'Array(Int64)',
          buckets.map((ms) => ms / 1000),
        )}) * 1000`
      : '0';
    return both(key, 'toNullable(toFloat64(count()))', [
      `${quarter} >= ${seconds(range.from)}`,
      `${quarter} < ${seconds(range.to)}`,
    ]);
  }
  const isUsers = (measure.kind === 'users' || measure.kind === 'perUser') && !exact && !cumulative;
  if (!isUsers || !isOwnZone || people.areJoined) return undefined;
  const dayAt = dayNumber(timeZone);
  if (!edges.every((edge) => startOfDay(dayAt(edge), timeZone) === edge)) return undefined;
  const days = buckets?.map(dayAt) ?? [];
  // A day becomes its bucket's start; as many places as there are days.
  const key = `transform(roundDown(toInt64(toUInt16(day)), ${bound.add('Array(Int64)', days)}), ${bound.add('Array(Int64)', days)}, ${bound.add('Array(Int64)', buckets ?? [])}, toInt64(0))`;
  const value =
    measure.kind === 'users' ? `toNullable(toFloat64(${USERS}))` : `if(${USERS} = 0, NULL, count() / ${USERS})`;
  return both(key, value, [
    `day >= toDate(${bound.add('Int32', dayAt(range.from))})`,
    `day < toDate(${bound.add('Int32', dayAt(range.to))})`,
  ]);
}
