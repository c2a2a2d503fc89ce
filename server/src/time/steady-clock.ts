/**
 * A clock that is not affected when someone sets the machine's: it begins at the later of `startMs` and the
 * machine's time, and then counts elapsed time. Where something is forgotten by its age, a clock that was wrong
 * for an hour must not cause new things to be forgotten.
 * @param monotonicMs continues while the machine's clock is set; `performance.now` except in tests
 */
export function steadyClock(startMs: number, now: () => number, monotonicMs: () => number = monotonic): () => number {
  const begin = Math.max(startMs, now());
  const beginMonotonic = monotonicMs();
  return () => begin + (monotonicMs() - beginMonotonic);
}

const monotonic = (): number => performance.now();
