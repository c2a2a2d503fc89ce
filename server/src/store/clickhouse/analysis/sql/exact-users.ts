import type { Scope } from '../../../../model/analysis-query.ts';
import { SeismoError } from '../../../../model/errors.ts';
import type { EngineContext } from '../../engine-context.ts';
import { Bound, options, type Row } from '../../sql.ts';
import { quartersSql } from './node-sql.ts';

/**
 * Whether distinct users and values are counted exactly: as the question says, otherwise while the app has at most `exactUsersMaxRows` events in
 * the range. All of them count, whatever the question selects: they are what is gone through, and every question about the same range is
 * then exact, or none is.
 */
export async function areUsersExact(
  context: EngineContext,
  { app, range, exact }: Pick<Scope, 'app' | 'range' | 'exact'>,
): Promise<boolean> {
  if (exact !== undefined) return exact;
  const { storedRows, exactUsersMaxRows: max, connection, hotColumnsOf, control } = context;
  if (((await storedRows.most()) ?? Number.POSITIVE_INFINITY) <= max) return true;
  const bound = new Bound(hotColumnsOf);
  // From the roll-up of counts. The quarter hours at the edges count in full: never less than what is read.
  const sql = `SELECT count() AS n FROM ${quartersSql({ app, range, filters: [] }, bound)}`;
  const [row] = await connection.query<Row>(sql, bound.values, options(control, true));
  return Number(row?.['n'] ?? 0) <= max;
}

/**
 * Asks again with estimates where sets of users were more than the memory of a query: a question that left the choice to us is answered
 * in any case that estimates can answer.
 */
export async function exactlyOrEstimated<Q extends Pick<Scope, 'exact'>, T>(
  query: Q,
  ask: (query: Q) => Promise<T>,
): Promise<T> {
  try {
    return await ask(query);
  } catch (error) {
    const isTooLarge = error instanceof SeismoError && error.code === 'QUERY_LIMIT_MEMORY';
    if (query.exact !== undefined || !isTooLarge) throw error;
    return await ask({ ...query, exact: false });
  }
}
