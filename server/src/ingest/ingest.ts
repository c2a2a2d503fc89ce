import type { StoredEvent } from '../model/event.ts';
import type { Poster } from '../model/poster.ts';
import type { PropertyField } from '../model/query.ts';
import type { Erasing } from './ids/erased-ids.ts';
import type { Salvage } from './journal/salvage-summary.ts';

/** What `http` and `cli` ask of the ingest room. Failures are SeismoErrors. */
export interface Ingest {
  /**
   * One JSON body, inflated: an object, an array or {events}. Resolves when every accepted event is on disk. A batch of
   * which no event could be accepted throws BATCH_ALL_REJECTED with the counts in `extra`.
   * @param arrivedAt UTC ms when the request arrived
   * @param device for events that name neither user nor device
   * @param poster an admin unless said
   * @throws also RATE_LIMITED, RATE_BATCH_TOO_LARGE, QUOTA_REACHED; then nothing was stored
   */
  post(app: string, body: Buffer, arrivedAt: number, device?: string, poster?: Poster): Promise<PostAnswer>;
  /** The same for a body that a host application (express.json()) has parsed already. */
  postParsed(app: string, body: unknown, arrivedAt: number, device?: string, poster?: Poster): Promise<PostAnswer>;
  /**
   * NDJSON, journalled as it flows with bounded memory. A failure on the way, also a rate or quota that is used up, throws with the counts so
   * far and `nextIndex` in `extra`.
   * @param chunks the inflated bytes
   */
  postLines(
    app: string,
    chunks: AsyncIterable<Uint8Array>,
    arrivedAt: number,
    device?: string,
    poster?: Poster,
  ): Promise<PostAnswer>;
  /** The anonymous id, for this day, of a visitor who stores none. Neither address nor agent is kept. */
  dailyDevice(app: string, address: string, agent: string): string;
  /**
   * Resolves when all that was acknowledged for the app (absent: for any) before the call is in the store.
   * @throws STORE_BEHIND after freshTimeoutMs
   */
  catchUp(app: string | undefined, signal?: AbortSignal): Promise<void>;
  /** Until when (UTC ms) the store holds all that was accepted for the app (absent: for any). */
  asOf(app: string | undefined): number;
  /** Whether an event that says whose a device is was ever accepted for the app: false is sure, true may be of an event that was refused later. */
  hasIdentified(app: string): boolean;
  /** Whether the app has properties that are not indexed, and this may be one of them. */
  isNotIndexed(app: string, property: PropertyField): boolean;
  /**
   * Event ids and property names that no event of the app has any more are forgotten: they do not count, and the app may take new ones.
   * @throws STORE_BEHIND, STORE_UNAVAILABLE, JOURNAL_UNAVAILABLE; the next one makes up for it
   */
  recountNames(app: string): Promise<void>;
  /** Under which name this run of the server gives sequence numbers, and its first one. */
  readonly run: { readonly journal: string; readonly firstSeq: number };
  stats(): IngestStats;
  /** Rejects when the journal cannot be written. */
  ping(): Promise<void>;
  /** The oldest of them, a thousand at most. */
  rejectedRows(): readonly RejectedRowEvent[];
  /** By app, when the oldest of its rejected rows happened, UTC ms. */
  oldestRejectedRows(): ReadonlyMap<string, number>;
  /** Puts rejected rows back in line. @returns how many */
  retryRejectedRows(): Promise<number>;
  /** Drops rejected rows that match (before an erasure). @param isKeptOut it cannot be sent again for a while */
  eraseRejectedRows(
    app: string,
    matches: (event: StoredEvent, seq: number) => boolean,
    isKeptOut?: boolean,
  ): Promise<number>;
  /** Events with these uuids (16 bytes each, as rows hold them) are about to be hidden, and may be sent again once they are. */
  forgetting(app: string, uuids: AsyncIterable<Buffer>): Promise<Erasing>;
  /** Forgets the ids that erasures noted and did not come to forget, now that the events are hidden. */
  forgetErased(): Promise<void>;
  /** Events with these uuids are duplicates for a window from now on. */
  keepOut(app: string, uuids: AsyncIterable<Buffer>): Promise<void>;
  /** How many that would drop. */
  countRejectedRows(app: string, matches: (event: StoredEvent, seq: number) => boolean): number;
  /** How many rows of this import are journalled already: start after them. */
  importedRows(app: string, fingerprint: string): Promise<number>;
  /** The file begins anew. */
  forgetImport(app: string, fingerprint: string): Promise<void>;
  /**
   * One piece of an import: journalled in one transaction together with the row reached. Its ids stay out of the window;
   * events that bring a uuid are checked against the window and against the stored ones of their time. It waits while the
   * engine is behind, so that live events do not queue behind an import.
   * @throws IMPORT_OUT_OF_STEP when the file is not imported up to `rowsFrom`, with `rows` in `extra`
   */
  importRows(piece: ImportedRows): Promise<ImportAnswer>;
  /** Loads what is pending, then closes journal and loader. */
  close(): Promise<void>;
}

/** `events` is how many events the request carried, for rate limits. `body` is JSON text. */
export interface PostAnswer {
  readonly status: 200 | 201;
  readonly body: string;
  readonly events: number;
}

export interface ImportedRows {
  readonly app: string;
  /** Of the file and its mapping: which import this is. */
  readonly fingerprint: string;
  /** Events as NDJSON; each line that is not blank is a row. */
  readonly lines: Buffer;
  /** Rows of the file before this piece, and with it. */
  readonly rowsFrom: number;
  readonly rowsDone: number;
  /** When rows without a time happened, UTC ms; absent: they are refused. */
  readonly defaultTime?: number | undefined;
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
  /** Age of the oldest event not yet in the store, ms; 0 when none. */
  readonly lagMs: number;
  readonly setAside: number;
  /** Groups of events that were damaged on disk and are kept apart since. */
  readonly damagedGroups: number;
  /** The last time the journal's file was found damaged. */
  readonly salvage?: Salvage;
  readonly loadedBlocks: number;
  readonly loadFailures: number;
  readonly lastFailure?: string;
  readonly rememberedIds: number;
  readonly rememberedIdsBytes: number;
  readonly state: 'loading' | 'waiting' | 'full' | 'stopping';
}
