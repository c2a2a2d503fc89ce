import { SeismoError } from '../model/errors.ts';
import type { Outlet, Patience, ReaderRequest } from './live.ts';
import { message } from './message.ts';

/** `setTimeout` takes no longer waits. */
const TIMER_MAX_MS = 2_147_483_647;

/** One connection: what is written to it, how patient the server is with it, and when it ends. */
export class Reader {
  readonly app: string;
  readonly who: string;
  readonly #out: Outlet;
  readonly #patience: Patience;
  readonly #check: () => Promise<void>;
  readonly #onOver: () => void;
  readonly #expiry: NodeJS.Timeout | undefined;
  /** Wakes who waits until all was taken. */
  #wake: (() => void) | undefined;
  /** Since when something waits, monotonic ms. */
  #waitingSinceMs: number | undefined;
  readonly over = new AbortController();

  constructor(request: ReaderRequest, out: Outlet, patience: Patience, now: () => number, onOver: () => void) {
    this.app = request.app;
    this.who = request.who;
    this.#out = out;
    this.#patience = patience;
    this.#check = request.check;
    this.#onOver = onOver;
    if (request.expiresAt !== undefined) {
      this.#expiry = setTimeout(() => void this.check(), Math.min(TIMER_MAX_MS, request.expiresAt - now() + 1));
      this.#expiry.unref();
    }
    out.onDrain(() => {
      this.#waitingSinceMs = undefined;
      this.#wake?.();
    });
    out.onGone(() => this.#end());
  }

  get isOver(): boolean {
    return this.over.signal.aborted;
  }

  /** No more is written before something is taken. */
  get isFull(): boolean {
    return this.#out.waitingBytes >= this.#patience.bufferMaxBytes;
  }

  write(text: string): void {
    if (this.isOver) return;
    this.#out.write(text);
    if (this.#out.waitingBytes > 0) this.#waitingSinceMs ??= performance.now();
  }

  /** Resolves when all was taken, or the reader is over. */
  async drained(): Promise<void> {
    while (!this.isOver && this.#out.waitingBytes > 0)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }

  /** Drops a reader that has taken nothing for too long. @returns whether it may be written to */
  isPatientlyWaitedFor(): boolean {
    if (this.#out.waitingBytes === 0) this.#waitingSinceMs = undefined;
    if (this.#waitingSinceMs !== undefined && performance.now() - this.#waitingSinceMs > this.#patience.stalledMs)
      this.drop();
    return !this.isOver && this.#waitingSinceMs === undefined;
  }

  /** Sends the reader away when it may read no more. */
  async check(): Promise<void> {
    try {
      await this.#check();
    } catch (error) {
      if (error instanceof SeismoError) this.sendAway(error);
      else this.drop();
    }
  }

  sendAway({ code, detail }: SeismoError): void {
    if (this.isOver) return;
    this.write(message(undefined, 'end', JSON.stringify({ code, detail })));
    this.#out.end();
    this.#end();
  }

  drop(): void {
    this.#out.destroy();
    this.#end();
  }

  #end(): void {
    if (this.isOver) return;
    clearTimeout(this.#expiry);
    this.over.abort();
    this.#wake?.();
    this.#onOver();
  }
}
