import type { AnalysisStore } from '../../analysis-store.ts';
import type { Connection } from '../connection.ts';
import type { EngineZones } from '../engine-zones.ts';
import type { HighestSeq } from '../highest-seq.ts';
import type { DayZones } from '../queries/counts-query.ts';
import { laidOut } from '../user-sql/format-sql.ts';
import { sql } from '../user-sql/sql-query.ts';
import { lifecycle, stickiness } from './activity-query.ts';
import { funnel } from './funnel-query.ts';
import { paths } from './paths-query.ts';
import { performance } from './performance-query.ts';
import { retention } from './retention-query.ts';
import { sessions } from './sessions-query.ts';
import type { Identities } from './sql/identity.ts';
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
  engineZones: EngineZones,
): AnalysisStore {
  const asking = identities.asking.bind(identities);
  return {
    funnel: (query, control) => asking(query.app, control, (c) => funnel(opened(), identities, highest, query, c)),
    retention: (query, control) =>
      asking(query.app, control, (c) => retention(opened(), identities, zones, highest, query, c)),
    paths: (query, control) => asking(query.app, control, (c) => paths(opened(), identities, highest, query, c)),
    sessions: (query, control) => asking(query.app, control, (c) => sessions(opened(), identities, highest, query, c)),
    users: (query, control) => asking(query.app, control, (c) => users(opened(), identities, query, c)),
    timeline: async (query, control) => await timeline(opened(), identities, query, control),
    performance: (query, control) =>
      asking(query.app, control, (c) => performance(opened(), identities, zones, query, c)),
    sql: (query, control) => asking(query.app, control, (c) => sql(opened(), identities, engineZones, query, c)),
    stickiness: (query, control) =>
      asking(query.app, control, (c) => stickiness(opened(), identities, zones, query, c)),
    lifecycle: (query, control) => asking(query.app, control, (c) => lifecycle(opened(), identities, zones, query, c)),
    trend: (query, control) => asking(query.app, control, (c) => trend(opened(), identities, zones, query, c)),
    laidOut: async (statements, control) => await laidOut(opened(), statements, control),
  };
}
