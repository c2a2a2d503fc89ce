/** The part of a store that compares its events with those of another and copies them (docs/decisions/move.md). */
export interface CopyStore {
  /** The runs of servers whose events are stored, with the highest sequence number of each. */
  journals(): Promise<readonly StoredJournal[]>;
  /** Every partition with events, and a text that changes whenever its rows change (and may change without). */
  partitions(): Promise<ReadonlyMap<string, string>>;
  /** The UTC days of each app in a partition. */
  days(partition: string, signal: AbortSignal): Promise<readonly DaySum[]>;
  /** The events of one day of an app, in ranges of `width` sequence numbers. */
  ranges(day: AppDay, width: number, signal: AbortSignal): Promise<readonly RangeSum[]>;
  /** Each event of a range, with the checksum of its row. */
  rows(range: EventSet, signal: AbortSignal): Promise<readonly RowSum[]>;
  /** The rows of these sets, encoded as row.ts defines them. */
  read(sets: readonly EventSet[], signal: AbortSignal): Promise<readonly Buffer[]>;
  /** All events, in ranges of `width` sequence numbers, by journal and ascending. */
  spans(width: number, signal: AbortSignal): Promise<readonly Span[]>;
  /** The rows with these sequence numbers, whatever their app, encoded as row.ts defines them. */
  readSpan(range: SeqsOf, signal: AbortSignal): Promise<readonly Buffer[]>;
  /** Adds rows, whether or not they are there already. @throws InsertRejected */
  write(rows: readonly Buffer[]): Promise<void>;
  /** Hides events of one partition; resolves when it is done. */
  remove(partition: string, sets: readonly EventSet[]): Promise<void>;
  /** After it resolves, no earlier `write` is still running in the engine, not even that of a server that was killed. */
  settle(): Promise<void>;
}

export interface StoredJournal {
  readonly journal: string;
  readonly highestSeq: number;
  readonly events: number;
}

/** Events of one app in a time range, UTC ms: all, or those of a run of the server with sequence numbers `[fromSeq, toSeq)`, or only some of these. */
export interface EventSet {
  readonly app: string;
  readonly from: number;
  readonly to: number;
  readonly range?: SeqsOf;
  readonly seqs?: readonly number[];
}

/** Sequence numbers `[fromSeq, toSeq)` of a run of the server. */
export interface SeqsOf {
  readonly journal: string;
  readonly fromSeq: number;
  readonly toSeq: number;
}

/** Events of a range, with their size in memory, about. */
export interface Span extends SeqsOf {
  readonly events: number;
  readonly bytes: number;
}

/** A UTC day, as the time at which it begins. */
export interface AppDay {
  readonly app: string;
  readonly day: number;
}

/**
 * The checksum is the sum of the checksums of the rows modulo 2^64: it depends neither on their order nor on how the engine keeps them, and
 * covers every column but the app's own day and its time zone, which follow the settings of the app.
 */
export interface Sum {
  readonly events: number;
  readonly checksum: string;
  /** In memory, about. */
  readonly bytes: number;
}

export interface DaySum extends AppDay, Sum {}

export interface RangeSum extends Sum, SeqsOf {}

export interface RowSum {
  readonly seq: number;
  readonly checksum: string;
}
