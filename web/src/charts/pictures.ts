/** Which kind is drawn by what. */
import type { Answer, Kind } from '../api/wire.ts';
import type { DataTable } from './draw/data-table.ts';
import type { Drawing, Picture } from './draw/picture.ts';
import { lifecyclePicture, lifecycleTables, stickinessPicture, stickinessTables } from './kinds/activity.ts';
import { funnelPicture, funnelTables } from './kinds/funnel.ts';
import { pathsPicture, pathsTables } from './kinds/paths.ts';
import { timelineTables, usersTables } from './kinds/people.ts';
import { performancePicture, performanceTables } from './kinds/performance.ts';
import { retentionPicture, retentionTables } from './kinds/retention.ts';
import { sessionsPicture, sessionsTables } from './kinds/sessions.ts';
import { sqlPicture, sqlTables } from './kinds/sql.ts';
import { trendPicture } from './kinds/trend.ts';
import { trendTables } from './kinds/trend-table.ts';

type Any = Omit<Drawing<Kind>, 'answer'> & { readonly answer: Answer };

/** @returns undefined of the kinds that are only ever tables */
export function pictureOf({ answer, ...rest }: Any): Picture | undefined {
  switch (answer.kind) {
    case 'trend':
      return trendPicture({ ...rest, answer });
    case 'funnel':
      return funnelPicture({ ...rest, answer });
    case 'retention':
      return retentionPicture({ ...rest, answer });
    case 'stickiness':
      return stickinessPicture({ ...rest, answer });
    case 'lifecycle':
      return lifecyclePicture({ ...rest, answer });
    case 'paths':
      return pathsPicture({ ...rest, answer });
    case 'sessions':
      return sessionsPicture({ ...rest, answer });
    case 'performance':
      return performancePicture({ ...rest, answer });
    case 'sql':
      return sqlPicture({ ...rest, answer });
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
    case 'users':
      return usersTables({ answer });
    case 'timeline':
      return timelineTables({ answer });
  }
}
