import type { QueryControl } from '../../../model/query.ts';
import type { AnalysisStore } from '../../analysis-store.ts';
import type { Connection } from '../connection.ts';
import type { EngineContext } from '../engine-context.ts';
import { formatSql } from '../user-sql/format-sql.ts';
import { sql } from '../user-sql/sql-query.ts';
import { lifecycle, stickiness } from './activity-query.ts';
import { funnel } from './funnel-query.ts';
import { paths } from './paths-query.ts';
import { performance } from './performance-query.ts';
import { retention } from './retention-query.ts';
import { sessions } from './sessions-query.ts';
import { exactlyOrEstimated } from './sql/exact-users.ts';
import { trend } from './trend-query.ts';
import { timeline, users } from './users-query.ts';
import { web } from './web-query.ts';

/** Runs a query, and again if a device turns out to have several users. */
export type Ask = <T>(
  app: string,
  control: QueryControl,
  question: (context: EngineContext) => Promise<T>,
) => Promise<T>;

/**
 * The analysis in ClickHouse SQL: one file a kind.
 * @param opened for what reads no events
 */
export function analysisQueries(ask: Ask, opened: () => Connection): AnalysisStore {
  const answer =
    <Q extends { readonly app: string }, T>(of: (context: EngineContext, query: Q) => Promise<T>) =>
    (query: Q, control: QueryControl): Promise<T> =>
      ask(query.app, control, (context) => of(context, query));
  return {
    funnel: answer(funnel),
    retention: answer(retention),
    paths: answer(paths),
    sessions: answer((context, query) => exactlyOrEstimated(query, (each) => sessions(context, each))),
    users: answer(users),
    timeline: answer(timeline),
    performance: answer(performance),
    sql: answer(sql),
    stickiness: answer(stickiness),
    lifecycle: answer(lifecycle),
    trend: answer((context, query) => exactlyOrEstimated(query, (each) => trend(context, each))),
    web: answer((context, query) => exactlyOrEstimated(query, (each) => web(context, each))),
    formatSql: async (statements, control) => await formatSql(opened(), statements, control),
  };
}
