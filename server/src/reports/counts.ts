import type { Scope } from '../model/analysis-query.ts';
import type { QueryControl } from '../model/query.ts';
import type { AnalysisStore } from '../store/analysis-store.ts';

export interface CountsQuery extends Omit<Scope, 'segment'> {
  /** Ascending starts, the first is range.from; absent: totals alone. */
  readonly buckets?: readonly number[];
}

export interface Counts {
  readonly total: number;
  readonly users: number;
  readonly usersExact: boolean;
  /** Ascending; only buckets that have events. */
  readonly series?: readonly { readonly from: number; readonly total: number; readonly users: number }[];
}

/** Events and distinct users: a trend of one series, whose cells also say how many events they hold. */
export async function countsOf(
  store: Pick<AnalysisStore, 'trend'>,
  { buckets, ...scope }: CountsQuery,
  control: QueryControl,
): Promise<Counts> {
  const { cells } = await store.trend(
    {
      ...scope,
      segment: undefined,
      series: [{ filters: [], measure: { kind: 'users' } }],
      buckets,
      breakdown: [],
      groups: { limit: 0 },
      cumulative: false,
    },
    control,
  );
  const found = cells.map(({ bucket, count, value }) => ({ from: bucket, total: count, users: value ?? 0 }));
  const { total = 0, users = 0 } = found.find(({ from }) => from === undefined) ?? {};
  const series = found
    .flatMap(({ from, ...tally }) => (from === undefined || tally.total === 0 ? [] : [{ from, ...tally }]))
    .sort((a, b) => a.from - b.from);
  return { total, users, usersExact: !cells.some(({ estimated }) => estimated), ...(buckets && { series }) };
}
