import type { Filter } from '../../../query.ts';
import { filterSql } from '../filter-sql.ts';
import type { Bound } from '../sql.ts';
import type { Source } from './scope-sql.ts';

/**
 * The events that match `wanted`, each with its session: `at` (UTC ms), `g` (the key given), `visit`, the number of the session. A session is what the
 * event says, within its user; the events of a user that say none are one session until `gapMs` go by without one. Sessions
 * are cut among all events of the question, wanted or not.
 */
export function sessionRows(
  source: Source,
  wanted: readonly Filter[],
  key: string,
  gapMs: number,
  bound: Bound,
): string {
  const { person } = source.people;
  const isWanted = filterSql({ and: wanted }, bound);
  const at = 'toUnixTimestamp64Milli(timestamp)';
  const gap = bound.add('Int64', gapMs);
  const given = `SELECT ${at} AS at, ${key} AS g, cityHash64(${person}, session) AS visit
    FROM ${source.from} WHERE ${source.where(wanted)} AND notEmpty(session)`;
  // The start of the session, carried to each event: the first one's own time, and that after each gap.
  const cut = `SELECT r.1 AS at, r.3 AS g, cityHash64(p, r.4) AS visit FROM (
    SELECT p, arraySort(groupArray((ms, isWanted, k))) AS rows,
      arrayMap(r -> r.1, rows) AS ats,
      arrayFill(s -> s != -1, arrayMap((a, d, i) -> if(i = 1 OR d > ${gap}, a, -1), ats, arrayDifference(ats), arrayEnumerate(ats))) AS starts,
      arrayJoin(arrayFilter(r -> r.2 = 1, arrayMap((r, s) -> (r.1, r.2, r.3, s), rows, starts))) AS r
    FROM (SELECT ${person} AS p, ${at} AS ms, ${isWanted} AS isWanted, if(${isWanted}, ${key}, '') AS k FROM ${source.from} WHERE ${source.where()} AND empty(session) AND p != 0)
    GROUP BY p)`;
  return `${given} UNION ALL ${cut}`;
}
