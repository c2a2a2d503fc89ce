/** Which module draws which kind. */
import type { Answer, Kind } from '../api/wire.ts';
import type { ChartInput, ChartSpec } from './draw/chart-spec.ts';
import type { DataTable } from './draw/data-table.ts';
import { lifecycleSpec, lifecycleTables, stickinessSpec, stickinessTables } from './kinds/activity.ts';
import { funnelSpec, funnelTables } from './kinds/funnel.ts';
import { pathsSpec, pathsTables } from './kinds/paths.ts';
import { performanceSpec, performanceTables } from './kinds/performance.ts';
import { retentionSpec, retentionTables } from './kinds/retention.ts';
import { sessionsSpec, sessionsTables } from './kinds/sessions.ts';
import { sqlSpec, sqlTables } from './kinds/sql.ts';
import { trendSpec } from './kinds/trend.ts';
import { trendTables } from './kinds/trend-table.ts';
import { timelineTables, usersTables } from './kinds/users.ts';
import { webSpec, webTables } from './kinds/web.ts';

type Any = Omit<ChartInput<Kind>, 'answer'> & { readonly answer: Answer };

/** @returns undefined for the kinds that are always tables */
export function chartSpecOf({ answer, ...rest }: Any): ChartSpec | undefined {
  switch (answer.kind) {
    case 'trend':
      return trendSpec({ ...rest, answer });
    case 'funnel':
      return funnelSpec({ ...rest, answer });
    case 'retention':
      return retentionSpec({ ...rest, answer });
    case 'stickiness':
      return stickinessSpec({ ...rest, answer });
    case 'lifecycle':
      return lifecycleSpec({ ...rest, answer });
    case 'paths':
      return pathsSpec({ ...rest, answer });
    case 'sessions':
      return sessionsSpec({ ...rest, answer });
    case 'performance':
      return performanceSpec({ ...rest, answer });
    case 'sql':
      return sqlSpec({ ...rest, answer });
    case 'web':
      return webSpec({ ...rest, answer });
    default:
      return undefined;
  }
}

export function tablesOf({ question, answer, now }: Pick<Any, 'question' | 'answer' | 'now'>): readonly DataTable[] {
  switch (answer.kind) {
    case 'trend':
      return trendTables({ question, answer, now });
    case 'funnel':
      return funnelTables({ question, answer });
    case 'retention':
      return retentionTables({ question, answer });
    case 'stickiness':
      return stickinessTables({ question, answer });
    case 'lifecycle':
      return lifecycleTables({ question, answer, now });
    case 'paths':
      return pathsTables({ question, answer });
    case 'sessions':
      return sessionsTables({ question, answer, now });
    case 'performance':
      return performanceTables({ question, answer, now });
    case 'sql':
      return sqlTables({ answer });
    case 'web':
      return webTables({ question, answer, now });
    case 'users':
      return usersTables({ answer });
    case 'timeline':
      return timelineTables({ answer });
  }
}
