import type { AnalysisStore } from '../../analysis-store.ts';
import type { Connection } from '../connection.ts';
import type { DayZones } from '../counts-query.ts';
import type { HighestSeq } from '../highest-seq.ts';
import { lifecycle, stickiness } from './activity-query.ts';
import { funnel } from './funnel-query.ts';
import { laidOut } from './laid-out.ts';
import { paths } from './paths-query.ts';
import type { Identities } from './people.ts';
import { performance } from './performance-query.ts';
import { retention } from './retention-query.ts';
import { sessions } from './sessions-query.ts';
import { sql } from './sql-query.ts';
import { trend } from './trend-query.ts';
import { timeline, users } from './users-query.ts';

/**
 * The analysis in ClickHouse SQL: one file a kind.
 * @param opened the connection, once the schema was looked at
 */
export function analysisQueries(
  opened: () => Connection,
  zones: DayZones,
  identities: Identities,
  highest: HighestSeq,
): AnalysisStore {
  return {
    funnel: async (query, control) => await funnel(opened(), identities, highest, query, control),
    retention: async (query, control) => await retention(opened(), identities, zones, query, control),
    paths: async (query, control) => await paths(opened(), identities, highest, query, control),
    sessions: async (query, control) => await sessions(opened(), identities, highest, query, control),
    users: async (query, control) => await users(opened(), identities, query, control),
    timeline: async (query, control) => await timeline(opened(), identities, query, control),
    performance: async (query, control) => await performance(opened(), identities, zones, query, control),
    sql: async (query, control) => await sql(opened(), identities, query, control),
    stickiness: async (query, control) => await stickiness(opened(), identities, zones, query, control),
    lifecycle: async (query, control) => await lifecycle(opened(), identities, zones, query, control),
    trend: async (query, control) => await trend(opened(), identities, zones, query, control),
    laidOut: async (statements, control) => await laidOut(opened(), statements, control),
  };
}
