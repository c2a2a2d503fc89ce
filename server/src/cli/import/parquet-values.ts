import { isUtf8 } from 'node:buffer';
import { type FileMetaData, type ParquetParsers, parquetSchema, type SchemaElement, type SchemaTree } from 'hyparquet';
import { DAY_MS } from '../../model/duration.ts';
import { BadCell, Day, JsonText, LargeDecimal } from './cell.ts';

/** Converts what hyparquet reads into the value that is meant. */
export type Converter = (value: unknown) => unknown;

/** Strings keep a leading U+FEFF, and bytes that are not UTF-8 stay bytes: hyparquet's own decoder drops the former and replaces the latter. */
const textOfBytes = (bytes: Uint8Array | undefined): unknown => {
  if (bytes === undefined) return undefined;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return isUtf8(view) ? view.toString('utf8') : bytes;
};

export const PARSERS: Partial<ParquetParsers> = {
  stringFromBytes: textOfBytes,
  dateFromDays: (days) => new Day(days * DAY_MS),
  jsonFromBytes(bytes: Uint8Array | undefined) {
    const text = textOfBytes(bytes);
    return typeof text === 'string' ? new JsonText(text) : text;
  },
};

/**
 * Converters for columns that hyparquet 1.31.5 reads incorrectly or not at all: decimals (it multiplies by 10^-scale, which does
 * not give the nearest double), intervals and BSON (it throws), times of day (bare integers). Their annotations are removed from
 * `metadata`, so that hyparquet returns what is stored.
 */
export function convertersOf(metadata: FileMetaData): ReadonlyMap<string, Converter> {
  const converters = new Map<string, Converter>();
  for (const column of parquetSchema(metadata).children) {
    const convert = converterOf(column);
    if (convert !== undefined) converters.set(column.element.name, convert);
  }
  return converters;
}

/** Columns, and struct fields by dotted path, with a time or date without a time zone. */
export function localPathsOf(metadata: FileMetaData): ReadonlySet<string> {
  const paths = new Set<string>();
  const visit = ({ element, children, path }: SchemaTree): void => {
    const { logical_type: type, converted_type: converted } = element;
    const isLocal = type?.type === 'TIMESTAMP' && !type.isAdjustedToUTC;
    if (isLocal || type?.type === 'DATE' || converted === 'DATE') paths.add(path.join('.'));
    children.forEach(visit);
  };
  visit(parquetSchema(metadata));
  return paths;
}

/** @returns undefined if nothing in the column needs one */
function converterOf(node: SchemaTree): Converter | undefined {
  const inner = node.children.length === 0 ? leafConverter(node.element) : groupConverter(node);
  if (inner === undefined || node.element.repetition_type !== 'REPEATED') return inner;
  return (value) => (Array.isArray(value) ? value.map((item) => ifThere(item, inner)) : value);
}

const ifThere = (value: unknown, convert: Converter): unknown =>
  value === undefined || value === null ? value : convert(value);

/** As hyparquet returns them: lists are arrays, maps and structs are objects. */
function groupConverter({ element, children }: SchemaTree): Converter | undefined {
  if (element.logical_type?.type === 'VARIANT') return undefined;
  const [first] = children;
  const isRepeated = children.length === 1 && first?.element.repetition_type === 'REPEATED';
  if (element.converted_type === 'LIST' && isRepeated && first.children.length <= 1) {
    const [only] = first.children;
    const convert = only === undefined ? leafConverter(first.element) : converterOf(only);
    return convert && ((value) => (Array.isArray(value) ? value.map((item) => ifThere(item, convert)) : value));
  }
  if (element.converted_type === 'MAP' && isRepeated && first.children.length === 2) {
    const convert = converterOf(first.children[1]!);
    return convert && ((value) => converted(value as object, () => convert));
  }
  const fields = new Map<string, Converter>();
  for (const child of children) {
    const convert = converterOf(child);
    if (convert !== undefined) fields.set(child.element.name, convert);
  }
  return fields.size === 0 ? undefined : (value) => converted(value as object, (name) => fields.get(name));
}

function converted(value: object, converterFor: (name: string) => Converter | undefined): object {
  if (Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const convert = converterFor(name);
      return [name, convert === undefined ? item : ifThere(item, convert)];
    }),
  );
}

