/** What the overview queries for a range, and how it names the earlier one. */

import type { QuestionOf } from '../../api/wire.ts';
import type { Earlier } from '../../components/earlier.ts';
import { isMidnight, time } from '../../components/formats.ts';
import { type Interval, intervalOf } from '../../components/interval.ts';
import { type DateRange, inWords, isEmpty } from '../../components/range.ts';

type Trend = QuestionOf<'trend'>;
type Times = Pick<Trend, 'from' | 'to' | 'last' | 'timeZone'>;

export interface Period {
  /** The range as the reader selected it; the end of a running day is in the future. */
  readonly whole: Times;
  readonly interval: Interval;
  /** The text after the number of the earlier period: `by 2:05 PM yesterday`. */
  against(earlier: Earlier): string;
}

/** What the chart can show. */
export type Measure = 'count' | 'users';

/** For the chart: the whole range, with the period before. */
export const chartQuestion = (
  { whole, interval }: Pick<Period, 'whole' | 'interval'>,
  measure: Measure,
): QuestionOf<'trend'> => ({
  kind: 'trend',
  ...whole,
  interval,
  series: [measure === 'count' ? {} : { measure }],
  compare: 'previousPeriod',
});

const DEFAULT: DateRange = { from: 'today', to: 'today' };

export const rangeOf = (search: DateRange): DateRange =>
  isEmpty(search) ? { ...DEFAULT, ...(search.timeZone !== undefined && { timeZone: search.timeZone }) } : search;

/** @param timeZone in which times are shown */
export const periodOf = (range: DateRange, timeZone: string): Period => ({
  whole: { ...range },
  interval: intervalOf(range),
  against: (earlier) => againstOf(range, earlier, timeZone),
});

function againstOf({ last, from, to }: DateRange, { to: end, isSoFar }: Earlier, timeZone: string): string {
  if (from === 'yesterday' && to === 'yesterday') return 'the day before';
  const isToday = (from === 'today' && (to === undefined || to === 'today')) || last === '1d';
  if (isToday && isSoFar && !isMidnight(end, timeZone)) return `by ${time(end, timeZone)} yesterday`;
  if (last === '1w') return isSoFar ? 'by this time last week' : 'last week';
  if (last === '1m') return isSoFar ? 'by this time last month' : 'last month';
  return `in the previous ${last === undefined ? 'period' : inWords(last)}`;
}
