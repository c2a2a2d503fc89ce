import type { Scope } from '../../../../model/analysis-query.ts';
import type { Filter } from '../../../../model/query.ts';
import type { EngineContext } from '../../engine-context.ts';
import { filterSql } from '../../filter-sql.ts';
import { Bound, EVENTS, options, type Row } from '../../sql.ts';
import { isOnNames } from './rollup-plan.ts';

/** Up to this number of values percentiles are exact and take up to 160 MB. Above it a sketch is within 1 % of the value (DDSketch). */
const EXACT_MAX = 20_000_000;

/** Whether percentiles of these event selectors may have to keep more than EXACT_MAX values, judged by event names alone. */
export async function holdsManyValues(
  { connection, hotColumnsOf, control }: EngineContext,
  { app, range }: Scope,
  selectors: readonly (readonly Filter[])[],
): Promise<boolean> {
  if (selectors.length === 0) return false;
  const bound = new Bound(hotColumnsOf);
  const or = selectors.map((filters) => ({ and: filters.filter((filter) => isOnNames([filter])) }));
  const where = [
    `app = ${bound.add('String', app)}`,
    `timestamp >= ${bound.time(range.from)}`,
    `timestamp < ${bound.time(range.to)}`,
    // The number of all events comes from the index; the number of some requires reading them.
    ...(or.some(({ and }) => and.length === 0) ? [] : [filterSql({ or }, bound)]),
  ];
  const [row] = await connection.query<Row>(
    `SELECT count() AS n FROM ${EVENTS} WHERE ${where.join(' AND ')}`,
    bound.values,
    options(control),
  );
  return Number(row?.['n'] ?? 0) > EXACT_MAX;
}
