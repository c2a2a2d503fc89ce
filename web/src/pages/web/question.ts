/** What the page asks, from its address: pure functions. */
import type { AnswerOf, Filter, QuestionOf } from '../../api/wire.ts';
import { DAY_MS } from '../../components/duration.ts';
import { type Condition, isCondition } from '../../components/filters.ts';
import { type Interval, intervalOf, intervalsFor } from '../../components/interval.ts';
import { type DateRange, isEmpty } from '../../components/range.ts';
import { HEADLINE, type WebMeasure } from '../../components/web-measures.ts';
import type { WebSearch } from './search.ts';

export type WebQuestion = QuestionOf<'web'>;
export type Card = NonNullable<WebQuestion['cards']>[number];
export type CardName = Card['card'];
export type Goal = NonNullable<WebQuestion['goals']>[number];
export type WebResult = AnswerOf<'web'>['result'];
export type CardResult = NonNullable<WebResult['cards']>[number];
export type CardRow = CardResult['rows'][number];

/** What all questions of the page share. */
export type Base = Pick<WebQuestion, 'from' | 'to' | 'last' | 'timeZone' | 'filters' | 'goals' | 'goal'>;

const DEFAULT: DateRange = { last: '30d' };

export const rangeOf = ({ last, from, to, timeZone }: WebSearch): DateRange => {
  const range = { ...(last && { last }), ...(from && { from }), ...(to && { to }) };
  return { ...(isEmpty(range) ? DEFAULT : range), ...(timeZone && { timeZone }) };
};

/** @param goal the one that is chosen */
export const baseOf = (search: WebSearch, goal: Goal | undefined): Base => ({
  ...rangeOf(search),
  ...(search.filters && { filters: search.filters }),
  ...(goal && { goals: [goal], goal: 1 }),
});

/** The headline numbers and the chart. */
export function headlineQuestion(search: WebSearch, goal: Goal | undefined): WebQuestion {
  const compare = compareOf(search);
  return {
    kind: 'web',
    ...baseOf(search, goal),
    interval: intervalIn(search),
    ...(compare && { compare }),
  };
}

/** The one in the address, if the range can be drawn in it. */
export function intervalIn(search: WebSearch): Interval {
  const range = rangeOf(search);
  return intervalsFor(range).find((interval) => interval === search.interval) ?? intervalOf(range);
}

/** Days are compared with the same weekdays before; single days, hours, months and years with those before. */
export function compareOf(search: WebSearch): WebQuestion['compare'] {
  const { compare } = search;
  if (compare === 'none') return undefined;
  if (compare !== undefined) return compare;
  return isOfDays(rangeOf(search)) ? 'sameWeekdays' : 'previousPeriod';
}

function isOfDays({ last, from = '', to = from }: DateRange): boolean {
  if (last !== undefined) return /^([2-9]|\d{2,})d$|w$/.test(last);
  const [first, next] = [Date.parse(from), Date.parse(to) + DAY_MS];
  if (Number.isNaN(first) || Number.isNaN(next) || from.includes('T') || from === to) return false;
  const isFirstOfMonth = (at: number): boolean => new Date(at).getUTCDate() === 1;
  return !(isFirstOfMonth(first) && isFirstOfMonth(next));
}

/** The one in the address, if it can be drawn. */
export function measureOf({ measure }: WebSearch, shown: readonly WebMeasure[] = HEADLINE): WebMeasure {
  return shown.find((known) => known === measure) ?? 'visitors';
}

/** The event or the page that a goal is about. */
export const targetOf = (goal: Goal): string => ('page' in goal ? goal.page : (goal.event ?? goal.id ?? 'All events'));
export const goalName = (goal: Goal): string => goal.name ?? targetOf(goal);

/** A row of a card as a condition. */
export const rowFilter = (field: string, value: string | null): Condition =>
  value === null ? { field, operator: 'exists', value: false } : { field, value };

const sameCondition = (a: Filter, b: Condition): boolean =>
  isCondition(a) && a.field === b.field && (a.operator ?? 'is') === (b.operator ?? 'is') && a.value === b.value;

export const hasFilter = (filters: readonly Filter[] = [], filter: Condition): boolean =>
  filters.some((one) => sameCondition(one, filter));

/** Of one value or none, as rows set them. */
const isOfRow = (filter: Filter): filter is Condition =>
  isCondition(filter) && ['is', 'exists'].includes(filter.operator ?? 'is');

/** Adds the condition of a row, instead of another row's of the same card; removes it if it is there. */
export function toggled(filters: readonly Filter[] = [], filter: Condition): readonly Filter[] {
  if (hasFilter(filters, filter)) return filters.filter((one) => !sameCondition(one, filter));
  return [...filters.filter((one) => !(isOfRow(one) && one.field === filter.field)), filter];
}

/** What visits are made of; trends of visits know that by themselves. */
const PAGE_VIEWS: Filter = { field: 'id', operator: 'in', value: ['page-viewed', 'screen-viewed'] };
const TREND_MEASURES: Readonly<Partial<Record<WebMeasure, QuestionOf<'trend'>['series'][number]['measure']>>> = {
  visitors: 'users',
  visits: 'visits',
  pageViews: 'count',
  viewsPerVisit: 'viewsPerVisit',
  bounceRate: 'bounceRate',
  durationMs: 'sessionDuration',
};

/** The chart as a trend; undefined for what no trend counts. */
export function trendOf(search: WebSearch, measure: WebMeasure): QuestionOf<'trend'> | undefined {
  const counted = TREND_MEASURES[measure];
  if (counted === undefined) return undefined;
  const range = rangeOf(search);
  const compare = compareOf(search);
  return {
    kind: 'trend',
    ...range,
    interval: intervalIn(search),
    series: [counted === 'count' ? {} : { measure: counted }],
    filters: [...(counted === 'count' || counted === 'users' ? [PAGE_VIEWS] : []), ...(search.filters ?? [])],
    ...(compare && { compare }),
  };
}
