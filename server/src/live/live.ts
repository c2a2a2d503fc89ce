import type { Filter } from '../model/query.ts';

/** What `http` asks of the live room: readers that are told what is accepted, or refused, as it happens. */
export interface Live {
  /**
   * Tells the events of the app that match, from now on, or from behind `lastId`.
   * @throws LIVE_TOO_MANY
   */
  follow(request: FollowRequest, out: Outlet): void;
  /** Tells what was refused of the app: what is kept, then what comes. @throws LIVE_TOO_MANY */
  followRefused(request: ReaderRequest, out: Outlet): void;
  /** Who may read has changed: those who may no more are sent away. */
  recheck(): Promise<void>;
  /** Erased: nothing of it may be told any more. `before`: only what came before that time, UTC ms. */
  forget(app: string, before?: number): void;
  readers(): number;
  /** Sends all away; none is taken any more. */
  close(): void;
}

export interface ReaderRequest {
  readonly app: string;
  /** Whose places it counts against. */
  readonly who: string;
  /** The id of the last message that was seen. */
  readonly lastId: string | undefined;
  /** UTC ms; absent: never. */
  readonly expiresAt: number | undefined;
  /** Rejects when the reader may read no more. */
  readonly check: () => Promise<void>;
}

export interface FollowRequest extends ReaderRequest {
  readonly filters: readonly Filter[];
}

/** Where a reader is written to. */
export interface Outlet {
  /** Bytes written and not taken yet. */
  readonly waitingBytes: number;
  write(text: string): void;
  /** Called whenever what waited was taken. */
  onDrain(drained: () => void): void;
  /** Called once when the reader has gone away. */
  onGone(gone: () => void): void;
  /** Ends after what was written. */
  end(): void;
  /** Ends at once. */
  destroy(): void;
}

/** For tests; what the server takes stands in hub.ts. */
export interface Patience {
  readonly heartbeatMs: number;
  /** A reader that takes nothing for so long is dropped. */
  readonly stalledMs: number;
  /** What may wait for one reader, one message more or less. */
  readonly bufferMaxBytes: number;
}
