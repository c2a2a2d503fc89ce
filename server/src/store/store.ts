import type { ErasureProgress } from '../model/erasure.ts';
import type { EventRow } from '../model/event.ts';
import type {
  EventsQuery,
  Filter,
  FollowingQuery,
  GroupsQuery,
  GroupsResult,
  JsonValue,
  QueryControl,
  Range,
  ValuesQuery,
  ValuesResult,
} from '../model/query.ts';
import type { AnalysisStore } from './analysis-store.ts';
import type { CopyStore } from './copy-store.ts';

/**
 * What a store must do. One implementation speaks ClickHouse SQL to the embedded engine or to a server;
 * MongoDB is no store but an archive (archive.ts). Every method rejects with a SeismoError: STORE_UNAVAILABLE when the engine is away,
 * QUERY_LIMIT_* past a limit, and for `insert` an InsertRejected when the rows themselves are at fault.
 */
export interface Store {
  /**
   * Connects, migrates the schema. Until it has resolved once, everything else is STORE_UNAVAILABLE. Safe to repeat.
   * @throws STORE_SCHEMA_NEWER: waiting does not help, and writing would harm
   */
  open(): Promise<void>;
  close(): Promise<void>;
  /** Rejects when the engine does not answer. */
  ping(): Promise<void>;

  /**
   * Inserts a block; resolves once the rows are on the engine's disk (fsync). All rows or none.
   * @throws InsertRejected when the engine says that the rows are at fault (not memory, disk, parts, time, network)
   */
  insert(block: Block): Promise<void>;
  /**
   * How long the store knows an insert by its token, in ms, whatever happens to its machines: within it, the same block can be sent again and is
   * stored once. Absent or 0: what is stored must be counted first.
   */
  remembersInserts?(): number;
  /** After it resolves, no insert of this journal sent earlier is still running in the engine. */
  settleInserts(journal: string): Promise<void>;
  /** Which places `[fromSeq, toSeq)` of the journal are stored, as ascending half-open ranges. */
  storedRanges(journal: string, fromSeq: number, toSeq: number): Promise<readonly SeqRange[]>;

  /**
   * One page, ordered by (timestamp, seq). At most query.limit rows; fewer mean that the end was reached.
   * @throws QUERY_LIMIT_ROWS when more than one row was asked for and they are over some megabytes together: ask for fewer
   */
  events(query: EventsQuery, control: QueryControl): Promise<readonly EventRow[]>;
  /**
   * For those who follow and come back: one page by places of the journal.
   * @throws QUERY_LIMIT_ROWS as `events` does
   */
  following(query: FollowingQuery, control: QueryControl): Promise<readonly EventRow[]>;
  countFollowing(query: Omit<FollowingQuery, 'limit'>, control: QueryControl): Promise<number>;
  /** Which of these uuids the app holds with a timestamp in the range (for imports). */
  knownUuids(app: string, range: Range, uuids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Uuids of the app with a timestamp in the range, 16 bytes each as row.ts holds them; undefined when they are more than `max`. */
  uuids(app: string, range: Range, max: number, only?: UuidsWanted): Promise<AsyncIterable<Buffer> | undefined>;
  groups(query: GroupsQuery, control: QueryControl): Promise<GroupsResult>;
  apps(control: QueryControl): Promise<readonly AppSummary[]>;
  eventNames(app: string, control: QueryControl): Promise<readonly EventNameSummary[]>;
  /** @param event of the events with this name alone; of all when absent */
  properties(app: string, event: string | undefined, control: QueryControl): Promise<readonly PropertySummary[]>;
  /** Every event id, and every indexed property by its path as shape.ts spells it, that an event of the app has. */
  names(app: string): Promise<{ readonly ids: ReadonlySet<string>; readonly properties: ReadonlySet<string> }>;
  values(query: ValuesQuery, control: QueryControl): Promise<ValuesResult>;

  /** Trends, funnels, retention and the other questions of the analysis. */
  readonly analysis: AnalysisStore;
  /** For `seismo move`. */
  readonly copy: CopyStore;

  /**
   * The filters, and with the users that they name what their devices did while they were theirs (docs/concepts/identity.md); the same array where
   * there is nothing to add. @throws QUERY_LIMIT_ROWS
   */
  reachingDevices(app: string, filters: readonly Filter[], control: QueryControl): Promise<readonly Filter[]>;
  /** Whether an erasure is running in the engine, including one whose answer was lost. */
  isErasing(): Promise<boolean>;
  /** Stops the erasure with this tag, if it is still going on. What it hid stays hidden. */
  stopErasing(tag: string): Promise<void>;
  /** Hides the matching events and frees the disk later. @returns how many were hidden, when all are */
  erase(app: string, range: Range, filters: readonly Filter[], run?: EraseRun): Promise<number>;
  /** From now on rows of the app may be cut in another zone: told before the first of them comes. */
  zoneChanged(app: string): void;
  /** Whether all stored rows of the app are cut in this zone. */
  isCutIn(app: string, timeZone: string, control: QueryControl): Promise<boolean>;
  /** Moves the roll-ups of users of an app to days of another zone; reports stay right meanwhile. */
  setTimeZone(app: string, timeZone: string): Promise<void>;
  /** Bytes and rows for `seismo stats` and /metrics. */
  usage(): Promise<StoreUsage>;
}

/** How an erasure is followed, and gone on with after an interruption. */
export interface EraseRun {
  /** Names this erasure in the store: letters, digits, `-` and `_`. One of its own unless given. */
  readonly tag?: string;
  /** What `onCounted` was given, when this erasure may have been begun before. */
  readonly counted?: number;
  /** Before anything is hidden: how many match, in how many partitions. The erasure waits for it. */
  readonly onCounted?: (matching: number, partitions: number) => Promise<void>;
  /** @param failure in the engine's words, while a part cannot be rewritten; the engine tries again */
  readonly onProgress?: (progress: ErasureProgress, failure?: string) => void;
  /** Stops waiting; the store goes on with what was begun. */
  readonly signal?: AbortSignal;
}

export interface UuidsWanted {
  readonly filters?: readonly Filter[];
  /** UTC ms. */
  readonly receivedSince?: number;
}

/** A run of journal places, encoded rows one after another as `row.ts` defines them. */
export interface Block {
  /** The journal's UUID. */
  readonly journal: string;
  readonly firstSeq: number;
  readonly endSeq: number;
  readonly rows: number;
  /** Deduplication token for the engine: the same for the same attempt, another for a repeat that was counted first. */
  readonly token: string;
  /** The version of the row encoding (row.ts). */
  readonly rowVersion: number;
  readonly payload: readonly Uint8Array[];
}

export interface SeqRange {
  readonly from: number;
  readonly to: number;
}

/** The engine refused the rows themselves: repeating does not help, halving does. */
export class InsertRejected extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'InsertRejected';
  }
}

export interface AppSummary {
  readonly app: string;
  readonly total: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

export interface EventNameSummary {
  readonly id: string;
  readonly event: string;
  readonly total: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

export interface PropertySummary {
  /** Spelled as filters spell it: `plan`, `address.city`, `["a.b"]`. */
  readonly name: string;
  readonly total: number;
  readonly types: readonly ('text' | 'number' | 'boolean' | 'null' | 'array' | 'object')[];
  readonly examples: readonly JsonValue[];
}

export interface StoreUsage {
  readonly events: number;
  readonly bytesOnDisk: number;
  readonly parts: number;
  readonly version: string;
  /** Resident memory of the embedded engine; absent for a remote one. */
  readonly memoryBytes?: number;
}
