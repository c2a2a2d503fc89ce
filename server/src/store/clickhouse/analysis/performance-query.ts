import type {
  PerformanceNumbers,
  PerformanceQuery,
  PerformanceResult,
  TypedValue,
} from '../../../model/analysis-query.ts';
import type { EngineContext } from '../engine-context.ts';
import { filterSql } from '../filter-sql.ts';
import { Bound, options, type Row } from '../sql.ts';
import { bucketSql } from './sql/bucket-sql.ts';
import { groupIndexSql } from './sql/group-key.ts';
import { holdsManyValues } from './sql/percentiles.ts';
import { sourceOf } from './sql/scope-sql.ts';
import { numberValue, typedValue } from './sql/value-sql.ts';

const LEVELS = [0.5, 0.95, 0.99];
const SORTS = {
  p50: 'finalizeAggregation(s)[1]',
  p95: 'finalizeAggregation(s)[2]',
  p99: 'finalizeAggregation(s)[3]',
  max: 'if(u > 0, m, NULL)',
  count: 'c',
  rate: 'h / c',
} as const;

/** The numbers of each value, ranked; the rest merged into one group; and the total. On request the same values over time as well. */
export async function performance(context: EngineContext, query: PerformanceQuery): Promise<PerformanceResult> {
  const { connection, identities, dayZones, hotColumnsOf, control } = context;
  const { app, range, timeZone, exact, limit, buckets } = query;
  const [identityOf, isByDay, isMany] = await Promise.all([
    identities.of(app, control),
    dayZones.areStored(app, timeZone, [range.from, range.to, ...(buckets ?? [])], control),
    exact ? false : holdsManyValues(context, query, [query.eventFilters]),
  ]);
  const name = isMany ? 'quantilesDD' : 'quantilesExactInclusive';
  const levels = isMany ? `(0.01, ${LEVELS.join(', ')})` : `(${LEVELS.join(', ')})`;
  const partsOf = (bound: Bound) => {
    const bucketing = bucketSql(timeZone, isByDay, bound);
    const source = sourceOf(query, identityOf(bound), bound, bucketing);
    const { value, isNumber, isOther } = numberValue(query.property, bound);
    const matched = query.condition ? `countIf(${filterSql(query.condition, bound)})` : '0';
    const states = `count() AS c, countIf(${isNumber}) AS u, countIf(${isOther}) AS y, ${matched} AS h,
      maxIf(${value}, ${isNumber}) AS m, ${name}IfState${levels}(${value}, ${isNumber}) AS s`;
    return {
      bucketing,
      states,
      by: typedValue(query.by, bound),
      rows: `FROM ${source.from} WHERE ${source.where(query.eventFilters)}`,
    };
  };
  const merged = `sum(c) AS n, sum(h) AS matched, sum(y) AS skipped, sum(u) AS used, maxIf(m, u > 0) AS most, ${name}IfMerge${levels}(s) AS q`;
  const bound = new Bound(hotColumnsOf);
  const { states, by, rows } = partsOf(bound);
  const most = bound.add('UInt64', limit);
  const ranked = await connection.query<Row>(
    `SELECT grouping(groupIndex) AS isTotal, groupIndex, any(val) AS v, ${merged} FROM (
      SELECT *, if(r > ${most}, 0, r) AS groupIndex, if(r > ${most}, '', v) AS val FROM (
        SELECT *, row_number() OVER (ORDER BY ifNotFinite(toFloat64(${SORTS[query.sort]}), -1e308) DESC NULLS LAST, c DESC, v) AS r
        FROM (SELECT ${by} AS v, ${states} ${rows} GROUP BY v))
    ) GROUP BY GROUPING SETS ((groupIndex), ()) ORDER BY groupIndex = 0, groupIndex`,
    bound.values,
    options(control),
  );
  const groups = ranked
    .filter((row) => Number(row['isTotal']) === 0)
    .map((row) => ({
      ...numbersOf(row),
      value: Number(row['groupIndex']) === 0 ? ('other' as const) : String(row['v']),
    }));
  const shown: TypedValue[] = groups.flatMap(({ value }) => (value === 'other' ? [] : [value]));
  return {
    whole: numbersOf(ranked.find((row) => Number(row['isTotal']) === 1)),
    groups,
    points: buckets ? await points(buckets, shown) : [],
    exact: !isMany,
  };

  async function points(
    starts: readonly number[],
    values: readonly TypedValue[],
  ): Promise<PerformanceResult['points']> {
    const over = new Bound(hotColumnsOf);
    const parts = partsOf(over);
    const groupIndex = groupIndexSql(
      parts.by,
      values.map((value) => [value]),
      over,
    );
    const found = await connection.query<Row>(
      `SELECT groupIndex, k, ${merged} FROM (
        SELECT toInt64(${groupIndex}) AS groupIndex, ${parts.bucketing.bucket(starts)} AS k, ${parts.states} ${parts.rows} GROUP BY groupIndex, k
      ) GROUP BY groupIndex, k`,
      over.values,
      options(control),
    );
    return found.map((row) => ({
      ...numbersOf(row),
      value: Number(row['groupIndex']) === 0 ? 'other' : values[Number(row['groupIndex']) - 1]!,
      bucket: Number(row['k']),
    }));
  }
}

function numbersOf(row: Row | undefined): PerformanceNumbers {
  const isMeasured = Number(row?.['used'] ?? 0) > 0;
  const quantiles: unknown = row?.['q'];
  const at = (i: number): number | null => (isMeasured && Array.isArray(quantiles) ? Number(quantiles[i]) : null);
  return {
    count: Number(row?.['n'] ?? 0),
    matched: Number(row?.['matched'] ?? 0),
    skipped: Number(row?.['skipped'] ?? 0),
    p50: at(0),
    p95: at(1),
    p99: at(2),
    max: isMeasured ? Number(row?.['most']) : null,
  };
}
