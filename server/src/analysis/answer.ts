import type { Note } from '../model/notes.ts';
import type { Kind } from '../questions/kinds.ts';

/** A column of the answer as a table, for CSV and NDJSON. */
export interface Column {
  readonly name: string;
  readonly type: 'text' | 'number' | 'time' | 'boolean' | 'json';
}

/** Every answer. Times are UTC ISO with `Z`, the range is half-open. */
export interface AnalysisAnswer<Result = unknown> {
  readonly kind: Kind;
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
  /** false: distinct users or percentiles come from a sketch (docs/analyze/README.md). */
  readonly exact: boolean;
  /** Values that should be numbers and are not. */
  readonly skipped: number;
  readonly columns: readonly Column[];
  readonly result: Result;
  /** Absent: no limit was reached. */
  readonly notes?: readonly Note[];
}

/** The result of a question of one kind; `rows` is the answer as a table, in the order of `columns`. */
export interface KindResult<Result> {
  readonly exact: boolean;
  readonly skipped: number;
  readonly columns: readonly Column[];
  readonly result: Result;
  readonly rows: () => Iterable<readonly unknown[]>;
}

export const column = (name: string, type: Column['type']): Column => ({ name, type });
export const iso = (ms: number): string => new Date(ms).toISOString();

export interface AnalysisResult {
  readonly answer: AnalysisAnswer;
  /** The answer as a table, in the order of its columns. */
  readonly rows: () => Iterable<readonly unknown[]>;
  /** It came from the cache. */
  readonly isKept?: boolean;
  /** UTC ms; set when the question did not wait for recent events: the answer is as of that time. */
  readonly asOf?: number;
}
