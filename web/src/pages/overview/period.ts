/** What the overview queries for a range, and the earlier period it is compared to, up to the same time of day. */

import type { QuestionOf } from '../../api/wire.ts';
import { DAY_MS } from '../../components/duration.ts';
import { time } from '../../components/formats.ts';
import { isEmpty, type Range } from '../../components/range.ts';

type Trend = QuestionOf<'trend'>;
type Times = Pick<Trend, 'from' | 'to' | 'last' | 'timeZone'>;

export interface Period {
  /** The range as its reader chose it; the end of a running day is not reached yet. */
  readonly whole: Times;
  /** Up to now, so that it can be measured against `before`. */
  readonly soFar: Times;
  readonly before: NonNullable<Trend['compare']>;
  /** What follows the number of the earlier period: `by 2:05 PM yesterday`. */
  readonly against: string;
  readonly interval: NonNullable<Trend['interval']>;
}

/** What may be looked at over time. */
export type Measure = 'count' | 'users';

/** The chart: of the whole range, with the period before. */
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

const DEFAULT: Range = { from: 'today', to: 'today' };
const MINUTE_MS = 60_000;
/** Up to so many days a line of hours can be read, and up to so many one of days. */
const HOURS_MAX_DAYS = 2;
const DAYS_MAX_DAYS = 92;

export const rangeOf = (search: Range): Range =>
  isEmpty(search) ? { ...DEFAULT, ...(search.timeZone !== undefined && { timeZone: search.timeZone }) } : search;

/**
 * @param timeZone of the app, in which its days begin
 * @param now ms since 1970; the same answer within a minute, so that the same question is asked
 */
export function periodOf(range: Range, timeZone: string, now: number): Period {
  const whole: Times = { ...range };
  const days = daysUpToToday(range);
  if (days === undefined)
    return { whole, soFar: whole, before: 'previousPeriod', against: againstWhole(range), interval: intervalOf(range) };
  // Times without an offset are in the zone of the question: right also on the days when clocks change.
  const end = Math.floor(now / MINUTE_MS + 1) * MINUTE_MS;
  const [endDate, endTime] = localOf(end, timeZone);
  const [today] = localOf(now, timeZone);
  return {
    whole,
    soFar: {
      from: back(today, days - 1),
      to: `${endDate}T${endTime}`,
      ...(range.timeZone !== undefined && { timeZone: range.timeZone }),
    },
    before: { from: back(today, 2 * days - 1), to: `${back(endDate, days)}T${endTime}` },
    against: days === 1 ? `by ${time(end, timeZone)} yesterday` : `in the previous ${days} days`,
    interval: intervalOf(range),
  };
}

/** Of how many days, today as the last, a range is; undefined of every other one. */
function daysUpToToday({ last, from, to }: Range): number | undefined {
  if (from === 'today' && (to === undefined || to === 'today')) return 1;
  const days = /^([0-9]+)d$/.exec(last ?? '')?.[1];
  return days === undefined ? undefined : Number(days);
}

const againstWhole = ({ from, to }: Range): string =>
  from === 'yesterday' && to === 'yesterday' ? 'the day before' : 'in the previous period';

const UNIT_DAYS: Readonly<Record<string, number>> = { min: 0, h: 1 / 24, d: 1, w: 7, m: 30, y: 365 };

export function intervalOf({ last, from, to }: Range): Period['interval'] {
  const [, n, unit] = /^([0-9]+)([a-z]+)$/.exec(last ?? '') ?? [];
  if (unit === 'min') return 'minute';
  const lengthOf = (): number => {
    if (unit !== undefined) return Number(n) * (UNIT_DAYS[unit] ?? 1);
    if (from === 'today' || from === to) return 1;
    const length = (to === undefined || to === 'today' ? Date.now() : Date.parse(to)) - Date.parse(from ?? '');
    return Number.isNaN(length) ? 1 : length / DAY_MS;
  };
  const days = lengthOf();
  return days <= HOURS_MAX_DAYS ? 'hour' : days <= DAYS_MAX_DAYS ? 'day' : days <= 400 ? 'week' : 'month';
}

/** @returns the date and the time that a clock on the wall shows: `2026-11-25`, `14:05` */
function localOf(at: number, timeZone: string): readonly [string, string] {
  const parts = new Map(
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    })
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): string => parts.get(name) ?? '';
  return [`${part('year')}-${part('month')}-${part('day')}`, `${part('hour')}:${part('minute')}`];
}

const back = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) - days * DAY_MS).toISOString().slice(0, 10);
