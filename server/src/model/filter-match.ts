/** Applies filters to one event in memory, for events that are not in the store (rejected rows, live). The store's SQL means the same. */
import { isInSpans } from './device-spans.ts';
import type { StoredEvent } from './event.ts';
import type { Condition, Filter, JsonValue, Match, PropertyField, Range } from './query.ts';
import { isMatch, lookedAt, programSizeOf } from './regexp.ts';

/** @param seq the event's sequence number. Events that are not stored yet come after all others of their time */
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

/** Limits the cost of regular expressions, of searches in long strings and of long lists of conditions. */
export interface MatchBudget {
  /**
   * Tests can be nested.
   * @param steps the worst-case cost of the test: instructions of the expression times characters of the text
   * @throws MatchTooCostly instead of testing
   */
  spend(steps: number, test: () => boolean): boolean;
}

/** The store has to decide whether an event matches. */
export class MatchTooCostly extends Error {}

const UNBOUNDED: MatchBudget = { spend: (_, test) => test() };

/**
 * @param data the event's, parsed once for all callers
 * @throws MatchTooCostly if the budget is exceeded
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
  // The events of a run whose sequence numbers are known here are those of this server.
  if ('before' in filter) return seq < filter.before.seq;
  const { field } = filter;
  // One event does not show its visit: parsers of filters for live connections and erasures reject these fields.
  if (field.kind === 'session') throw new Error(`BUG: session.${field.name} is matched in memory`);
  const value = field.kind === 'column' ? event[field.name] : propertyOf(data, field);
  return holds(value, filter, budget);
}

/** The nested value, or else the key with dots. */
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

/** Searching a string of this length takes a microsecond at worst, and is not counted. */
const SEARCHED_FREE = 1_000;
/** Characters searched in the time of one instruction of an expression. */
const SEARCHED_PER_STEP = 10;

function contains(value: string, text: string, budget: MatchBudget): boolean {
  if (value.length <= SEARCHED_FREE) return value.includes(text);
  return budget.spend(value.length / SEARCHED_PER_STEP, () => value.includes(text));
}

/** The number of values that filters compare an event with. */
export const comparisonsIn = (filters: readonly Filter[]): number =>
  filters.reduce((sum, filter) => {
    if ('and' in filter) return sum + comparisonsIn(filter.and);
    if ('or' in filter) return sum + comparisonsIn(filter.or);
    if ('before' in filter) return sum + 1;
    return sum + ('spans' in filter ? filter.spans.length : Math.max(1, filter.matches.length));
  }, 0);

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
      return (
        typeof value === 'string' && wanted.some(({ text }) => text !== undefined && contains(value, text, budget))
      );
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
