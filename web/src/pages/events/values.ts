import type { StoredEvent } from '../../api/wire.ts';

const STEP = /\["((?:[^"\\]|\\.)*)"\]|\.?([^.[\]]+)/g;

/** An event's value of a field, spelled as in filters: `data.address.city`, `data["a.b"]`; undefined when there is none. */
export function valueAt(event: StoredEvent, field: string): unknown {
  let value: unknown = event.data;
  for (const [, quoted, plain] of field.replace(/^data/, '').matchAll(STEP)) {
    const key = quoted === undefined ? (plain ?? '') : String(JSON.parse(`"${quoted}"`));
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Object.entries(value).find(([name]) => name === key)?.[1];
  }
  return value;
}

export const textOf = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);

/** The properties in one line: `plan pro · price 19.5`. */
export const summaryOf = ({ data = {} }: StoredEvent): string =>
  Object.entries(data)
    .map(([name, value]) => `${name} ${textOf(value)}`)
    .join(' · ');
