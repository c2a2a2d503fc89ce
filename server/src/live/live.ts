import type { Filter } from '../model/query.ts';

/** Subscriptions to events as they are accepted or rejected. */
export interface Live {
  /**
   * Sends the events of the app that match, from now on, or from behind `lastId`.
   * @throws LIVE_TOO_MANY
   */
  subscribe(request: SubscriptionRequest, out: SseStream): void;
  /** Sends the rejections of the app: what is kept, then what comes. @throws LIVE_TOO_MANY */
  subscribeToRejections(request: ConnectionRequest, out: SseStream): void;
  /** Who may read has changed: connections that may no longer are closed. */
  recheck(): Promise<void>;
  /** Erased: nothing of it may be sent any more. `before`: only what came before that time, UTC ms. */
  forget(app: string, before?: number): void;
  connections(): number;
  /** Closes all; no new one is admitted. */
  close(): void;
}

export interface ConnectionRequest {
  readonly app: string;
  /** Whose limit it counts against. */
  readonly caller: string;
  /** The id of the last message that was seen. */
  readonly lastId: string | undefined;
  /** UTC ms; absent: never. */
  readonly expiresAt: number | undefined;
  /** Rejects when the caller may no longer read. */
  readonly check: () => Promise<void>;
}

export interface SubscriptionRequest extends ConnectionRequest {
  readonly filters: readonly Filter[];
}

/** The open answer that messages are written to. */
export interface SseStream {
  /** Bytes written and not taken yet. */
  readonly unsentBytes: number;
  write(text: string): void;
  /** Called whenever what waited was taken. */
  onDrain(drained: () => void): void;
  /** Called once when the client has gone away. */
  onGone(gone: () => void): void;
  /** Ends after what was written. */
  end(): void;
  /** Ends at once. */
  destroy(): void;
}

/** For tests; the server's own are in create-live.ts. */
export interface LiveTimeouts {
  readonly heartbeatMs: number;
  /** A connection that takes nothing for this long is dropped. */
  readonly stalledMs: number;
  /** What may wait for one connection, one message more or less. */
  readonly bufferMaxBytes: number;
}
