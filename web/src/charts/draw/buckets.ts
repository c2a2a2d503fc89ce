/** The time buckets along an axis: their labels, which one is still running, and which lie in the future. */

import type { Annotation } from '../../api/wire.ts';
import { DAY_MS } from '../../components/duration.ts';
import { day, dayShort, isMidnight, month, time } from '../../components/formats.ts';
import type { AxisPoint, Mark } from './chart-spec.ts';
import { lineOf } from './names.ts';

export type Interval = 'minute' | 'hour' | 'day' | 'week' | 'month';

export interface Buckets {
  /** Those that have begun or hold something. */
  readonly count: number;
  /** The same number, or with `isAhead` more: those in the future too. */
  readonly places: readonly AxisPoint[];
  /** UTC, half-open. */
  readonly ranges: readonly { readonly from: string; readonly to: string }[];
  /** The index of the bucket that is not over yet. */
  readonly running: number | undefined;
}

export interface BucketsOptions {
  readonly interval: Interval;
  readonly timeZone: string;
  /** Where the last one ends. */
  readonly to: string;
  readonly now: number;
  /** Whether the bucket at this index holds something: then future ones are shown too. */
  holds(place: number): boolean;
  /** Future ones are shown too, since there is something to compare: the same hours of the day before. */
  readonly isAhead?: boolean;
}

/** @param starts UTC, in order */
export function bucketsOf(starts: readonly string[], options: BucketsOptions): Buckets {
  const { interval, timeZone, to, now, holds, isAhead = false } = options;
  let count = starts.length;
  while (count > 1 && Date.parse(starts[count - 1]!) > now && !holds(count - 1)) count--;
  const ranges = (isAhead ? starts : starts.slice(0, count)).map((from, i) => ({ from, to: starts[i + 1] ?? to }));
  const running = ranges.findIndex((range) => Date.parse(range.from) <= now && now < Date.parse(range.to));
  return {
    count,
    ranges,
    places: ranges.map(({ from }) => ({
      label: labelOf(from, interval, timeZone),
      title: titleOf(from, interval, timeZone),
      ...((interval === 'hour' || interval === 'minute') && { minute: minuteOf(from, timeZone) }),
    })),
    running: running === -1 ? undefined : running,
  };
}

/** Short, for the axis. */
export function labelOf(from: string, interval: Interval, timeZone: string): string {
  if (interval === 'month') return month(from, timeZone);
  if (interval === 'day' || interval === 'week') return dayShort(from, timeZone);
  const label = time(from, timeZone);
  return isMidnight(from, timeZone) ? dayShort(from, timeZone) : label;
}

/** In full, for the tooltip. */
export function titleOf(from: string, interval: Interval, timeZone: string): string {
  if (interval === 'month') return month(from, timeZone);
  if (interval === 'week') return `Week from ${day(from, timeZone)}`;
  if (interval === 'day') return `${weekday(from, timeZone)}, ${day(from, timeZone)}`;
  return `${day(from, timeZone)}, ${time(from, timeZone)}`;
}

/** The shortest that fits the gaps, when the question has no interval. */
export function intervalOf(starts: readonly string[]): Interval {
  const [first, second] = [starts[0], starts[1]];
  if (first === undefined || second === undefined) return 'day';
  // The range may cut the first bucket short, so the second gap counts where there is one.
  const gap = Date.parse(starts[2] ?? second) - Date.parse(starts[2] === undefined ? first : second);
  if (gap < 3_600_000) return 'minute';
  if (gap < 20 * 3_600_000) return 'hour';
  if (gap < 6 * DAY_MS) return 'day';
  return gap < 20 * DAY_MS ? 'week' : 'month';
}

/** Where on the axis annotations stand; those outside the range are left out. Annotations of one bucket stand together. */
export function marksOf(annotations: readonly Annotation[], { ranges }: Buckets, timeZone: string): readonly Mark[] {
  const texts = new Map<number, string[]>();
  for (const annotation of annotations) {
    const place = placeOf(annotation, ranges, timeZone);
    if (place === undefined) continue;
    texts.set(place, [...(texts.get(place) ?? []), lineOf(annotation.text)]);
  }
  return [...texts].map(([place, lines]) => ({ index: place, text: lines.join(' · ') }));
}

function placeOf(annotation: Annotation, ranges: Buckets['ranges'], timeZone: string): number | undefined {
  const at = instantOf(annotation);
  if (at !== undefined) return found(ranges.findIndex(({ from, to }) => Date.parse(from) <= at && at < Date.parse(to)));
  const { date } = annotation;
  const starts = ranges.map(({ from }) => isoDay(from, timeZone));
  const exact = starts.indexOf(String(date));
  if (exact !== -1) return exact;
  // A week or month bucket that contains the day.
  const later = starts.findIndex((start) => start > String(date));
  if (later > 0) return later - 1;
  const last = ranges.at(-1);
  const isInLast = later === -1 && last !== undefined && isoDay(Date.parse(last.to) - 1, timeZone) >= String(date);
  return isInLast ? ranges.length - 1 : undefined;
}

/** Lists of annotations give the start of the day in `at`; a day without a time is compared as a day. */
function instantOf(annotation: Annotation): number | undefined {
  if ('at' in annotation && typeof annotation.at === 'string') return Date.parse(annotation.at);
  const { date } = annotation;
  if (typeof date === 'number') return date;
  if (!date.includes('T')) return undefined;
  const at = Date.parse(date);
  return Number.isNaN(at) ? undefined : at;
}

const found = (place: number): number | undefined => (place === -1 ? undefined : place);

const formats = new Map<string, Intl.DateTimeFormat>();
function format(locale: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  const known = formats.get(key) ?? new Intl.DateTimeFormat(locale, options);
  formats.set(key, known);
  return known;
}
const weekday = (at: string, timeZone: string): string =>
  format(undefined, { weekday: 'short', timeZone }).format(new Date(at));
/** `2026-11-25`: Canadian English writes dates as ISO 8601 does. */
const isoDay = (at: string | number, timeZone: string): string =>
  format('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit', timeZone }).format(new Date(at));
/** Of the local day. */
const minuteOf = (at: string, timeZone: string): number => {
  const clock = format('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone }).format(
    new Date(at),
  );
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
};
