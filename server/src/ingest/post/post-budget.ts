import type { Allowance, Poster } from '../../model/poster.ts';
import type { DailyQuota } from './daily-quota.ts';

/** Beyond its rate, a stream with only blank lines is read this far before it ends. */
const OVERRUN_BYTES = 1024 * 1024;
const PIECE_MIN_BYTES = 32 * 1024;

/** What one post can still use: of its key's rate and of its app's daily quota. */
export class PostBudget {
  readonly #app: string;
  readonly #allowance: Allowance | undefined;
  readonly #quota: DailyQuota;
  #isOver = false;
  #overrunBytes = 0;

  constructor(app: string, poster: Poster, quota: DailyQuota) {
    this.#app = app;
    this.#allowance = poster.allowance;
    this.#quota = quota;
  }

  /** Charges a whole body, before it is parsed. @throws RATE_LIMITED, RATE_BATCH_TOO_LARGE, QUOTA_REACHED */
  takeBody(bytes: number): void {
    this.#allowance?.takeBytes(bytes);
    this.#quota.takeBytes(this.#app, bytes);
  }

  /** Charges all events of a body, before they are validated. @throws like `takeBody` */
  takeEvents(events: number): void {
    this.#quota.checkEvents(this.#app, events);
    this.#allowance?.takeEvents(events);
  }

  /**
   * Charges a stream as it arrives. What exceeds the rate is still passed on for a while, so that the lines before it are stored and the
   * stream ends after a piece (`endOf`).
   * @throws RATE_LIMITED, QUOTA_REACHED
   */
  async *charged(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.#quota.takeBytes(this.#app, chunk.length);
      if (this.#allowance && !this.#allowance.streamBytes(chunk.length)) {
        this.#isOver = true;
        this.#overrunBytes += chunk.length;
        if (this.#overrunBytes > OVERRUN_BYTES) throw this.#allowance.limited();
      }
      yield chunk;
    }
  }

  /** How much of a stream is read at a time: less for a slow key, so that it ends near its rate. */
  pieceBytes(max: number): number {
    const rate = this.#allowance?.bytesPerSecond ?? Number.POSITIVE_INFINITY;
    return Math.min(max, Math.max(PIECE_MIN_BYTES, rate / 4));
  }

  /** How many lines of a piece are accepted. If fewer than all, the stream ends with `end`. */
  takeLines(lines: number): number {
    const left = Math.min(lines, this.#quota.eventsLeft(this.#app));
    return this.#allowance ? this.#allowance.streamEvents(left) : left;
  }

  /** Whether the stream ends after the current piece. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Why it ends: RATE_LIMITED, QUOTA_REACHED. */
  end(): Error {
    return this.#quota.eventsLeft(this.#app) === 0 || !this.#allowance
      ? this.#quota.reachedEvents()
      : this.#allowance.limited();
  }
}
