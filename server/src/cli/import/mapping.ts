import { isUtf8 } from 'node:buffer';
import { restoredCell } from '../../model/csv-cell.ts';
import { SECONDS_BELOW } from '../../time/parse-date-time.ts';
import { define, jsonOfCell, LargeDecimal, textOfCell } from './cell.ts';
import { removeNested, valueAt } from './column-path.ts';
import type { ColumnTypes, GivenTypes } from './column-types.ts';
import { jsonValue } from './json-value.ts';
import { localTime } from './local-time.ts';
import { RowFault } from './row-fault.ts';
import type { Row } from './rows.ts';

/** How columns become an event. Other columns go into `data`. */
export interface Mapping {
  /** The name of every event. */
  readonly event?: string;
  /** The column with the name. */
  readonly eventFrom?: string;
  readonly time?: string;
  readonly user?: string;
  readonly device?: string;
  readonly session?: string;
  /** The column that identifies a row: it becomes the uuid of the event. */
  readonly idFrom?: string;
  /** The types of columns that can't be detected from their values. */
  readonly types?: GivenTypes;
  /** The delimiter of a CSV. */
  readonly delimiter?: string;
  /** Events of another app are accepted. */
  readonly renameApp?: true;
  /** The time zone of times without an offset. */
  readonly timeZone: string;
  /** The time of rows without one: ISO 8601, or `now`. */
  readonly defaultTime?: string;
}

export interface Shape {
  /** CSV only has text: an empty cell is no value. */
  readonly typed: boolean;
  /** Rows are cells: `data` of an event is one cell with JSON. */
  readonly cells: boolean;
  /** Columns whose times have no time zone although they look like instants. */
  readonly localTimes: ReadonlySet<string>;
  readonly columns: ColumnTypes;
}

/** Whether rows are already events, as exported or posted. */
export const isPlain = (mapping: Mapping): boolean =>
  mapping.event === undefined && columnsOf(mapping).length === 0 && mapping.types === undefined;

/** Columns that the mapping names, to detect names that no row has. */
export const columnsOf = ({ eventFrom, time, user, device, session, idFrom }: Mapping): string[] =>
  [eventFrom, time, user, device, session, idFrom].filter((name) => name !== undefined);

/** What is sent to the server for a row. */
export interface Line {
  readonly text: Buffer | string;
  /** Why it is not an event. The server then rejects `text`. */
  readonly fault?: Fault;
  /** What was read one way and could mean something else. */
  readonly doubt?: string;
}

export interface Fault {
  readonly code: string;
  readonly detail: string;
}

/** Turns rows into lines to post. What can't be an event is rejected by the server, with a reason. */
export function mapper(mapping: Mapping, shape: Shape): (row: Row) => Line {
  // Lines that need no change are sent as they are: the server rejects what JSON.parse would lose (repeated keys, 1e400).
  const isRaw = isPlain(mapping) && mapping.timeZone === 'UTC' && !mapping.renameApp;
  const textOfRow = isPlain(mapping) ? plainEvent(mapping, shape) : mappedEvent(mapping, shape);
  return (row) => {
    if (Buffer.isBuffer(row) && isRaw) return { text: row };
    let doubt: string | undefined;
    const times: Times = (value, isLocal) =>
      localTime(value, mapping.timeZone, isLocal, (detail) => {
        doubt = detail;
      });
    try {
      const text = textOfRow(parsedRow(row), times);
      return { text, ...(doubt !== undefined && { doubt }) };
    } catch (error) {
      return { text: 'null', fault: faultOf(error) };
    }
  };
}

/** @throws errors that are not faults of a row */
export function faultOf(error: unknown): Fault {
  if (!(error instanceof RowFault)) throw error;
  return { code: error.code, detail: error.message };
}

export type Cells = Readonly<Record<string, unknown>>;
export type Times = (value: unknown, isLocal: boolean) => unknown;

/** @throws RowFault for a row that is not one JSON object */
export function parsedRow(row: Row): Cells {
  if (!Buffer.isBuffer(row)) return row;
  if (!isUtf8(row)) throw new RowFault('BODY_NOT_UTF8', 'The row is not UTF-8.');
  const text = row.toString('utf8').replace(/^\ufeff/, '');
  const value = jsonValue(text, 'The row');
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Cells;
  throw new RowFault('EVENT_NOT_OBJECT', 'A row must be one JSON object.');
}

