import { SeismoError } from '../../model/errors.ts';
import { pathPart } from '../../row/shape.ts';
import type { EventLimits } from './limits.ts';
import type { RowWriter } from './row-writer.ts';

/** `data` divided into the three maps of the row. Keys are spelled as in row.ts and the store. */
export class Properties {
  readonly texts: string[] = [];
  readonly numbers: number[] = [];
  readonly others: string[] = [];
  readonly textKeys: string[] = [];
  readonly numberKeys: string[] = [];
  readonly otherKeys: string[] = [];
  /** As in shape.ts. Empty if a value is in no map. */
  shape = '';

  /** The three maps, as RowBinary. */
  write(writer: RowWriter): void {
    writer.varint(this.texts.length);
    for (let i = 0; i < this.texts.length; i++) {
      writer.text(this.textKeys[i]!);
      writer.text(this.texts[i]!);
    }
    writer.varint(this.numbers.length);
    for (let i = 0; i < this.numbers.length; i++) {
      writer.text(this.numberKeys[i]!);
      writer.float(this.numbers[i]!);
    }
    writer.varint(this.others.length);
    for (let i = 0; i < this.others.length; i++) {
      writer.text(this.otherKeys[i]!);
      writer.text(this.others[i]!);
    }
  }
}

/** Which paths are indexed: the number of an app's property names is limited (known-names.ts). */
export interface Indexed {
  admits(path: string): boolean;
}

/**
 * Flattens `data`: nested objects by path (`a.b`), literal dots and backslashes escaped, arrays kept as JSON text.
 * @throws SeismoError EVENT_TOO_DEEP, EVENT_PROPERTIES_TOO_MANY, EVENT_KEY_TOO_LONG, EVENT_NUMBER_UNSAFE, EVENT_TEXT_INVALID
 */
export function flattenData(data: object, limits: EventLimits, indexed: Indexed): Properties {
  const out = new Properties();
  const count = { keys: 0, isWhole: true, objectsLeft: limits.eventMaxBytes };
  walkObject(data as Record<string, unknown>, undefined, 1, out, count, limits, indexed);
  if (!count.isWhole) out.shape = '';
  return out;
}

interface Count {
  keys: number;
  /** Every value so far is in a map. */
  isWhole: boolean;
  /** Characters left for the texts of nested objects. */
  objectsLeft: number;
}

/** What an object shows as if the objects of its event together are longer than an event can be: it still exists. */
const LONG_OBJECT = '{"…":"…"}';

/** JSON texts of keys, which repeat often. */
const quotedKeys = new Map<string, string>();
const QUOTED_MAX = 10_000;

function quoted(key: string): string {
  let text = quotedKeys.get(key);
  if (text === undefined) {
    text = JSON.stringify(key);
    if (quotedKeys.size >= QUOTED_MAX) quotedKeys.clear();
    quotedKeys.set(key, text);
  }
  return text;
}

function walkObject(
  object: Record<string, unknown>,
  prefix: string | undefined,
  depth: number,
  out: Properties,
  count: Count,
  limits: EventLimits,
  indexed: Indexed,
): void {
  if (depth > limits.dataDepthMax) throw tooDeep(prefix ?? '', limits);
  const keys = Object.keys(object);
  count.keys += keys.length;
  if (count.keys > limits.propertiesMax)
    throw new SeismoError(
      'EVENT_PROPERTIES_TOO_MANY',
      `\`data\` has more than ${limits.propertiesMax} properties (\`propertiesMax\`).`,
      {
        field: 'data',
      },
    );
  if (keys.length === 0 && prefix !== undefined) {
    // An empty object is a value itself.
    if (indexed.admits(prefix)) {
      out.shape += addOther('{}', prefix, out);
    } else count.isWhole = false;
    return;
  }
  let separator = '{';
  for (const key of keys) {
    if (key.length > limits.propertyNameMaxLength)
      throw new SeismoError(
        'EVENT_KEY_TOO_LONG',
        `The property name \`${key.slice(0, 40)}…\` has ${key.length} characters; at most ${limits.propertyNameMaxLength} are allowed (\`propertyNameMaxLength\`).`,
        { field: 'data' },
      );
    if (!isWellFormed(key)) checkText(key, `data${prefix === undefined ? '' : `.${prefix}`}`);
    const path = prefix === undefined ? pathPart(key) : `${prefix}.${pathPart(key)}`;
    const value = object[key];
    out.shape += `${separator}${quoted(key)}:`;
    separator = ',';
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      walkObject(value as Record<string, unknown>, path, depth + 1, out, count, limits, indexed);
      continue;
    }
    const letter = addValue(value, path, depth, out, count, limits, indexed);
    if (letter === undefined) count.isWhole = false;
    else out.shape += letter;
  }
  out.shape += separator === '{' ? '{}' : '}';
  // Its members have their own paths; the object also has its JSON text, besides what the shape rebuilds.
  if (prefix !== undefined && indexed.admits(prefix)) addOther(textOf(object, count), prefix, out);
}

