/**
 * The shape of an event's `data`: its JSON with each value replaced by a letter, `t` (in the map texts), `n` (numbers) or
 * `o` (others, the JSON text itself): `{"plan":t,"address":{"city":t},"ms":n,"ok":o}`. Most events with the same name share one,
 * so it costs next to nothing, while the text of `data` would store every value a second time.
 */

/** By path, as properties.ts spells it: keys joined by dots, with literal dots and backslashes escaped. */
export interface PropertyMaps {
  readonly texts: { get(path: string): string | undefined };
  readonly numbers: { get(path: string): number | undefined };
  readonly others: { get(path: string): string | undefined };
}

interface ValueSlot {
  readonly kind: 't' | 'n' | 'o';
  readonly path: string;
}
type Part = string | ValueSlot;

/** Parsed shapes. Emptied if callers make too many. */
const known = new Map<string, readonly Part[]>();
const KNOWN_MAX = 10_000;

/** The properties of an event with this shape, and the map of each value. */
export const propertiesOf = (shape: string): readonly ValueSlot[] =>
  partsOf(shape).filter((part): part is ValueSlot => typeof part !== 'string');

/** Paths of the objects with members within an event of this shape. */
export function objectsOf(shape: string): readonly string[] {
  const paths: string[] = [];
  partsOf(shape, (path) => paths.push(path));
  return paths;
}

/** Rebuilds the JSON text of `data`. */
export function dataOf(shape: string, maps: PropertyMaps): string {
  let parts = known.get(shape);
  if (parts === undefined) {
    parts = partsOf(shape);
    if (known.size >= KNOWN_MAX) known.clear();
    known.set(shape, parts);
  }
  let text = '';
  for (const part of parts) {
    if (typeof part === 'string') text += part;
    else if (part.kind === 't') text += JSON.stringify(maps.texts.get(part.path));
    else if (part.kind === 'n') text += JSON.stringify(maps.numbers.get(part.path));
    else text += maps.others.get(part.path);
  }
  return text;
}

/**
 * A key in a path: its dots and backslashes are escaped with a backslash. The empty key is `\-`, because the engine can't
 * find an empty key in a map with buckets.
 */
export const pathPart = (key: string): string =>
  key === '' ? '\\-' : /[.\\]/.test(key) ? key.replace(/[.\\]/g, '\\$&') : key;

/** The keys of a path. */
export function keysOfPath(path: string): string[] {
  return path.split(/(?<=(?<!\\)(?:\\\\)*)\./).map((part) => (part === '\\-' ? '' : part.replace(/\\(.)/gs, '$1')));
}

function partsOf(shape: string, onObject: (path: string) => void = () => {}): Part[] {
  const parts: Part[] = [];
  /** Paths of the open objects. */
  const open: (string | undefined)[] = [];
  let prefix: string | undefined;
  let path = '';
  let literal = '';
  for (let at = 0; at < shape.length; at++) {
    const letter = shape[at]!;
    if (letter === '"') {
      const end = endOfText(shape, at);
      const key = JSON.parse(shape.slice(at, end)) as string;
      path = prefix === undefined ? pathPart(key) : `${prefix}.${pathPart(key)}`;
      literal += shape.slice(at, end);
      at = end - 1;
    } else if (letter === 't' || letter === 'n' || letter === 'o') {
      parts.push(literal, { kind: letter, path });
      literal = '';
    } else {
      if (letter === '{') {
        open.push(prefix);
        if (open.length > 1) onObject(path);
        // The outermost object has no path, and its keys have no prefix.
        prefix = open.length === 1 ? undefined : path;
      } else if (letter === '}') prefix = open.pop();
      literal += letter;
    }
  }
  parts.push(literal);
  return parts;
}

function endOfText(shape: string, start: number): number {
  let at = start + 1;
  while (shape[at] !== '"') at += shape[at] === '\\' ? 2 : 1;
  return at + 1;
}
