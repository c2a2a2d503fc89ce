import type { Committed, RejectedEvent } from '../row/committed-rows.ts';
import type { Store } from '../store/store.ts';
import type { EventLimits } from './accept/limits.ts';
import type { Zone } from './load/loader.ts';

export interface IngestOptions {
  /** The journal lies in `<dataDir>/journal`. */
  readonly dataDir: string;
  /** For the fingerprints of ids and the server's own uuids. */
  readonly secret: Buffer;
  readonly store: Pick<
    Store,
    'insert' | 'settleInserts' | 'storedRanges' | 'knownUuids' | 'uuids' | 'names' | 'isErasing'
  >;
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
    /** Of keys that are not trusted; absent: any age. */
    readonly keyMaxAgeDays?: number | undefined;
    readonly eventsPerDayMax?: number | undefined;
    readonly bytesPerDayMax?: number | undefined;
  };
  readonly now: () => number;
  readonly retentionDaysOf: (app: string) => number | undefined;
  /** In which the app's days are cut. */
  readonly zoneOf: (app: string) => Zone;
  readonly logger: { warn(fields: object, message: string): void; error(fields: object, message: string): void };
  /** Events are on disk. It must not throw. */
  readonly onCommitted?: (committed: Committed) => void;
  /** Events of the app, or a body, were refused. */
  readonly onRejected?: (app: string, refused: readonly RejectedEvent[]) => void;
  /** Counts on while the machine's clock is set, ms; absent: the process's own. */
  readonly monotonicMs?: () => number;
}
