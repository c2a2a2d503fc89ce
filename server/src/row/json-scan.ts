/**
 * Finds what JSON.parse hides: a repeated key (it keeps the last) and a number so small that it became 0. Both
 * scanners expect text that JSON.parse has accepted.
 */

export interface Glance {
  /** Keys of all objects: each has one colon outside of strings. */
  readonly keys: number;
  /** Commas and opening brackets, which a parser turns into values. */
  readonly values: number;
  /** The nesting depth of the brackets. */
  readonly depth: number;
  /** A number has a negative exponent and may have become 0. */
  readonly hasSmall: boolean;
}

/** More keys in the text than in the parsed value mean that a key is repeated. The text may not be JSON yet. About 1 ns for each byte. */
export function glanceAt(bytes: Uint8Array): Glance {
  let keys = 0;
  let values = 0;
  let open = 0;
  let depth = 0;
  let hasSmall = false;
  const { length } = bytes;
  for (let at = 0; at < length; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      at++;
      while (bytes[at] !== QUOTE) {
        if (bytes[at] === BACKSLASH) at++;
        at++;
        if (at >= length) return { keys, values, depth, hasSmall };
      }
    } else if (byte === COLON) keys++;
    else if (byte === COMMA) values++;
    // `[` and `]` differ from the brackets of objects by one bit.
    else if ((byte | 32) === BRACE) {
      values++;
      if (++open > depth) depth = open;
    } else if ((byte | 32) === BRACE_END) open--;
    // `e-` or `E-`: no literal of JSON contains either.
    else if (byte === MINUS && at > 0 && (bytes[at - 1]! | 32) === LETTER_E) hasSmall = true;
  }
  return { keys, values, depth, hasSmall };
}

/** With this many zeros after its point, a number becomes 0 without an exponent (the smallest double is 4.9e-324). */
const ZEROS = '0'.repeat(300);
export const mayVanish = (text: string, { hasSmall }: Pick<Glance, 'hasSmall'>): boolean =>
  hasSmall || text.includes(ZEROS);

/** The number of keys in a parsed value, including objects in arrays. */
export function keysOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let keys = 0;
  const stack: object[] = [value];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const items: readonly unknown[] = Array.isArray(next) ? next : Object.values(next);
    if (items !== next) keys += items.length;
    for (const item of items) if (typeof item === 'object' && item !== null) stack.push(item);
  }
  return keys;
}

export interface Hidden {
  /** The index of the event; 0 for a single object, -1 if it is outside of all events. */
  readonly index: number;
  /** A key that is repeated in one object. */
  readonly key?: string;
  /** A number that is not 0 but became 0. */
  readonly number?: string;
}

/**
 * Finds repeated keys, and numbers that became 0: the first such fault of each event, whose rest is
 * skipped, and nothing after a fault outside of all events.
 * @param arrayDepth where the events are: 0: the text is one event; 1: an array of events; 2: an object with the array
 */
export function hiddenFaults(text: string, arrayDepth: 0 | 1 | 2): Hidden[] {
  const found: Hidden[] = [];
  /** One entry for each open object (its keys) or array (undefined). */
  const open: (Set<string> | undefined)[] = [];
  let index = 0;
  /** The event that already has a fault. */
  let faulty = -1;
  const isAmongEvents = (): boolean => arrayDepth > 0 && open.length === arrayDepth && open.at(-1) === undefined;
  const isPassedOver = (): boolean => index === faulty && open.length >= arrayDepth;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      const start = at++;
      while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
      if (isPassedOver()) continue;
      let after = at + 1;
      while (isSpace(text.charCodeAt(after))) after++;
      if (text.charCodeAt(after) !== COLON) continue;
      const keys = open.at(-1);
      const key = JSON.parse(text.slice(start, at + 1)) as string;
      if (keys?.has(key)) {
        faulty = open.length <= arrayDepth ? -1 : index;
        found.push({ index: faulty, key });
        if (faulty === -1 || arrayDepth === 0) return found;
      }
      keys?.add(key);
    } else if (unit >= DIGIT_0 && unit <= DIGIT_9) {
      if (isPassedOver()) continue;
      NUMBER.lastIndex = at;
      const [number = '', digits = ''] = NUMBER.exec(text) ?? [];
      if (Number(number) === 0 && /[1-9]/.test(digits)) {
        faulty = open.length > arrayDepth || isAmongEvents() ? index : -1;
        found.push({ index: faulty, number });
        if (faulty === -1 || arrayDepth === 0) return found;
      }
      at += Math.max(number.length, 1) - 1;
    } else if (unit === BRACE) open.push(new Set());
    else if (unit === 91) {
      open.push(undefined);
      // In {events: […], sentAt}, only the array at depth 2 counts; any other array inside an event is deeper.
      if (open.length === arrayDepth) index = 0;
    } else if (unit === BRACE_END || unit === 93) open.pop();
    else if (unit === COMMA && isAmongEvents()) index++;
  }
  return found;
}

const isSpace = (unit: number): boolean => unit === 32 || unit === 10 || unit === 13 || unit === 9;
const QUOTE = 34;
const BACKSLASH = 92;
const COLON = 58;
const COMMA = 44;
const BRACE = 123;
const BRACE_END = 125;
const MINUS = 45;
const LETTER_E = 101;
const DIGIT_0 = 48;
const DIGIT_9 = 57;
/** Without its sign, and with the digits before the exponent separated. */
const NUMBER = /([\d.]+)(?:[eE][+-]?\d+)?/y;
