import { DAY_MS } from '../../components/duration.ts';
import { isSystemEvent } from '../../components/system-events.ts';

/** What is new among the events of an app, and what has gone quiet. */
export interface Known {
  readonly event: string;
  readonly total: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
}

export type News =
  | { readonly kind: 'new'; readonly event: string; readonly total: number; readonly at: string }
  | {
      readonly kind: 'quiet';
      readonly event: string;
      /** Per day, before. */
      readonly before: number;
      /** Per day, recently. */
      readonly lately: number;
      readonly at: string;
    };

export const NEW_DAYS = 7;
/** Recently means this many complete days; today is not over. */
const LATELY_DAYS = 7;
/** Events that came less often than this have no regularity that could change. */
const FREQUENT_A_DAY = 1;
const QUIET_SHARE = 0.25;

/**
 * @param byEvent events per day, oldest first, today as the last
 * @returns new ones first, newest first; then the quiet ones, the most frequent first
 */
export function newsOf(
  known: readonly Known[],
  byEvent: ReadonlyMap<string, readonly number[]>,
  now: number,
): readonly News[] {
  const shown = known.filter(({ event }) => !isSystemEvent(event));
  const fresh = isYoung(known, now)
    ? []
    : shown
        .filter(({ firstSeen }) => now - Date.parse(firstSeen) < NEW_DAYS * DAY_MS)
        .sort((a, b) => Date.parse(b.firstSeen) - Date.parse(a.firstSeen))
        .map(({ event, total, firstSeen }): News => ({ kind: 'new', event, total, at: firstSeen }));
  const quiet = shown.flatMap(({ event, firstSeen, lastSeen }) => {
    const days = byEvent.get(event)?.slice(0, -1) ?? [];
    const lately = mean(days.slice(-LATELY_DAYS));
    // Days before its first event do not count.
    const age = Math.ceil((now - Date.parse(firstSeen)) / DAY_MS);
    const before = mean(days.slice(0, -LATELY_DAYS).slice(-Math.max(0, age - LATELY_DAYS)));
    return before >= FREQUENT_A_DAY && lately < before * QUIET_SHARE
      ? [{ kind: 'quiet' as const, event, before, lately, at: lastSeen }]
      : [];
  });
  return [...fresh, ...quiet.sort((a, b) => b.before - a.before)];
}

/** In the first days of an app everything is new. */
export const isYoung = (known: readonly Known[], now: number): boolean =>
  now - Math.min(...known.map(({ firstSeen }) => Date.parse(firstSeen))) < NEW_DAYS * DAY_MS;

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
