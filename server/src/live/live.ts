import type { Filter } from '../model/query.ts';

/** Subscriptions to events as they are accepted or rejected. */
export interface Live {
  /**
   * Sends the matching events of the app, from now on or after `lastId`.
   * @throws LIVE_TOO_MANY
   */
  subscribe(request: SubscriptionRequest, out: SseStream): void;
  /** Sends the rejections of the app: first those that are kept, then new ones. @throws LIVE_TOO_MANY */
  subscribeToRejections(request: ConnectionRequest, out: SseStream): void;
  /** Access has changed: connections that can no longer read are closed. */
  recheck(): Promise<void>;
  /** Erased events must not be sent any more. `before`: only events before that time, UTC ms. */
  forget(app: string, before?: number): void;
  connections(): number;
  /** Closes all connections and admits no new ones. */
  close(): void;
}

export interface ConnectionRequest {
  readonly app: string;
  /** The caller whose limit it counts against. */
  readonly caller: string;
  /** The id of the last message that the client received. */
  readonly lastId: string | undefined;
  /** UTC ms; absent: never. */
  readonly expiresAt: number | undefined;
  /** Rejects if the caller can no longer read. */
  readonly check: () => Promise<void>;
}

export interface SubscriptionRequest extends ConnectionRequest {
  readonly filters: readonly Filter[];
}

/** The open response to which messages are written. */
export interface SseStream {
  /** Bytes written but not read yet. */
  readonly unsentBytes: number;
  write(text: string | Buffer): void;
  /** Called whenever everything was read. */
  onDrain(drained: () => void): void;
  /** Called once when the client has disconnected. */
  onGone(gone: () => void): void;
  /** Ends after what was written. */
  end(): void;
  /** Ends at once. */
  destroy(): void;
}

/** For tests. The server's own values are in create-live.ts. */
export interface LiveTimeouts {
  readonly heartbeatMs: number;
  /** A connection that reads nothing for this long is dropped. */
  readonly stalledMs: number;
  /** Maximum waiting for one connection, give or take one message. */
  readonly bufferMaxBytes: number;
}
