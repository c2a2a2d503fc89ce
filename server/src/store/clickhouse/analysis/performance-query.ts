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
import { placeSql } from './sql/group-key.ts';
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
  rate: 'e / c',
} as const;

/** Numbers of each value, ranked; the rest merged into one, and all into the whole. Then, when asked, the same values over time. */
export async function performance(context: EngineContext, query: PerformanceQuery): Promise<PerformanceResult> {
  const { connection, identities, dayZones, control } = context;
  const { app, timeZone, exact, limit, buckets } = query;
  const [identityOf, isOwnZone, isMany] = await Promise.all([
    identities.of(app, control),
    dayZones.isOnly(app, timeZone, control),
    exact ? false : holdsManyValues(context, query, [query.choice]),
  ]);
  const name = isMany ? 'quantilesDD' : 'quantilesExactInclusive';
  const levels = isMany ? `(0.01, ${LEVELS.join(', ')})` : `(${LEVELS.join(', ')})`;
  const made = (bound: Bound) => {
    const cut = bucketSql(timeZone, [query.range.from, query.range.to, ...(buckets ?? [])], isOwnZone, bound);
    const source = sourceOf(query, identityOf(bound), bound, cut);
    const { value, isNumber, isOther } = numberValue(query.property, bound);
    const matched = query.condition ? `countIf(${filterSql(query.condition, bound)})` : '0';
    const states = `count() AS c, countIf(${isNumber}) AS u, countIf(${isOther}) AS y, ${matched} AS e,
      maxIf(${value}, ${isNumber}) AS m, ${name}IfState${levels}(${value}, ${isNumber}) AS s`;
    return {
      cut,
      states,
      by: typedValue(query.by, bound),
      rows: `FROM ${source.from} WHERE ${source.where(query.choice)}`,
    };
  };
  const merged = `sum(c) AS n, sum(e) AS matched, sum(y) AS skipped, sum(u) AS used, maxIf(m, u > 0) AS most, ${name}IfMerge${levels}(s) AS q`;
  const bound = new Bound();
  const { states, by, rows } = made(bound);
  const most = bound.add('UInt64', limit);
  const ranked = await connection.query<Row>(
    `SELECT grouping(place) AS isWhole, place, any(val) AS v, ${merged} FROM (
      SELECT *, if(r > ${most}, 0, r) AS place, if(r > ${most}, '', v) AS val FROM (
        SELECT *, row_number() OVER (ORDER BY ifNotFinite(toFloat64(${SORTS[query.sort]}), -1e308) DESC NULLS LAST, c DESC, v) AS r
        FROM (SELECT ${by} AS v, ${states} ${rows} GROUP BY v))
    ) GROUP BY GROUPING SETS ((place), ()) ORDER BY place = 0, place`,
    bound.values,
    options(control),
  );
  const groups = ranked
    .filter((row) => Number(row['isWhole']) === 0)
    .map((row) => ({ ...numbersOf(row), value: Number(row['place']) === 0 ? ('other' as const) : String(row['v']) }));
  const shown: TypedValue[] = groups.flatMap(({ value }) => (value === 'other' ? [] : [value]));
  return {
    whole: numbersOf(ranked.find((row) => Number(row['isWhole']) === 1)),
    groups,
    points: buckets ? await points(buckets, shown) : [],
    exact: !isMany,
  };

  async function points(
    starts: readonly number[],
    values: readonly TypedValue[],
  ): Promise<PerformanceResult['points']> {
    const over = new Bound();
    const parts = made(over);
    const place = placeSql(
      parts.by,
      values.map((value) => [value]),
      over,
    );
    const found = await connection.query<Row>(
      `SELECT place, k, ${merged} FROM (
        SELECT toInt64(${place}) AS place, ${parts.cut.bucket(starts)} AS k, ${parts.states} ${parts.rows} GROUP BY place, k
      ) GROUP BY place, k`,
      over.values,
      options(control),
    );
    return found.map((row) => ({
      ...numbersOf(row),
      value: Number(row['place']) === 0 ? 'other' : values[Number(row['place']) - 1]!,
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
