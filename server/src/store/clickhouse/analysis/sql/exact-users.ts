import type { Scope } from '../../../../model/analysis-query.ts';
import { SeismoError } from '../../../../model/errors.ts';
import type { Filter, Range } from '../../../../model/query.ts';
import type { EngineContext } from '../../engine-context.ts';
import { Bound, options, type Row } from '../../sql.ts';
import { quartersSql } from './node-sql.ts';
import { isOnNames } from './rollup-plan.ts';

/**
 * Whether the distinct users of each of these event selectors are counted exactly: as the question says, otherwise while the selectors together
 * have at most `exactUsersMaxRows` rows, judged by their event names alone. Together, because each reads its rows: ten series of
 * half a million users each took 18 times as long as their estimates.
 */
export async function areUsersExact(
  context: EngineContext,
  { app, range, filters, exact }: Pick<Scope, 'app' | 'range' | 'filters' | 'exact'>,
  selectors: readonly (readonly Filter[])[],
): Promise<readonly boolean[]> {
  if (exact !== undefined) return selectors.map(() => exact);
  const { storedRows, exactUsersMaxRows: max } = context;
  if (((await storedRows.most()) ?? Number.POSITIVE_INFINITY) <= max) return selectors.map(() => true);
  const named = selectors.map((own) => [...filters, ...own].filter((filter) => isOnNames([filter])));
  const keys = named.map((each) => JSON.stringify(each));
  const distinct = [...new Map(named.map((each, i) => [keys[i]!, each]))];
  const counts = await countRows(
    context,
    app,
    range,
    distinct.map(([, each]) => each),
  );
  const rowsOf = new Map(distinct.map(([key], i) => [key, counts[i]!]));
  const areFew = keys.reduce((sum, key) => sum + rowsOf.get(key)!, 0) <= max;
  return selectors.map(() => areFew);
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

/** From the roll-up of counts: the quarter hours at the edges count in full, so that what is counted is never less than what is read. */
async function countRows(
  { connection, hotColumnsOf, control }: EngineContext,
  app: string,
  range: Range,
  selectors: readonly (readonly Filter[])[],
): Promise<readonly number[]> {
  if (selectors.length === 0) return [];
  const bound = new Bound(hotColumnsOf);
  const parts = selectors.map(
    (filters, i) => `SELECT ${i} AS i, count() AS n FROM ${quartersSql({ app, range, filters }, bound)}`,
  );
  const rows = await connection.query<Row>(parts.join(' UNION ALL '), bound.values, options(control, true));
  const counts = new Map(rows.map((row) => [Number(row['i']), Number(row['n'])]));
  return selectors.map((_, i) => counts.get(i) ?? 0);
}
