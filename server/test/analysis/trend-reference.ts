/** The measures of a trend by plain loops. */
import { distinct, isBounce, isView, type Known, look, percentile, type SelectorLike } from './reference.ts';

export interface SeriesLike extends SelectorLike {
  readonly measure?: string;
  readonly property?: string;
}

/** An event as one of its session: at the time when that begins, which is where the session counts. */
export interface Visit extends Known {
  readonly visit?: number;
  /** All of that session. */
  readonly whole?: readonly Known[];
}
export const OF_SESSIONS = [
  ...['sessions', 'visits', 'bounceRate', 'sessionDuration', 'eventsPerSession', 'viewsPerVisit', 'entries', 'exits'],
];

/** One number by plain loops. */
export function measured(events: readonly Visit[], { measure = 'count', property }: SeriesLike): number | null {
  const users = distinct(events.map(({ person }) => person));
  if (measure === 'count') return events.length;
  if (measure === 'users') return users;
  if (measure === 'perUser')
    return users === 0 ? null : events.filter(({ person }) => person !== undefined).length / users;
  const sessions = [
    ...new Map(
      events.flatMap(({ visit, whole }) => (visit === undefined ? [] : [[visit, whole ?? []] as const])),
    ).values(),
  ];
  const mean = (of: (session: readonly Known[]) => number): number | null =>
    sessions.length === 0 ? null : sessions.reduce((sum, session) => sum + of(session), 0) / sessions.length;
  if (measure === 'sessions' || measure === 'visits') return sessions.length;
  if (measure === 'bounceRate') return mean((session) => (isBounce(session) ? 1 : 0));
  if (measure === 'viewsPerVisit') return mean((session) => session.filter(isView).length);
  if (measure === 'eventsPerSession') return mean(({ length }) => length);
  if (measure === 'sessionDuration') return mean((session) => session.at(-1)!.timestamp - session[0]!.timestamp);
  if (measure === 'entries') return events.filter(({ seq, whole }) => whole?.[0]?.seq === seq).length;
  if (measure === 'exits') return events.filter(({ seq, whole }) => whole?.at(-1)?.seq === seq).length;
  const values = events.map((event) => look(event, property!)).filter((value) => value !== undefined);
  if (measure === 'uniqueValues') return distinct(values.map((value) => JSON.stringify(value)));
  const numbers = values.filter((value) => typeof value === 'number');
  const sum = numbers.reduce((a, b) => a + b, 0);
  if (measure === 'sum') return sum;
  if (numbers.length === 0) return null;
  if (measure === 'avg') return sum / numbers.length;
  if (measure === 'min') return Math.min(...numbers);
  if (measure === 'max') return Math.max(...numbers);
  return percentile(numbers, { median: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 }[measure]!);
}
