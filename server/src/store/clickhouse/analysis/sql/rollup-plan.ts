import type { Scope, TrendQuery } from '../../../../model/analysis-query.ts';
import type { Condition, Filter } from '../../../../model/query.ts';
import { QUARTER_MS } from '../../sql.ts';

/** `counts` holds events by quarter of an hour, `users` events and sketches of users by day in the app's own zone (schema.ts). */
export type Rollup = 'counts' | 'users';

/** Series that one reading of a roll-up answers. */
export interface RollupBatch {
  readonly rollup: Rollup;
  /** The column whose values identify the series; undefined: there is only one. */
  readonly column: 'event' | 'id' | undefined;
  /** Name → index of the series. */
  readonly series: ReadonlyMap<string, number>;
  /** Of the only series. */
  readonly filters: readonly Filter[];
}

/** The roll-ups know the name and the id, nothing else. */
export const isOnNames = (filters: readonly Filter[]): boolean =>
  filters.every((filter) => {
    if ('and' in filter) return isOnNames(filter.and);
    if ('or' in filter) return isOnNames(filter.or);
    if (!('field' in filter)) return false;
    return filter.field.kind === 'column' && (filter.field.name === 'event' || filter.field.name === 'id');
  });

/**
 * Decides, for reports and the analysis alike, which series come from which roll-up; all others are read from the table.
 * @param areJoined some devices belong to users: no roll-up knows that
 * @param isByDay range and buckets are days as they are stored (DayZones.areStored)
 * @param areUsersExact they are counted exactly, which takes the rows (exact-users.ts)
 */
export function rollupPlan(
  query: TrendQuery,
  areJoined: boolean,
  isByDay: boolean,
  areUsersExact: boolean,
): readonly RollupBatch[] {
  const batches: (RollupBatch & { readonly series: Map<string, number> })[] = [];
  for (const [index, { filters }] of query.series.entries()) {
    const rollup = rollupOf(query, index, !areUsersExact && isByDay && !areJoined);
    if (rollup === undefined) continue;
    const named = nameOf(filters);
    const fit =
      named &&
      batches.find(
        (batch) => batch.rollup === rollup && batch.column === named.column && !batch.series.has(named.text),
      );
    if (fit) fit.series.set(named.text, index);
    else
      batches.push({
        rollup,
        column: named?.column,
        series: new Map([[named?.text ?? '', index]]),
        filters: named ? [] : filters,
      });
  }
  return batches;
}

function rollupOf(query: TrendQuery, index: number, mayEstimateByDay: boolean): Rollup | undefined {
  const { range, buckets = [], breakdown, segment, cumulative } = query;
  const { filters, measure } = query.series[index]!;
  if (segment || breakdown.length > 0 || !isOnNames([...query.filters, ...filters])) return undefined;
  if (measure.kind === 'count')
    return [range.from, range.to, ...buckets].every((edge) => edge % QUARTER_MS === 0) ? 'counts' : undefined;
  const isOfUsers = measure.kind === 'users' || measure.kind === 'perUser';
  return isOfUsers && !cumulative && mayEstimateByDay ? 'users' : undefined;
}

/** Whether `counts` has the names of the events of a question; it may add names from the quarter hours at the edges of the range. */
export const areNamesRolled = ({ segment, filters }: Scope): boolean => segment === undefined && isOnNames(filters);

/** The name, of a series that is one event by its name or id. */
function nameOf(filters: readonly Filter[]): { readonly column: 'event' | 'id'; readonly text: string } | undefined {
  const [only] = filters;
  if (filters.length !== 1 || only === undefined || !('field' in only)) return undefined;
  const { field, operator, matches }: Condition = only;
  const text = matches[0]?.text;
  if (operator !== 'is' || field.kind !== 'column' || text === undefined) return undefined;
  return field.name === 'event' || field.name === 'id' ? { column: field.name, text } : undefined;
}
