import type { GroupKey } from '../model/analysis-query.ts';
import { jsonOf } from '../model/property-value.ts';
import type { JsonValue } from '../model/query.ts';

export type Group = GroupKey | 'other';
/** A value of a breakdown: the value, or that the event does not have it. */
export type GroupValue =
  | { readonly field: string; readonly value: JsonValue }
  | { readonly field: string; readonly missing: true };

export function groupOf(group: Group, fields: readonly string[]): readonly GroupValue[] | 'other' {
  if (group === 'other') return 'other';
  return group.map((typed, i) => {
    const value = jsonOf(typed);
    const field = fields[i]!;
    return value === undefined ? { field, missing: true } : { field, value };
  });
}
