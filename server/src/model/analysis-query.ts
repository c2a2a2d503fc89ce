/**
 * Questions of the analysis API in the form for the store: dates are instants, names are fields, event selectors are filters.
 * Ranges are half-open UTC milliseconds.
 */
import type { StoredEvent } from './event.ts';
import type { EventsQuery, Field, Filter, JsonValue, PropertyField, Range } from './query.ts';
import type { Select, Traits as SqlTraits } from './select-tree.ts';
import type { SessionMeasure } from './session.ts';
import type { Traits } from './traits.ts';

/** A set of users. */
export type Segment =
  | {
      readonly did: readonly Filter[];
      readonly atLeast: number;
      readonly atMost: number | undefined;
      readonly range: Range;
    }
  | { readonly seen: 'first' | 'last'; readonly range: Range }
  | { readonly and: readonly Segment[] }
  | { readonly or: readonly Segment[] }
  | { readonly not: Segment };

/** Common to all questions. */
export interface Scope {
  readonly app: string;
  readonly range: Range;
  /** The unit of the buckets; decides whether daily roll-ups can be used. */
  readonly timeZone: string;
  readonly filters: readonly Filter[];
  readonly segment: Segment | undefined;
  /** Distinct users and percentiles exactly, or estimated; absent: exactly where that is quick. */
  readonly exact: boolean | undefined;
}

/**
 * A value of a field with a letter for its type before it: `t` string, `n` number, `o` any other as JSON; empty when the event
 * does not have it.
 */
export type TypedValue = string;

export type NumberMeasure = 'sum' | 'avg' | 'min' | 'max' | 'median' | 'p90' | 'p95' | 'p99';
export type SeriesMeasure =
  | { readonly kind: 'count' | 'users' | 'perUser' }
  | { readonly kind: SessionMeasure; readonly gapMs: number }
  | { readonly kind: 'uniqueValues'; readonly field: Field }
  | { readonly kind: NumberMeasure; readonly property: PropertyField };

export interface TrendQuery extends Scope {
  readonly series: readonly { readonly filters: readonly Filter[]; readonly measure: SeriesMeasure }[];
  /** Ascending starts, the first is range.from; absent: totals only. */
  readonly buckets: readonly number[] | undefined;
  readonly breakdown: readonly Field[];
  /** This many groups individually, or these groups. */
  readonly groups: { readonly limit: number } | { readonly keys: readonly GroupKey[] };
  /** The first point is at the start of the range. */
  readonly cumulative: boolean;
}

/** One value per field of the breakdown. */
export type GroupKey = readonly TypedValue[];

export interface TrendCell {
  readonly series: number;
  /** One of the result's `groups`, the same object; `other`: all groups beyond the limit; empty without a breakdown. */
  readonly group: GroupKey | 'other';
  /** Start of the bucket; absent: the whole range. */
  readonly bucket: number | undefined;
  /** null: nothing to measure. */
  readonly value: number | null;
  /** Events. */
  readonly count: number;
  /** Values that are not numbers. */
  readonly skipped: number;
  /** The value is an estimate. */
  readonly estimated?: true;
}

export interface TrendResult {
  readonly cells: readonly TrendCell[];
  /** The order of groups, largest first. */
  readonly groups: readonly GroupKey[];
}

/** How the analysis identifies users: as stored, joined over their devices. */
export interface Person {
  readonly user?: string;
  readonly device?: string;
}

export interface FunnelQuery extends Scope {
  /** The events of each step. */
  readonly steps: readonly (readonly Filter[])[];
  /** The longest time from the first step to the last. */
  readonly windowMs: number;
  readonly order: 'ordered' | 'strict' | 'any';
  /** `after`: between that step (from 1) and the next; absent: between any two. */
  readonly exclude: readonly { readonly filters: readonly Filter[]; readonly after: number | undefined }[];
  readonly by: 'user' | 'session';
  readonly gapMs: number;
  readonly breakdown: Field | undefined;
  readonly limit: number;
  readonly list: { readonly step: number; readonly status: 'reached' | 'dropped'; readonly limit: number } | undefined;
}

/** Positions count steps from 0. */
export interface FunnelCounts {
  readonly reached: readonly number[];
  /** From the step before, ms; null where nobody reached it; always null for the first step. */
  readonly medianMs: readonly (number | null)[];
  readonly p90Ms: readonly (number | null)[];
}

export interface FunnelResult {
  readonly whole: FunnelCounts;
  /** By the value of the first step's event, the largest first; `other` last. */
  readonly groups: readonly (FunnelCounts & { readonly value: TypedValue | 'other' })[];
  /** UTC ms of the requested step, the latest first. */
  readonly users: readonly (Person & { readonly at: number; readonly session?: string })[];
}

export interface RetentionQuery extends Scope {
  readonly start: readonly Filter[];
  readonly return: readonly Filter[];
  /** Ascending starts of the periods, the first is range.from. */
  readonly buckets: readonly number[];
  readonly isUnbounded: boolean;
  readonly breakdown: Field | undefined;
  readonly limit: number;
}

/** Users of a cohort (the index of its period) who returned `later` periods afterwards; `later` -1: all of the cohort. */
export interface RetentionCell {
  readonly value: TypedValue | 'other';
  readonly cohort: number;
  readonly later: number;
  readonly users: number;
}

