import type { QueryControl } from '../query.ts';
import { questionOf } from '../questions/check.ts';
import type { Question } from '../questions/kinds.ts';
import type { AnalysisStore } from '../store/analysis-store.ts';
import { lifecycle, stickiness } from './activity.ts';
import type { Analysis, AnalysisSurroundings, Asked } from './analysis.ts';
import { iso, type Made } from './answer.ts';
import { closedOf } from './closed.ts';
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
  const { now, calendarOf, catchUp, asOf, cache } = surroundings;

  async function ask(question: Question, resolved: Resolved, around: Around, control: QueryControl): Promise<Asked> {
    const { exact, skipped, columns, result, rows } = await make(store, question, resolved, around, control);
    const { range, timeZone } = resolved.scope;
    const [from, to] = [iso(range.from), iso(range.to)];
    return { answer: { kind: question.kind, from, to, timeZone, exact, skipped, columns, result }, rows };
  }

  return {
    async ask(app, value, { isFresh, control }) {
      const question = questionOf(value);
      const around = { app, nowMs: now(), calendar: calendarOf(app) };
      const resolved = resolve(question, around);
      const closed = cache && closedOf(question, resolved, around);
      // What is kept holds all that was acknowledged, so it stands for now.
      const kept = closed && cache.get(closed.key);
      if (kept) return { ...kept, isKept: true, ...(!isFresh && { asOf: around.nowMs }) };
      if (!isFresh) {
        const stands = asOf(app);
        return { ...(await ask(question, resolved, around, control)), asOf: stands };
      }
      const make = async (): Promise<Asked> => {
        await catchUp(app, control.signal);
        return await ask(question, resolved, around, control);
      };
      return closed ? await cache.keep(closed.key, app, closed.horizon, make) : await make();
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
