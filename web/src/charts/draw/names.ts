/** Names and values come from outside: they are written as one line of text, never as HTML or as a template of ECharts. */
import type { AnswerOf, Filter } from '../../api/wire.ts';

type Series = AnswerOf<'trend'>['result']['series'][number];
export type Group = NonNullable<Series['group']>;

const LENGTH_MAX = 80;
/** Control characters, and those that change the direction of writing. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** One line, shortened if it is long. */
export function lineOf(text: string, lengthMax = LENGTH_MAX): string {
  const line = text.replace(UNSEEN, ' ').trim();
  const letters = [...line];
  return letters.length > lengthMax ? `${letters.slice(0, lengthMax - 1).join('')}…` : line;
}

/** Any JSON value in readable form. */
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
 * The filters that select the events of a group.
 * @param siblings all groups of the same series; what belongs to none of them is in `other`
 * @returns undefined when no filter can express it: for lists and objects
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
