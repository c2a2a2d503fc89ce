import type { TrendQuery } from '../../../../model/analysis-query.ts';
import type { Condition, Filter } from '../../../../model/query.ts';
import { dayNumber } from '../../../../time/calendar.ts';
import { filterSql } from '../../filter-sql.ts';
import { type Bound, EVENTS, QUARTER, QUARTER_MS, usersSql } from '../../sql.ts';
import { areDays, type BucketSql } from './bucket-sql.ts';
import type { Identity } from './identity.ts';
import type { Source } from './scope-sql.ts';

/** The roll-ups know the name and the id, no more. */
export const isOnNames = (filters: readonly Filter[]): boolean =>
  filters.every((filter) => {
    if ('and' in filter) return isOnNames(filter.and);
    if ('or' in filter) return isOnNames(filter.or);
    if ('spans' in filter) return false;
    return filter.field.kind === 'column' && (filter.field.name === 'event' || filter.field.name === 'id');
  });

type RollupKind = 'count' | 'users';

/** Series that one reading of a roll-up answers: told apart by a column, or a single one. */
interface Batch {
  readonly kind: RollupKind;
  readonly column: 'event' | 'id' | undefined;
  readonly series: Map<string, number>;
  readonly filters: readonly Filter[];
}

export interface RolledParts {
  readonly parts: readonly string[];
  /** Of the events of nobody, which `perUser` leaves out and no roll-up knows: read from the table, and marked by `NOBODY` in `isTotal`. */
  readonly nobody: readonly string[];
  readonly series: ReadonlySet<number>;
}

/** Added to `isTotal` where `n` counts events of nobody. */
export const NOBODY = 2;

/**
 * The parts of the series that a roll-up answers: counts cut at quarter hours, and users of whole days in the app's own zone.
 * Series of an event each share one reading. The columns are those of every part of a trend.
 */
export function rollupParts(
  query: TrendQuery,
  { identity, where }: Source,
  cut: BucketSql,
  isOwnZone: boolean,
  bound: Bound,
): RolledParts {
  const batches: Batch[] = [];
  const handled = new Set<number>();
  query.series.forEach((_, index) => {
    const kind = kindOf(query, index, identity, isOwnZone);
    if (kind === undefined) return;
    handled.add(index);
    const named = nameOf(query.series[index]!.filters);
    const fit =
      named &&
      batches.find((batch) => batch.kind === kind && batch.column === named.column && !batch.series.has(named.text));
    if (fit) fit.series.set(named.text, index);
    else
      batches.push({
        kind,
        column: named?.column,
        series: new Map([[named?.text ?? '', index]]),
        filters: named ? [] : query.series[index]!.filters,
      });
  });
  const nobody = [...handled].flatMap((index) => {
    const { measure, filters } = query.series[index]!;
    return measure.kind === 'perUser' ? [nobodyPart(index, where(filters), query.buckets, cut)] : [];
  });
  return { parts: batches.flatMap((batch) => partsOf(batch, query, bound)), nobody, series: handled };
}

function nobodyPart(index: number, where: string, buckets: TrendQuery['buckets'], cut: BucketSql): string {
  const [key, sets] = buckets ? ['k, grouping(k)', 'GROUPING SETS ((k), ())'] : ['toInt64(0) AS k, 1', '()'];
  const rows = `SELECT ${buckets ? cut.bucket(buckets) : 'toInt64(0)'} AS k FROM ${EVENTS} WHERE ${where} AND empty(user) AND empty(device)`;
  return `SELECT toInt64(${index}) AS series, toInt64(0) AS place, ${key} + ${NOBODY} AS isTotal, CAST(NULL, 'Nullable(Float64)') AS value, count() AS n, 0 AS x
    FROM (${rows})${buckets ? ` GROUP BY ${sets}` : ''}`;
}

function kindOf(query: TrendQuery, index: number, identity: Identity, isOwnZone: boolean): RollupKind | undefined {
  const { range, buckets = [], breakdown, segment, exact, cumulative, timeZone } = query;
  const { filters, measure } = query.series[index]!;
  if (segment || breakdown.length > 0 || !isOnNames([...query.filters, ...filters])) return undefined;
  const edges = [range.from, range.to, ...buckets];
  if (measure.kind === 'count') return edges.every((edge) => edge % QUARTER_MS === 0) ? 'count' : undefined;
  const isUsers = (measure.kind === 'users' || measure.kind === 'perUser') && !exact && !cumulative;
  return isUsers && isOwnZone && !identity.areJoined && areDays(edges, timeZone) ? 'users' : undefined;
}

/** Of a series that is one event by its name or id. */
function nameOf(filters: readonly Filter[]): { column: 'event' | 'id'; text: string } | undefined {
  const [only] = filters;
  if (filters.length !== 1 || only === undefined || !('field' in only)) return undefined;
  const { field, operator, matches }: Condition = only;
  const text = matches[0]?.text;
  if (operator !== 'is' || field.kind !== 'column' || text === undefined) return undefined;
  return field.name === 'event' || field.name === 'id' ? { column: field.name, text } : undefined;
}

function partsOf({ kind, column, series, filters }: Batch, query: TrendQuery, bound: Bound): string[] {
  const { app, range, buckets, timeZone } = query;
  const names = [...series.keys()];
  const indexes = [...series.values()];
  const of = column
    ? `transform(toString(${column}), ${bound.add('Array(String)', names)}, ${bound.add('Array(Int64)', indexes)}, toInt64(-1))`
    : `toInt64(${indexes[0]})`;
  const dayAt = dayNumber(timeZone);
  const quarter = `toInt64(toUnixTimestamp(${QUARTER}))`;
  const [low, high] =
    kind === 'count'
      ? [
          `${quarter} >= ${bound.add('Int64', range.from / 1000)}`,
          `${quarter} < ${bound.add('Int64', range.to / 1000)}`,
        ]
      : [
          `day >= toDate(${bound.add('Int32', dayAt(range.from))})`,
          `day < toDate(${bound.add('Int32', dayAt(range.to))})`,
        ];
  const where = [
    `app = ${bound.add('String', app)}`,
    low,
    high,
    ...(column ? [`${column} IN (${names.map((name) => bound.add('String', name)).join(', ')})`] : []),
    ...[...query.filters, ...filters].map((filter) => filterSql(filter, bound)),
  ].join(' AND ');
  const value = kind === 'count' ? 'toFloat64(count())' : `toFloat64(${usersSql(false)})`;
  const part = (key: string | undefined): string => {
    const by = [...(column ? [column] : []), ...(key ? ['k'] : [])];
    return `SELECT ${of} AS series, toInt64(0) AS place, ${key ?? 'toInt64(0)'} AS k, ${key ? 0 : 1} AS isTotal, toNullable(${value}) AS value, count() AS n, 0 AS x
    FROM ${EVENTS} WHERE ${where}${by.length > 0 ? ` GROUP BY ${by.join(', ')}` : ''}`;
  };
  if (!buckets) return [part(undefined)];
  const starts = bound.add('Array(Int64)', buckets);
  const places = bound.add(
    'Array(Int64)',
    buckets.map((ms) => (kind === 'count' ? ms / 1000 : dayAt(ms))),
  );
  const key =
    kind === 'count'
      ? `roundDown(${quarter}, ${places}) * 1000`
      : `transform(roundDown(toInt64(toUInt16(day)), ${places}), ${places}, ${starts}, toInt64(0))`;
  return [part(key), part(undefined)];
}
