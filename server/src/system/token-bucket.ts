export interface TokenBucketOptions {
  /** Tokens it holds when full, as at the start. */
  readonly capacity: number;
  readonly refill: { readonly amount: number; readonly everyMs: number };
  /** How far below 0 it can go. Absent: any distance. */
  readonly debtMax?: number;
  readonly nowMs: () => number;
}

/** A token bucket that refills at a steady rate and can be in debt. */
export class TokenBucket {
  readonly #options: TokenBucketOptions;
  #left: number;
  #atMs: number;

  constructor(options: TokenBucketOptions) {
    this.#options = options;
    this.#left = options.capacity;
    this.#atMs = options.nowMs();
  }

  /** The tokens it holds now; negative while it is in debt. */
  left(): number {
    const { capacity, refill, nowMs } = this.#options;
    const now = nowMs();
    // A clock that is set back adds nothing.
    const elapsedMs = Math.max(0, now - this.#atMs);
    this.#atMs = now;
    this.#left = Math.min(capacity, this.#left + (elapsedMs / refill.everyMs) * refill.amount);
    return this.#left;
  }

  take(amount: number): void {
    const { debtMax = Number.POSITIVE_INFINITY } = this.#options;
    this.#left = Math.max(-debtMax, this.#left - amount);
  }
}
