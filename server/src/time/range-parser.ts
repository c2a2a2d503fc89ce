/** Dates as callers write them → instants: the one place that reads `date`, `from`, `to`, `last`, `timeZone` and `weekStart`. */
import type { WeekStart } from '../model/app-settings.ts';
import { DAY_MS } from '../model/duration.ts';
import { TIMESTAMP_MAX_MS, TIMESTAMP_MIN_MS } from '../model/event.ts';
import type { Range } from '../model/query.ts';
import {
  bucketsOf,
  type Calendar,
  dayNumber,
  daysRange,
  firstOfMonth,
  firstOfWeek,
  firstOfYear,
  monthsLater,
  parseDay,
} from './calendar.ts';
import { dateTimeOf, millisecondsOf } from './parse-date-time.ts';
import { zoneNamed } from './zone-spans.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Makes the error about a field: those of a query string and of a question have codes of their own. */
export type Refuse = (field: string, detail: string) => Error;

export interface Ends {
  readonly from?: string | number;
  readonly to?: string | number;
}
export interface RangeInput extends Ends {
  /** One day. */
  readonly date?: string;
  /** Whole calendar units up to and including the current one: `30d`. The schema has checked the text. */
  readonly last?: string;
}

/** Everything an event can be timed at. */
export const ALL_TIME: Range = { from: TIMESTAMP_MIN_MS, to: TIMESTAMP_MAX_MS };

/** The zone and week that the caller names, else those of the app. @throws what `refuse` makes */
export function calendarOf(
  { timeZone, weekStart }: { readonly timeZone?: string; readonly weekStart?: WeekStart },
  own: Calendar,
  refuse: Refuse,
): Calendar {
  const zone = timeZone === undefined ? own.timeZone : zoneNamed(timeZone);
  if (zone === undefined) throw refuse('timeZone', '`timeZone` must be an IANA time zone such as `Europe/Zurich`.');
  return { timeZone: zone, weekStart: weekStart ?? own.weekStart };
}

/** Every method throws what `refuse` makes. */
export class RangeParser {
  readonly calendar: Calendar;
  readonly nowMs: number;
  readonly #refuse: Refuse;
  readonly #path: string;

  /** @param path where the fields are: empty, or such as `compare.` */
  constructor(calendar: Calendar, nowMs: number, refuse: Refuse, path = '') {
    this.calendar = calendar;
    this.nowMs = nowMs;
    this.#refuse = refuse;
    this.#path = path;
  }

  /** `today`, `yesterday` or `2026-11-24`. Absent: today. */
  day(value: string | undefined, field: string): number {
    const day = this.#dayOf(value ?? 'today');
    if (day === undefined || !isEventTime(day * DAY_MS))
      throw this.#refusal(field, 'must be a day such as 2026-11-24 (from 1970 to 2100), `today` or `yesterday`.');
    return day;
  }

