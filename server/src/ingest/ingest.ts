import type { StoredEvent } from '../model/event.ts';
import type { MoveStatus } from '../model/move.ts';
import type { Poster } from '../model/poster.ts';
import type { PropertyField } from '../model/query.ts';
import type { ArchiveHold, ArchiveStats } from './archiving/archiver.ts';
import type { Backfill } from './archiving/backfill.ts';
import type { RebuildStats } from './archiving/rebuild.ts';
import type { Erasing } from './deduplication/erased-ids.ts';
import type { Salvage } from './journal/salvage-summary.ts';

/** Accepts events, for `http` and `cli`. Failures are SeismoErrors. */
export interface Ingest {
  /**
   * One JSON body, decompressed: an object, an array or {events}. Resolves when every accepted event is on disk. A batch without
   * any accepted event throws BATCH_ALL_REJECTED with the counts in `extra`.
   * @param arrivedAt when the request arrived, UTC ms
   * @param device for events without user and device
   * @param poster default: an admin
   * @throws also RATE_LIMITED, RATE_BATCH_TOO_LARGE, QUOTA_REACHED; then nothing was stored
   */
  post(app: string, body: Buffer, arrivedAt: number, device?: string, poster?: Poster): Promise<PostAnswer>;
  /** The same for a body that a host application (express.json()) has already parsed. */
  postParsed(app: string, body: unknown, arrivedAt: number, device?: string, poster?: Poster): Promise<PostAnswer>;
  /**
   * NDJSON, journalled as it arrives, with bounded memory. A failure in between, including a used-up rate or quota, throws with the counts so
   * far and `nextIndex` in `extra`.
   * @param chunks the decompressed bytes
   */
  postLines(
    app: string,
    chunks: AsyncIterable<Uint8Array>,
    arrivedAt: number,
    device?: string,
    poster?: Poster,
  ): Promise<PostAnswer>;
  /** The anonymous id for today of a visitor who stores none. Neither the address nor the user agent is kept. */
  dailyDevice(app: string, address: string, agent: string): string;
  /**
   * Resolves when everything acknowledged for the app (absent: for any app) before the call is in the store.
   * @throws STORE_BEHIND after freshTimeoutMs
   */
  catchUp(app: string | undefined, signal?: AbortSignal): Promise<void>;
  /**
   * Resolves when no block is on its way to the store; nothing is loaded until the function is called that it resolves with. Events are accepted
   * meanwhile. Rejects with the signal's reason if that comes first.
   * @throws STORE_UNAVAILABLE while the store is filled from the archive
   */
  holdLoading(signal: AbortSignal): Promise<() => void>;
  /** Until when (UTC ms) the store has everything accepted for the app (absent: for any app). */
  asOf(app: string | undefined): number;
  /** Whether an event that ties a device to a user was ever accepted for the app. false is certain; true may come from an event that was rejected later. */
  hasIdentified(app: string): boolean;
  /** Whether the app has properties that are not indexed and this may be one of them. */
  isNotIndexed(app: string, property: PropertyField): boolean;
  /**
   * Event ids and property names that no event of the app has any more are forgotten: they no longer count, and the app can use new ones.
   * @throws STORE_BEHIND, STORE_UNAVAILABLE, JOURNAL_UNAVAILABLE; the next recount makes up for it
   */
  recountNames(app: string): Promise<void>;
  /** The name under which this run of the server assigns sequence numbers, and its first one. */
  readonly run: { readonly journal: string; readonly firstSeq: number };
  /** Copies to the archive what the store had before it; call `begin` once erasures can be held. Undefined: there is no archive. */
  readonly backfill?: Pick<Backfill, 'begin' | 'start' | 'status' | 'stop'> | undefined;
  stats(): IngestStats;
  /** Rejects if the journal can't be written. */
  ping(): Promise<void>;
  /** The oldest of them, at most a thousand. */
  rejectedRows(): readonly RejectedRowEvent[];
  /** By app: the time of its oldest rejected row, UTC ms. */
  oldestRejectedRows(): ReadonlyMap<string, number>;
  /**
   * Holds the archive at this moment, so that an erasure has its place among the events. Resolves when everything before it is on
   * disk or rejected. Undefined: there is no archive.
   * @throws STORE_UNAVAILABLE while the store is filled from the archive
   */
  holdArchive(): Promise<ArchiveHold | undefined>;
  /** Queues rejected rows again. @returns how many @throws STORE_UNAVAILABLE while the store is filled from the archive */
  retryRejectedRows(): Promise<number>;
  /** Drops matching rejected rows (before an erasure). @param isKeptOut they can't be sent again for a while */
  eraseRejectedRows(
    app: string,
    matches: (event: StoredEvent, seq: number) => boolean,
    isKeptOut?: boolean,
  ): Promise<number>;
  /** Events with these uuids (16 bytes each, as in rows) are about to be hidden, and can be sent again afterwards. */
  forgetting(app: string, uuids: AsyncIterable<Buffer>): Promise<Erasing>;
  /** Forgets ids that erasures noted and did not get to forget, now that the events are hidden. */
  forgetErased(): Promise<void>;
  /** Events with these uuids are duplicates for a window from now on. */
  keepOut(app: string, uuids: AsyncIterable<Buffer>): Promise<void>;
  /** How many rows that would drop. */
  countRejectedRows(app: string, matches: (event: StoredEvent, seq: number) => boolean): number;
  /** How far this import has come: continue after its rows. */
  importProgress(app: string, fingerprint: string): Promise<ImportProgress>;
  /** The file starts again from the beginning. */
  forgetImport(app: string, fingerprint: string): Promise<void>;
  /**
   * One request of an import, journalled in one transaction together with the row it reaches. Its ids stay out of the window.
   * Events with a uuid are checked against the window and the stored events of their time. It waits while the
   * engine is behind, so that live events do not queue behind an import.
   * @throws IMPORT_OUT_OF_STEP if the file is not imported up to `rowsFrom`, with `rows` in `extra`
   */
  importRows(piece: ImportedRows): Promise<ImportAnswer>;
  /** Loads what is pending, then closes the journal and the loader. */
  close(): Promise<void>;
}

