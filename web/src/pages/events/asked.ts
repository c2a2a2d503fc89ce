/** The page's address as the parameters of `GET /api/events/:app`. */
import type { Filter } from '../../api/wire.ts';
import { type AppCalendar, type DateRange, startOf } from '../../components/range.ts';
import type { EventsSearch } from './search.ts';

export function askedOf(
  { event, filters = [], ...range }: EventsSearch,
  calendar: AppCalendar,
  nowMs: number,
): Readonly<Record<string, string>> {
  const all: readonly Filter[] = event === undefined ? filters : [{ field: 'event', value: event }, ...filters];
  return { ...timesOf(range, calendar, nowMs), ...(all.length > 0 && { filters: JSON.stringify(all) }) };
}

const LAST = /^([0-9]+)(min|h|d|w|m|y)$/;

/** `7d` means today and the six days before, in whole units including the current one, as in the analysis API. */
function timesOf(
  { last, from, to, timeZone }: DateRange,
  calendar: AppCalendar,
  nowMs: number,
): Record<string, string> {
  const zone = { timeZone: timeZone ?? calendar.timeZone };
  const parsed = last === undefined ? undefined : LAST.exec(last);
  if (parsed)
    return { from: startOf(Number(parsed[1]) - 1, parsed[2] ?? 'd', { ...calendar, ...zone }, nowMs), ...zone };
  if (from === undefined) return timeZone === undefined ? {} : zone;
  return { from, ...(to !== undefined && { to }), ...zone };
}
