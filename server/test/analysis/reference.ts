/** What events mean, by plain loops over arrays: nothing here is the server's. */
import type { Given, Json } from './world.ts';

/** An event and its place of arrival. */
export interface Known extends Given {
  readonly seq: number;
  readonly person: string | undefined;
}

interface SignIn {
  readonly user: string;
  readonly at: number;
  readonly seq: number;
}

/** Who was identified on each device, in the order of time, and of arrival among equal times. */
function signInsByDevice(events: readonly Given[]): Map<string, SignIn[]> {
  const found = new Map<string, SignIn[]>();
  events.forEach(({ event, user, device, timestamp }, seq) => {
    if (event !== '$identify' || !user || !device) return;
    found.set(device, [...(found.get(device) ?? []), { user, at: timestamp, seq }]);
  });
  for (const signIns of found.values()) signIns.sort((a, b) => a.at - b.at || a.seq - b.seq);
  return found;
}

/** Of those who were identified on a device, the last one up to then; else the first one ever. */
const ownerAt = (signIns: readonly SignIn[] = [], at: number, seq: number): string | undefined =>
  (signIns.filter((each) => each.at < at || (each.at === at && each.seq < seq)).at(-1) ?? signIns[0])?.user;

/** Events as they are ordered: by time, then as they arrived; each with the person it counts for. */
export function known(events: readonly Given[]): Known[] {
  const signIns = signInsByDevice(events);
  return events
    .map((event, seq) => {
      const { device, timestamp } = event;
      const user = event.user ?? (device === undefined ? undefined : ownerAt(signIns.get(device), timestamp, seq));
      const person = user !== undefined ? `user ${user}` : device !== undefined ? `device ${device}` : undefined;
      return { ...event, seq, person };
    })
    .sort((a, b) => a.timestamp - b.timestamp || a.seq - b.seq);
}

const isPlain = (value: Json | undefined): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const own = (value: Json | undefined, key: string): Json | undefined =>
  isPlain(value) && Object.hasOwn(value, key) ? value[key] : undefined;
/** `data.a.b` is the nested value, else the key `a.b`; `data["a.b"]` the key alone. */
export function look(event: Given, field: string): Json | undefined {
  if (!field.startsWith('data')) {
    const value =
      field === 'id' ? (event.id ?? event.event.toLowerCase().replace(/\s/gu, '-')) : event[field as 'event'];
    return value === '' ? undefined : value;
  }
  if (field.startsWith('data[')) return own(event.data, (JSON.parse(field.slice(4)) as string[])[0]!);
  const path = field.slice(5).split('.');
  let value: Json | undefined = event.data;
  for (const key of path) value = own(value, key);
  return value === undefined ? own(event.data, path.join('.')) : value;
}

export interface ConditionLike {
  readonly field: string;
  readonly operator?: string;
  readonly value?: Json;
}
export type FilterLike =
  | ConditionLike
  | { readonly and: readonly FilterLike[] }
  | { readonly or: readonly FilterLike[] };

export function holds(event: Given, filter: FilterLike): boolean {
  if ('and' in filter) return filter.and.every((each) => holds(event, each));
  if ('or' in filter) return filter.or.some((each) => holds(event, each));
  const { operator = 'is', value: wanted } = filter;
  const value = look(event, filter.field);
  const number = typeof value === 'number' ? value : Number.NaN;
  const text = typeof value === 'string' ? value : undefined;
  const list = wanted as readonly Json[];
  if (operator === 'is') return value !== undefined && value === wanted;
  if (operator === 'isNot') return value === undefined || value !== wanted;
  if (operator === 'in') return value !== undefined && list.includes(value);
  if (operator === 'exists') return (value !== undefined) === (wanted !== false);
  if (operator === 'contains') return text?.includes(wanted as string) ?? false;
  if (operator === 'startsWith') return text?.startsWith(wanted as string) ?? false;
  if (operator === 'matches') return text !== undefined && new RegExp(wanted as string, 'u').test(text);
  if (operator === 'gt') return number > (wanted as number);
  if (operator === 'gte') return number >= (wanted as number);
  if (operator === 'lt') return number < (wanted as number);
  if (operator === 'lte') return number <= (wanted as number);
  if (operator === 'between') return number >= (list[0] as number) && number <= (list[1] as number);
  throw new Error(`no operator ${operator}`);
}

export interface SelectorLike {
  readonly event?: string;
  readonly id?: string;
  readonly filters?: readonly FilterLike[];
}

export const isChosen = (event: Given, { event: name, id, filters = [] }: SelectorLike): boolean =>
  (name === undefined || event.event === name) &&
  (id === undefined || look(event, 'id') === id) &&
  filters.every((filter) => holds(event, filter));

