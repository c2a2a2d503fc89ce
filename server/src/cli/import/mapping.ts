import { instantOf, parseDay } from '../../time.ts';
import type { Row } from './source.ts';

/** How the columns of a row become an event; columns not named here go into `data`. */
export interface Mapping {
  /** The name of every event. */
  readonly event?: string;
  /** Or the column that holds it. */
  readonly eventFrom?: string;
  readonly time?: string;
  readonly user?: string;
  /** The column that tells rows apart: it becomes the event's uuid. */
  readonly idFrom?: string;
  /** For times without offset. */
  readonly timeZone: string;
  /** CSV holds texts alone: those that spell numbers and booleans become such. */
  readonly typed: boolean;
}

/** Whether rows are events already, as exported or posted. */
export const isPlain = (mapping: Mapping): boolean =>
  [mapping.event, mapping.eventFrom, mapping.time, mapping.user, mapping.idFrom].every((each) => each === undefined);

/** A function from rows to events as they are posted; what cannot be one is refused by the server, with its reason. */
export function mapper(mapping: Mapping, localTimes: ReadonlySet<string>): (row: Row) => unknown {
  if (isPlain(mapping)) return (row) => (row instanceof Error ? undefined : row);
  const { event, eventFrom, time, user, idFrom } = mapping;
  const taken = new Set([eventFrom, time, user, idFrom].filter((name) => name !== undefined));
  return (row) => {
    if (row instanceof Error) return undefined;
    const data: Record<string, unknown> = {};
    // An empty cell of a CSV is a missing value.
    for (const [name, value] of Object.entries(row))
      if (!taken.has(name) && value !== undefined && !(mapping.typed && value === ''))
        define(data, name, jsonOf(value, mapping.typed));
    return {
      event: event ?? textOf(row[eventFrom ?? '']),
      ...(time !== undefined &&
        isGiven(row[time]) && { timestamp: timeOf(row[time], mapping.timeZone, localTimes.has(time)) }),
      ...(user !== undefined && isGiven(row[user]) && { user: textOf(row[user]) }),
      ...(idFrom !== undefined && isGiven(row[idFrom]) && { uuid: textOf(row[idFrom]) }),
      data,
    };
  };
}

/** A column may be called `__proto__`. */
function define(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(target, name, { value, enumerable: true, configurable: true });
  else target[name] = value;
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

const textOf = (value: unknown): string | undefined =>
  value === undefined || value === null ? undefined : value instanceof Date ? value.toISOString() : String(value);

/** As JSON holds it: Parquet gives bigints and dates. */
function jsonOf(value: unknown, typed: boolean): unknown {
  if (typeof value === 'bigint')
    return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
      ? Number(value)
      : String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typed && typeof value === 'string') {
    // Only what a number prints as: 007 and 1.50 stay texts.
    if (/^-?\d/.test(value) && String(Number(value)) === value && Number.isSafeInteger(Math.trunc(Number(value))))
      return Number(value);
    if (value === 'true' || value === 'false') return value === 'true';
  }
  if (Array.isArray(value)) return value.map((item) => jsonOf(item, false));
  if (typeof value === 'object' && value !== null) {
    const copy: Record<string, unknown> = {};
    for (const [name, item] of Object.entries(value)) define(copy, name, jsonOf(item, false));
    return copy;
  }
  return value;
}

const LOCAL = /^(\d{4})[-/](\d\d)[-/](\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?$/;

/** Times without offset are read in the mapping's zone; anything else goes to the server as it is. */
export function timeOf(value: unknown, timeZone: string, isLocal: boolean): unknown {
  if (value instanceof Date) return isLocal ? instantOf(value.getTime(), timeZone) : value.getTime();
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string') return value;
  if (/^\d{9,14}$/.test(value)) return Number(value);
  const match = LOCAL.exec(value);
  if (!match) return value;
  const [, year, month, date, hour = '0', minute = '0', second = '0', fraction = ''] = match;
  const day = parseDay(`${year}-${month}-${date}`);
  if (day === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return value;
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3));
  return instantOf(
    day * 86_400_000 + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + ms,
    timeZone,
  );
}
