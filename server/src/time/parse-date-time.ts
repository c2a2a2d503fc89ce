import { DAY_MS } from '../model/duration.ts';
import { instantOf, parseDay } from './calendar.ts';

/** Numbers below this are seconds: as milliseconds they would be before March 1973, which is unlikely to be meant. */
export const SECONDS_BELOW = 1e11;

/** A bare number as a time → UTC ms. */
export const millisecondsOf = (value: number): number =>
  Math.round(Math.abs(value) < SECONDS_BELOW ? value * 1_000 : value);

const DATE_TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?$/i;

/** A date with a time of day → UTC ms; without an offset in the time zone. Undefined if the text is something else. */
export function dateTimeOf(text: string, timeZone: string): number | undefined {
  const match = DATE_TIME.exec(text);
  if (!match) return undefined;
  const [, date = '', hour = '', minute = '', second = '', fraction = '', offset] = match;
  const local = clockTimeOf(date, hour, minute, second, fraction);
  if (local === undefined) return undefined;
  if (offset === undefined) return timeZone === 'UTC' ? local : instantOf(local, timeZone);
  if (offset.length === 1) return local;
  const offsetHours = Number(offset.slice(1, 3));
  const offsetMinutes = Number(offset.slice(3).replace(':', ''));
  if (offsetHours > 23 || offsetMinutes > 59) return undefined;
  return local - (offset.startsWith('-') ? -1 : 1) * (offsetHours * 60 + offsetMinutes) * 60_000;
}

/**
 * A day and a time as clocks show them → ms, as if in UTC. Undefined if there is no such day or time.
 * 24:00 is the end of the day, as ISO 8601 allows.
 * @param fraction digits of a second; only milliseconds count
 */
export function clockTimeOf(
  date: string,
  hour: string,
  minute: string,
  second: string,
  fraction: string,
): number | undefined {
  const day = parseDay(date);
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0'));
  const ofDay = ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1_000 + milliseconds;
  if (day === undefined || Number(minute) > 59 || Number(second) > 59 || ofDay > DAY_MS) return undefined;
  return day * DAY_MS + ofDay;
}
