/** Calendar arithmetic in IANA zones. Instants are UTC milliseconds, days count from 1970-01-01, ranges are half-open. */

import type { WeekStart } from '../model/app-settings.ts';
import { DAY_MS } from '../model/duration.ts';
import { SeismoError } from '../model/errors.ts';
import type { Interval, Range } from '../model/query.ts';
import { type Span, spansOf } from './zone-spans.ts';

export interface Calendar {
  /** IANA */
  readonly timeZone: string;
  readonly weekStart: WeekStart;
}

/** Maximum number of buckets in a series (API.md). */
export const BUCKETS_MAX = 10_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** The same for a store: spans from 1970 on. `minDay` is 0 if there is none. */
export function zoneSpans(timeZone: string): readonly Span[] {
  const spans = spansOf(timeZone);
  return spans.slice(placeIn(spans, 0)).map(({ from, offsetMs, minDay }) => ({
    from: Math.max(0, from),
    offsetMs,
    minDay: Math.max(0, minDay),
  }));
}

function placeIn(spans: readonly Span[], instantMs: number): number {
  let low = 0;
  let high = spans.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (spans[middle]!.from <= instantMs) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The day of an instant in the time zone, as a function that is fast enough for every event (UTC is a division). */
export function dayNumber(timeZone: string): (instantMs: number) => number {
  const spans = spansOf(timeZone);
  let place = 0;
  let until = spans[1]?.from ?? Number.POSITIVE_INFINITY;
  return (instantMs) => {
    if (instantMs < spans[place]!.from || instantMs >= until) {
      place = placeIn(spans, instantMs);
      until = spans[place + 1]?.from ?? Number.POSITIVE_INFINITY;
    }
    const span = spans[place]!;
    return Math.max(span.minDay, Math.floor((instantMs + span.offsetMs) / DAY_MS));
  };
}

/** When a day begins: the first instant at or after its midnight (01:00 if midnight is skipped). */
export function startOfDay(day: number, timeZone: string): number {
  return firstAt(day * DAY_MS, timeZone);
}

/** The first instant with a local time of `localMs` or later. */
function firstAt(localMs: number, timeZone: string): number {
  const spans = spansOf(timeZone);
  // No offset is larger than a day, so the search begins early enough.
  for (let place = placeIn(spans, localMs - 2 * DAY_MS); ; place++) {
    const span = spans[place]!;
    const end = spans[place + 1]?.from ?? Number.POSITIVE_INFINITY;
    const at = Math.max(span.from, localMs - span.offsetMs);
    if (at < end) return at;
  }
}

/** A local date and time → its instant: the first of two, or the moment of the change if it is skipped. */
export function instantOf(localMs: number, timeZone: string): number {
  return firstAt(localMs, timeZone);
}

/** An instant → its local date and time, as ms since 1970. */
export function localOf(instantMs: number, timeZone: string): number {
  const spans = spansOf(timeZone);
  return instantMs + spans[placeIn(spans, instantMs)]!.offsetMs;
}

/** All instants with this local time: none if it is skipped, two if clocks go back. */
export function instantsOf(localMs: number, timeZone: string): number[] {
  const spans = spansOf(timeZone);
  const found: number[] = [];
  for (let place = placeIn(spans, localMs - 2 * DAY_MS); place < spans.length; place++) {
    const { from, offsetMs } = spans[place]!;
    if (from > localMs + 2 * DAY_MS) break;
    const at = localMs - offsetMs;
    if (at >= from && at < (spans[place + 1]?.from ?? Number.POSITIVE_INFINITY)) found.push(at);
  }
  return found;
}

/** `2026-11-24` → its day. Undefined if there is no such day. */
export function parseDay(text: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (!match) return undefined;
  return dayOf(Number(match[1]), Number(match[2]), Number(match[3]));
}

function dayOf(year: number, month: number, day: number): number | undefined {
  const date = new Date(Date.UTC(year, month - 1, day));
  // Date.UTC takes years below 100 for those of the 20th century.
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return date.getTime() / DAY_MS;
}

export const dayText = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** The first day of the week that contains the day. */
export function firstOfWeek(day: number, weekStart: WeekStart): number {
  // 1970-01-01 was a Thursday.
  const first = weekStart === 'sunday' ? 4 : 3;
  return day - ((((day + first) % 7) + 7) % 7);
}

export function firstOfMonth(day: number): number {
  const date = new Date(day * DAY_MS);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) / DAY_MS;
}

