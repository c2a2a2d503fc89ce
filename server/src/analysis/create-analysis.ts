import { notIndexedNotes } from '../model/notes.ts';
import type { QueryControl, Statement } from '../model/query.ts';
import { withPatterns } from '../model/regexp.ts';
import { questionOf } from '../questions/check.ts';
import type { Question } from '../questions/kinds.ts';
import type { AnalysisStore } from '../store/analysis-store.ts';
import type { Ends } from '../time/range-parser.ts';
import { prepareZone } from '../time/zone-spans.ts';
import { lifecycle, stickiness } from './activity.ts';
import type { Analysis, AnalysisDeps } from './analysis.ts';
import type { AnalysisResult } from './answer.ts';
import { iso, type KindResult } from './answer.ts';
import { cacheabilityOf } from './cacheability.ts';
import { funnel } from './funnel.ts';
import { paths } from './paths.ts';
import { performance } from './performance.ts';
import { patternsIn } from './question-bounds.ts';
import { propertiesIn } from './question-properties.ts';
import { rangesAt } from './range.ts';
import { retention } from './retention.ts';
import { type Context, type Resolved, resolve, segmentOf } from './scope.ts';
import { sessions } from './sessions.ts';
import { sql } from './sql.ts';
import { trend } from './trend.ts';
import { timeline, users } from './users.ts';
import { web } from './web.ts';

export function createAnalysis(store: AnalysisStore, deps: AnalysisDeps): Analysis {
  const { now, calendarOf, catchUp, asOf, cache } = deps;
  const contextOf = (app: string, within?: Ends): Context => ({
    app,
    nowMs: now(),
    calendar: calendarOf(app),
    segmentOf: (id) => deps.segmentOf(app, id),
    within,
  });

  async function ask(
    question: Question,
    resolved: Resolved,
    context: Context,
    control: QueryControl,
  ): Promise<AnalysisResult> {
    const limits = withPatterns(control, resolved.patterns);
    const { exact, skipped, columns, result, rows } = await answerKind(store, question, resolved, context, limits);
    const { range, timeZone } = resolved.scope;
    const [from, to] = [iso(range.from), iso(range.to)];
    return { answer: { kind: question.kind, from, to, timeZone, exact, skipped, columns, result }, rows };
  }

  return {
    async check(app, value) {
      const question = questionOf(value);
      await prepareZone(question.timeZone);
      const context = contextOf(app);
      try {
        await answerKind(STOPPING_STORE, question, resolve(question, context), context, NO_CONTROL);
      } catch (error) {
        if (error !== REACHED) throw error;
      }
      return question;
    },

    async explain(app, value, control) {
      const question = questionOf(value);
      await prepareZone(question.timeZone);
      const context = contextOf(app);
      const statements: Statement[] = [];
      const onStatement = (statement: Statement): void => {
        statements.push(statement);
      };
      const { answer } = await ask(question, resolve(question, context), context, { ...control, onStatement });
      const { kind, from, to, timeZone } = answer;
      return { kind, from, to, timeZone, statements: await store.formatSql(statements, control) };
    },

    checkSegment(app, segment, path) {
      const context = contextOf(app);
      patternsIn({ [path]: segment }, context.segmentOf);
      segmentOf(segment, path, rangesAt('', context.calendar, context.nowMs).last('1d'), context);
    },

    async ask(app, value, { isFresh, control, within }) {
      const question = questionOf(value);
      await prepareZone(question.timeZone);
      const context = contextOf(app, within);
      // Not kept with the answer: a property is indexed as soon as there is room for its name.
      const noted = ({ answer, ...asked }: AnalysisResult): AnalysisResult => {
        const notes = notIndexedNotes(propertiesIn(question, context.segmentOf), (property) =>
          deps.isNotIndexed(app, property),
        );
        return { ...asked, answer: notes.length > 0 ? { ...answer, notes } : answer };
      };
      const resolved = resolve(question, context);
      const cacheable = cache && cacheabilityOf(question, resolved, context);
      // What is kept holds all that was acknowledged, so it stands for now.
      const kept = cacheable && cache.get(cacheable.key);
      if (kept) return { ...noted(kept), isKept: true, ...(!isFresh && { asOf: context.nowMs }) };
      if (!isFresh) {
        const stands = asOf(app);
        return { ...noted(await ask(question, resolved, context, control)), asOf: stands };
      }
      const make = async (): Promise<AnalysisResult> => {
        await catchUp(app, control.signal);
        return await ask(question, resolved, context, control);
      };
      return noted(cacheable ? await cache.keep(cacheable.key, app, cacheable.validBeforeMs, make) : await make());
    },
  };
}

/** Where a question goes that is looked at only: whatever reaches the store has been found right. */
const REACHED = new Error('The question reached the store.');
const reached = (): Promise<never> => Promise.reject(REACHED);
const STOPPING_STORE: AnalysisStore = {
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
  web: reached,
  formatSql: reached,
};
const NO_CONTROL: QueryControl = { maxSeconds: 0, maxBytes: 0, maxRows: 0 };

async function answerKind(
  store: AnalysisStore,
  question: Question,
  resolved: Resolved,
  context: Context,
  control: QueryControl,
): Promise<KindResult<unknown>> {
  switch (question.kind) {
    case 'trend':
      return await trend(store, question, resolved, context, control);
    case 'funnel':
      return await funnel(store, question, resolved, context, control);
    case 'retention':
      return await retention(store, question, resolved, context, control);
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
      return await lifecycle(store, question, resolved, context, control);
    case 'web':
      return await web(store, question, resolved, context, control);
  }
}
