import type { WeekStart } from '../model/app-settings.ts';
import { DAY_MS } from '../model/duration.ts';
import { SeismoError } from '../model/errors.ts';
import { TIMESTAMP_MAX_MS, TIMESTAMP_MIN_MS } from '../model/event.ts';
import type { Range } from '../model/query.ts';
import { type Calendar, dayNumber, daysRange, parseDay } from '../time/calendar.ts';
import { dateTimeOf, millisecondsOf } from '../time/parse-date-time.ts';
import { zoneNamed } from '../time/zone-spans.ts';

export const invalid = (field: string, rule: string): SeismoError =>
  new SeismoError('PARAMETER_INVALID', `\`${field}\` ${rule}`, { field });

/** What a query string says about the calendar. */
interface CalendarParameters {
  readonly timeZone?: string;
  readonly weekStart?: WeekStart;
}

interface RangeParameters {
  readonly date?: string;
  readonly from?: string;
  readonly to?: string;
}

/** The question's zone and week, else the app's. @throws PARAMETER_INVALID */
export function calendarOf({ timeZone, weekStart }: CalendarParameters, own: Calendar): Calendar {
  const zone = timeZone === undefined ? own.timeZone : zoneNamed(timeZone);
  if (zone === undefined) throw invalid('timeZone', 'must be an IANA zone, like Europe/Zurich.');
  return { timeZone: zone, weekStart: weekStart ?? own.weekStart };
}

/** A day: `today`, `yesterday` or `2026-11-24`, in the question's zone. Absent: today. @throws PARAMETER_INVALID */
export function dayOf(value: string | undefined, name: string, { timeZone }: Calendar, nowMs: number): number {
  const today = dayNumber(timeZone)(nowMs);
  if (value === undefined || value === 'today') return today;
  if (value === 'yesterday') return today - 1;
  const day = parseDay(value);
  if (day === undefined || !isInRange(day * DAY_MS))
    throw invalid(name, 'must be today, yesterday or a day like 2026-11-24, from 1970 to 2100.');
  return day;
}

/**
 * One end of a range: a day (as `to` it is included), a date-time (without offset in the question's zone), milliseconds or
 * seconds since 1970, `today` or `yesterday`.
 * @throws PARAMETER_INVALID
 */
export function endOf(value: string, name: 'from' | 'to', calendar: Calendar, nowMs: number): number {
  // A plus that was not sent as %2B has become a space.
  const spelled = value.replace(SPACE_FOR_PLUS, '$1+$2');
  const at = /^\d{9,14}$/.test(value) ? millisecondsOf(Number(value)) : dateTimeOf(spelled, calendar.timeZone);
  if (at !== undefined) {
    if (!isInRange(at)) throw invalid(name, 'must lie from 1970-01-01 to 2100-01-01.');
    return at;
  }
  const isDay = value === 'today' || value === 'yesterday' || parseDay(value) !== undefined;
  if (!isDay)
    throw invalid(
      name,
      'must be a day like 2026-11-24, a time like 2026-11-24T09:30:00Z, today or yesterday, from 1970 to 2100.',
    );
  const day = dayOf(value, name, calendar, nowMs);
  const range = daysRange(day, day, calendar.timeZone);
  return name === 'from' ? range.from : range.to;
}

const SPACE_FOR_PLUS = /^(\d{4}-\d\d-\d\d[T ][\d:.,]+) (\d\d(?::?\d\d)?)$/i;

const isInRange = (ms: number): boolean => ms >= TIMESTAMP_MIN_MS && ms <= TIMESTAMP_MAX_MS;

/** `date`, or `from` and `to`, of events and groups. Absent: `absent`. @throws PARAMETER_INVALID */
export function rangeOf({ date, from, to }: RangeParameters, calendar: Calendar, nowMs: number, absent: Range): Range {
  if (date !== undefined) {
    const other = from === undefined ? 'to' : 'from';
    if ((from ?? to) !== undefined) throw invalid(other, 'and `date` exclude each other.');
    const day = dayOf(date, 'date', calendar, nowMs);
    return daysRange(day, day, calendar.timeZone);
  }
  const first = from === undefined ? undefined : endOf(from, 'from', calendar, nowMs);
  const after = to === undefined ? undefined : endOf(to, 'to', calendar, nowMs);
  const range = { from: first ?? (after === undefined ? absent.from : TIMESTAMP_MIN_MS), to: after ?? absent.to };
  checkOrder(to, range);
  return range;
}

/** A `to` that is a day is included: one that ends where `from` begins was the day before. @throws PARAMETER_INVALID */
export function checkOrder(to: string | undefined, range: Range): void {
  const isDay = /^(\d{4}-\d\d-\d\d|today|yesterday)$/.test(to ?? '');
  if (range.from > range.to || (isDay && range.from === range.to)) throw invalid('from', 'must not be after `to`.');
}

/** Everything an event can be timed at. */
export const ALL_TIME: Range = { from: TIMESTAMP_MIN_MS, to: TIMESTAMP_MAX_MS };
