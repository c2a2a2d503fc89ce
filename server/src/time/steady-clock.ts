/**
 * A clock that goes neither back nor forth when somebody sets the machine's: it begins at the later of `startMs` and the
 * machine's time, and from there on counts what has passed. Where something is forgotten by its age, a clock that was set
 * wrongly for an hour must not forget what was new.
 * @param monotonicMs counts on while the machine's clock is set; `performance.now` unless a test says otherwise
 */
export function steadyClock(startMs: number, now: () => number, monotonicMs: () => number = monotonic): () => number {
  const begin = Math.max(startMs, now());
  const beginMonotonic = monotonicMs();
  return () => begin + (monotonicMs() - beginMonotonic);
}

const monotonic = (): number => performance.now();
