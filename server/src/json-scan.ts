/**
 * What JSON.parse does not tell: a key that stands twice (it keeps the last) and a number it had to round. Both scanners
 * take text that JSON.parse has accepted.
 */

/**
 * Counts the keys of all objects in the text (each has one colon outside of texts); more than the parsed value holds
 * means that some key stands twice. About 1 ns a byte.
 */
export function countKeys(bytes: Uint8Array): number {
  let keys = 0;
  const { length } = bytes;
  for (let at = 0; at < length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at++;
      while (bytes[at] !== QUOTE) {
        if (bytes[at] === BACKSLASH) at++;
        at++;
        if (at >= length) return keys;
      }
    } else if (byte === COLON) keys++;
  }
  return keys;
}

/** Keys in a parsed value, objects inside arrays included. */
export function keysOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let keys = 0;
  const stack: object[] = [value];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (Array.isArray(next)) {
      for (const item of next) if (typeof item === 'object' && item !== null) stack.push(item);
    } else {
      for (const key of Object.keys(next)) {
        keys++;
        const item = (next as Record<string, unknown>)[key];
        if (typeof item === 'object' && item !== null) stack.push(item);
      }
    }
  }
  return keys;
}

export interface Repeated {
  /** Index of the event among the others, 0 for a single object, -1 when the key stands outside of all events. */
  readonly index: number;
  readonly key: string;
}

/**
 * Finds the keys that stand twice in one object.
 * @param arrayDepth where the events are: 0 the text is one event, 1 an array of them, 2 an object that holds the array
 */
export function repeatedKeys(text: string, arrayDepth: 0 | 1 | 2): Repeated[] {
  const found: Repeated[] = [];
  /** One entry an open object (its keys) or array (undefined). */
  const open: (Set<string> | undefined)[] = [];
  let index = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      const start = at++;
      while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
      let after = at + 1;
      while (isSpace(text.charCodeAt(after))) after++;
      if (text.charCodeAt(after) !== COLON) continue;
      const keys = open.at(-1);
      const key = JSON.parse(text.slice(start, at + 1)) as string;
      if (keys?.has(key)) found.push({ index: open.length <= arrayDepth ? -1 : index, key });
      keys?.add(key);
    } else if (unit === 123) open.push(new Set());
    else if (unit === 91) {
      open.push(undefined);
      // In {events: […], sentAt} only the array at depth 2 counts; any other array inside an event is deeper.
      if (open.length === arrayDepth) index = 0;
    } else if (unit === 125 || unit === 93) open.pop();
    else if (unit === 44 && arrayDepth > 0 && open.length === arrayDepth && open.at(-1) === undefined) index++;
  }
  return found;
}

const isSpace = (unit: number): boolean => unit === 32 || unit === 10 || unit === 13 || unit === 9;
const QUOTE = 34;
const BACKSLASH = 92;
const COLON = 58;
