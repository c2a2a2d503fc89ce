import type { QueryControl, Range } from '../model/query.ts';
import { withPatterns } from '../model/regexp.ts';
import type { WebNumbers, WebQuery, WebResult } from '../model/web-query.ts';
import type { QuestionOf } from '../questions/kinds.ts';
import type { AnalysisStore } from '../store/analysis-store.ts';
import { bucketsOf } from '../time/calendar.ts';
import { iso, type KindResult } from './answer.ts';
import { checkPoints } from './answer-size.ts';
import { comparedRange, partSoFar } from './range.ts';
import type { Context, Resolved } from './scope.ts';
import { cardAnswer, type Figures, figuresOf, goalAnswer, tableOf, type WebAnswer } from './web-answer.ts';
import { cardsOf, goalsOf, pagePatterns, splitFilters } from './web-plan.ts';

const MINUTE_MS = 60_000;
/** Visitors are current for this long after what they did last. */
const CURRENT_MS = 5 * MINUTE_MS;

const NOTHING: WebNumbers = {
  visitors: 0,
  visits: 0,
  pageViews: 0,
  viewsOfVisits: 0,
  bounces: 0,
  durationMs: 0,
  conversions: 0,
  convertedVisitors: 0,
  events: 0,
  isEstimated: false,
};

/** @throws QUESTION_INVALID, RANGE_TOO_MANY_BUCKETS */
export async function web(
  store: AnalysisStore,
  question: QuestionOf<'web'>,
  { scope, calendar, patterns }: Resolved,
  { nowMs }: Context,
  control: QueryControl,
): Promise<KindResult<WebAnswer>> {
  const { interval, compare, current } = question;
  const goals = goalsOf(question);
  const goal = question.goal === undefined ? undefined : goals[question.goal - 1]!;
  const bucketsIn = (range: Range) => interval && bucketsOf(range, interval, calendar);
  const query: WebQuery = {
    ...scope,
    ...splitFilters(scope.filters),
    buckets: bucketsIn(scope.range),
    goals: goals.map(({ filters }) => filters),
    goal: goal?.filters,
    cards: cardsOf(question),
  };
  checkPoints([{ count: query.buckets?.length ?? 1, of: 'intervals' }]);
  const limits = withPatterns(control, [...patterns, ...pagePatterns(question)]);
  const ask = async (part: Partial<WebQuery> & { readonly range: Range }): Promise<WebResult> =>
    part.range.from >= part.range.to ? emptyOf({ ...query, ...part }) : await store.web({ ...query, ...part }, limits);
  const alone = { goals: [], cards: [] } as const;
  const main = await ask(query);
  const other = compare && comparedRange(compare, scope.range, calendar, nowMs);
  const compared = other && (await ask({ ...alone, range: other, buckets: bucketsIn(other) }));
  const untilNow = other && partSoFar(scope.range, other, nowMs, calendar.timeZone);
  const soFar = untilNow && (await ask({ ...alone, range: untilNow, buckets: undefined }));
  const latest =
    current &&
    (await ask({ ...alone, goal: undefined, range: { from: nowMs - CURRENT_MS, to: nowMs + 1 }, buckets: undefined }));
  const all = [main, compared, soFar].filter((each) => each !== undefined);
  const figures = (numbers: WebNumbers): Figures => figuresOf(numbers, goal !== undefined);
  const pointsOf = (result: WebResult, starts: readonly number[]) => {
    const byStart = new Map(result.buckets.map((each) => [each.bucket, each]));
    return starts.map((at) => ({ from: iso(at), ...figures(byStart.get(at) ?? NOTHING) }));
  };
  const result: WebAnswer = {
    totals: figures(main.totals),
    ...(query.buckets && { points: pointsOf(main, query.buckets) }),
    ...(other &&
      compared && {
        compare: {
          from: iso(other.from),
          to: iso(other.to),
          totals: figures(compared.totals),
          ...(interval && { points: pointsOf(compared, bucketsIn(other)!) }),
          ...(untilNow && soFar && { soFar: { to: iso(untilNow.to), totals: figures(soFar.totals) } }),
        },
      }),
    ...(latest && { currentVisitors: latest.totals.visitors }),
    ...(goals.length > 0 && {
      goals: main.goals.map((numbers, i) => goalAnswer(goals[i]!.name, numbers, main.totals.visitors)),
    }),
    ...(question.cards && {
      cards: main.cards.map((card, i) => cardAnswer(query.cards[i]!, card, goal !== undefined)),
    }),
  };
  // A part of something is never more than all of it.
  const exact = all.every(({ totals }) => !totals.isEstimated);
  return { exact, skipped: 0, result, ...tableOf(result) };
}

const emptyOf = ({ goals, cards }: WebQuery): WebResult => ({
  totals: NOTHING,
  buckets: [],
  goals: goals.map(() => NOTHING),
  cards: cards.map(() => ({ totalRows: 0, rows: [] })),
});
