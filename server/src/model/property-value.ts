import type { TypedValue } from './analysis-query.ts';
import type { JsonValue } from './query.ts';

/** A value of a property as the store encodes it. Undefined if the event does not have it. */
export function jsonOf(typed: TypedValue): JsonValue | undefined {
  if (typed === '') return undefined;
  const text = typed.slice(1);
  if (typed[0] === 't') return text;
  return typed[0] === 'n' ? Number(text) : (JSON.parse(text) as JsonValue);
}
