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
import { retention } from './retention.ts';
import { type Around, type Resolved, resolve } from './scope.ts';
import { sessions } from './sessions.ts';
import { sql } from './sql.ts';
import { trend } from './trend.ts';
import { timeline, users } from './users.ts';

export function createAnalysis(store: AnalysisStore, surroundings: AnalysisSurroundings): Analysis {
  const { now, calendarOf, catchUp, asOf } = surroundings;
  return {
    async ask(app, value, { isFresh, control }) {
      const question = questionOf(value);
      const around = { app, nowMs: now(), calendar: calendarOf(app) };
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
