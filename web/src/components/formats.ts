import { DAY_MS } from './duration.ts';

/** Numbers, times and durations in the reader's locale. A page shows thousands of them: the formatters are created once, each when it is first needed, since that takes some ms. */
const once = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
};
const whole = once(() => new Intl.NumberFormat());
const decimal = once(() => new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 }));
const compact = once(() => new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 }));
const share = once(() => new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 }));
const change = once(
  () => new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 0, signDisplay: 'exceptZero' }),
);
const relative = once(() => new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' }));
const NOTHING = '–';

export const count = (value: number | null | undefined): string =>
  value === null || value === undefined ? NOTHING : (Number.isInteger(value) ? whole() : decimal()).format(value);
/** `≈` before what is only estimated, on the same line. */
export const approx = (isEstimate: boolean | undefined, text: string): string =>
  isEstimate && text !== NOTHING ? `≈\u00A0${text}` : text;
/** A format of numbers that are estimates, or not. */
export const approxFormat =
  <T>(isEstimate: boolean | undefined, format: (value: T) => string) =>
  (value: T): string =>
    approx(isEstimate, format(value));
/** For axes and tiles: 12.3K. */
export const short = (value: number | null | undefined): string =>
  value === null || value === undefined ? NOTHING : Math.abs(value) < 10_000 ? count(value) : compact().format(value);
/** @param value 0 to 1 */
export const percent = (value: number | null | undefined): string =>
  value === null || value === undefined ? NOTHING : share().format(value);
/** How much more or less than before; undefined when there was nothing before. */
export const changeOf = (now: number, before: number): string | undefined =>
  before === 0 ? undefined : change().format((now - before) / before);

const UNITS = [
  ['d', DAY_MS],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;
/** `2 h 5 min`, `340 ms`: the two largest units. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return NOTHING;
  // Parts of a millisecond are noise from ten on.
  if (ms < 1_000) return `${decimal().format(ms < 10 ? ms : Math.round(ms))} ms`;
  if (ms < 10_000) return `${decimal().format(ms / 1_000)} s`;
  let rest = Math.round(ms / 1_000) * 1_000;
  const parts: string[] = [];
  for (const [name, length] of UNITS) {
    const n = Math.floor(rest / length);
    if (n > 0) parts.push(`${whole().format(n)} ${name}`);
    rest -= n * length;
    if (parts.length === 2 || (parts.length === 1 && n === 0)) break;
  }
  return parts.join(' ');
}

const BYTES = ['B', 'kB', 'MB', 'GB', 'TB'];
export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) return NOTHING;
  const power = value < 1 ? 0 : Math.min(BYTES.length - 1, Math.floor(Math.log10(value) / 3));
  return `${decimal().format(Number((value / 1_000 ** power).toPrecision(3)))} ${BYTES[power]}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();
function formatOf(timeZone: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${timeZone} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(undefined, { ...options, ...(timeZone !== undefined && { timeZone }) });
    formats.set(key, format);
  }
  return format;
}
type Instant = string | number | Date;
/** `6:05 PM`, but `06:05`: clocks of 12 hours have no leading zero, those of 24 do. */
const hour = once((): 'numeric' | '2-digit' =>
  new Intl.DateTimeFormat(undefined, { hour: 'numeric' }).resolvedOptions().hour12 ? 'numeric' : '2-digit',
);
const timeOptions = (): Intl.DateTimeFormatOptions => ({ hour: hour(), minute: '2-digit' });
const clockOptions = (): Intl.DateTimeFormatOptions => ({ ...timeOptions(), second: '2-digit' });
/** @param timeZone IANA; the reader's own by default */
export const day = (at: Instant, timeZone?: string): string =>
  formatOf(timeZone, { year: 'numeric', month: 'short', day: 'numeric' }).format(new Date(at));
export const dayShort = (at: Instant, timeZone?: string): string =>
  formatOf(timeZone, { month: 'short', day: 'numeric' }).format(new Date(at));
export const month = (at: Instant, timeZone?: string): string =>
  formatOf(timeZone, { year: 'numeric', month: 'short' }).format(new Date(at));
export const time = (at: Instant, timeZone?: string): string => formatOf(timeZone, timeOptions()).format(new Date(at));
export const clock = (at: Instant, timeZone?: string): string =>
  formatOf(timeZone, clockOptions()).format(new Date(at));
/** `Nov 28, 6:05 PM`, with the year when it is not the current one. */
export const dayTime = (at: Instant, timeZone?: string, now = Date.now()): string =>
  formatOf(timeZone, {
    ...yearOption([at], timeZone, now),
    month: 'short',
    day: 'numeric',
    ...timeOptions(),
  }).format(new Date(at));
/** With the day, for lists of some weeks. */
export const dayClock = (at: Instant, timeZone?: string): string =>
  formatOf(timeZone, { month: 'short', day: 'numeric', ...clockOptions() }).format(new Date(at));
export const dateTime = (at: Instant, timeZone?: string): string =>
  formatOf(timeZone, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    ...clockOptions(),
  }).format(new Date(at));

/** The year, where one of the times is in another one than now. */
function yearOption(times: readonly Instant[], timeZone: string | undefined, now: number): Intl.DateTimeFormatOptions {
  const year = (at: Instant): string => formatOf(timeZone, { year: 'numeric' }).format(new Date(at));
  return times.every((at) => year(at) === year(now)) ? {} : { year: 'numeric' };
}
/**
 * `Nov 10 – 16`; with the year when it is not the current one.
 * @param to within the last day
 */
export const dayRange = (from: Instant, to: Instant, timeZone?: string, now = Date.now()): string =>
  formatOf(timeZone, { ...yearOption([from, to], timeZone, now), month: 'short', day: 'numeric' }).formatRange(
    new Date(from),
    new Date(to),
  );
/** `Nov 13, 5:00 – 6:00 PM`, or days where both ends begin one. @param to excluded */
export function timeRange(from: Instant, to: Instant, timeZone?: string, now = Date.now()): string {
  if (isMidnight(from, timeZone) && isMidnight(to, timeZone))
    return dayRange(from, new Date(to).getTime() - 1, timeZone, now);
  const options = {
    ...yearOption([from, to], timeZone, now),
    month: 'short',
    day: 'numeric',
    ...timeOptions(),
  } as const;
  return formatOf(timeZone, options).formatRange(new Date(from), new Date(to));
}
/** Whether a day begins. */
export const isMidnight = (at: Instant, timeZone?: string): boolean =>
  time(at, timeZone) === time('2026-01-01T00:00:00.000Z', 'UTC') && new Date(at).getTime() % 60_000 === 0;

/** The longest of the year: 11 p.m. of a day with two digits, and the month with the longest name. */
const LONG = Array.from({ length: 12 }, (_, i) => Date.UTC(2026, i, 28, 22, 58, 58));
const longest = (format: (at: number) => string): number => Math.max(...LONG.map((at) => [...format(at)].length));
/** The width of a column of times, in `ch`: capitals such as AM are wider than digits. */
export const clockWidth = once(() => longest((at) => clock(at, 'UTC')) + 1);
/** The same with the day, as in `Nov 28, 10:58:58 PM`. */
export const dayClockWidth = once(() => longest((at) => dayClock(at, 'UTC')) + 1);

/** `3 minutes ago`. */
export function ago(at: Instant, now = Date.now()): string {
  const seconds = (new Date(at).getTime() - now) / 1_000;
  const size = Math.abs(seconds);
  if (size < 60) return relative().format(Math.round(seconds), 'second');
  if (size < 3_600) return relative().format(Math.round(seconds / 60), 'minute');
  if (size < 86_400) return relative().format(Math.round(seconds / 3_600), 'hour');
  if (size < 30 * 86_400) return relative().format(Math.round(seconds / 86_400), 'day');
  if (size < 365 * 86_400) return relative().format(Math.round(seconds / (30.4 * 86_400)), 'month');
  return relative().format(Math.round(seconds / (365.25 * 86_400)), 'year');
}
