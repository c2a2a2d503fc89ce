import { type MatchBudget, MatchTooCostly } from '../model/filter-match.ts';
import { TokenBucket } from '../system/token-bucket.ts';

/** One test at most: 200,000 steps took up to 8 ms (a text of 4,096 characters, 1,000 instructions: 4 million steps, 130 ms). */
const STEPS_MAX = 200_000;
/** A twentieth of the event loop for the expressions of all subscribers, and at most this at once. */
const SHARE = 0.05;
const BURST_MS = 100;

/**
 * How much of the event loop the regular expressions, long searches and long lists of conditions of subscribers can use. The store
 * evaluates what goes beyond.
 */
export class LiveMatchBudget implements MatchBudget {
  readonly #nowMs: () => number;
  readonly #bucket: TokenBucket;
  /** The total since the start. */
  #takenMs = 0;

  /** @param nowMs a clock that never goes back */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
    this.#bucket = new TokenBucket({ capacity: BURST_MS, refill: { amount: SHARE, everyMs: 1 }, nowMs });
  }

  spend(steps: number, test: () => boolean): boolean {
    if (steps > STEPS_MAX || this.#bucket.left() <= 0) throw new MatchTooCostly();
    const startMs = this.#nowMs();
    const takenMs = this.#takenMs;
    try {
      return test();
    } finally {
      // Nested tests have taken their share already.
      const ownMs = Math.max(0, this.#nowMs() - startMs - (this.#takenMs - takenMs));
      this.#bucket.take(ownMs);
      this.#takenMs += ownMs;
    }
  }
}
