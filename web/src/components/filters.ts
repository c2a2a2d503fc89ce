/** Filters of questions: the operators of a field, and conditions in words. */
import type { Filter } from '../api/wire.ts';

export type Condition = Extract<Filter, { field: string }>;
export type Operator = NonNullable<Condition['operator']>;
export type Scalar = string | number | boolean | null;
/** Types of values that a property has had: string, number, boolean, null, array, object. */
export type Types = readonly string[];

export const OPERATOR_LABELS: Readonly<Record<Operator, string>> = {
  is: 'is',
  isNot: 'is not',
  in: 'is one of',
  contains: 'contains',
  startsWith: 'starts with',
  matches: 'matches (RE2)',
  gt: 'greater than',
  gte: 'at least',
  lt: 'less than',
  lte: 'at most',
  between: 'between',
  exists: 'is set',
};
const TEXT: readonly Operator[] = ['is', 'isNot', 'in', 'contains', 'startsWith', 'matches', 'exists'];
const NUMBER: readonly Operator[] = ['is', 'isNot', 'in', 'gt', 'gte', 'lt', 'lte', 'between', 'exists'];

/** The operators that fit the types of values that were seen; all when nothing is known. */
export function operatorsFor(types: Types): readonly Operator[] {
  const hasText = types.includes('text');
  const hasNumber = types.includes('number');
  if (hasText === hasNumber) return [...new Set([...NUMBER.slice(0, 3), ...TEXT.slice(3, 6), ...NUMBER.slice(3)])];
  return hasNumber ? NUMBER : TEXT;
}

export const isCondition = (filter: Filter): filter is Condition => 'field' in filter;
export const isOr = (filter: Filter): filter is { readonly or: readonly Filter[] } => 'or' in filter;

/** The typed text as a JSON value of the property's type: `42` is a number where numbers were seen. */
export function scalarOf(text: string, types: Types): Scalar {
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  if (types.includes('null') && text === 'null' && !types.includes('text')) return null;
  const number = Number(text);
  if (types.includes('number') && text.trim() !== '' && Number.isFinite(number)) return number;
  return text;
}

/** The name of a property as filters spell it: `plan` → `data.plan`; names written in brackets follow directly. */
export const spelled = (name: string): string => (name.startsWith('[') ? `data${name}` : `data.${name}`);

/** The readable name of `data.plan`. */
export const fieldLabel = (field: string): string => field.replace(/^data\.?/, '');

const shown = (value: unknown): string => (typeof value === 'string' ? value || '(empty)' : JSON.stringify(value));

/** A condition in words: `plan is one of pro, team`. */
export function inWords(filter: Filter): string {
  if ('and' in filter) return filter.and.map(inWords).join(' and ');
  if ('or' in filter) return filter.or.map(inWords).join(' or ');
  const { field, operator = 'is', value } = filter;
  const name = fieldLabel(field);
  if (operator === 'exists') return `${name} ${value === false ? 'is not set' : 'is set'}`;
  const values = Array.isArray(value) ? value.map(shown).join(operator === 'between' ? ' and ' : ', ') : shown(value);
  return `${name} ${OPERATOR_LABELS[operator]} ${values}`;
}
