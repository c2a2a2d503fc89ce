import { DAY_MS } from './duration.ts';

/** Numbers, times and lengths of time as the reader's locale writes them. A page shows thousands of them: the formats are made once, and each when it is first needed, since it takes some ms. */
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
/** `2 h 5 min`, `340 ms`: the two greatest units. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return NOTHING;
  if (ms < 1_000) return `${decimal().format(ms)} ms`;
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
/** @param timeZone IANA; the reader's own unless given */
export const day = (at: Instant, timeZone?: string): string =>
  formatOf(timeZone, { year: 'numeric', month: 'short', day: 'numeric' }).format(new Date(at));
export const dayShort = (at: Instant, timeZone?: string): string =>
  formatOf(timeZone, { month: 'short', day: 'numeric' }).format(new Date(at));
export const month = (at: Instant, timeZone?: string): string =>
  formatOf(timeZone, { year: 'numeric', month: 'short' }).format(new Date(at));
export const time = (at: Instant, timeZone?: string): string =>
  formatOf(timeZone, { hour: '2-digit', minute: '2-digit' }).format(new Date(at));
export const clock = (at: Instant, timeZone?: string): string =>
  formatOf(timeZone, { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(new Date(at));
export const dateTime = (at: Instant, timeZone?: string): string =>
  formatOf(timeZone, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(new Date(at));

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
