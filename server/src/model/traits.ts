import type { JsonValue } from './query.ts';

/** What a user's `$identify` events say together. */
export type Traits = { readonly [name: string]: JsonValue };

/** Operations in the data of an `$identify`, in the order in which one event does them. Its other keys are set first. */
export const TRAIT_OPERATIONS = ['$set', '$set_once', '$add', '$unset'] as const;

/**
 * The traits after these events: a key keeps its value until an event sets, changes or removes it (docs/concepts/identity.md#traits).
 * @param events the data of each `$identify`, in order of time
 */
export function mergedTraits(events: Iterable<Traits>): Traits {
  const traits = new Map<string, JsonValue>();
  const set = (values: Traits): void => {
    for (const [name, value] of Object.entries(values)) traits.set(name, value);
  };
  for (const event of events) {
    const { $set, $set_once: once, $add: add, $unset: unset, ...plain } = event;
    set(plain);
    set(objectOf($set));
    for (const [name, value] of Object.entries(objectOf(once))) if (!traits.has(name)) traits.set(name, value);
    for (const [name, value] of Object.entries(objectOf(add))) {
      const known = traits.get(name);
      if (typeof value === 'number') traits.set(name, (typeof known === 'number' ? known : 0) + value);
    }
    for (const name of Array.isArray(unset) ? unset : Object.keys(objectOf(unset))) traits.delete(String(name));
  }
  return Object.fromEntries(traits);
}

const objectOf = (value: JsonValue | undefined): Traits =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Traits) : {};
