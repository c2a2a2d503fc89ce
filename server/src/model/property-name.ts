import type { Field, PropertyField } from './query.ts';

export const PROPERTY_MAX_LENGTH = 1_000;
export const COLUMNS = ['event', 'id', 'user', 'device', 'session', 'uuid'] as const;

/**
 * `plan`, `address.city` (nested, or else the key with the dot), `["a.b"]` (only the key), `["a","b.c"]` (the key `b.c` inside
 * `a`). Undefined if it is none of these.
 */
export function parseProperty(text: string): PropertyField | undefined {
  if (text === '' || text.length > PROPERTY_MAX_LENGTH) return undefined;
  if (!text.startsWith('[')) return { kind: 'property', path: text.split('.'), literal: false };
  try {
    const keys: unknown = JSON.parse(text);
    if (Array.isArray(keys) && keys.length > 0 && keys.every((key) => typeof key === 'string'))
      return { kind: 'property', path: keys, literal: true };
  } catch {
    // Not a list of strings.
  }
  return undefined;
}

/** The name of a path, as `parseProperty` reads it. */
export function propertyName(keys: readonly string[]): string {
  const isPlain = keys.every((key) => key !== '' && !/[.[\]]/.test(key));
  return isPlain ? keys.join('.') : JSON.stringify(keys);
}

/** A column by its name, or a property after `data`: `data.plan`, `data["a.b"]`. */
export function parseField(text: string): Field | undefined {
  const column = COLUMNS.find((name) => name === text);
  if (column !== undefined) return { kind: 'column', name: column };
  if (text.startsWith('data.')) return parseProperty(text.slice(5));
  return text.startsWith('data[') ? parseProperty(text.slice(4)) : undefined;
}
