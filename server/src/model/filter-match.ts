/** Filters applied to one event in memory: for events that are not in the store (rejected rows, live). The store's SQL means the same. */
import { isInSpans } from './device-spans.ts';
import type { StoredEvent } from './event.ts';
import type { Condition, Filter, JsonValue, Match, PropertyField, Range } from './query.ts';
import { isMatch, lookedAt, programSizeOf } from './regexp.ts';

/** @param seq the event's sequence number; events that are on their way come after all others of their time */
export function matchesAll(
  event: StoredEvent,
  range: Range,
  filters: readonly Filter[],
  seq = Number.MAX_SAFE_INTEGER,
): boolean {
  if (event.timestamp < range.from || event.timestamp >= range.to) return false;
  return matchesFilters(event, dataOf(event), filters, UNBOUNDED, seq);
}

export const dataOf = ({ dataText }: StoredEvent): JsonValue =>
  dataText === undefined ? {} : (JSON.parse(dataText) as JsonValue);

/** Bounds what regular expressions may cost. */
export interface MatchBudget {
  /**
   * @param steps what the test costs at worst: instructions of the expression times characters of the text
   * @throws MatchTooCostly instead of testing
   */
  spend(steps: number, test: () => boolean): boolean;
}

/** Whether an event matches is to be found out elsewhere: by the store. */
export class MatchTooCostly extends Error {}

const UNBOUNDED: MatchBudget = { spend: (_, test) => test() };

/**
 * @param data the event's, parsed once for all who ask
 * @throws MatchTooCostly when the budget says so
 */
export const matchesFilters = (
  event: StoredEvent,
  data: JsonValue,
  filters: readonly Filter[],
  budget: MatchBudget = UNBOUNDED,
  seq = Number.MAX_SAFE_INTEGER,
): boolean => filters.every((filter) => matches(event, data, filter, budget, seq));

function matches(event: StoredEvent, data: JsonValue, filter: Filter, budget: MatchBudget, seq: number): boolean {
  if ('and' in filter) return filter.and.every((each) => matches(event, data, each, budget, seq));
  if ('or' in filter) return filter.or.some((each) => matches(event, data, each, budget, seq));
  if ('spans' in filter) return isInSpans(event, seq, filter.spans) === filter.isInside;
  const { field } = filter;
  const value = field.kind === 'column' ? event[field.name] : propertyOf(data, field);
  return holds(value, filter, budget);
}

/** The nested value, else the key that holds the dots. */
function propertyOf(data: JsonValue, { path, literal }: PropertyField): JsonValue | undefined {
  if (literal || path.length > 1) {
    let value: JsonValue | undefined = data;
    for (const key of path) value = memberOf(value, key);
    if (value !== undefined || literal) return value;
  }
  return memberOf(data, path.join('.'));
}

function memberOf(value: JsonValue | undefined, key: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, key))
    return undefined;
  return (value as { readonly [name: string]: JsonValue })[key];
}

function isMatchWithin(value: string, expression: string, budget: MatchBudget): boolean {
  const text = lookedAt(value);
  return budget.spend(text.length * programSizeOf(expression), () => isMatch(expression, text));
}

function holds(value: JsonValue | undefined, { operator, matches: wanted }: Condition, budget: MatchBudget): boolean {
  const first = wanted[0];
  switch (operator) {
    case 'is':
    case 'in':
      return wanted.some((match) => isEqual(value, match));
    case 'isNot':
      return !wanted.some((match) => isEqual(value, match));
    case 'exists':
      return (value !== undefined) === (first?.boolean !== false);
    case 'contains':
      return typeof value === 'string' && wanted.some(({ text }) => text !== undefined && value.includes(text));
    case 'startsWith':
      return typeof value === 'string' && wanted.some(({ text }) => text !== undefined && value.startsWith(text));
    case 'matches':
      return (
        typeof value === 'string' && wanted.some(({ text }) => text !== undefined && isMatchWithin(value, text, budget))
      );
    case 'between':
      return compare(value, first, (a, b) => a >= b) && compare(value, wanted[1], (a, b) => a <= b);
    case 'gt':
      return compare(value, first, (a, b) => a > b);
    case 'gte':
      return compare(value, first, (a, b) => a >= b);
    case 'lt':
      return compare(value, first, (a, b) => a < b);
    case 'lte':
      return compare(value, first, (a, b) => a <= b);
  }
}

function compare(
  value: JsonValue | undefined,
  match: Match | undefined,
  test: (a: number, b: number) => boolean,
): boolean {
  return typeof value === 'number' && match?.number !== undefined && test(value, match.number);
}

function isEqual(value: JsonValue | undefined, match: Match): boolean {
  if (value === undefined) return false;
  if (value === null) return match.isNull === true;
  if (typeof value === 'string') return match.text === value;
  if (typeof value === 'number') return match.number === value;
  return typeof value === 'boolean' && match.boolean === value;
}
