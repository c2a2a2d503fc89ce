import { type MatchBudget, MatchTooCostly } from '../model/filter-match.ts';

/** One test at most: 200,000 steps took up to 8 ms (a text of 4,096 characters, 1,000 instructions: 4 million steps, 130 ms). */
const STEPS_MAX = 200_000;
/** A twentieth of the event loop for the expressions of all who follow, and no more than this at once. */
const SHARE = 0.05;
const BURST_MS = 100;

/** What live readers' regular expressions may take of the event loop. What goes beyond is found out by the store. */
export class LiveMatchBudget implements MatchBudget {
  readonly #nowMs: () => number;
  #leftMs = BURST_MS;
  #atMs: number;

  /** @param nowMs a clock that never goes back */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
    this.#atMs = nowMs();
  }

  spend(steps: number, test: () => boolean): boolean {
    const startMs = this.#nowMs();
    this.#leftMs = Math.min(BURST_MS, this.#leftMs + (startMs - this.#atMs) * SHARE);
    this.#atMs = startMs;
    if (steps > STEPS_MAX || this.#leftMs <= 0) throw new MatchTooCostly();
    try {
      return test();
    } finally {
      this.#leftMs -= this.#nowMs() - startMs;
    }
  }
}
