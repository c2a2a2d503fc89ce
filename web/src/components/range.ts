/** A range of time as in a page's address and in the API: either `last`, or `from` and `to`. */
import { DAY_MS } from './duration.ts';
import { dateTime, dayRange, timeRange } from './formats.ts';
import { present, type Search, textIn } from './search.ts';

export interface DateRange {
  /** `7d`: today and the six days before. */
  readonly last?: string;
  /** A day, `2026-11-25`, or a time; the days of `from` and `to` are both included. */
  readonly from?: string;
  readonly to?: string;
  /** IANA; the app's by default. */
  readonly timeZone?: string;
}

export interface Preset {
  readonly label: string;
  readonly range: DateRange;
}

export const PRESETS: readonly Preset[] = [
  { label: 'Today', range: { from: 'today', to: 'today' } },
  { label: 'Yesterday', range: { from: 'yesterday', to: 'yesterday' } },
  { label: 'Last 24 hours', range: { last: '24h' } },
  { label: 'Last 7 days', range: { last: '7d' } },
  { label: 'Last 30 days', range: { last: '30d' } },
  { label: 'Last 90 days', range: { last: '90d' } },
  { label: 'This week', range: { last: '1w' } },
  { label: 'This month', range: { last: '1m' } },
  { label: 'Last 12 weeks', range: { last: '12w' } },
  { label: 'Last 12 months', range: { last: '12m' } },
  { label: 'This year', range: { last: '1y' } },
];

const LAST = /^[1-9][0-9]{0,4}(min|h|d|w|m|y)$/;

export function rangeIn(search: Search): DateRange {
  const timeZone = textIn(search, 'timeZone');
  const last = textIn(search, 'last');
  if (last !== undefined && LAST.test(last)) return present({ last, timeZone });
  const from = textIn(search, 'from');
  const to = textIn(search, 'to');
  return present({ from, to: from === undefined ? undefined : to, timeZone });
}

export const isEmpty = ({ last, from }: DateRange): boolean => last === undefined && from === undefined;

export const sameRange = (a: DateRange, b: DateRange): boolean =>
  a.last === b.last && a.from === b.from && a.to === b.to;

const UNITS = { min: 'minute', h: 'hour', d: 'day', w: 'week', m: 'month', y: 'year' } as const;
const isUnit = (unit: string): unit is keyof typeof UNITS => unit in UNITS;

/** `14d` is `14 days`. */
export function inWords(last: string): string {
  const [, number, unit] = /^(\d+)([a-z]+)$/.exec(last) ?? [];
  if (number === undefined || unit === undefined || !isUnit(unit)) return last;
  return number === '1' ? UNITS[unit] : `${number} ${UNITS[unit]}s`;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAYS: Readonly<Record<string, string>> = { today: 'today', yesterday: 'yesterday' };

/** The readable name: `Last 7 days`, `Nov 10 – 16`. @param timeZone in which times are shown; days have none */
export function labelOf(range: DateRange, timeZone?: string): string {
  const preset = PRESETS.find((known) => sameRange(known.range, range));
  if (preset) return preset.label;
  const { last, from, to = from } = range;
  if (last !== undefined) return `Last ${inWords(last)}`;
  if (from === undefined || to === undefined) return 'All time';
  if (DAY.test(from) && DAY.test(to)) return dayRange(from, to, 'UTC');
  // The end of a range of times is excluded.
  if (isTime(from) && isTime(to)) return timeRange(from, to, timeZone);
  const named = (end: string): string =>
    DAYS[end] ?? (DAY.test(end) ? dayRange(end, end, 'UTC') : isTime(end) ? dateTime(end, timeZone) : end);
  return `${named(from)} – ${named(to)}`;
}

const isTime = (text: string): boolean => text.includes('T') && !Number.isNaN(Date.parse(text));

export interface AppCalendar {
  readonly timeZone: string;
  readonly weekStart: 'sunday' | 'monday';
}

const MS = { min: 60_000, h: 3_600_000 } as const;

/**
 * Where a calendar unit begins, the given number before the current one.
 * @returns a time, or a day in the calendar's zone: `2026-11-25`
 */
export function startOf(before: number, unit: string, { timeZone, weekStart }: AppCalendar, nowMs: number): string {
  if (unit === 'min' || unit === 'h') {
    const length = MS[unit];
    return new Date(Math.floor(nowMs / length) * length - before * length).toISOString();
  }
  // A day of the calendar, calculated as if it were in UTC.
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

/** The API has no word for complete weeks and months: their days depend on the calendar. */
export function presetsAt(calendar: AppCalendar, nowMs: number): readonly Preset[] {
  const before = (unit: 'w' | 'm'): DateRange => ({
    from: startOf(1, unit, calendar, nowMs),
    to: new Date(Date.parse(startOf(0, unit, calendar, nowMs)) - DAY_MS).toISOString().slice(0, 10),
  });
  return PRESETS.flatMap((preset) => {
    if (preset.range.last === '1w') return [preset, { label: 'Last week', range: before('w') }];
    return preset.range.last === '1m' ? [preset, { label: 'Last month', range: before('m') }] : [preset];
  });
}

/** The days of a range, both included, as far as they are known; undefined for hours and for ranges of times. */
export function daysOf(
  { last, from, to = from }: DateRange,
  calendar: AppCalendar,
  nowMs: number,
): [string, string] | undefined {
  const day = (before: number): string => startOf(before, 'd', calendar, nowMs);
  const [, n, unit] = /^([0-9]+)(d|w|m|y)$/.exec(last ?? '') ?? [];
  if (n !== undefined && unit !== undefined) return [startOf(Number(n) - 1, unit, calendar, nowMs), day(0)];
  const named = (end: string | undefined): string | undefined =>
    end === 'today' ? day(0) : end === 'yesterday' ? day(1) : end !== undefined && DAY.test(end) ? end : undefined;
  const [first, end] = [named(from), named(to)];
  return first === undefined || end === undefined ? undefined : [first, end];
}