/** A row with the fields of an event as its columns, as in an export. */
function plainEvent(
  { renameApp }: Mapping,
  { typed, cells, localTimes }: Shape,
): (row: Cells, timeOf: Times) => string {
  return (row, timeOf) => {
    const fields: string[] = [];
    for (const [name, cell] of Object.entries(row)) {
      if (!isGiven(cell) || (name === 'app' && renameApp)) continue;
      const value = typed ? restoredCell(cell as string) : cell;
      let text: string;
      if (name === 'timestamp' && typeof value !== 'number' && typeof value !== 'bigint')
        text = JSON.stringify(timeOf(value, localTimes.has(name)));
      else if (name === 'data' && cells && typeof value === 'string') text = dataText(value);
      else text = JSON.stringify(jsonOfCell(value, name));
      fields.push(`${JSON.stringify(name)}:${text}`);
    }
    return `{${fields.join(',')}}`;
  };
}

/** JSON in a cell is sent unchanged, on one line, so that the server sees 1e400 and repeated keys. */
function dataText(cell: string): string {
  jsonValue(cell, 'data');
  return cell.replace(/[\r\n]/g, ' ');
}

function mappedEvent(mapping: Mapping, shape: Shape): (row: Cells, timeOf: Times) => string {
  const { event, eventFrom, time, user, device, session, idFrom } = mapping;
  const { localTimes } = shape;
  const dataOf = dataReader(mapping, shape);
  return (row, timeOf) => {
    const at = time === undefined ? undefined : valueAt(row, time);
    const text = (path: string | undefined): string | undefined =>
      path === undefined ? undefined : textOfCell(valueAt(row, path), path);
    return JSON.stringify({
      event: event ?? text(eventFrom),
      ...(isGiven(at) && { timestamp: timeOf(inMilliseconds(at), localTimes.has(time!)) }),
      user: text(user),
      device: text(device),
      session: text(session),
      uuid: text(idFrom),
      data: dataOf(row),
    });
  };
}

/** All columns that are not fields of the event. Absent values, empty cells and NULLs are not properties. */
function dataReader(mapping: Mapping, shape: Shape): (row: Cells) => Cells {
  const { typed, cells, columns } = shape;
  const fields = columnsOf(mapping);
  const taken = new Set(fields);
  const nested = fields.filter((name) => name.includes('.'));
  return (row) => {
    const data: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(row)) {
      if (taken.has(name) || value === undefined || (typed && value === '') || (cells && value === null)) continue;
      const json = columns.read(name, typed ? value : jsonOfColumn(name, value, shape));
      if (json !== undefined) define(data, name, json);
    }
    if (nested.length > 0)
      removeNested(
        data,
        nested.filter((name) => !Object.hasOwn(row, name)),
      );
    return data;
  };
}

/** Numbers of 2^53 or more become their digits and are counted, including those in lists and structs. */
function jsonOfColumn(name: string, value: unknown, { cells, columns, localTimes }: Shape): unknown {
  const isNumber = typeof value === 'number' || typeof value === 'bigint' || value instanceof LargeDecimal;
  // A double from Parquet is exact. A number from JSON has been rounded.
  if (isNumber && columns.isText(name)) return cells ? String(value) : textOfCell(value, name);
  const isNested = !isNumber;
  const onLarge = (path: string): void => columns.addLarge(path, isNested);
  return jsonOfCell(value, name, { isLocal: localTimes.has(name), dropNulls: cells, onLarge });
}

/** Larger numbers are microseconds, then nanoseconds. */
const MILLISECONDS_BELOW = 1e14;
const MICROSECONDS_BELOW = 1e17;

/** Numbers in a column of another program, also as text, can have any unit. */
export function inMilliseconds(value: unknown): unknown {
  const isNumber = typeof value === 'bigint' || typeof value === 'number' || value instanceof LargeDecimal;
  if (!isNumber && !(typeof value === 'string' && /^\d{9,19}(\.\d+)?$/.test(value))) return value;
  const number = Number(value);
  const size = Math.abs(number);
  if (size < SECONDS_BELOW) return number * 1_000;
  if (size < MILLISECONDS_BELOW) return number;
  return Math.floor(size < MICROSECONDS_BELOW ? number / 1e3 : number / 1e6);
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';
