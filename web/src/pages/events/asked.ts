/** What the address of the page says, as the parameters of `GET /api/events/:app`. */
import type { Filter } from '../../api/wire.ts';
import type { Range } from '../../parts/range.ts';
import type { EventsSearch } from './search.ts';

export interface Calendar {
  readonly timeZone: string;
  readonly weekStart: 'sunday' | 'monday';
}

export function askedOf(
  { event, filters = [], ...range }: EventsSearch,
  calendar: Calendar,
  nowMs: number,
): Readonly<Record<string, string>> {
  const all: readonly Filter[] = event === undefined ? filters : [{ field: 'event', value: event }, ...filters];
  return { ...timesOf(range, calendar, nowMs), ...(all.length > 0 && { filters: JSON.stringify(all) }) };
}

const LAST = /^([0-9]+)(min|h|d|w|m|y)$/;
const MS = { min: 60_000, h: 3_600_000 } as const;

/** `7d` are today and the six days before, in whole units with the running one, as the questions of the analysis have it. */
function timesOf({ last, from, to, timeZone }: Range, calendar: Calendar, nowMs: number): Record<string, string> {
  const zone = { timeZone: timeZone ?? calendar.timeZone };
  const parsed = last === undefined ? undefined : LAST.exec(last);
  if (parsed)
    return { from: startOf(Number(parsed[1]) - 1, parsed[2] ?? 'd', { ...calendar, ...zone }, nowMs), ...zone };
  if (from === undefined) return timeZone === undefined ? {} : zone;
  return { from, ...(to !== undefined && { to }), ...zone };
}

/** @returns a time, or a day in the calendar's zone */
function startOf(before: number, unit: string, { timeZone, weekStart }: Calendar, nowMs: number): string {
  if (unit === 'min' || unit === 'h') {
    const length = MS[unit];
    return new Date(Math.floor(nowMs / length) * length - before * length).toISOString();
  }
  // A day of the calendar, counted as if it were one of UTC.
  const today = new Date(`${new Intl.DateTimeFormat('en-CA', { timeZone }).format(nowMs)}T00:00:00Z`);
  const [year, month, date] = [today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate()];
  const intoWeek = (today.getUTCDay() - (weekStart === 'monday' ? 1 : 0) + 7) % 7;
  const start =
    unit === 'y'
      ? Date.UTC(year - before, 0, 1)
      : unit === 'm'
        ? Date.UTC(year, month - before, 1)
        : unit === 'w'
          ? Date.UTC(year, month, date - intoWeek - 7 * before)
          : Date.UTC(year, month, date - before);
  return new Date(start).toISOString().slice(0, 10);
}