export interface StickinessQuery extends Scope {
  readonly eventFilters: readonly Filter[];
  /** Starts of the intervals; what is counted is in how many of them a user was active. */
  readonly buckets: readonly number[];
  /** Starts of the periods; each is one of `buckets`. */
  readonly periods: readonly number[];
}

export interface StickinessCell {
  /** The index of the period. */
  readonly period: number;
  readonly active: number;
  readonly users: number;
}

export interface LifecycleQuery extends Scope {
  readonly eventFilters: readonly Filter[];
  readonly buckets: readonly number[];
  /** The start of the interval before the range. */
  readonly previous: number;
}

export interface LifecycleCell {
  /** The index of the bucket. */
  readonly place: number;
  readonly status: 'new' | 'returning' | 'resurrecting' | 'dormant';
  readonly users: number;
}

export interface PathsQuery extends Scope {
  /** Where paths begin, or end; absent: at the start of sessions. */
  readonly anchor: { readonly filters: readonly Filter[]; readonly isEnd: boolean } | undefined;
  /** The field that names the steps. */
  readonly node: Field;
  readonly steps: number;
  readonly gapMs: number;
  readonly isCollapsed: boolean;
}

/** The number of paths from one node to another at a step; steps count from the anchor, from 0. */
export interface PathLink {
  readonly step: number;
  readonly node: TypedValue | 'other';
  /** Absent: the path ends here. */
  readonly next: TypedValue | 'other' | undefined;
  readonly paths: number;
}

export interface PathsResult {
  readonly links: readonly PathLink[];
  /** false: there are more values than can be told apart; the rare ones are `other` throughout. */
  readonly exact: boolean;
}

export interface SessionsQuery extends Scope {
  readonly gapMs: number;
  readonly buckets: readonly number[] | undefined;
  /** Of their first event. */
  readonly breakdown: readonly Field[];
  /** First and last events of sessions, and groups: this many individually. */
  readonly limit: number;
  /** The latest sessions, this many. */
  readonly list: number | undefined;
}

export interface SessionNumbers {
  readonly sessions: number;
  readonly users: number;
  readonly events: number;
  /** Sessions that bounce: with one event at most, besides those that pages send by themselves. */
  readonly single: number;
  readonly averageMs: number | null;
  readonly medianMs: number | null;
  readonly p90Ms: number | null;
}

export interface SessionsResult {
  readonly whole: SessionNumbers;
  readonly buckets: readonly (SessionNumbers & { readonly bucket: number })[];
  /** The largest first; none without a breakdown. */
  readonly groups: readonly (SessionNumbers & { readonly group: GroupKey | 'other' })[];
  /** Without `event`: all others. */
  readonly entry: readonly { readonly event: string | undefined; readonly sessions: number }[];
  readonly exit: SessionsResult['entry'];
  readonly list: readonly (Person & {
    readonly session?: string;
    readonly from: number;
    readonly to: number;
    readonly events: number;
    readonly entry: string;
    readonly exit: string;
  })[];
  readonly exact: boolean;
}

export interface UsersQuery extends Scope {
  /** In the id, the device of an anonymous user, or a text of the traits; case-insensitive. */
  readonly search: string | undefined;
  readonly sort: 'lastSeen' | 'firstSeen' | 'events';
  readonly order: 'asc' | 'desc';
  readonly limit: number;
  readonly offset: number;
}

export interface UserRow extends Person {
  /** UTC ms. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly events: number;
  readonly last: StoredEvent;
  /** What all their `$identify` say together. */
  readonly traits?: Traits;
}

export interface UsersResult {
  readonly total: number;
  readonly users: readonly UserRow[];
}

export interface TimelineQuery {
  readonly app: string;
  readonly range: Range;
  readonly filters: readonly Filter[];
  readonly person: { readonly user: string } | { readonly device: string };
  readonly order: 'asc' | 'desc';
  readonly limit: number;
  readonly after: EventsQuery['after'] | undefined;
}

export interface PerformanceQuery extends Scope {
  readonly eventFilters: readonly Filter[];
  readonly property: PropertyField;
  readonly by: Field;
  readonly condition: Filter | undefined;
  readonly sort: 'p50' | 'p95' | 'p99' | 'max' | 'count' | 'rate';
  readonly limit: number;
  readonly buckets: readonly number[] | undefined;
}

export interface PerformanceNumbers {
  readonly count: number;
  /** Events for which the condition holds. */
  readonly matched: number;
  readonly skipped: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

export interface PerformanceResult {
  readonly whole: PerformanceNumbers;
  /** In the requested order; `other` last. */
  readonly groups: readonly (PerformanceNumbers & { readonly value: TypedValue | 'other' })[];
  readonly points: readonly (PerformanceNumbers & { readonly value: TypedValue | 'other'; readonly bucket: number })[];
  readonly exact: boolean;
}

export interface SqlQuery extends Scope {
  readonly select: Select;
  readonly traits: SqlTraits;
}

export interface SqlResult {
  readonly columns: readonly {
    readonly name: string;
    readonly type: 'text' | 'number' | 'time' | 'boolean' | 'json';
  }[];
  readonly rows: readonly (readonly JsonValue[])[];
}
