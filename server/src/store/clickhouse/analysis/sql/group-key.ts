import type { GroupKey } from '../../../../model/analysis-query.ts';
import type { Field } from '../../../../model/query.ts';
import type { Bound } from '../../sql.ts';
import { typedValue } from './value-sql.ts';

/** Two values as one string, preceded by the length of the first in bytes. */
export function keySql(fields: readonly Field[], bound: Bound): string {
  const [first, second] = fields.map((field) => typedValue(field, bound));
  if (first === undefined) return "''";
  return second === undefined ? first : `concat(toString(length(${first})), ':', ${first}, ${second})`;
}

export function decodeKey(text: string, fields: number): GroupKey {
  if (fields < 2) return fields === 0 ? [] : [text];
  const colon = text.indexOf(':');
  const bytes = Buffer.from(text.slice(colon + 1));
  const length = Number(text.slice(0, colon));
  return [bytes.subarray(0, length).toString(), bytes.subarray(length).toString()];
}

export function encodeKey([first = '', second]: GroupKey): string {
  return second === undefined ? first : `${Buffer.byteLength(first)}:${first}${second}`;
}

/**
 * The index of a row's group among these, counted from 1; 0 for all others.
 * @param key an expression, as returned by `keySql`
 * @param factor multiplies the indexes, within the table where it costs nothing
 */
export function groupIndexSql(
  key: string,
  groups: readonly GroupKey[],
  bound: Bound,
  type: 'Int64' | 'UInt32' | 'UInt16' = 'Int64',
  factor = 1,
): string {
  if (groups.length === 0) return '0';
  const keys = bound.add('Array(String)', groups.map(encodeKey));
  const indexes = bound.add(
    `Array(${type})`,
    groups.map((_, i) => (i + 1) * factor),
  );
  return `transform(${key}, ${keys}, ${indexes}, 0)`;
}
