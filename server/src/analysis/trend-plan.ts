import type { SeriesMeasure, TrendQuery } from '../model/analysis-query.ts';
import type { SeismoError } from '../model/errors.ts';
import type { Filter, Range } from '../model/query.ts';
import { isSessionMean, isSessionMeasure, SESSION_GAP_MS } from '../model/session.ts';
import { wrong } from '../questions/check.ts';
import { fieldOf, propertyOf } from '../questions/filters.ts';
import { type Formula, parseFormula } from '../questions/formula.ts';
import type { Measure, QuestionOf } from '../questions/kinds.ts';
import { bucketsOf } from '../time/calendar.ts';
import { comparedRange, partSoFar } from './range.ts';
import { type Context, eventSelector, type Resolved } from './scope.ts';

type Question = QuestionOf<'trend'>;

/** What the store is asked, and how its answer is put together. */
export interface TrendPlan {
  readonly query: TrendQuery;
  /** Those of the question, in its order. */
  readonly series: readonly SeriesPlan[];
  /** Where the same groups are counted once more. */
  readonly compared: Pick<TrendQuery, 'range' | 'buckets'> | undefined;
  /** The part of it up to the same moment, while the range of the question is running. */
  readonly comparedSoFar: Range | undefined;
  readonly formula: Formula | undefined;
}

export interface SeriesPlan {
  readonly measure: SeriesMeasure;
  /** Of the query: the series that counts the values. */
  readonly index: number;
  /** Of the query: the series that counts the events. A running number of events per user is a ratio of two running numbers. */
  readonly eventsIndex: number | undefined;
}

const GROUPS = 10;
const COUNT: SeriesMeasure = { kind: 'count' };
/** Events of nobody are no user's. */
const OF_SOMEBODY: Filter = {
  or: (['user', 'device'] as const).map((name) => ({
    field: { kind: 'column', name },
    operator: 'exists',
    matches: [],
  })),
};

/** @throws QUESTION_INVALID, RANGE_TOO_MANY_BUCKETS */
export function planTrend(question: Question, { scope, calendar }: Resolved, context: Context): TrendPlan {
  const { interval, movingAverage, cumulative = false } = question;
  if (interval === undefined && (movingAverage !== undefined || cumulative)) {
    const name = cumulative ? 'cumulative' : 'movingAverage';
    throw wrong(name, `\`${name}\` needs an \`interval\`.`);
  }
  const breakdown = (question.breakdown ?? []).map((name, i) => fieldOf(name, `breakdown[${i}]`));
  const measures = question.series.map((each, i) => measureOf(each, `series[${i}]`, cumulative));
  const asked = measures.map((measure, i) => ({
    measure,
    filters: eventSelector(question.series[i]!, `series[${i}]`),
  }));
  const formula = question.formula === undefined ? undefined : parseFormula(question.formula, measures.length);
  const other = question.compare && comparedRange(question.compare, scope.range, calendar, context.nowMs);
  const { series, all } = withEvents(asked, cumulative);
  const bucketsIn = (range: Range) => interval && bucketsOf(range, interval, calendar);
  return {
    query: {
      ...scope,
      series: all,
      buckets: bucketsIn(scope.range),
      breakdown,
      groups: { limit: question.limit ?? GROUPS },
      cumulative,
    },
    series,
    compared: other && { range: other, buckets: bucketsIn(other) },
    comparedSoFar: other && partSoFar(scope.range, other, context.nowMs, calendar.timeZone),
    formula,
  };
}

/** The series of the question, and after them those that count events for running numbers per user. */
function withEvents(
  asked: TrendQuery['series'],
  cumulative: boolean,
): { readonly series: readonly SeriesPlan[]; readonly all: TrendQuery['series'] } {
  const all = [...asked];
  const series = asked.map(({ measure, filters }, index) => {
    if (!cumulative || measure.kind !== 'perUser') return { measure, index, eventsIndex: undefined };
    const eventsIndex = all.push({ measure: COUNT, filters: [...filters, OF_SOMEBODY] }) - 1;
    return { measure, index, eventsIndex };
  });
  return { series, all };
}

function measureOf(
  { measure = 'count', property }: Question['series'][number],
  path: string,
  cumulative: boolean,
): SeriesMeasure {
  const needs = !['count', 'users', 'perUser'].includes(measure) && !isSessionMeasure(measure);
  if (needs && property === undefined)
    throw wrong(`${path}.property`, `\`${path}.property\` is missing. The measure \`${measure}\` needs one.`);
  if (!needs && property !== undefined)
    throw wrong(`${path}.property`, `\`${path}.property\` can't be used with the measure \`${measure}\`. Remove it.`);
  if (cumulative && isSessionMean(measure)) throw notCumulative(measure);
  if (isSessionMeasure(measure)) return { kind: measure, gapMs: SESSION_GAP_MS };
  switch (measure) {
    case 'count':
    case 'users':
    case 'perUser':
      return { kind: measure };
    case 'uniqueValues':
      return { kind: measure, field: fieldOf(property!, `${path}.property`) };
    default:
      if (cumulative && measure !== 'sum') throw notCumulative(measure);
      return { kind: measure, property: propertyOf(property!, `${path}.property`) };
  }
}

const notCumulative = (measure: Measure): SeismoError =>
  wrong(
    'cumulative',
    `\`cumulative\` works with \`count\`, \`users\`, \`sessions\`, \`visits\`, \`entries\`, \`exits\`, \`perUser\`, \`sum\` and \`uniqueValues\`, not with \`${measure}\`.`,
  );
