import type { Scope } from '../../../../model/analysis-query.ts';
import type { Filter } from '../../../../model/query.ts';
import type { EngineContext } from '../../engine-context.ts';
import { filterSql } from '../../filter-sql.ts';
import { Bound, EVENTS, options, type Row } from '../../sql.ts';
import { isOnNames } from './rollup-sql.ts';

/** Percentiles keep all values up to here, 160 MB of them. Beyond, a sketch is within 1 % of the value (DDSketch). */
const EXACT_MAX = 20_000_000;

/** Whether percentiles of these choices may have to keep more values than is wise: as many as the names alone let through. */
export async function holdsManyValues(
  { connection, control }: EngineContext,
  { app, range }: Scope,
  choices: readonly (readonly Filter[])[],
): Promise<boolean> {
  if (choices.length === 0) return false;
  const bound = new Bound();
  const or = choices.map((filters) => ({ and: filters.filter((filter) => isOnNames([filter])) }));
  const where = [
    `app = ${bound.add('String', app)}`,
    `timestamp >= ${bound.time(range.from)}`,
    `timestamp < ${bound.time(range.to)}`,
    // Of all events the index knows the number; of some they have to be read.
    ...(or.some(({ and }) => and.length === 0) ? [] : [filterSql({ or }, bound)]),
  ];
  const [row] = await connection.query<Row>(
    `SELECT count() AS n FROM ${EVENTS} WHERE ${where.join(' AND ')}`,
    bound.values,
    options(control),
  );
  return Number(row?.['n'] ?? 0) > EXACT_MAX;
}
