import type { QueryControl } from '../../query.ts';
import type { QueryOptions } from './connection.ts';

/** In the database of the connection (`seismo` unless its URL names another). */
export const EVENTS = 'events';

type BoundType =
  | 'String'
  | 'Float64'
  | 'Int64'
  | 'UInt64'
  | 'UInt32'
  | 'Int32'
  | 'UUID'
  | 'Array(Int64)'
  | 'Array(UInt64)'
  | 'Array(String)'
  | 'Array(UUID)';

/** Collects values; SQL only ever holds their placeholders. */
export class Bound {
  readonly values: Record<string, unknown> = {};
  #count = 0;

  add(type: BoundType, value: unknown): string {
    const name = `p${++this.#count}`;
    this.values[name] = value;
    return `{${name}:${type}}`;
  }

  /** An instant, UTC ms. */
  time(ms: number): string {
    return `fromUnixTimestamp64Milli(${this.add('Int64', ms)}, 'UTC')`;
  }
}

/**
 * Who an event counts for: its user, else its device, else nobody. In this spelling alone: the engine matches a projection by
 * its expression, after rewriting `!= ''` in the question but not in the projection.
 */
const PERSON = 'if(notEmpty(user), cityHash64(user), if(notEmpty(device), cityHash64(device, user), NULL))';

/**
 * Distinct users by a sketch: exact below some thousands, then with a standard error of 1.04 / sqrt(2^16) = 0.41 %
 * (Flajolet et al., HyperLogLog).
 */
export const USERS = `uniqCombined64(16)(${PERSON})`;
export const USERS_STATE = `uniqCombined64State(16)(${PERSON})`;
export const USERS_MERGE = 'uniqCombined64Merge(16)';
export const USERS_EXACT = `uniqExact(${PERSON})`;
export const USERS_EXACT_STATE = `uniqExactState(${PERSON})`;
export const USERS_EXACT_MERGE = 'uniqExactMerge';
/** Sketches are exact up to here (ENGINE.md; a test says so too). */
export const EXACT_BELOW = 1_000;

export const usersSql = (exact: boolean): string => (exact ? USERS_EXACT : USERS);
export const isExact = (exact: boolean, users: number): boolean => exact || users < EXACT_BELOW;

/** Where the UTC quarter hour of an event begins: zones are cut on these, but for history before 1972. */
export const QUARTER = 'toStartOfFifteenMinutes(timestamp)';
export const QUARTER_MS = 900_000;

/** The limits of a question, for the engine. `small` marks those that never wait behind a heavy one. */
export function options(control: QueryControl, small = false): QueryOptions {
  return {
    settings: {
      max_execution_time: control.maxSeconds,
      max_memory_usage: control.maxBytes,
      max_result_rows: control.maxRows,
      // Beyond a third of its memory a question goes on, slower, on disk.
      max_bytes_before_external_group_by: Math.floor(control.maxBytes / 3),
      max_bytes_before_external_sort: Math.floor(control.maxBytes / 3),
      ...(small && { priority: 1 }),
    },
    ...(control.signal && { signal: control.signal }),
  };
}

/** A row of an answer: 64-bit numbers come as texts. */
export type Row = Readonly<Record<string, string | number>>;
