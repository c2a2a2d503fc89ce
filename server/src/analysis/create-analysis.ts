import type { QueryControl } from '../query.ts';
import { questionOf } from '../questions/check.ts';
import type { Question } from '../questions/kinds.ts';
import type { AnalysisStore } from '../store/analysis-store.ts';
import { lifecycle, stickiness } from './activity.ts';
import type { Analysis, AnalysisSurroundings } from './analysis.ts';
import { iso, type Made } from './answer.ts';
import { funnel } from './funnel.ts';
import { paths } from './paths.ts';
import { performance } from './performance.ts';
import { type Ends, lastRange } from './range.ts';
import { retention } from './retention.ts';
import { type Around, type Resolved, resolve, segmentOf } from './scope.ts';
import { sessions } from './sessions.ts';
import { sql } from './sql.ts';
import { trend } from './trend.ts';
import { timeline, users } from './users.ts';

export function createAnalysis(store: AnalysisStore, surroundings: AnalysisSurroundings): Analysis {
  const { now, calendarOf, catchUp, asOf } = surroundings;
  const aroundOf = (app: string, within?: Ends): Around => ({
    app,
    nowMs: now(),
    calendar: calendarOf(app),
    segmentOf: (id) => surroundings.segmentOf(app, id),
    within,
  });
  return {
    async check(app, value) {
      const question = questionOf(value);
      const around = aroundOf(app);
      try {
        await make(ASKED_NOTHING, question, resolve(question, around), around, NO_CONTROL);
      } catch (error) {
        if (error !== REACHED) throw error;
      }
      return question;
    },

    checkSegment(app, segment, path) {
      const around = aroundOf(app);
      segmentOf(segment, path, lastRange('1d', around.calendar, around.nowMs), around);
    },

    async ask(app, value, { isFresh, control, within }) {
      const question = questionOf(value);
      const around = aroundOf(app, within);
      const resolved = resolve(question, around);
      const stands = isFresh ? undefined : asOf(app);
      if (isFresh) await catchUp(app, control.signal);
      const { exact, skipped, columns, result, rows } = await make(store, question, resolved, around, control);
      const { range, timeZone } = resolved.scope;
      return {
        answer: {
          kind: question.kind,
          from: iso(range.from),
          to: iso(range.to),
          timeZone,
          exact,
          skipped,
          columns,
          result,
        },
        rows,
        ...(stands !== undefined && { asOf: stands }),
      };
    },
  };
}

/** Where a question goes that is looked at only: whatever reaches the store has been found right. */
const REACHED = new Error('The question reached the store.');
const reached = (): Promise<never> => Promise.reject(REACHED);
const ASKED_NOTHING: AnalysisStore = {
  funnel: reached,
  retention: reached,
  paths: reached,
  sessions: reached,
  users: reached,
  timeline: reached,
  performance: reached,
  sql: reached,
  stickiness: reached,
  lifecycle: reached,
  trend: reached,
};
const NO_CONTROL: QueryControl = { maxSeconds: 0, maxBytes: 0, maxRows: 0 };

async function make(
  store: AnalysisStore,
  question: Question,
  resolved: Resolved,
  around: Around,
  control: QueryControl,
): Promise<Made<unknown>> {
  switch (question.kind) {
    case 'trend':
      return await trend(store, question, resolved, around, control);
    case 'funnel':
      return await funnel(store, question, resolved, control);
    case 'retention':
      return await retention(store, question, resolved, around, control);
    case 'paths':
      return await paths(store, question, resolved, control);
    case 'sessions':
      return await sessions(store, question, resolved, control);
    case 'users':
      return await users(store, question, resolved, control);
    case 'timeline':
      return await timeline(store, question, resolved, control);
    case 'performance':
      return await performance(store, question, resolved, control);
    case 'sql':
      return await sql(store, question, resolved, control);
    case 'stickiness':
      return await stickiness(store, question, resolved, control);
    case 'lifecycle':
      return await lifecycle(store, question, resolved, control);
  }
}