/** Making one takes far longer than using it, and the system keeps its memory for long. */
const formats = new Map<string, Intl.DateTimeFormat>();
function formatOf(timeZone: string, withHour: boolean): Intl.DateTimeFormat {
  const key = `${timeZone} ${withHour}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    ...(withHour && { hour: '2-digit', minute: '2-digit', timeZoneName: 'longOffset' }),
  });
  formats.set(key, format);
  return format;
}

/** The date that clocks of the zone show, `2026-03-08`; with the hour, `2026-03-08 14`. */
export function localDate(at: number, timeZone: string, withHour = false): string {
  const parts = formatOf(timeZone, withHour).format(at);
  // Of the time the hour and the offset: an hour shown twice is two.
  return withHour ? parts.replace(/(\d\d):\d\d/, '$1') : parts;
}

/** A text that is the same for all instants of a day, week (from Monday) or month. */
export function bucketName(at: number, interval: string, timeZone: string): string {
  const date = localDate(at, timeZone);
  if (interval === 'day') return date;
  if (interval === 'month') return date.slice(0, 7);
  if (interval === 'hour') return localDate(at, timeZone, true);
  const noon = new Date(`${date}T12:00:00Z`);
  noon.setUTCDate(noon.getUTCDate() - ((noon.getUTCDay() + 6) % 7));
  return `week of ${noon.toISOString().slice(0, 10)}`;
}

/** Linear interpolation between the two nearest ranks. */
export function percentile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)]!;
  return low + (sorted[Math.ceil(at)]! - low) * (at - Math.floor(at));
}

const DAY_MS = 86_400_000;

export const idOf = (event: Given): string => String(look(event, 'id'));
export const isView = (event: Given): boolean => ['page-viewed', 'screen-viewed'].includes(idOf(event));
export const isSystem = (event: Given): boolean => idOf(event).startsWith('$');
/** Not one that pages send by themselves. */
export const isActive = (event: Given): boolean =>
  !isSystem(event) && !['web-vital', 'error', 'page-not-found'].includes(idOf(event));
export const isBounce = (session: readonly Given[]): boolean => session.filter(isActive).length < 2;

/**
 * The sessions of all these events, each the list of its events. What an event names, within its person, until a day goes by without it; else views, or
 * all events, cut where 30 minutes go by. Events of nobody that name no session are in none.
 */
export function sessionsOf(
  events: readonly Known[],
  gapMs = 30 * 60_000,
  unnamed: 'views' | 'events' = 'views',
): Known[][] {
  const sessions: Known[][] = [];
  const open = new Map<string, Known[]>();
  for (const event of events) {
    if (!event.session && (event.person === undefined || (unnamed === 'views' && !isView(event)))) continue;
    const key = JSON.stringify([event.person ?? null, event.session ?? null]);
    const own = open.get(key);
    const longest = event.session ? Math.max(DAY_MS, gapMs) : gapMs;
    if (own && event.timestamp - own.at(-1)!.timestamp <= longest) own.push(event);
    else {
      const begun = [event];
      open.set(key, begun);
      sessions.push(begun);
    }
  }
  return sessions;
}

/** The sessions that begin in a range; what goes on a day behind its end, or a gap that is longer, is not looked at any more. */
export function sessionsIn(
  events: readonly Known[],
  from: number,
  to: number,
  gapMs?: number,
  unnamed?: 'views' | 'events',
): Known[][] {
  const until = to + Math.max(DAY_MS, gapMs ?? 0);
  const seen = events.filter(({ timestamp }) => timestamp < until);
  return sessionsOf(seen, gapMs, unnamed).filter(([first]) => first!.timestamp >= from && first!.timestamp < to);
}

/** How many of the steps can be made when each event makes one at most: by looking for ways to change who makes what. */
export function stepsMade(events: readonly Known[], steps: readonly SelectorLike[]): number {
  const maker: (Known | undefined)[] = steps.map(() => undefined);
  const finds = (event: Known, tried: Set<number>): boolean =>
    steps.some((step, i) => {
      if (tried.has(i) || !isChosen(event, step)) return false;
      tried.add(i);
      if (maker[i] !== undefined && !finds(maker[i], tried)) return false;
      maker[i] = event;
      return true;
    });
  return events.filter((event) => finds(event, new Set())).length;
}

export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

export const distinct = (items: Iterable<unknown>): number =>
  new Set([...items].filter((each) => each !== undefined)).size;

/** The names of the buckets from one day to another, both included, in order. */
export function bucketNames(from: string, to: string, interval: string): string[] {
  const names: string[] = [];
  for (let day = Date.parse(`${from}T00:00:00Z`); day <= Date.parse(`${to}T00:00:00Z`); day += 86_400_000) {
    const name = bucketName(day, interval, 'UTC');
    if (!names.includes(name)) names.push(name);
  }
  return names;
}
