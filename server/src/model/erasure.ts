import type { ErrorCode } from './errors.ts';
import type { Filter, Range } from './query.ts';

export const ERASURE_STATUSES = ['waiting', 'running', 'cancelling', 'done', 'failed', 'cancelled'] as const;
/** `waiting`: another erasure of the app is running first. `cancelling`: what the engine began is being stopped. */
export type ErasureStatus = (typeof ERASURE_STATUSES)[number];

/** What to erase, with everything resolved: "today" is the day of the request, even if the erasure runs later. */
export interface ErasureRequest {
  readonly range: Range;
  readonly filters: readonly Filter[];
  /** `true`: erased events can't be sent again for `idWindowDays`. `false`: their ids are forgotten, so they can. */
  readonly isKeptOut: boolean;
  /** The query string of the request. */
  readonly query: string;
}

/** The engine's progress in rewriting its files. */
export interface ErasureProgress {
  readonly partsDone: number;
  readonly partsTotal: number;
}

export interface ErasureError {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly remedy: string;
}

/** A waiting, running or ended erasure. Times are UTC ms. */
export interface Erasure {
  readonly id: string;
  readonly app: string;
  readonly status: ErasureStatus;
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  /** The filter, as it was sent. Removed when it is done: it may name the user who asked to be forgotten. */
  readonly query?: string;
  /** Number of matching events, once they are counted. */
  readonly matching?: number;
  /** Partitions of the store with matching events. */
  readonly partitions?: number;
  readonly progress?: ErasureProgress;
  /** Present once it is done or cancelled: what was erased before it was cancelled stays erased. */
  readonly erased?: number;
  /** Why it failed. While it is running: why the last attempt failed; it is repeated. */
  readonly error?: ErasureError;
}

export interface Erasures {
  /** Newest first. Ended ones are kept for a while. */
  list(app: string): readonly Erasure[];
  /** @throws ERASURE_UNKNOWN */
  get(app: string, id: string): Erasure;
  /**
   * Stops an erasure that waits or runs; one that has ended stays as it is. Resolves when it has ended, or after `waitMs` at the latest.
   * @throws ERASURE_UNKNOWN, JOURNAL_UNAVAILABLE
   */
  cancel(app: string, id: string, waitMs: number): Promise<Erasure>;
  /** Those that wait, run or are being cancelled. */
  counts(): { readonly running: number; readonly waiting: number };
}
