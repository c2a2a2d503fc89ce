import type { Filter, Range } from '../../../../model/query.ts';
import { SESSION_REACH_MS, sessionRange } from '../../../../model/session.ts';
import { filterSql } from '../../filter-sql.ts';
import type { Bound } from '../../sql.ts';
import type { Source } from './scope-sql.ts';
import { IS_VIEW } from './visits-sql.ts';

/**
 * Whole sessions that begin in a range. A session ends after the gap without events, a named one after `SESSION_REACH_MS`; it belongs to the
 * time of its first event. So events are read from that long before the range, to know which sessions began before it, to that long after it, to
 * follow sessions to their end. Before the gap only events that name their session can matter.
 */
export interface SessionReading {
  /** The range of the events that are read. */
  readonly range: Range;
  readonly where: string;
  /** After how many ms without events the session `w` (empty: it has no name) ends. */
  gapOf(isNamed: string): string;
}

/** What sessions are made of where they name none: views, as visits are; or whatever a user does without a long pause, as paths are. */
export type Unnamed = 'views' | 'events';

/** @param range in which the sessions begin */
export function sessionReading(
  source: Source,
  range: Range,
  gapMs: number,
  bound: Bound,
  unnamed: Unnamed = 'views',
): SessionReading {
  const read = sessionRange(range, gapMs);
  const { person } = source.identity;
  const gap = bound.add('Int64', gapMs);
  const named = bound.add('Int64', Math.max(SESSION_REACH_MS, gapMs));
  return {
    range: read,
    where: `${source.where([], read)} AND (notEmpty(session) OR (${unnamed === 'views' ? `${IS_VIEW} AND ` : ''}${person} != 0 AND timestamp >= ${bound.time(Math.max(0, range.from - gapMs))}))`,
    gapOf: (isNamed) => `if(${isNamed}, ${named}, ${gap})`,
  };
}

export interface SessionsWithEvent {
  readonly source: Source;
  /** In which the sessions begin. */
  readonly range: Range;
  readonly gapMs: number;
  readonly wanted: readonly Filter[];
  /** The group of an event. */
  readonly key: string;
  /** Only the first (1) or last (-1) event of a session counts; among equal times the order of arrival decides. */
  readonly end: 1 | -1 | undefined;
}

/**
 * The sessions with an event that matches `wanted`, one row per session and value of the key among these events: `at` (UTC ms, its start), `g` (the
 * key). Sessions are determined from all events of the question, wanted or not.
 */
export function sessionRows({ source, range, gapMs, wanted, key, end }: SessionsWithEvent, bound: Bound): string {
  const { person } = source.identity;
  const isWanted = filterSql({ and: wanted }, bound);
  const { where, gapOf } = sessionReading(source, range, gapMs, bound);
  const rows = `SELECT ${person} AS p, session AS w, toUnixTimestamp64Milli(timestamp) AS ms, ${end === undefined ? '0' : 'seq'} AS nth, ${isWanted} AS isWanted, if(${isWanted}, ${key}, '') AS k
    FROM ${source.from} WHERE ${where}`;
  const sequences = `SELECT ${gapOf('notEmpty(w)')} AS gap, arraySort(groupArray((ms, nth, isWanted, k))) AS rows FROM (${rows}) GROUP BY p, w HAVING max(isWanted) = 1`;
  return `SELECT sequence[1].1 AS at, arrayJoin(arrayDistinct(arrayMap(r -> r.4, arrayFilter(r -> r.3 = 1, ${end === undefined ? 'sequence' : `[sequence[${end}]]`})))) AS g FROM (
    SELECT arrayJoin(arraySplit((r, d) -> d > gap, rows, arrayDifference(arrayMap(r -> r.1, rows)))) AS sequence FROM (${sequences})
  ) WHERE at >= ${bound.add('Int64', range.from)} AND at < ${bound.add('Int64', range.to)}`;
}
