import type { TrendQuery } from '../../../../model/analysis-query.ts';
import { dayNumber } from '../../../../time/calendar.ts';
import { filterSql } from '../../filter-sql.ts';
import { type Bound, EVENTS, QUARTER, USERS, unbiased } from '../../sql.ts';
import type { BucketSql } from './bucket-sql.ts';
import type { RollupBatch } from './rollup-plan.ts';
import type { Source } from './scope-sql.ts';

/** Added to `isTotal` where `n` counts events without a user. */
export const NOBODY = 2;

/** The parts of the series that a roll-up answers. The columns are those of every part of a trend. */
export const rollupParts = (plan: readonly RollupBatch[], query: TrendQuery, bound: Bound): readonly string[] =>
  plan.flatMap((batch) => partsOf(batch, query, bound));

/**
 * Parts that count events without a user, which `perUser` leaves out and no roll-up holds: read from the table and marked by `NOBODY` in
 * `isTotal`.
 */
export const nobodyParts = (
  plan: readonly RollupBatch[],
  query: TrendQuery,
  { where }: Source,
  bucketing: BucketSql,
): readonly string[] =>
  plan.flatMap(({ series }) =>
    [...series.values()].flatMap((index) => {
      const { measure, filters } = query.series[index]!;
      return measure.kind === 'perUser' ? [nobodyPart(index, where(filters), query.buckets, bucketing)] : [];
    }),
  );

function nobodyPart(index: number, where: string, buckets: TrendQuery['buckets'], bucketing: BucketSql): string {
  const [key, sets] = buckets ? ['k, grouping(k)', 'GROUPING SETS ((k), ())'] : ['toInt64(0) AS k, 1', '()'];
  const rows = `SELECT ${buckets ? bucketing.bucket(buckets) : 'toInt64(0)'} AS k FROM ${EVENTS} WHERE ${where} AND empty(user) AND empty(device)`;
  return `SELECT toInt64(${index}) AS series, toInt64(0) AS groupIndex, ${key} + ${NOBODY} AS isTotal, CAST(NULL, 'Nullable(Float64)') AS value, count() AS n, 0 AS x
    FROM (${rows})${buckets ? ` GROUP BY ${sets}` : ''}`;
}

function partsOf({ rollup, column, series, filters }: RollupBatch, query: TrendQuery, bound: Bound): string[] {
  const { app, range, buckets, timeZone } = query;
  const names = [...series.keys()];
  const indexes = [...series.values()];
  const of = column
    ? `transform(toString(${column}), ${bound.add('Array(String)', names)}, ${bound.add('Array(Int64)', indexes)}, toInt64(-1))`
    : `toInt64(${indexes[0]})`;
  const dayAt = dayNumber(timeZone);
  const quarter = `toInt64(toUnixTimestamp(${QUARTER}))`;
  const [low, high] =
    rollup === 'counts'
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
  const value = rollup === 'counts' ? 'toFloat64(count())' : `toFloat64(${unbiased(USERS)})`;
  const part = (key: string | undefined): string => {
    const by = [...(column ? [column] : []), ...(key ? ['k'] : [])];
    return `SELECT ${of} AS series, toInt64(0) AS groupIndex, ${key ?? 'toInt64(0)'} AS k, ${key ? 0 : 1} AS isTotal, toNullable(${value}) AS value, count() AS n, 0 AS x
    FROM ${EVENTS} WHERE ${where}${by.length > 0 ? ` GROUP BY ${by.join(', ')}` : ''}`;
  };
  if (!buckets) return [part(undefined)];
  const starts = bound.add('Array(Int64)', buckets);
  const edges = bound.add(
    'Array(Int64)',
    buckets.map((ms) => (rollup === 'counts' ? ms / 1000 : dayAt(ms))),
  );
  const key =
    rollup === 'counts'
      ? `roundDown(${quarter}, ${edges}) * 1000`
      : `transform(roundDown(toInt64(toUInt16(day)), ${edges}), ${edges}, ${starts}, toInt64(0))`;
  return [part(key), part(undefined)];
}
