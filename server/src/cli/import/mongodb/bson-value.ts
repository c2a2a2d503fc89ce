import type { Binary, BSON, Code, DBRef, Long, ObjectId, Timestamp } from 'mongodb';
import { define, jsonOfCell } from '../cell.ts';
import { RowFault } from '../row-fault.ts';

/** What documents are read with: 64-bit integers arrive exactly, and nothing loses its type. */
export const READ_OPTIONS = {
  useBigInt64: true,
  promoteLongs: true,
  promoteValues: true,
  bsonRegExp: true,
} as const satisfies BSON.DeserializeOptions;

const UUID_SUBTYPE = 4;
const SAFE_BELOW = 2 ** 53;

/**
 * A value of BSON as JSON that Seismo accepts (docs/send-events/first-database.md). Undefined: there is none.
 * @param path for the error
 * @throws RowFault for a date outside the years that JavaScript has
 */
export function jsonOfBson(value: unknown, path: string): unknown {
  if (value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return jsonOfDouble(value);
  if (typeof value === 'bigint') return jsonOfCell(value, path);
  if (value instanceof Date) return isoTime(value, path);
  if (Array.isArray(value)) return value.map((item, i) => jsonOfBson(item, `${path}.${i}`) ?? null);
  const type = (value as { readonly _bsontype?: string })._bsontype;
  return type === undefined ? jsonOfDocument(value as object, path) : jsonOfType(type, value, path);
}

function jsonOfDocument(document: object, path: string): Readonly<Record<string, unknown>> {
  const copy: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(document)) {
    const json = jsonOfBson(item, `${path}.${name}`);
    if (json !== undefined) define(copy, name, json);
  }
  return copy;
}

/** NaN is no value. What a double can't hold exactly, or JSON not at all, becomes text. */
function jsonOfDouble(value: number): number | string | undefined {
  if (Number.isNaN(value)) return undefined;
  return Math.abs(value) < SAFE_BELOW ? value : String(value);
}

/** @param type as the driver names its classes; by name, since a document can come from another copy of them */
function jsonOfType(type: string, value: object, path: string): unknown {
  switch (type) {
    case 'ObjectId':
      return (value as ObjectId).toHexString();
    case 'Decimal128':
      return jsonOfDecimal(String(value));
    case 'Long':
      return jsonOfCell((value as Long).toBigInt(), path);
    case 'Int32':
    case 'Double':
      return jsonOfDouble(Number(value));
    case 'Binary':
      return bytesText(value as Binary, path);
    // Seconds, and a counter that says nothing to people.
    case 'Timestamp':
      return isoTime(new Date((value as Timestamp).getHighBitsUnsigned() * 1_000), path);
    case 'BSONRegExp': {
      const { pattern, options } = value as BSON.BSONRegExp;
      return `/${pattern}/${options}`;
    }
    case 'Code':
      return String((value as Code).code);
    case 'DBRef': {
      const { collection, oid, db, fields } = value as DBRef;
      return jsonOfDocument({ $ref: collection, $id: oid, ...(db && { $db: db }), ...fields }, path);
    }
    // MinKey, MaxKey.
    default:
      return type === 'BSONSymbol' ? String(value) : type;
  }
}

/** The nearest double, as for decimals of Parquet. */
function jsonOfDecimal(digits: string): number | string | undefined {
  const value = Number(digits);
  if (Number.isNaN(value)) return undefined;
  return Math.abs(value) < SAFE_BELOW ? value : digits;
}

function bytesText(value: Binary, path: string): unknown {
  const bytes = value.buffer.subarray(0, value.position);
  return value.sub_type === UUID_SUBTYPE && bytes.length === 16 ? value.toUUID().toString() : jsonOfCell(bytes, path);
}

function isoTime(value: Date, path: string): string {
  if (Number.isNaN(value.getTime()))
    throw new RowFault('EVENT_DATA_INVALID', `\`${path}\` is a time outside the valid years.`);
  return value.toISOString();
}
