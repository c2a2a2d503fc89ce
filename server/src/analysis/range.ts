/** Ranges and durations of a question. */

import { DAY_MS } from '../model/duration.ts';
import { TIMESTAMP_MAX_MS } from '../model/event.ts';
import type { Range } from '../model/query.ts';
import { wrong } from '../questions/check.ts';
import type { Comparison } from '../questions/parts.ts';
import {
  type Calendar,
  dayNumber,
  firstOfMonth,
  instantOf,
  localOf,
  monthsLater,
  startOfDay,
} from '../time/calendar.ts';
import { type Ends, RangeParser } from '../time/range-parser.ts';

const HOUR_MS = 3_600_000;
const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  min: 60_000,
  h: HOUR_MS,
  d: 24 * HOUR_MS,
  w: 168 * HOUR_MS,
};

/** `14d` → milliseconds. The schema has checked the text. No two events lie further apart than the times there are, so that is the most. */
export function durationMs(text: string): number {
  const [, count, unit] = /^(\d+)([a-z]+)$/.exec(text)!;
  return Math.min(Number(count) * UNIT_MS[unit!]!, TIMESTAMP_MAX_MS);
}

/** @param path where the dates are: empty, or such as `compare.` @throws QUESTION_INVALID, as its methods do */
export const rangesAt = (path: string, calendar: Calendar, nowMs: number): RangeParser =>
  new RangeParser(calendar, nowMs, wrong, path);

/**
 * The range of the same length before: as many months where both ends begin months, as many days where both begin days,
 * else as many milliseconds.
 */
export function previousRange(range: Range, timeZone: string): Range {
  const dayAt = dayNumber(timeZone);
  const [first, end] = [dayAt(range.from), dayAt(range.to)];
  const isWhole = startOfDay(first, timeZone) === range.from && startOfDay(end, timeZone) === range.to;
  if (!isWhole) return { from: range.from - (range.to - range.from), to: range.from };
  if (firstOfMonth(first) === first && firstOfMonth(end) === end)
    return { from: startOfDay(monthsLater(first, -monthsBetween(first, end)), timeZone), to: range.from };
  return { from: startOfDay(first - (end - first), timeZone), to: range.from };
}

/** The range that `compare` of a question names. @throws QUESTION_INVALID */
export function comparedRange(compare: Comparison | Ends, range: Range, calendar: Calendar, nowMs: number): Range {
  if (typeof compare !== 'string') return rangesAt('compare.', calendar, nowMs).range(compare);
  return namedRange(compare, range, calendar.timeZone);
}

function namedRange(comparison: Comparison, range: Range, timeZone: string): Range {
  if (comparison === 'previousPeriod') return previousRange(range, timeZone);
  const local = { from: localOf(range.from, timeZone), to: localOf(range.to, timeZone) };
  const weeks = Math.ceil((local.to - local.from) / (7 * DAY_MS));
  const earlier = (at: number): number =>
    instantOf(comparison === 'previousYear' ? yearBefore(at) : at - weeks * 7 * DAY_MS, timeZone);
  return { from: earlier(local.from), to: earlier(local.to) };
}

/** The same date and time; 28 February for the 29th. */
function yearBefore(localMs: number): number {
  const date = new Date(localMs);
  const month = date.getUTCMonth();
  date.setUTCFullYear(date.getUTCFullYear() - 1);
  if (date.getUTCMonth() !== month) date.setUTCDate(0);
  return date.getTime();
}

/**
 * Of the range that a running one is compared with, the part up to the same moment: the same day of it at the same time of day, or the same
 * number of ms later where ranges do not begin with a day.
 * @returns undefined when the running range is over or has not begun
 */
export function partSoFar(range: Range, compared: Range, nowMs: number, timeZone: string): Range | undefined {
  if (nowMs <= range.from || nowMs >= range.to) return undefined;
  const dayAt = dayNumber(timeZone);
  const startsDay = ({ from }: Range): boolean => startOfDay(dayAt(from), timeZone) === from;
  const to =
    startsDay(range) && startsDay(compared)
      ? instantOf(localOf(nowMs, timeZone) + (dayAt(compared.from) - dayAt(range.from)) * DAY_MS, timeZone)
      : compared.from + (nowMs - range.from);
  return { from: compared.from, to: Math.min(Math.max(to, compared.from), compared.to) };
}

function monthsBetween(first: number, end: number): number {
  const [a, b] = [new Date(first * DAY_MS), new Date(end * DAY_MS)];
  return (b.getUTCFullYear() - a.getUTCFullYear()) * 12 + b.getUTCMonth() - a.getUTCMonth();
}
