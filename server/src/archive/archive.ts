import type { StoredEvent } from '../model/event.ts';
import type { Filter, Range } from '../model/query.ts';

/**
 * A second place for every event, beside the engine: MongoDB. The journal keeps an event until both have it
 * (docs/decisions/mongodb.md). Every method rejects with ArchiveUnavailable when the
 * machine is at fault: the same will work later. `open` also rejects with ArchiveMisconfigured.
 */
export interface Archive {
  /** Connects and creates what it needs. Safe to repeat. */
  open(): Promise<void>;
  close(): Promise<void>;
  /**
   * Makes the data directory its owner. Nothing is inserted or removed for another; `insert` and `execute` make sure of it themselves.
   * @param mayTakeOver the engine is empty, and will be filled from it: it may be taken from a directory whose server is gone
   * @throws ArchiveMisconfigured if it belongs to another data directory
   */
  own(mayTakeOver: boolean): Promise<void>;
  /**
   * Resolves when every row is durable there, however often it is called: a row that is there already stays as it is.
   * @returns the rows that it can't hold, with reasons
   */
  insert(rows: readonly ArchiveRow[]): Promise<readonly ArchiveRejection[]>;
  /**
   * Removes what the order names. Everything before the order is there, and nothing after it. Safe to repeat.
   * @param signal stops between two batches
   */
  execute(order: ArchiveOrder, signal: AbortSignal): Promise<void>;
  /** How many events it has: an estimate. */
  count(): Promise<number>;
  /** Its events of a run of the server with sequence numbers in `[fromSeq, toSeq)`. */
  range(
    range: { readonly journal: string; readonly fromSeq: number; readonly toSeq: number },
    signal: AbortSignal,
  ): Promise<readonly ArchivedEvent[]>;
  /** Everything it has, in any order, so many at once. `after` continues behind the last batch that was read. */
  read(after: ArchivePosition | undefined, signal: AbortSignal): AsyncIterable<ArchiveBatch>;
}

/** The data directory that writes to an archive. */
export interface ArchiveDirectory {
  /** A UUID that only this directory and its copies have. */
  readonly id: string;
  /** For the message to another. */
  readonly host: string;
  readonly path: string;
}

/** An event by the journal and the sequence number that it was accepted under. */
export interface ArchivePosition {
  /** The journal's UUID. */
  readonly journal: string;
  readonly seq: number;
}

export interface ArchiveRow extends ArchivePosition {
  /** Encoded as in row.ts. */
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

export interface ArchiveRejection extends ArchivePosition {
  readonly reason: string;
}

/** What changes events that are in the archive. It has its place among the events: it applies to those before it. */
export type ArchiveOrder =
  | { readonly kind: 'erase'; readonly app: string; readonly range: Range; readonly filters: readonly Filter[] }
  /** Rejected rows that were queued again: they come under new sequence numbers. */
  | { readonly kind: 'remove'; readonly positions: readonly ArchivePosition[] };

export interface ArchiveBatch {
  readonly events: readonly ArchivedEvent[];
  readonly last: ArchivePosition;
}

export interface ArchivedEvent extends ArchivePosition {
  readonly event: StoredEvent;
}

/** The archive can't be reached, or can't write: the same will work later. The message is for people, and has no credentials. */
export class ArchiveUnavailable extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ArchiveUnavailable';
  }
}

/** It will never work like this: a setting is wrong, or the database is somebody else's. */
export class ArchiveMisconfigured extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ArchiveMisconfigured';
  }
}

/** For the log. What MongoDB or its driver said is in the message; where in the code it was noticed helps nobody. */
export const failureFields = (error: unknown): object =>
  error instanceof ArchiveUnavailable || error instanceof ArchiveMisconfigured
    ? { reason: error.message }
    : { err: error };
