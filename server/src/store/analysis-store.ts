import type { FunnelQuery, FunnelResult, TrendQuery, TrendResult } from '../analysis-query.ts';
import type { QueryControl } from '../query.ts';

/** The part of a store that answers the analysis: a method a kind. Rejects as the other questions do. */
export interface AnalysisStore {
  funnel(query: FunnelQuery, control: QueryControl): Promise<FunnelResult>;
  trend(query: TrendQuery, control: QueryControl): Promise<TrendResult>;
}
