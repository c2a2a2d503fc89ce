import type { Range } from './query.ts';

/** A session ends after this long without events, if its events do not name it. */
export const SESSION_GAP_MS = 30 * 60_000;
/**
 * A named session ends after this long without any of its events: pages and apps that sleep over lunch keep their session id, but what comes a day later
 * is another visit. It also limits how far beyond a range is read to see its sessions to their end.
 */
export const SESSION_REACH_MS = 24 * 60 * 60_000;

/** What a trend measures of sessions; the sessions question has the same figures. `visits` is another name for `sessions`. */
export const SESSION_MEASURES = [
  'sessions',
  'visits',
  'bounceRate',
  'sessionDuration',
  'eventsPerSession',
  'viewsPerVisit',
  'entries',
  'exits',
] as const;
export type SessionMeasure = (typeof SESSION_MEASURES)[number];
export const isSessionMeasure = (name: string): name is SessionMeasure =>
  SESSION_MEASURES.some((each) => each === name);
/** A mean over sessions: null where there are none, and no sum over time. */
export const isSessionMean = (name: string): boolean =>
  ['bounceRate', 'sessionDuration', 'eventsPerSession', 'viewsPerVisit'].includes(name);

/** The range that is read for the sessions that begin in this one. */
export function sessionRange({ from, to }: Range, gapMs: number): Range {
  const reach = Math.max(SESSION_REACH_MS, gapMs);
  return { from: Math.max(0, from - reach), to: to + reach };
}
