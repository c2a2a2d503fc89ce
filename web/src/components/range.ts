/** A range of time as a page's address and a question of the API say it: either `last`, or `from` and `to`. */
import { DAY_MS } from './duration.ts';
import { present, type Search, textIn } from './search.ts';

export interface Range {
  /** `7d`: today and the six days before. */
  readonly last?: string;
  /** A day, `2026-11-25`, or a time; the days of `from` and `to` are both included. */
  readonly from?: string;
  readonly to?: string;
  /** IANA; the app's unless said. */
  readonly timeZone?: string;
}

export interface Preset {
  readonly label: string;
  readonly range: Range;
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
];

const LAST = /^[1-9][0-9]{0,4}(min|h|d|w|m|y)$/;

export function rangeIn(search: Search): Range {
  const timeZone = textIn(search, 'timeZone');
  const last = textIn(search, 'last');
  if (last !== undefined && LAST.test(last)) return present({ last, timeZone });
  const from = textIn(search, 'from');
  const to = textIn(search, 'to');
  return present({ from, to: from === undefined ? undefined : to, timeZone });
}

export const isEmpty = ({ last, from }: Range): boolean => last === undefined && from === undefined;

export const sameRange = (a: Range, b: Range): boolean => a.last === b.last && a.from === b.from && a.to === b.to;

const UNITS = { min: 'minute', h: 'hour', d: 'day', w: 'week', m: 'month', y: 'year' } as const;
const isUnit = (unit: string): unit is keyof typeof UNITS => unit in UNITS;

/** `14d` is `14 days`. */
export function inWords(last: string): string {
  const [, number, unit] = /^(\d+)([a-z]+)$/.exec(last) ?? [];
  if (number === undefined || unit === undefined || !isUnit(unit)) return last;
  return number === '1' ? UNITS[unit] : `${number} ${UNITS[unit]}s`;
}

/** What a reader calls it. */
export function labelOf(range: Range): string {
  const preset = PRESETS.find((known) => sameRange(known.range, range));
  if (preset) return preset.label;
  if (range.last !== undefined) return `Last ${inWords(range.last)}`;
  if (range.from === undefined) return 'All time';
  return range.to === undefined || range.to === range.from ? range.from : `${range.from} – ${range.to}`;
}

export interface AppCalendar {
  readonly timeZone: string;
  readonly weekStart: 'sunday' | 'monday';
}

const MS = { min: 60_000, h: 3_600_000 } as const;

/**
 * Where a unit of the calendar begins, so many before the running one.
 * @returns a time, or a day in the calendar's zone: `2026-11-25`
 */
export function startOf(before: number, unit: string, { timeZone, weekStart }: AppCalendar, nowMs: number): string {
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

/** Whole weeks and months that are over have no word in the API: their days depend on the calendar. */
export function presetsAt(calendar: AppCalendar, nowMs: number): readonly Preset[] {
  const before = (unit: 'w' | 'm'): Range => ({
    from: startOf(1, unit, calendar, nowMs),
    to: new Date(Date.parse(startOf(0, unit, calendar, nowMs)) - DAY_MS).toISOString().slice(0, 10),
  });
  return PRESETS.flatMap((preset) => {
    if (preset.range.last === '1w') return [preset, { label: 'Last week', range: before('w') }];
    return preset.range.last === '1m' ? [preset, { label: 'Last month', range: before('m') }] : [preset];
  });
}
