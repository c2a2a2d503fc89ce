import type { GroupKey } from '../model/analysis-query.ts';
import { jsonOf } from '../model/property-value.ts';
import type { JsonValue } from '../model/query.ts';

export type Group = GroupKey | 'other';
/** A value of a breakdown: the value, or that the event does not have the property. */
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

/** For a row: the value of one field of the breakdown; undefined if it is missing, or the group is that of all others. */
export function valueIn(group: readonly GroupValue[] | 'other' | undefined, i: number): JsonValue | undefined {
  const value = group === undefined || group === 'other' ? undefined : group[i];
  return value && 'value' in value ? value.value : undefined;
}

/** For a row of a breakdown by one field: its value, and what kind of group it is. */
export function groupCells(
  group: readonly GroupValue[] | 'other',
): readonly [JsonValue | undefined, 'value' | 'missing' | 'other'] {
  if (group === 'other') return [undefined, 'other'];
  return [valueIn(group, 0), group[0] && 'value' in group[0] ? 'value' : 'missing'];
}
