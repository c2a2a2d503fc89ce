import { isUtf8 } from 'node:buffer';
import { jsonValue } from './json-value.ts';
import { RowFault } from './row-fault.ts';

/** A calendar day without a time zone, as in Parquet's DATE: midnight, as if in UTC. */
export class Day extends Date {}

/** JSON text, parsed where errors can be reported with their row. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** The digits of a decimal of 2^53 or more, which a double can't hold exactly. */
export class LargeDecimal {
  readonly digits: string;

  constructor(digits: string) {
    this.digits = digits;
  }

  toString(): string {
    return this.digits;
  }
}

/** An unusable value. Its row is rejected for this reason. */
export class BadCell {
  readonly code: string;
  /** What follows the name of the column. */
  readonly detail: string;

  constructor(code: string, detail: string) {
    this.code = code;
    this.detail = detail;
  }
}

interface CellOptions {
  readonly isLocal?: boolean;
  readonly dropNulls?: boolean;
  /** Called for each number of 2^53 or more, which becomes its digits, with its path. */
  readonly onLarge?: ((path: string) => void) | undefined;
}

/**
 * A cell as JSON: Parquet has bigints, dates and bytes. Bytes become text if they are UTF-8, otherwise base64.
 * NaN becomes undefined. With `dropNulls`, NULLs in a struct are left out. @throws RowFault that names the column
 */
export function jsonOfCell(value: unknown, column: string, options: CellOptions = {}): unknown {
  const { isLocal = false, dropNulls = false, onLarge } = options;
  if (typeof value === 'string' || typeof value === 'boolean' || value === null || value === undefined) return value;
  if (typeof value === 'number') return jsonNumber(value, column);
  if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) return Number(value);
  if (typeof value === 'bigint' || value instanceof LargeDecimal) {
    onLarge?.(column);
    return typeof value === 'bigint' ? String(value) : value.digits;
  }
  if (value instanceof Date) return dateText(value, column, isLocal);
  if (value instanceof Uint8Array) return bytesText(value);
  if (value instanceof JsonText) return jsonValue(value.text, `The column \`${column}\``);
  if (value instanceof BadCell) throw new RowFault(value.code, `The column \`${column}\` ${value.detail}`);
  // A list keeps its length, so that positions stay the same.
  const inside = { dropNulls, onLarge };
  if (Array.isArray(value)) return value.map((item) => jsonOfCell(item, column, inside) ?? null);
  const copy: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value as object)) {
    const json = item === null && dropNulls ? undefined : jsonOfCell(item, `${column}.${name}`, inside);
    if (json !== undefined) define(copy, name, json);
  }
  return copy;
}

function jsonNumber(value: number, column: string): number | undefined {
  if (Number.isNaN(value)) return undefined;
  if (Number.isFinite(value)) return value;
  throw new RowFault(
    'EVENT_NUMBER_UNSAFE',
    `The column \`${column}\` has a number that is too large for a double. Write it as text.`,
  );
}

function dateText(value: Date, column: string, isLocal: boolean): string {
  if (Number.isNaN(value.getTime()))
    throw new RowFault('EVENT_DATA_INVALID', `The column \`${column}\` has a time outside the valid years.`);
  const text = value.toISOString();
  return value instanceof Day ? text.slice(0, -14) : isLocal ? text.slice(0, -1) : text;
}

function bytesText(value: Uint8Array): string {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'base64');
}

/**
 * An id, a name or the like as text. Undefined if there is none.
 * @throws RowFault for a number of 2^53 or more: JSON.parse has rounded it, and two ids may have become one
 */
export function textOfCell(value: unknown, column: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'number' && Math.abs(value) >= 2 ** 53)
    throw new RowFault(
      'EVENT_NUMBER_UNSAFE',
      `The column \`${column}\` has a number of 2^53 or more, which a double can't hold exactly. Write it as text.`,
    );
  if (value instanceof Date) return dateText(value, column, false);
  if (value instanceof LargeDecimal) return value.digits;
  return typeof value === 'object' ? JSON.stringify(jsonOfCell(value, column)) : String(value);
}

/** A column can be named `__proto__`. */
export function define(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  else target[name] = value;
}
