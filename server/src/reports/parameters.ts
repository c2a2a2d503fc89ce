import { SeismoError } from '../model/errors.ts';
import { TIMESTAMP_MAX_MS, TIMESTAMP_MIN_MS } from '../model/event.ts';
import type { Range } from '../model/query.ts';
import { type Calendar, dayNumber, daysRange, parseDay } from '../time/calendar.ts';
import { dateTimeOf, millisecondsOf } from '../time/parse-date-time.ts';
import { zoneNamed } from '../time/zone-spans.ts';

/** Names a route knows beside the filters; `access_token` is the http room's. */
export interface Known {
  readonly names: readonly string[];
  readonly filters: boolean;
}

export const invalid = (field: string, rule: string): SeismoError =>
  new SeismoError('PARAMETER_INVALID', `${field} ${rule}`, { field });

const FILTER_NAME = /^(data[.[]|filters$|(event|id|user|device|session|uuid)(\[|$))/;
const PARAMETERS_MAX = 100;
const VALUE_MAX_LENGTH = 4_096;

/** Refuses what the route does not know, and what stands twice. @throws PARAMETER_UNKNOWN, PARAMETER_INVALID */
export function checkNames(search: URLSearchParams, known: Known): void {
  const seen = new Set<string>();
  for (const [name, value] of search) {
    if (name === 'access_token') continue;
    const isFilter = known.filters && FILTER_NAME.test(name);
    if (!isFilter && !known.names.includes(name))
      throw new SeismoError(
        'PARAMETER_UNKNOWN',
        `There is no parameter "${name.slice(0, 80)}" here; known: ${[...known.names, ...(known.filters ? ['event', 'id', 'user', 'device', 'session', 'uuid', 'data.<property>', 'filters'] : [])].join(', ')}.`,
        { field: name.slice(0, 80) },
      );
    if (seen.has(name)) throw invalid(name.slice(0, 80), 'stands twice; send it once.');
    seen.add(name);
    if (seen.size > PARAMETERS_MAX || value.length > VALUE_MAX_LENGTH)
      throw invalid(
        name.slice(0, 80),
        `is too much: at most ${PARAMETERS_MAX} parameters of ${VALUE_MAX_LENGTH} characters.`,
      );
  }
}

export function booleanOf(search: URLSearchParams, name: string, absent: boolean): boolean {
  const value = search.get(name);
  if (value === null) return absent;
  if (value === 'true' || value === 'false') return value === 'true';
  throw invalid(name, 'must be true or false.');
}

export function integerOf(search: URLSearchParams, name: string, absent: number, min: number, max: number): number {
  const value = search.get(name);
  if (value === null) return absent;
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= min && number <= max)) throw invalid(name, `must be a whole number from ${min} to ${max}.`);
  return number;
}

export function choiceOf<T extends string>(
  search: URLSearchParams,
  name: string,
  choices: readonly T[],
): T | undefined {
  const value = search.get(name);
  if (value === null) return undefined;
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw invalid(name, `must be one of ${choices.join(', ')}.`);
  return found;
}

/** The question's zone and week, else the app's. */
export function calendarOf(search: URLSearchParams, own: Calendar): Calendar {
  const given = search.get('timeZone');
  const timeZone = given === null ? own.timeZone : zoneNamed(given);
  if (timeZone === undefined) throw invalid('timeZone', 'must be an IANA zone, like Europe/Zurich.');
  const weekStart = choiceOf(search, 'weekStart', ['sunday', 'monday'] as const) ?? own.weekStart;
  return { timeZone, weekStart };
}

/** A day: `today`, `yesterday` or `2026-11-24`, in the question's zone. Absent: today. */
export function dayOf(search: URLSearchParams, name: string, { timeZone }: Calendar, nowMs: number): number {
  const value = search.get(name);
  const today = dayNumber(timeZone)(nowMs);
  if (value === null || value === 'today') return today;
  if (value === 'yesterday') return today - 1;
  const day = parseDay(value);
  if (day === undefined || !isInRange(day * 86_400_000))
    throw invalid(name, 'must be today, yesterday or a day like 2026-11-24, from 1970 to 2100.');
  return day;
}

/**
 * One end of a range: a day (as `to` it is included), a date-time (without offset in the question's zone), milliseconds or
 * seconds since 1970, `today` or `yesterday`.
 */
export function endOf(
  search: URLSearchParams,
  name: 'from' | 'to',
  calendar: Calendar,
  nowMs: number,
): number | undefined {
  const value = search.get(name);
  if (value === null) return undefined;
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
  const day = dayOf(search, name, calendar, nowMs);
  const range = daysRange(day, day, calendar.timeZone);
  return name === 'from' ? range.from : range.to;
}

const SPACE_FOR_PLUS = /^(\d{4}-\d\d-\d\d[T ][\d:.,]+) (\d\d(?::?\d\d)?)$/i;

const isInRange = (ms: number): boolean => ms >= TIMESTAMP_MIN_MS && ms <= TIMESTAMP_MAX_MS;

/** `date`, or `from` and `to`, of events and groups. Absent: `absent`. */
export function rangeOf(search: URLSearchParams, calendar: Calendar, nowMs: number, absent: Range): Range {
  if (search.has('date')) {
    for (const name of ['from', 'to']) if (search.has(name)) throw invalid(name, 'and date exclude each other.');
    const day = dayOf(search, 'date', calendar, nowMs);
    return daysRange(day, day, calendar.timeZone);
  }
  const from = endOf(search, 'from', calendar, nowMs);
  const to = endOf(search, 'to', calendar, nowMs);
  const range = { from: from ?? (to === undefined ? absent.from : TIMESTAMP_MIN_MS), to: to ?? absent.to };
  checkOrder(search, range);
  return range;
}

/** A `to` that is a day is included: one that ends where `from` begins was the day before. @throws PARAMETER_INVALID */
export function checkOrder(search: URLSearchParams, { from, to }: Range): void {
  const isDay = /^(\d{4}-\d\d-\d\d|today|yesterday)$/.test(search.get('to') ?? '');
  if (from > to || (isDay && from === to)) throw invalid('from', 'must not be after to.');
}

/** Everything an event can be timed at. */
export const ALL_TIME: Range = { from: TIMESTAMP_MIN_MS, to: TIMESTAMP_MAX_MS };
