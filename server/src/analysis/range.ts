/** Dates of a question → instants. */

import { TIMESTAMP_MAX_MS, TIMESTAMP_MIN_MS } from '../model/event.ts';
import type { Range } from '../model/query.ts';
import { wrong } from '../questions/check.ts';
import {
  bucketsOf,
  type Calendar,
  dayNumber,
  daysRange,
  firstOfMonth,
  firstOfWeek,
  monthsLater,
  parseDay,
  startOfDay,
} from '../time/calendar.ts';
import { dateTimeOf, millisecondsOf } from '../time/parse-date-time.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  min: MINUTE_MS,
  h: HOUR_MS,
  d: 24 * HOUR_MS,
  w: 168 * HOUR_MS,
};

/** `14d` → milliseconds. The schema has checked the text. No two events lie further apart than the times there are, so that is the most. */
export function durationMs(text: string): number {
  const [, count, unit] = /^(\d+)([a-z]+)$/.exec(text)!;
  return Math.min(Number(count) * UNIT_MS[unit!]!, TIMESTAMP_MAX_MS);
}

/** As a question spells them. */
export interface Ends {
  readonly from?: string | number;
  readonly to?: string | number;
}
interface Dates extends Ends {
  readonly last?: string;
}

/**
 * @param path where the dates stand in the question: empty or like `compare.`
 * @throws QUESTION_INVALID
 */
export function rangeOf(dates: Dates, calendar: Calendar, nowMs: number, path = ''): Range {
  const { from, to, last } = dates;
  if (last !== undefined) {
    for (const name of ['from', 'to'] as const)
      if (dates[name] !== undefined)
        throw wrong(`${path}${name}`, `${path}${name} and ${path}last exclude each other.`);
    return lastRange(last, calendar, nowMs, path);
  }
  if (from === undefined)
    throw wrong(`${path}from`, `${path}from is missing; a question has from and to, or last like "30d".`);
  const range = {
    from: momentOf(from, 'from', calendar, nowMs, path),
    to: momentOf(to ?? 'today', 'to', calendar, nowMs, path),
  };
  if (isReversed(range, to, calendar, nowMs)) throw wrong(`${path}from`, `${path}from must not be after ${path}to.`);
  return range;
}

/**
 * Whether a range ends before it begins. A day is included: whoever begins after it, at its end or later, does so too.
 * @param to as it was spelled
 */
export function isReversed(range: Range, to: string | number | undefined, calendar: Calendar, nowMs: number): boolean {
  if (range.from > range.to) return true;
  const isDay = typeof to === 'string' && dateTimeOf(to, calendar.timeZone) === undefined;
  // Where a zone left a day out, that day begins where it ends, and is no mistake.
  return isDay && range.from >= range.to && range.from > momentOf(to, 'from', calendar, nowMs);
}

/** What of a range lies between two ends; an empty range where nothing does. @throws QUESTION_INVALID */
export function narrowed(range: Range, { from, to }: Ends, calendar: Calendar, nowMs: number): Range {
  const after = from === undefined ? range.from : momentOf(from, 'from', calendar, nowMs);
  const before = to === undefined ? range.to : momentOf(to, 'to', calendar, nowMs);
  if (isReversed({ from: after, to: before }, to, calendar, nowMs)) throw wrong('from', 'from must not be after to.');
  const start = Math.min(Math.max(range.from, after), range.to);
  return { from: start, to: Math.max(start, Math.min(range.to, before)) };
}

/** One end of a range. @throws QUESTION_INVALID */
export function momentOf(
  value: string | number,
  end: 'from' | 'to',
  calendar: Calendar,
  nowMs: number,
  path = '',
): number {
  const { timeZone } = calendar;
  const name = `${path}${end}`;
  if (typeof value === 'number') return inTime(millisecondsOf(value), name);
  const at = dateTimeOf(value, timeZone);
  if (at !== undefined) return inTime(at, name);
  const today = dayNumber(timeZone)(nowMs);
  const day = value === 'today' ? today : value === 'yesterday' ? today - 1 : parseDay(value);
  if (day === undefined)
    throw wrong(
      name,
      `${name} must be a day like 2026-11-24, today, yesterday, a time like 2026-11-24T08:00 or milliseconds.`,
    );
  const range = daysRange(day, day, timeZone);
  return inTime(end === 'from' ? range.from : range.to, name);
}

function inTime(ms: number, name: string): number {
  // A day at either edge may begin a little outside in its zone.
  const day = 24 * HOUR_MS;
  if (!(ms >= TIMESTAMP_MIN_MS - day && ms <= TIMESTAMP_MAX_MS + day))
    throw wrong(name, `${name} must lie from 1970-01-01 to 2100-01-01.`);
  return Math.min(Math.max(ms, TIMESTAMP_MIN_MS), TIMESTAMP_MAX_MS);
}

/** Whole calendar units up to and with the running one. */
export function lastRange(last: string, calendar: Calendar, nowMs: number, path = ''): Range {
  const [, digits, unit] = /^(\d+)([a-z]+)$/.exec(last)!;
  const count = Number(digits);
  const { timeZone, weekStart } = calendar;
  const today = dayNumber(timeZone)(nowMs);
  const days = (first: number, end: number): Range => ({
    from: startOfDay(first, timeZone),
    to: startOfDay(end, timeZone),
  });
  let range: Range;
  switch (unit) {
    case 'd':
      range = days(today - count + 1, today + 1);
      break;
    case 'w': {
      const end = firstOfWeek(today, weekStart) + 7;
      range = days(end - 7 * count, end);
      break;
    }
    case 'm': {
      const end = monthsLater(firstOfMonth(today), 1);
      range = days(monthsLater(end, -count), end);
      break;
    }
    case 'y': {
      const end = monthsLater(firstOfYear(today), 12);
      range = days(monthsLater(end, -12 * count), end);
      break;
    }
    default: {
      const isHours = unit === 'h';
      const step = isHours ? HOUR_MS : MINUTE_MS;
      const to = bucketsOf({ from: nowMs, to: nowMs + 2 * step }, isHours ? 'hour' : 'minute', calendar)[1]!;
      range = { from: to - count * step, to };
    }
  }
  return { from: inTime(range.from, `${path}last`), to: inTime(range.to, `${path}last`) };
}

const firstOfYear = (day: number): number =>
  Date.UTC(new Date(day * 24 * HOUR_MS).getUTCFullYear(), 0, 1) / (24 * HOUR_MS);

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

function monthsBetween(first: number, end: number): number {
  const [a, b] = [new Date(first * 24 * HOUR_MS), new Date(end * 24 * HOUR_MS)];
  return (b.getUTCFullYear() - a.getUTCFullYear()) * 12 + b.getUTCMonth() - a.getUTCMonth();
}