/** `events` is the number of events in the request, for rate limits. `body` is JSON text. */
export interface PostAnswer {
  readonly status: 200 | 201;
  readonly body: string;
  readonly events: number;
}

export interface ImportedRows {
  readonly app: string;
  /** Identifies the import: a hash of the file and its mapping. */
  readonly fingerprint: string;
  /** Events as NDJSON. Each line that is not blank is a row. */
  readonly lines: Buffer;
  /** Rows of the file before this request, and including it. */
  readonly rowsFrom: number;
  readonly rowsDone: number;
  /** The time of rows without one, UTC ms. Absent: they are rejected. */
  readonly defaultTime?: number | undefined;
}

export interface ImportProgress {
  /** Rows of the file that are done: journalled, duplicates and rejected. */
  readonly rows: number;
  /** How many of them were rejected. */
  readonly rejected: number;
}

export interface ImportAnswer {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly { readonly index: number; readonly code: string; readonly detail: string }[];
}

export interface RejectedRowEvent {
  readonly seq: number;
  readonly reason: string;
  readonly event: StoredEvent;
}

export interface IngestStats {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: Readonly<Record<string, number>>;
  readonly journalBytes: number;
  readonly journalEvents: number;
  /** Age of the oldest event that is not in the store yet, ms; 0 if none. */
  readonly lagMs: number;
  readonly setAside: number;
  /** Groups of events that were damaged on disk and have been moved out of the way. */
  readonly damagedGroups: number;
  /** The last time the journal's file was found damaged. */
  readonly salvage?: Salvage;
  readonly loadedBlocks: number;
  readonly loadFailures: number;
  readonly lastFailure?: string;
  /** MongoDB, if it is configured. */
  readonly archive?: ArchiveStats;
  /** The engine is being filled from MongoDB, or was since the start. */
  readonly rebuild?: RebuildStats;
  /** Earlier events are being copied to MongoDB, or could not be. */
  readonly backfill?: MoveStatus;
  readonly rememberedIds: number;
  readonly rememberedIdsBytes: number;
  readonly state: 'loading' | 'waiting' | 'full' | 'stopping';
}
