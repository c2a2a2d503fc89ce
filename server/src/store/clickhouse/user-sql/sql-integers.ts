import type { JsonValue } from '../../../model/query.ts';
import type { ResultTable } from '../connection.ts';

type Convert = (value: JsonValue) => JsonValue;

/**
 * Rows whose 64-bit integers were returned as strings: those that a JSON number holds exactly (up to 2^53 - 1) become numbers, larger ones stay strings,
 * at any depth.
 */
export function exactRows({ types, rows }: ResultTable): ResultTable['rows'] {
  const converts = types.map(convertOf);
  if (converts.every((convert) => convert === undefined)) return rows;
  return rows.map((row) => row.map((value, i) => converts[i]?.(value) ?? value));
}

/** @returns undefined when the type contains no such integers */
function convertOf(type: string): Convert | undefined {
  if (/^(?:U?Int(?:64|128|256)|Interval\w+)$/.test(type)) return exact;
  const inner = /^(\w+)\((.*)\)$/s.exec(type);
  if (inner === null) return undefined;
  const [, name, text = ''] = inner;
  switch (name) {
    case 'Nullable':
    case 'LowCardinality':
      return convertOf(text);
    case 'Array': {
      const convert = convertOf(text);
      return convert && ((value) => (Array.isArray(value) ? value.map(convert) : value));
    }
    case 'Map': {
      const convert = convertOf(parts(text)[1] ?? '');
      return convert && ((value) => eachMember(value, () => convert));
    }
    case 'Tuple':
      return tuple(parts(text));
    default:
      return undefined;
  }
}

const exact: Convert = (value) => {
  const number = typeof value === 'string' ? Number(value) : Number.NaN;
  return Number.isSafeInteger(number) ? number : value;
};

/** Tuples are returned as lists; those with named members as objects. */
function tuple(members: readonly string[]): Convert | undefined {
  const named = members.map((member) => /^(?:`((?:[^`\\]|\\.)*)`|([A-Za-z_]\w*)) (.*)$/s.exec(member));
  const converts = members.map((member, i) => convertOf(named[i]?.[3] ?? member));
  if (converts.every((convert) => convert === undefined)) return undefined;
  const byName = new Map(named.map((name, i) => [name?.[1] ?? name?.[2], converts[i]]));
  return (value) =>
    Array.isArray(value)
      ? value.map((each: JsonValue, i) => converts[i]?.(each) ?? each)
      : eachMember(value, (name) => byName.get(name));
}

function eachMember(value: JsonValue, convertFor: (name: string) => Convert | undefined): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, convertFor(name)?.(each) ?? each]));
}

/** `A, B(C, D)` → `A`, `B(C, D)` */
function parts(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (letter === '(') depth++;
    else if (letter === ')') depth--;
    else if (letter === ',' && depth === 0) {
      found.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  return [...found, text.slice(from).trim()];
}
