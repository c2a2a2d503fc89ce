import type { GroupKey, TrendCell, TrendQuery, TrendResult } from '../model/analysis-query.ts';
import type { QueryControl } from '../model/query.ts';
import type { AnalysisStore } from '../store/analysis-store.ts';
import { checkPoints, withPointsMax } from './answer-size.ts';
import type { TrendPlan } from './trend-plan.ts';

/** What a range holds. */
export interface TrendCells {
  readonly range: TrendQuery['range'];
  readonly buckets: TrendQuery['buckets'];
  readonly cells: readonly TrendCell[];
}

export interface TrendRun {
  readonly main: TrendCells;
  readonly compared: TrendCells | undefined;
  /** Totals of the part up to the same moment. */
  readonly comparedSoFar: TrendCells | undefined;
  /** Of both ranges: the top groups of the main one, largest first. */
  readonly groups: readonly GroupKey[];
}

/** @throws QUERY_LIMIT_ROWS also when the answer would have too many points */
export async function runTrend(store: AnalysisStore, plan: TrendPlan, control: QueryControl): Promise<TrendRun> {
  const { query, compared, comparedSoFar } = plan;
  const limits = withPointsMax(control);
  checkSize(plan, 1);
  const { cells, groups } = await ask(store, query, limits);
  checkSize(plan, groups.length);
  const run = {
    main: { range: query.range, buckets: query.buckets, cells },
    compared: undefined,
    comparedSoFar: undefined,
    groups,
  };
  if (compared === undefined) return run;
  const cellsOf = async (part: Pick<TrendQuery, 'range' | 'buckets'>): Promise<TrendCells> => ({
    ...part,
    cells: (await ask(store, { ...query, ...part, groups: { keys: groups } }, limits)).cells,
  });
  return {
    ...run,
    compared: await cellsOf(compared),
    comparedSoFar: comparedSoFar && (await cellsOf({ range: comparedSoFar, buckets: undefined })),
  };
}

const checkSize = ({ query, series, formula }: TrendPlan, groups: number): void =>
  checkPoints([
    { count: series.length + (formula ? 1 : 0), of: 'series' },
    { count: groups, of: 'groups' },
    { count: query.buckets?.length ?? 1, of: 'intervals' },
  ]);

/** Nothing happens in an empty range. */
const ask = async (store: AnalysisStore, query: TrendQuery, control: QueryControl): Promise<TrendResult> =>
  query.range.from >= query.range.to ? { cells: [], groups: [] } : await store.trend(query, control);
