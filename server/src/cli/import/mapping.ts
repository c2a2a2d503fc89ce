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
}

export interface Shape {
  /** CSV holds texts alone: those that spell numbers and booleans become such. */
  readonly typed: boolean;
  /** Columns whose times have no zone though they look like instants. */
  readonly localTimes: ReadonlySet<string>;
}

/** Whether rows are events already, as exported or posted. */
const isPlain = (mapping: Mapping): boolean =>
  [mapping.event, mapping.eventFrom, mapping.time, mapping.user, mapping.idFrom].every((each) => each === undefined);

/** Columns that the mapping names, for telling a name that no row has. */
export const columnsOf = ({ eventFrom, time, user, idFrom }: Mapping): string[] =>
  [eventFrom, time, user, idFrom].filter((name) => name !== undefined);

/** What the server is sent for a row, and why that is nothing. */
export interface Line {
  readonly text: Buffer | string;
  readonly fault?: string;
}

/** A function from rows to lines as they are posted; what cannot be an event is refused by the server, with its reason. */
export function mapper(mapping: Mapping, shape: Shape): (row: Row) => Line {
  // Lines that need no change go as they are: what JSON.parse would lose (a key twice, 1e400) is for the server to refuse.
  const isRaw = isPlain(mapping) && mapping.timeZone === 'UTC';
  const toEvent = isPlain(mapping) ? plainEvent : mappedEvent;
  return (row) => {
    if (Buffer.isBuffer(row) && isRaw) return { text: row };
    try {
      return { text: JSON.stringify(toEvent(Buffer.isBuffer(row) ? parsed(row) : row, mapping, shape)) };
    } catch (error) {
      return { text: 'null', fault: (error as Error).message };
    }
  };
}

function parsed(line: Buffer): Cells {
  let value: unknown;
  try {
    value = JSON.parse(line.toString('utf8').replace(/^\ufeff/, ''));
  } catch {
    throw new Error('the line is not valid JSON');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Cells;
  throw new Error('a line must hold one JSON object');
}

type Cells = Readonly<Record<string, unknown>>;

/** A row whose columns are the fields of an event, as an export writes them; `data` is JSON where cells are texts. */
function plainEvent(row: Cells, { timeZone }: Mapping, { localTimes }: Shape): object {
  const event: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) {
    if (!isGiven(value)) continue;
    if (name === 'timestamp' && typeof value !== 'number') event[name] = timeOf(value, timeZone, localTimes.has(name));
    else if (name === 'data' && typeof value === 'string') event[name] = JSON.parse(value);
    else define(event, name, jsonOf(value, false));
  }
  return event;
}

function mappedEvent(row: Cells, mapping: Mapping, { typed, localTimes }: Shape): object {
  const { event, eventFrom, time, user, idFrom, timeZone } = mapping;
  const taken = new Set(columnsOf(mapping));
  const data: Record<string, unknown> = {};
  // An empty cell of a CSV is a missing value.
  for (const [name, value] of Object.entries(row))
    if (!taken.has(name) && value !== undefined && !(typed && value === '')) define(data, name, jsonOf(value, typed));
  return {
    event: event ?? textOf(row[eventFrom ?? '']),
    // A row without its time is refused: counted at the time of its import it would be wrong.
    ...(time !== undefined && {
      timestamp: isGiven(row[time]) ? timeOf(row[time], timeZone, localTimes.has(time)) : '',
    }),
    ...(user !== undefined && isGiven(row[user]) && { user: textOf(row[user]) }),
    ...(idFrom !== undefined && isGiven(row[idFrom]) && { uuid: textOf(row[idFrom]) }),
    data,
  };
}

/** A column may be called `__proto__`. */
function define(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  else target[name] = value;
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

const textOf = (value: unknown): string | undefined =>
  value === undefined || value === null ? undefined : value instanceof Date ? value.toISOString() : String(value);

/** As JSON holds it: Parquet gives bigints, dates and bytes. @throws of a number that JSON cannot hold */
function jsonOf(value: unknown, typed: boolean): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${value} is no number that JSON holds`);
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
/** Smaller numbers are seconds: as milliseconds they would lie before March 1973. */
const SECONDS_BELOW = 1e11;

const sinceEpoch = (value: number): number => (Math.abs(value) < SECONDS_BELOW ? value * 1_000 : value);

/** Times without offset are read in the mapping's zone; anything else goes to the server as it is. */
export function timeOf(value: unknown, timeZone: string, isLocal: boolean): unknown {
  if (value instanceof Date) return isLocal ? instantOf(value.getTime(), timeZone) : value.getTime();
  if (typeof value === 'bigint' || typeof value === 'number') return sinceEpoch(Number(value));
  if (typeof value !== 'string') return value;
  if (/^\d{9,14}(\.\d+)?$/.test(value)) return sinceEpoch(Number(value));
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
