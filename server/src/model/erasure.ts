import type { ErrorCode } from './errors.ts';
import type { Filter, Range } from './query.ts';

export const ERASURE_STATUSES = ['waiting', 'running', 'done', 'failed'] as const;
/** `waiting`: another erasure of the app runs first. */
export type ErasureStatus = (typeof ERASURE_STATUSES)[number];

/** What to erase, with everything resolved: "today" is the day of the request, also when the erasure runs later. */
export interface ErasureRequest {
  readonly range: Range;
  readonly filters: readonly Filter[];
  /** What is erased cannot be sent again for `idWindowDays`. Otherwise its ids are forgotten, and it can. */
  readonly isKeptOut: boolean;
  /** The query string that named it. */
  readonly query: string;
}

/** How far the engine is in rewriting its files. */
export interface ErasureProgress {
  readonly partsDone: number;
  readonly partsTotal: number;
}

export interface ErasureError {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly remedy: string;
}

/** One erasure, waiting, running or ended. Times are UTC ms. */
export interface Erasure {
  readonly id: string;
  readonly app: string;
  readonly status: ErasureStatus;
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  /** What it erases, as it was sent. Gone when it is done: it may name the user who asked to be forgotten. */
  readonly query?: string;
  /** Events that match, once they are counted. */
  readonly matching?: number;
  /** Of the store, that hold matching events. */
  readonly partitions?: number;
  readonly progress?: ErasureProgress;
  /** Once it is done. */
  readonly erased?: number;
  /** Why it failed; while it runs, why the last attempt failed, which is repeated. */
  readonly error?: ErasureError;
}

export interface Erasures {
  /** The newest first. Those that ended are kept for a while. */
  list(app: string): readonly Erasure[];
  /** @throws ERASURE_UNKNOWN */
  get(app: string, id: string): Erasure;
  counts(): { readonly running: number; readonly waiting: number };
}
