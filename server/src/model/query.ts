/**
 * One value for every question. `http` parses requests into it, `reports` fills it, the store answers it.
 * Ranges are half-open UTC milliseconds `[from, to)`.
 */

import type { DeviceSpan } from './device-spans.ts';
import type { VisitField } from './visit-fields.ts';

export const OPERATORS = [
  'is',
  'isNot',
  'contains',
  'startsWith',
  'matches',
  'in',
  'gt',
  'gte',
  'lt',
  'lte',
  'between',
  'exists',
] as const;
export type Operator = (typeof OPERATORS)[number];

/**
 * What a value given by the caller may match. A bare text in a query string fills several members (`1` matches the
 * text "1" and the number 1); a JSON value or a quoted text fills exactly one. A property matches when any does.
 */
export interface Match {
  readonly text?: string;
  readonly number?: number;
  readonly boolean?: boolean;
  readonly isNull?: true;
}

/** A fixed column, a property of `data`, or a field of the visit. */
export type Field =
  | { readonly kind: 'column'; readonly name: 'event' | 'id' | 'user' | 'device' | 'session' | 'uuid' }
  | PropertyField
  | VisitField;

/**
 * A property, by its path. `["a","b"]` not literal: the nested value `a → b`, else the key `a.b`.
 * literal: the path alone, each element a key with all its dots.
 */
export interface PropertyField {
  readonly kind: 'property';
  readonly path: readonly string[];
  readonly literal: boolean;
}

/** One condition. `exists` carries a boolean match; `between` two numbers, both included; the others one or, for `in`, many. */
export interface Condition {
  readonly field: Field;
  readonly operator: Operator;
  readonly matches: readonly Match[];
}

/** Events that name no user and lie in one of the spans; all others where `isInside` is false. No caller can say it: erasures need it. */
export interface InSpans {
  readonly spans: readonly DeviceSpan[];
  readonly isInside: boolean;
}

/** Events accepted before a moment: not those of these runs of the server from a sequence number on. Only erasures use it. */
export interface BeforeMoment {
  readonly before: { readonly journals: readonly string[]; readonly seq: number };
}

/** Conditions combined; nesting is for the analysis questions. */
export type Filter =
  | Condition
  | InSpans
  | BeforeMoment
  | { readonly and: readonly Filter[] }
  | { readonly or: readonly Filter[] };

/** The regular expressions in filters, at any depth, as often as they stand there. */
export function patternsOf(filters: readonly Filter[]): readonly string[] {
  return filters.flatMap((filter) => {
    if ('and' in filter) return patternsOf(filter.and);
    if ('or' in filter) return patternsOf(filter.or);
    if ('spans' in filter || 'before' in filter) return [];
    return filter.operator === 'matches' ? filter.matches.flatMap(({ text }) => text ?? []) : [];
  });
}

export interface Range {
  readonly from: number;
  readonly to: number;
}

export const INTERVALS = ['minute', 'hour', 'day', 'week', 'month'] as const;
export type Interval = (typeof INTERVALS)[number];

/** Whose question it is: users and keys share the engine fairly. */
export interface Caller {
  readonly name: string;
  /** The number of their statements that run at once, where it is lower than for others. */
  readonly runningMax?: number;
}

/** Limits a question runs under, and the way it is stopped. */
export interface QueryControl {
  readonly maxSeconds: number;
  readonly maxBytes: number;
  readonly maxRows: number;
  /** What the regular expressions of the question cost for each character, added up (pattern.ts); none unless said. */
  readonly patternSize?: number;
  /** Absent: a question of the server's own. */
  readonly caller?: Caller;
  /** Aborting it stops the question in the engine too. */
  readonly signal?: AbortSignal;
  /** Is told of each statement that goes to the engine, as it goes. */
  readonly onStatement?: (statement: Statement) => void;
}

/** SQL as the engine gets it: every value that a caller sent is a parameter, `{p1:String}`. */
export interface Statement {
  readonly sql: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface EventsQuery {
  readonly app: string;
  readonly range: Range;
  readonly filters: readonly Filter[];
  readonly order: 'asc' | 'desc';
  readonly limit: number;
  /** Continue strictly after this event in the requested order. */
  readonly after?: { readonly timestamp: number; readonly seq: string };
}

/** Events of an app by their sequence numbers `[fromSeq, toSeq)`, ascending. */
export interface FollowingQuery {
  readonly app: string;
  readonly filters: readonly Filter[];
  /** The journals the sequence numbers belong to: a store may hold events of other servers. */
  readonly runs: readonly string[];
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly limit: number;
}

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export interface GroupsQuery {
  readonly app: string;
  readonly range: Range;
  readonly filters: readonly Filter[];
  readonly attribute: PropertyField;
  readonly limit: number;
  /** Distinct users exactly, or estimated; absent: exactly where that is quick. */
  readonly exact: boolean | undefined;
}

/** Values of a field among the newest events that match, for suggestions. */
export interface ValuesQuery {
  readonly app: string;
  readonly range: Range;
  readonly filters: readonly Filter[];
  readonly field: Field;
  /** What a value's text holds, whatever the case. */
  readonly search?: string;
  readonly limit: number;
}

export interface ValuesResult {
  /** Those that begin with `search` first, then the most frequent. */
  readonly values: readonly { readonly value: JsonValue; readonly total: number }[];
  /** There are more than `limit`. */
  readonly areMore: boolean;
  /** The number of events that were scanned. */
  readonly events: number;
  /** There are older ones, which were not. */
  readonly isSample: boolean;
}

export interface Tally {
  readonly total: number;
  readonly users: number;
}

export interface GroupsResult {
  /** Most frequent first; ties by value. Values keep their JSON type. */
  readonly groups: readonly (Tally & { readonly value: JsonValue })[];
  readonly other: Tally;
  readonly missing: Tally;
  readonly total: number;
  readonly users: number;
  readonly usersExact: boolean;
}
