import { DAY_MS } from '../../components/duration.ts';
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
      /** A day, before. */
      readonly before: number;
      /** A day, lately. */
      readonly lately: number;
      readonly at: string;
    };

export const NEW_DAYS = 7;
/** Lately is the last so many whole days; today is not over. */
const LATELY_DAYS = 7;
/** What came less than this often has no habit that could change. */
const FREQUENT_A_DAY = 1;
const QUIET_SHARE = 0.25;

/**
 * @param byEvent events a day, oldest first, today as the last
 * @returns new ones first, newest first; then the quiet ones, the most missed first
 */
export function newsOf(
  known: readonly Known[],
  byEvent: ReadonlyMap<string, readonly number[]>,
  now: number,
): readonly News[] {
  const began = Math.min(...known.map(({ firstSeen }) => Date.parse(firstSeen)));
  // In the first days of an app everything is new.
  const isYoung = now - began < NEW_DAYS * DAY_MS;
  const fresh = isYoung
    ? []
    : known
        .filter(({ firstSeen }) => now - Date.parse(firstSeen) < NEW_DAYS * DAY_MS)
        .sort((a, b) => Date.parse(b.firstSeen) - Date.parse(a.firstSeen))
        .map(({ event, total, firstSeen }): News => ({ kind: 'new', event, total, at: firstSeen }));
  const quiet = known.flatMap(({ event, firstSeen, lastSeen }) => {
    const days = byEvent.get(event)?.slice(0, -1) ?? [];
    const lately = mean(days.slice(-LATELY_DAYS));
    // Days before it was there say nothing.
    const age = Math.ceil((now - Date.parse(firstSeen)) / DAY_MS);
    const before = mean(days.slice(0, -LATELY_DAYS).slice(-Math.max(0, age - LATELY_DAYS)));
    return before >= FREQUENT_A_DAY && lately < before * QUIET_SHARE
      ? [{ kind: 'quiet' as const, event, before, lately, at: lastSeen }]
      : [];
  });
  return [...fresh, ...quiet.sort((a, b) => b.before - a.before)];
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
