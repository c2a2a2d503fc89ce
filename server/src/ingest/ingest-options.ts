import type { Archive } from '../archive/archive.ts';
import type { Committed, RejectedEvent } from '../row/committed-rows.ts';
import type { Store } from '../store/store.ts';
import type { EventLimits } from './accept/limits.ts';
import type { Zone } from './load/zone.ts';

export interface IngestOptions {
  /** The journal is in `<dataDir>/journal`. */
  readonly dataDir: string;
  /** For fingerprints of ids, and the server's own uuids. */
  readonly secret: Buffer;
  readonly store: Pick<
    Store,
    'insert' | 'settleInserts' | 'storedRanges' | 'knownUuids' | 'uuids' | 'names' | 'isErasing'
  >;
  /** Gets every event beside the store. */
  readonly archive?: Archive | undefined;
  /** Nothing was stored yet, or the store's directory is new: it is filled from the archive. */
  readonly isStoreEmpty?: boolean;
  /** Events of these apps came from the archive. It must not throw. */
  readonly onRestored?: (apps: ReadonlySet<string>) => void;
  readonly config: EventLimits & {
    readonly eventNamesMax: number;
    readonly propertyNamesMax: number;
    readonly idWindowDays: number;
    readonly idWindowMax: number;
    readonly journalMaxBytes: number;
    readonly diskReserveBytes: number;
    readonly flushIntervalMs: number;
    readonly flushMaxBytes: number;
    readonly freshTimeoutMs: number;
    /** For untrusted keys. Absent: any age. */
    readonly keyMaxAgeDays?: number | undefined;
    readonly eventsPerDayMax?: number | undefined;
    readonly bytesPerDayMax?: number | undefined;
  };
  readonly now: () => number;
  readonly retentionDaysOf: (app: string) => number | undefined;
  /** The time zone of the app's days. */
  readonly zoneOf: (app: string) => Zone;
  readonly logger: Readonly<Record<'info' | 'warn' | 'error', (fields: object, message: string) => void>>;
  /** Events are on disk. It must not throw. */
  readonly onCommitted?: (committed: Committed) => void;
  /** Events of the app, or a body, were rejected. */
  readonly onRejected?: (app: string, rejected: readonly RejectedEvent[]) => void;
  /** Continues while the machine's clock is set, ms. Absent: that of the process. */
  readonly monotonicMs?: () => number;
}
