/** A range of time as a page's address and a question of the API say it: either `last`, or `from` and `to`. */
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
function inWords(last: string): string {
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
