import { DAY_MS } from '../model/duration.ts';
import { instantOf, parseDay } from './calendar.ts';

/** A number below is seconds: as milliseconds it would lie before March 1973, which nobody means. */
export const SECONDS_BELOW = 1e11;

/** A bare number as a time → UTC ms. */
export const millisecondsOf = (value: number): number =>
  Math.round(Math.abs(value) < SECONDS_BELOW ? value * 1_000 : value);

const DATE_TIME =
  /^(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,3})\d{0,6})?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?$/i;

/** A date with a time of day → UTC ms; without offset in the zone. Undefined when it is no such text. */
export function dateTimeOf(text: string, timeZone: string): number | undefined {
  const match = DATE_TIME.exec(text);
  if (!match) return undefined;
  const [, date = '', hour, minute, second = '0', fraction = '0', offset] = match;
  const day = parseDay(date);
  if (day === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const local =
    day * DAY_MS +
    ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 +
    Number(fraction.padEnd(3, '0'));
  if (offset === undefined) return instantOf(local, timeZone);
  if (offset.toUpperCase() === 'Z') return local;
  const digits = offset.replace(/\D/g, '');
  const offsetMinutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0);
  return local - (offset.startsWith('-') ? -1 : 1) * offsetMinutes * 60_000;
}