export const firstOfYear = (day: number): number => Date.UTC(new Date(day * DAY_MS).getUTCFullYear(), 0, 1) / DAY_MS;

const firstOfNextMonth = (day: number): number => monthsLater(day, 1);

/** The first day of the month this many months later. */
export function monthsLater(day: number, months: number): number {
  const date = new Date(day * DAY_MS);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1) / DAY_MS;
}

/** From the start of `first` to the end of `last`. */
export function daysRange(first: number, last: number, timeZone: string): Range {
  return { from: startOfDay(first, timeZone), to: startOfDay(last + 1, timeZone) };
}

export function weekRange(day: number, { timeZone, weekStart }: Calendar): Range {
  const first = firstOfWeek(day, weekStart);
  return daysRange(first, first + 6, timeZone);
}

export function monthRange(day: number, timeZone: string): Range {
  return daysRange(firstOfMonth(day), firstOfNextMonth(day) - 1, timeZone);
}

/**
 * The hour 0–23 of a day: from when clocks first show it, or a later time, to when they first show the next one. So hours follow each other without gaps or overlaps:
 * an hour that is repeated contains both, one that is skipped is empty, and where clocks go back across the end of an hour (Chatham, Troll), the repeated part belongs to
 * the hour that had begun.
 */
export function hourRange(day: number, hour: number, timeZone: string): Range {
  const { from, to } = daysRange(day, day, timeZone);
  const begin = (at: number): number => Math.min(Math.max(firstAt(day * DAY_MS + at * HOUR_MS, timeZone), from), to);
  return { from: begin(hour), to: begin(hour + 1) };
}

/**
 * Ascending starts of the buckets of the range: the first is `range.from`, and each ends where the next begins.
 * @throws RANGE_TOO_MANY_BUCKETS
 */
export function bucketsOf(range: Range, interval: Interval, calendar: Calendar): number[] {
  const { timeZone, weekStart } = calendar;
  const starts: number[] = [];
  const dayAt = dayNumber(timeZone);
  let at = range.from;
  while (at < range.to) {
    if (starts.length >= BUCKETS_MAX)
      throw new SeismoError(
        'RANGE_TOO_MANY_BUCKETS',
        `The range has more than ${BUCKETS_MAX} buckets of one ${interval}. Choose a longer \`interval\` or a shorter range.`,
        { field: 'interval' },
      );
    starts.push(at);
    let next: number;
    if (interval === 'minute') next = at - (at % MINUTE_MS) + MINUTE_MS;
    else if (interval === 'hour') next = nextHour(at, timeZone);
    else if (interval === 'day') next = startOfDay(dayAt(at) + 1, timeZone);
    else if (interval === 'week') next = startOfDay(firstOfWeek(dayAt(at), weekStart) + 7, timeZone);
    else next = startOfDay(firstOfNextMonth(dayAt(at)), timeZone);
    // A skipped day begins where the next one does.
    for (let more = 1; next <= at; more++) next = startOfDay(dayAt(at) + 1 + more, timeZone);
    at = next;
  }
  return starts;
}

/** When the local hour ends: at the next full hour, or where the clock is set back before it. */
function nextHour(at: number, timeZone: string): number {
  const spans = spansOf(timeZone);
  const place = placeIn(spans, at);
  const local = at + spans[place]!.offsetMs;
  const next = at + HOUR_MS - (((local % HOUR_MS) + HOUR_MS) % HOUR_MS);
  return Math.min(next, spans[place + 1]?.from ?? next);
}
