import type { QueryControl } from '../../../model/query.ts';
import type { AnalysisStore } from '../../analysis-store.ts';
import type { EngineContext } from '../engine-context.ts';
import { formatSql } from '../user-sql/format-sql.ts';
import { sql } from '../user-sql/sql-query.ts';
import { lifecycle, stickiness } from './activity-query.ts';
import { funnel } from './funnel-query.ts';
import { paths } from './paths-query.ts';
import { performance } from './performance-query.ts';
import { retention } from './retention-query.ts';
import { sessions } from './sessions-query.ts';
import { trend } from './trend-query.ts';
import { timeline, users } from './users-query.ts';

/** A question that is asked once more when a device turns out to have several users. */
export type Ask = <T>(
  app: string,
  control: QueryControl,
  question: (context: EngineContext) => Promise<T>,
) => Promise<T>;

/**
 * The analysis in ClickHouse SQL: one file a kind.
 * @param contextOf for what needs to know no user
 */
export function analysisQueries(ask: Ask, contextOf: (control: QueryControl) => EngineContext): AnalysisStore {
  const answer =
    <Q extends { readonly app: string }, T>(of: (context: EngineContext, query: Q) => Promise<T>) =>
    (query: Q, control: QueryControl): Promise<T> =>
      ask(query.app, control, (context) => of(context, query));
  return {
    funnel: answer(funnel),
    retention: answer(retention),
    paths: answer(paths),
    sessions: answer(sessions),
    users: answer(users),
    timeline: async (query, control) => await timeline(contextOf(control), query),
    performance: answer(performance),
    sql: answer(sql),
    stickiness: answer(stickiness),
    lifecycle: answer(lifecycle),
    trend: answer(trend),
    formatSql: async (statements, control) => await formatSql(contextOf(control).connection, statements, control),
  };
}