  /**
   * One end of a range: a day (as `to` it is included), a time (without offset in the zone of the caller), milliseconds or seconds
   * since 1970.
   */
  moment(value: string | number, end: 'from' | 'to'): number {
    const at = typeof value === 'number' ? millisecondsOf(value) : dateTimeOf(value, this.calendar.timeZone);
    if (at !== undefined) {
      if (!isEventTime(at)) throw this.#refusal(end, 'must be between 1970-01-01 and 2100-01-01.');
      return at;
    }
    const day = this.#dayOf(String(value));
    if (day === undefined || !isEventTime(day * DAY_MS))
      throw this.#refusal(
        end,
        'must be a day such as 2026-11-24 (from 1970 to 2100), `today`, `yesterday`, a time such as 2026-11-24T08:00, or milliseconds since 1970.',
      );
    return clamped(daysRange(day, day, this.calendar.timeZone)[end]);
  }

  /**
   * @param absent the range when neither end is given, and the end when `to` is not; then `from` alone is the first time of all. Without
   * it, `from` or `last` is required, and `to` is the end of today.
   */
  range(input: RangeInput, absent?: Range): Range {
    const { date, from, to, last } = input;
    if (date !== undefined) {
      this.#excludes('date', input);
      const day = this.day(date, 'date');
      return daysRange(day, day, this.calendar.timeZone);
    }
    if (last !== undefined) {
      this.#excludes('last', input);
      return this.last(last);
    }
    if (from === undefined && absent === undefined)
      throw this.#refusal(
        'from',
        `is missing. Send ${this.#name('from')} and ${this.#name('to')}, or ${this.#name('last')}, such as \`30d\`.`,
      );
    const begin = from === undefined ? undefined : this.moment(from, 'from');
    const end = to === undefined ? undefined : this.moment(to, 'to');
    const range = {
      from: begin ?? (end === undefined ? absent?.from : undefined) ?? TIMESTAMP_MIN_MS,
      to: end ?? absent?.to ?? this.moment('today', 'to'),
    };
    this.#checkOrder(range, to);
    return range;
  }

  /** The part of a range that lies between two ends; an empty range where nothing does. */
  narrow(range: Range, ends: Ends): Range {
    const from = ends.from === undefined ? range.from : this.moment(ends.from, 'from');
    const to = ends.to === undefined ? range.to : this.moment(ends.to, 'to');
    this.#checkOrder({ from, to }, ends.to);
    const start = Math.min(Math.max(range.from, from), range.to);
    return { from: start, to: Math.max(start, Math.min(range.to, to)) };
  }

  /** Whole calendar units up to and including the one that holds now. */
  last(text: string): Range {
    const [, digits, unit] = /^(\d+)([a-z]+)$/.exec(text)!;
    const range = this.#lastUnits(Number(digits), unit!);
    // The first day of all may begin a little earlier in its zone.
    if (range.from < TIMESTAMP_MIN_MS - DAY_MS || range.to > TIMESTAMP_MAX_MS + DAY_MS)
      throw this.#refusal('last', 'must be between 1970-01-01 and 2100-01-01.');
    return { from: clamped(range.from), to: clamped(range.to) };
  }

  #lastUnits(count: number, unit: string): Range {
    const { timeZone, weekStart } = this.calendar;
    const today = dayNumber(timeZone)(this.nowMs);
    const days = (first: number, end: number): Range => daysRange(first, end - 1, timeZone);
    switch (unit) {
      case 'd':
        return days(today - count + 1, today + 1);
      case 'w': {
        const end = firstOfWeek(today, weekStart) + 7;
        return days(end - 7 * count, end);
      }
      case 'm': {
        const end = monthsLater(firstOfMonth(today), 1);
        return days(monthsLater(end, -count), end);
      }
      case 'y': {
        const end = monthsLater(firstOfYear(today), 12);
        return days(monthsLater(end, -12 * count), end);
      }
      default: {
        const [interval, step] = unit === 'h' ? (['hour', HOUR_MS] as const) : (['minute', MINUTE_MS] as const);
        const to = bucketsOf({ from: this.nowMs, to: this.nowMs + 2 * step }, interval, this.calendar)[1]!;
        return { from: to - count * step, to };
      }
    }
  }

  #dayOf(value: string): number | undefined {
    const today = dayNumber(this.calendar.timeZone)(this.nowMs);
    return value === 'today' ? today : value === 'yesterday' ? today - 1 : parseDay(value);
  }

  /**
   * A day is included: a range that begins after it, at its end or later, is reversed too.
   * @param to as it was written
   */
  #checkOrder(range: Range, to: string | number | undefined): void {
    const isDay = typeof to === 'string' && dateTimeOf(to, this.calendar.timeZone) === undefined;
    // Where a zone left a day out, that day begins where it ends, and is no mistake.
    const isAfterDay = isDay && range.from >= range.to && range.from > this.moment(to, 'from');
    if (range.from > range.to || isAfterDay) throw this.#refusal('from', `must not be after ${this.#name('to')}.`);
  }

  #excludes(field: 'date' | 'last', input: RangeInput): void {
    for (const other of ['from', 'to'] as const)
      if (input[other] !== undefined)
        throw this.#refusal(other, `and ${this.#name(field)} can't be combined. Send one of them.`);
  }

  #name(field: string): string {
    return `\`${this.#path}${field}\``;
  }

  #refusal(field: string, rule: string): Error {
    return this.#refuse(`${this.#path}${field}`, `${this.#name(field)} ${rule}`);
  }
}

const isEventTime = (ms: number): boolean => ms >= TIMESTAMP_MIN_MS && ms <= TIMESTAMP_MAX_MS;

/** A day at either edge may begin a little outside in its zone. */
const clamped = (ms: number): number => Math.min(Math.max(ms, TIMESTAMP_MIN_MS), TIMESTAMP_MAX_MS);
