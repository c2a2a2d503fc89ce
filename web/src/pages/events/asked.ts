/** What the address of the page says, as the parameters of `GET /api/events/:app`. */
import type { Filter } from '../../api/wire.ts';
import { type Condition, isCondition, isOr, type Scalar } from '../../parts/filters.ts';
import type { Range } from '../../parts/range.ts';
import type { EventsSearch } from './search.ts';

export interface Asked {
  readonly query: Readonly<Record<string, string>>;
  /** What a query string cannot say; it would be wrong to leave it out silently. */
  readonly unsaid: readonly Filter[];
}

export interface Calendar {
  readonly timeZone: string;
  readonly weekStart: 'sunday' | 'monday';
}

export function askedOf({ event, filters = [], ...range }: EventsSearch, calendar: Calendar, nowMs: number): Asked {
  const query: Record<string, string> = { ...timesOf(range, calendar, nowMs) };
  const unsaid: Filter[] = [];
  const all: readonly Filter[] = event === undefined ? filters : [{ field: 'event', value: event }, ...filters];
  for (const filter of all.flatMap(flat)) {
    const condition = isCondition(filter) ? filter : inOf(filter);
    const name = condition && namesOf(condition).find((free) => !(free in query));
    if (condition && name !== undefined) query[name] = spelled(condition);
    else unsaid.push(filter);
  }
  return { query, unsaid };
}

const flat = (filter: Filter): readonly Filter[] => ('and' in filter ? filter.and.flatMap(flat) : [filter]);

/** `plan is a or plan is b` is `plan in a, b`. */
function inOf(filter: Filter): Condition | undefined {
  if (!isOr(filter)) return undefined;
  const [first] = filter.or;
  if (!first || !isCondition(first)) return undefined;
  const values: Scalar[] = [];
  for (const choice of filter.or) {
    if (!isCondition(choice) || choice.field !== first.field) return undefined;
    const { operator = 'is', value = null } = choice;
    if (operator !== 'is' && operator !== 'in') return undefined;
    values.push(...(Array.isArray(value) ? value : [value as Scalar]));
  }
  return { field: first.field, operator: 'in', value: values };
}

/** `is` may be spelled in two ways, so that two conditions on one field can stand beside each other. */
const namesOf = ({ field, operator = 'is' }: Condition): readonly string[] =>
  operator === 'is' ? [field, `${field}[is]`] : [`${field}[${operator}]`];

function spelled({ field, operator = 'is', value = null }: Condition): string {
  const isProperty = field.startsWith('data');
  /** In quotes a text is the text alone: `"1"` is not 1; a comma within is no border. */
  const one = (item: unknown): string =>
    typeof item !== 'string'
      ? String(item)
      : isProperty || item.includes(',') || item.startsWith('"')
        ? JSON.stringify(item)
        : item;
  if (operator === 'exists') return String(value !== false);
  if (Array.isArray(value)) return value.map(one).join(',');
  return one(value);
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