function leafConverter(element: SchemaElement): Converter | undefined {
  const { type, converted_type: converted, logical_type: logical } = element;
  const is = (name: string): boolean => converted === name || logical?.type === name;
  if (is('DECIMAL')) return taken(element, decimalConverter(element));
  if (converted === 'INTERVAL') return taken(element, intervalText);
  if (is('BSON')) return taken(element, (value) => value);
  if (converted === 'TIME_MILLIS' || converted === 'TIME_MICROS' || logical?.type === 'TIME') {
    const perSecond = converted === 'TIME_MILLIS' ? 1_000 : converted === 'TIME_MICROS' ? 1_000_000 : unitOf(element);
    return taken(element, (value) => timeText(BigInt(value as number | bigint), BigInt(perSecond)));
  }
  if (type !== 'BYTE_ARRAY') return undefined;
  if (converted === 'UTF8' || is('JSON') || is('STRING'))
    return (value) =>
      value instanceof Uint8Array ? new BadCell('BODY_NOT_UTF8', 'is declared as text but is not UTF-8.') : value;
  // Many programs write strings without marking them: text if it is UTF-8, otherwise bytes.
  if (converted === undefined || converted === 'ENUM')
    if (!is('GEOMETRY') && !is('GEOGRAPHY')) element.converted_type = 'UTF8';
  return undefined;
}

/** Removes the annotation, so that hyparquet leaves the values unchanged. */
function taken(element: SchemaElement, convert: Converter): Converter {
  delete element.converted_type;
  delete element.logical_type;
  return convert;
}

function unitOf({ logical_type: logical }: SchemaElement): number {
  const unit = logical?.type === 'TIME' ? logical.unit : 'MILLIS';
  return unit === 'NANOS' ? 1e9 : unit === 'MICROS' ? 1e6 : 1e3;
}

/** Powers of ten that a double holds exactly. */
const TENS = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22,
];
const UNSAFE = 2 ** 53;

/** The double nearest to the decimal, or its digits from 2^53 on, as for every other integer. */
function decimalConverter({ scale: converted, logical_type: logical }: SchemaElement): Converter {
  const scale = (logical?.type === 'DECIMAL' ? logical.scale : converted) ?? converted ?? 0;
  const ten = TENS[scale];
  return (value) => {
    const unscaled = value instanceof Uint8Array ? signed(value) : (value as number | bigint);
    const integer = Number(unscaled);
    // Both are exact, and a division rounds to the nearest double (IEEE 754).
    if (ten !== undefined && Number.isSafeInteger(integer)) return integer / ten;
    const number = Number(`${unscaled}e${-scale}`);
    return Math.abs(number) < UNSAFE ? number : new LargeDecimal(decimalText(BigInt(unscaled), scale));
  };
}

function decimalText(unscaled: bigint, scale: number): string {
  if (scale <= 0) return `${unscaled}${'0'.repeat(-scale)}`;
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Two's complement, most significant byte first. */
function signed(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
}

/** ISO 8601 from months, days and milliseconds, each a 32-bit integer. */
function intervalText(value: unknown): unknown {
  if (!(value instanceof Uint8Array) || value.length !== 12)
    return new BadCell('EVENT_DATA_INVALID', 'has an interval that is not 12 bytes long.');
  const view = new DataView(value.buffer, value.byteOffset, 12);
  const [months, days, ms] = [0, 4, 8].map((at) => view.getUint32(at, true)) as [number, number, number];
  const date = `${part(Math.floor(months / 12), 'Y')}${part(months % 12, 'M')}${part(days, 'D')}`;
  const clock = `${part(Math.floor(ms / 3_600_000), 'H')}${part(Math.floor(ms / 60_000) % 60, 'M')}${part((ms % 60_000) / 1000, 'S')}`;
  return date + clock === '' ? 'PT0S' : `P${date}${clock === '' ? '' : `T${clock}`}`;
}

const part = (count: number, unit: string): string => (count === 0 ? '' : `${count}${unit}`);

/** HH:MM:SS, with the non-zero digits of the fraction. */
function timeText(value: bigint, perSecond: bigint): unknown {
  const seconds = Number(value / perSecond);
  if (value < 0n || seconds >= 86_400)
    return new BadCell('EVENT_DATA_INVALID', 'has a time of day of more than 24 hours.');
  const two = (number: number): string => String(Math.floor(number)).padStart(2, '0');
  const places = String(perSecond).length - 1;
  const fraction = String(value % perSecond)
    .padStart(places, '0')
    .replace(/0+$/, '');
  const text = `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
  return fraction === '' ? text : `${text}.${fraction}`;
}