/** Objects inside objects repeat their content, so their total length is limited. */
function textOf(object: object, count: Count): string {
  const text = count.objectsLeft > 0 ? JSON.stringify(object) : '';
  count.objectsLeft -= text.length;
  return count.objectsLeft > 0 ? text : LONG_OBJECT;
}

/** @returns the letter of its map, or undefined if the path is not indexed */
function addValue(
  value: unknown,
  path: string,
  depth: number,
  out: Properties,
  count: Count,
  limits: EventLimits,
  indexed: Indexed,
): 't' | 'n' | 'o' | undefined {
  if (typeof value === 'string') {
    checkDataText(value, path);
    if (!indexed.admits(path)) return undefined;
    // Default values of a map are kept in another one, so that a check for presence need not read all keys.
    if (value === '') return addOther('""', path, out);
    out.texts.push(value);
    out.textKeys.push(path);
    return 't';
  }
  if (typeof value === 'number') {
    checkNumber(value, path);
    if (!indexed.admits(path)) return undefined;
    if (value === 0) return addOther('0', path, out);
    out.numbers.push(value);
    out.numberKeys.push(path);
    return 'n';
  }
  if (Array.isArray(value)) checkArray(value, path, depth + 1, count, limits);
  if (!indexed.admits(path)) return undefined;
  return addOther(JSON.stringify(value), path, out);
}

function addOther(json: string, path: string, out: Properties): 'o' {
  out.others.push(json);
  out.otherKeys.push(path);
  return 'o';
}

const tooDeep = (path: string, limits: EventLimits): SeismoError =>
  new SeismoError(
    'EVENT_TOO_DEEP',
    `\`data\` is nested more than ${limits.dataDepthMax} levels deep (\`dataDepthMax\`) at \`${path.slice(0, 100)}\`.`,
    { field: 'data' },
  );

function checkArray(array: readonly unknown[], path: string, depth: number, count: Count, limits: EventLimits): void {
  if (depth > limits.dataDepthMax) throw tooDeep(path, limits);
  for (const value of array) {
    if (typeof value === 'string') checkDataText(value, path);
    else if (typeof value === 'number') checkNumber(value, path);
    else if (Array.isArray(value)) checkArray(value, path, depth + 1, count, limits);
    else if (typeof value === 'object' && value !== null) {
      // Objects inside arrays are checked but not indexed.
      walkObject(value as Record<string, unknown>, path, depth + 1, new Properties(), count, limits, NOTHING);
    }
  }
}

/**
 * JSON.parse has already rounded: a number of 2^53 or more may have been another integer in the body, and 1e400 is
 * infinite. Both are rejected. A double with a fraction is what every JSON reader makes of it.
 */
function checkNumber(value: number, path: string): void {
  if (value >= 9_007_199_254_740_992 || value <= -9_007_199_254_740_992)
    throw new SeismoError(
      'EVENT_NUMBER_UNSAFE',
      `\`data.${path.slice(0, 100)}\` is a number of 2^53 or more, which a double can't hold exactly. Send it as a string.`,
      { field: `data.${path.slice(0, 100)}` },
    );
}

const NOTHING: Indexed = { admits: () => false };

function checkDataText(value: string, path: string): void {
  if (!isWellFormed(value)) checkText(value, `data.${path}`);
}

/** @throws EVENT_TEXT_INVALID for a lone surrogate, which UTF-8 can't encode */
export function checkText(value: string, field: string): void {
  if (!isWellFormed(value))
    throw new SeismoError(
      'EVENT_TEXT_INVALID',
      `\`${field.slice(0, 100)}\` contains a lone surrogate, which UTF-8 can't encode.`,
      {
        field: field.slice(0, 100),
      },
    );
}

const SURROGATE = /[\ud800-\udfff]/;
function isWellFormed(value: string): boolean {
  return !SURROGATE.test(value) || value.isWellFormed();
}
