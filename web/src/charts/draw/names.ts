/** Names and values come from strangers: what is written of them is one line of text, never HTML, and never a template of ECharts. */
import type { AnswerOf, Filter } from '../../api/wire.ts';

type Series = AnswerOf<'trend'>['result']['series'][number];
export type Group = NonNullable<Series['group']>;

const LENGTH_MAX = 80;
/** Control characters, and those that turn the direction of writing. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** One line, cut where it gets long. */
export function lineOf(text: string, lengthMax = LENGTH_MAX): string {
  const line = text.replace(UNSEEN, ' ').trim();
  const letters = [...line];
  return letters.length > lengthMax ? `${letters.slice(0, lengthMax - 1).join('')}…` : line;
}

/** Any JSON value as it is read. */
export function valueName(value: unknown): string {
  if (value === '') return '(empty)';
  return lineOf(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
}

export const fieldName = (field: string): string => lineOf(field.replace(/^data\./, ''));

export function groupName(group: Group): string {
  if (group === 'other') return 'Other';
  return group.map((part) => ('missing' in part ? `(no ${fieldName(part.field)})` : valueName(part.value))).join(' · ');
}

export const groupKey = (group: Group | undefined): string => JSON.stringify(group ?? null);

/**
 * The conditions that hold for the events of a group.
 * @param siblings all groups of the same series; what is in none of them is in `other`
 * @returns undefined when no filter can say it: of lists and objects
 */
export function groupFilters(group: Group | undefined, siblings: readonly Group[]): readonly Filter[] | undefined {
  if (group === undefined) return [];
  if (group !== 'other') {
    const filters = group.map(isFilter);
    return filters.some((filter) => filter === undefined) ? undefined : (filters as Filter[]);
  }
  const named = siblings.filter((sibling) => sibling !== 'other');
  const filters = named.map((sibling): Filter | undefined => {
    const parts = sibling.map(notFilter);
    if (parts.some((part) => part === undefined)) return undefined;
    return parts.length === 1 ? parts[0] : { or: parts as Filter[] };
  });
  return filters.some((filter) => filter === undefined) ? undefined : (filters as Filter[]);
}

type Part = Exclude<Group, 'other'>[number];
const isScalar = (value: unknown): value is string | number | boolean | null =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

function isFilter(part: Part): Filter | undefined {
  if ('missing' in part) return { field: part.field, operator: 'exists', value: false };
  return isScalar(part.value) ? { field: part.field, operator: 'is', value: part.value } : undefined;
}
function notFilter(part: Part): Filter | undefined {
  if ('missing' in part) return { field: part.field, operator: 'exists', value: true };
  return isScalar(part.value) ? { field: part.field, operator: 'isNot', value: part.value } : undefined;
}
