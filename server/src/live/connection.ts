import { SeismoError } from '../model/errors.ts';
import type { ConnectionRequest, LiveTimeouts, SseStream } from './live.ts';
import { sseMessage } from './sse-message.ts';

/** The maximum for `setTimeout`. */
const TIMER_MAX_MS = 2_147_483_647;

/** One connection: what is written to it, how long the server waits for it, and when it ends. */
export class Connection {
  readonly app: string;
  readonly caller: string;
  readonly #stream: SseStream;
  readonly #timeouts: LiveTimeouts;
  readonly #check: () => Promise<void>;
  readonly #onClosed: () => void;
  readonly #expiry: NodeJS.Timeout | undefined;
  /** Wakes those that wait until everything was read. */
  #wake: (() => void) | undefined;
  /** Since when something has been waiting, monotonic ms. */
  #unsentSinceMs: number | undefined;
  readonly closed = new AbortController();

  constructor(
    request: ConnectionRequest,
    stream: SseStream,
    timeouts: LiveTimeouts,
    now: () => number,
    onOver: () => void,
  ) {
    this.app = request.app;
    this.caller = request.caller;
    this.#stream = stream;
    this.#timeouts = timeouts;
    this.#check = request.check;
    this.#onClosed = onOver;
    if (request.expiresAt !== undefined) {
      this.#expiry = setTimeout(() => void this.check(), Math.min(TIMER_MAX_MS, request.expiresAt - now() + 1));
      this.#expiry.unref();
    }
    stream.onDrain(() => {
      this.#unsentSinceMs = undefined;
      this.#wake?.();
    });
    stream.onGone(() => this.#end());
  }

  get isClosed(): boolean {
    return this.closed.signal.aborted;
  }

  /** Nothing more is written until something is read. */
  get isFull(): boolean {
    return this.#stream.unsentBytes >= this.#timeouts.bufferMaxBytes;
  }

  write(text: string | Buffer): void {
    if (this.isClosed) return;
    this.#stream.write(text);
    if (this.#stream.unsentBytes > 0) this.#unsentSinceMs ??= performance.now();
  }

  /** Resolves when everything was read, or the connection is closed. */
  async drained(): Promise<void> {
    while (!this.isClosed && this.#stream.unsentBytes > 0)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }

  /** Drops a connection that has read nothing for too long. @returns whether it can be written to */
  isResponsive(): boolean {
    if (this.#stream.unsentBytes === 0) this.#unsentSinceMs = undefined;
    if (this.#unsentSinceMs !== undefined && performance.now() - this.#unsentSinceMs > this.#timeouts.stalledMs)
      this.drop();
    return !this.isClosed && this.#unsentSinceMs === undefined;
  }

  /** Closes the connection if its caller can no longer read. */
  async check(): Promise<void> {
    try {
      await this.#check();
    } catch (error) {
      if (error instanceof SeismoError) this.closeWith(error);
      else this.drop();
    }
  }

  closeWith({ code, detail }: SeismoError): void {
    if (this.isClosed) return;
    this.write(sseMessage(undefined, 'end', JSON.stringify({ code, detail })));
    this.#stream.end();
    this.#end();
  }

  drop(): void {
    this.#stream.destroy();
    this.#end();
  }

  #end(): void {
    if (this.isClosed) return;
    clearTimeout(this.#expiry);
    this.closed.abort();
    this.#wake?.();
    this.#onClosed();
  }
}
