/** The buckets in which a range is drawn. */
import type { QuestionOf } from '../api/wire.ts';
import { DAY_MS } from './duration.ts';
import type { DateRange } from './range.ts';

export type Interval = NonNullable<QuestionOf<'trend'>['interval']>;

/** Up to this many days an hourly line can be read, and up to that many a daily one. */
const HOURS_MAX_DAYS = 2;
const DAYS_MAX_DAYS = 92;
const UNIT_DAYS: Readonly<Record<string, number>> = { min: 0, h: 1 / 24, d: 1, w: 7, m: 30, y: 365 };

export function intervalOf(range: DateRange): Interval {
  const days = daysIn(range);
  if (days === 0) return 'minute';
  return days <= HOURS_MAX_DAYS ? 'hour' : days <= DAYS_MAX_DAYS ? 'day' : days <= 400 ? 'week' : 'month';
}

/** About; 0 for minutes. */
function daysIn({ last, from, to }: DateRange): number {
  const [, n, unit] = /^([0-9]+)([a-z]+)$/.exec(last ?? '') ?? [];
  if (unit !== undefined) return Number(n) * (UNIT_DAYS[unit] ?? 1);
  if (from === 'today' || from === to) return 1;
  // The last day is included.
  const end = to === undefined || to === 'today' ? Date.now() : Date.parse(to) + (to.includes('T') ? 0 : DAY_MS);
  const length = end - Date.parse(from ?? '');
  return Number.isNaN(length) ? 1 : length / DAY_MS;
}

/** Of how many days a range can be drawn in which intervals: not a point, and not more than one can tell apart. */
const DRAWN = { hour: [0.1, 14], day: [2, 400], week: [14, 1_500], month: [60, Number.POSITIVE_INFINITY] } as const;

/** Those that a reader can choose. */
export function intervalsFor(range: DateRange): readonly Interval[] {
  const days = daysIn(range);
  const fitting = (Object.keys(DRAWN) as (keyof typeof DRAWN)[]).filter(
    (interval) => days >= DRAWN[interval][0] && days <= DRAWN[interval][1],
  );
  return fitting.length > 0 ? fitting : [intervalOf(range)];
}
