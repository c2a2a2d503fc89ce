import type { Note } from '../model/notes.ts';
import type { Kind } from '../questions/kinds.ts';

/** A column of the answer as a table, which is what CSV and NDJSON hold. */
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
  /** Values that were to be numbers and are none. */
  readonly skipped: number;
  readonly columns: readonly Column[];
  readonly result: Result;
  /** Absent: nothing. */
  readonly notes?: readonly Note[];
}

/** What a kind makes of a question; `rows` are the answer as a table, in the order of `columns`. */
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
  /** It was known already. */
  readonly isKept?: boolean;
  /** UTC ms; set when the question did not wait: the answer stands for that time. */
  readonly asOf?: number;
}
