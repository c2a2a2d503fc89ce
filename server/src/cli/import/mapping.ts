import { isUtf8 } from 'node:buffer';
import { glanceAt, hiddenFaults, keysOf, mayVanish } from '../../json-scan.ts';
import { localTime } from './local-time.ts';
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
  /** When rows without a time happened: ISO 8601, or `now`. */
  readonly defaultTime?: string;
}

export interface Shape {
  /** CSV holds texts alone: in mapped rows those that spell numbers and booleans become such. */
  readonly typed: boolean;
  /** Rows are cells: `data` of an event is one, as JSON. */
  readonly cells: boolean;
  /** Columns whose times have no zone though they look like instants. */
  readonly localTimes: ReadonlySet<string>;
}

/** Whether rows are events already, as exported or posted. */
const isPlain = (mapping: Mapping): boolean =>
  [mapping.event, mapping.eventFrom, mapping.time, mapping.user, mapping.idFrom].every((each) => each === undefined);

/** Columns that the mapping names, for telling a name that no row has. */
export const columnsOf = ({ eventFrom, time, user, idFrom }: Mapping): string[] =>
  [eventFrom, time, user, idFrom].filter((name) => name !== undefined);

/** What the server is sent for a row. */
export interface Line {
  readonly text: Buffer | string;
  /** Why it is no event; `text` is then what the server refuses. */
  readonly fault?: Fault;
  /** What was taken one way and could have been meant another. */
  readonly doubt?: string;
}

export interface Fault {
  readonly code: string;
  readonly detail: string;
}

/** A row that cannot become what the server would judge. */
class RowFault extends Error {
  readonly code: string;

  constructor(code: string, detail: string) {
    super(detail);
    this.code = code;
  }
}

/** A function from rows to lines as they are posted; what cannot be an event is refused by the server, with its reason. */
export function mapper(mapping: Mapping, shape: Shape): (row: Row) => Line {
  // Lines that need no change go as they are: what JSON.parse would lose (a key twice, 1e400) is for the server to refuse.
  const isRaw = isPlain(mapping) && mapping.timeZone === 'UTC';
  const textOfRow = isPlain(mapping) ? plainEvent : mappedEvent(mapping, shape);
  return (row) => {
    if (Buffer.isBuffer(row) && isRaw) return { text: row };
    let doubt: string | undefined;
    const times: Times = (value, isLocal) =>
      localTime(value, mapping.timeZone, isLocal, (detail) => {
        doubt = detail;
      });
    try {
      const text = textOfRow(Buffer.isBuffer(row) ? parsed(row) : row, shape, times);
      return { text, ...(doubt !== undefined && { doubt }) };
    } catch (error) {
      if (!(error instanceof RowFault)) throw error;
      return { text: 'null', fault: { code: error.code, detail: error.message } };
    }
  };
}

type Cells = Readonly<Record<string, unknown>>;
type Times = (value: unknown, isLocal: boolean) => unknown;

function parsed(line: Buffer): Cells {
  if (!isUtf8(line)) throw new RowFault('BODY_NOT_UTF8', 'The line is not UTF-8.');
  const text = line.toString('utf8').replace(/^\ufeff/, '');
  const value = jsonValue(text, 'The line');
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Cells;
  throw new RowFault('EVENT_NOT_OBJECT', 'A line must hold one JSON object.');
}

/** @throws RowFault also of what JSON.parse would lose: a key that stands twice */
function jsonValue(text: string, what: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RowFault('BODY_NOT_JSON', `${what} is not valid JSON.`);
  }
  const glance = glanceAt(Buffer.from(text));
  if (glance.keys === keysOf(value) && !mayVanish(text, glance)) return value;
  for (const { key, number = '' } of hiddenFaults(text, 0))
    throw key === undefined
      ? new RowFault(
          'EVENT_NUMBER_UNSAFE',
          `The number ${number.slice(0, 40)} is too small for a double, which would make it 0.`,
        )
      : new RowFault('EVENT_KEY_REPEATED', `The key "${key.slice(0, 80)}" stands twice in one object.`);
  return value;
}

/** A row whose columns are the fields of an event, as an export writes them. */
function plainEvent(row: Cells, { cells, localTimes }: Shape, timeOf: Times): string {
  const fields: string[] = [];
  for (const [name, value] of Object.entries(row)) {
    if (!isGiven(value)) continue;
    let text: string;
    if (name === 'timestamp' && typeof value !== 'number' && typeof value !== 'bigint')
      text = JSON.stringify(timeOf(value, localTimes.has(name)));
    else if (name === 'data' && cells && typeof value === 'string') text = dataText(value);
    else text = JSON.stringify(jsonOf(value, false));
    fields.push(`${JSON.stringify(name)}:${text}`);
  }
  return `{${fields.join(',')}}`;
}

/** JSON in a cell goes as it is, on one line, so that the server sees 1e400 and a key that stands twice. */
function dataText(cell: string): string {
  jsonValue(cell, 'data');
  return cell.replace(/[\r\n]/g, ' ');
}

function mappedEvent(mapping: Mapping, { typed, localTimes }: Shape): typeof plainEvent {
  const { event, eventFrom, time, user, idFrom } = mapping;
  const taken = new Set(columnsOf(mapping));
  return (row, _shape, timeOf) => {
    const data: Record<string, unknown> = {};
    // An empty cell of a CSV is a missing value.
    for (const [name, value] of Object.entries(row))
      if (!taken.has(name) && value !== undefined && !(typed && value === '')) define(data, name, jsonOf(value, typed));
    return JSON.stringify({
      event: event ?? textOf(row[eventFrom ?? '']),
      ...(time !== undefined && isGiven(row[time]) && { timestamp: timeOf(seconds(row[time]), localTimes.has(time)) }),
      ...(user !== undefined && isGiven(row[user]) && { user: textOf(row[user]) }),
      ...(idFrom !== undefined && isGiven(row[idFrom]) && { uuid: textOf(row[idFrom]) }),
      data,
    });
  };
}

/** Smaller numbers are seconds: as milliseconds they would lie before March 1973. */
const SECONDS_BELOW = 1e11;

/** Numbers of a foreign column, also spelled as text, may be seconds. */
function seconds(value: unknown): unknown {
  const isNumber = typeof value === 'bigint' || typeof value === 'number';
  if (!isNumber && !(typeof value === 'string' && /^\d{9,14}(\.\d+)?$/.test(value))) return value;
  const number = Number(value);
  return Math.abs(number) < SECONDS_BELOW ? number * 1_000 : number;
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

/** As JSON holds it: Parquet gives bigints, dates and bytes. @throws RowFault of a number that JSON cannot hold */
function jsonOf(value: unknown, typed: boolean): unknown {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new RowFault('EVENT_NUMBER_UNSAFE', 'A number that is too large for a double, or none; send it as a text.');
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
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
