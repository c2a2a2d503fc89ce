import type { Range } from './query.ts';

/** A session ends when so long nothing comes, where its events do not name it. */
export const SESSION_GAP_MS = 30 * 60_000;
/**
 * A session that its events name ends when none of them comes for so long: an id is kept by pages and apps that sleep over lunch, but what comes a day later
 * is another visit. It also bounds what is read beyond a range to see the sessions that begin in it to their end.
 */
export const SESSION_REACH_MS = 24 * 60 * 60_000;

/** The range that is read for the sessions that begin in this one. */
export function sessionRange({ from, to }: Range, gapMs: number): Range {
  const reach = Math.max(SESSION_REACH_MS, gapMs);
  return { from: Math.max(0, from - reach), to: to + reach };
}
