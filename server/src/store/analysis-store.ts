import type {
  FunnelQuery,
  FunnelResult,
  LifecycleCell,
  LifecycleQuery,
  PathsQuery,
  PathsResult,
  PerformanceQuery,
  PerformanceResult,
  RetentionCell,
  RetentionQuery,
  SessionsQuery,
  SessionsResult,
  SqlQuery,
  SqlResult,
  StickinessCell,
  StickinessQuery,
  TimelineQuery,
  TrendQuery,
  TrendResult,
  UsersQuery,
  UsersResult,
} from '../model/analysis-query.ts';
import type { EventRow } from '../model/event.ts';
import type { QueryControl, Statement } from '../model/query.ts';
import type { WebQuery, WebResult } from '../model/web-query.ts';

/** The part of a store that answers the analysis API: one method per kind. Rejects in the same way as the other questions. */
export interface AnalysisStore {
  funnel(query: FunnelQuery, control: QueryControl): Promise<FunnelResult>;
  retention(query: RetentionQuery, control: QueryControl): Promise<readonly RetentionCell[]>;
  paths(query: PathsQuery, control: QueryControl): Promise<PathsResult>;
  sessions(query: SessionsQuery, control: QueryControl): Promise<SessionsResult>;
  users(query: UsersQuery, control: QueryControl): Promise<UsersResult>;
  timeline(query: TimelineQuery, control: QueryControl): Promise<readonly EventRow[]>;
  performance(query: PerformanceQuery, control: QueryControl): Promise<PerformanceResult>;
  /** @throws QUESTION_INVALID also for errors that only the engine can detect, such as types that do not fit */
  sql(query: SqlQuery, control: QueryControl): Promise<SqlResult>;
  stickiness(query: StickinessQuery, control: QueryControl): Promise<readonly StickinessCell[]>;
  lifecycle(query: LifecycleQuery, control: QueryControl): Promise<readonly LifecycleCell[]>;
  trend(query: TrendQuery, control: QueryControl): Promise<TrendResult>;
  web(query: WebQuery, control: QueryControl): Promise<WebResult>;
  /** The same statements, formatted for people. */
  formatSql(statements: readonly Statement[], control: QueryControl): Promise<readonly Statement[]>;
}
