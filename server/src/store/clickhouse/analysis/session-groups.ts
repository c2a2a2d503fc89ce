import type { SessionNumbers, SessionsQuery, SessionsResult } from '../../../model/analysis-query.ts';
import { sessionRange } from '../../../model/session.ts';
import type { EngineContext } from '../engine-context.ts';
import { Bound, options, type Row } from '../sql.ts';
import { decodeKey, keySql } from './sql/group-key.ts';
import type { Identity } from './sql/identity.ts';
import { sourceOf } from './sql/scope-sql.ts';
import { sessionReading } from './sql/session-sql.ts';
import { IS_ACTIVE } from './sql/visits-sql.ts';

const STATES = `count() AS c, uniqExactIfState(p, p != 0) AS us, sum(n) AS es, countIf(single) AS ss, sum(took) AS ts,
  quantilesExactInclusiveState(0.5, 0.9)(took) AS qs`;
const MERGED = `sum(c) AS sessions, uniqExactIfMerge(us) AS users, sum(es) AS events, sum(ss) AS single, sum(ts) / sum(c) AS average,
  quantilesExactInclusiveMerge(0.5, 0.9)(qs) AS q`;

/** Sessions by what the fields of their first event say: a visit belongs to what brought it, whatever its later pages say. The largest groups, then the rest as one. */
export async function sessionGroups(
  { connection, hotColumnsOf, control }: EngineContext,
  query: SessionsQuery,
  identityOf: (bound: Bound) => Identity,
): Promise<SessionsResult['groups']> {
  if (query.breakdown.length === 0) return [];
  const bound = new Bound(hotColumnsOf);
  const source = sourceOf(query, identityOf(bound), bound, undefined, sessionRange(query.range, query.gapMs));
  const { where, gapOf } = sessionReading(source, query.range, query.gapMs, bound);
  const rows = `SELECT ${source.identity.person} AS p, session AS w, toUnixTimestamp64Milli(timestamp) AS ms, seq, toUInt8(${IS_ACTIVE}) AS active, ${keySql(query.breakdown, bound)} AS k
    FROM ${source.from} WHERE ${where}`;
  const sequences = `SELECT p, ${gapOf('notEmpty(w)')} AS gap, arraySort(groupArray((ms, seq, k, active))) AS rows FROM (${rows}) GROUP BY p, w`;
  const sessions = `SELECT p, sequence[1].3 AS g, length(sequence) AS n, arrayCount(r -> r.4 = 1, sequence) < 2 AS single, sequence[1].1 AS at, sequence[-1].1 - at AS took FROM (
      SELECT p, arrayJoin(arraySplit((r, d) -> d > gap, rows, arrayDifference(arrayMap(r -> r.1, rows)))) AS sequence FROM (${sequences})
    ) WHERE at >= ${bound.add('Int64', query.range.from)} AND at < ${bound.add('Int64', query.range.to)}`;
  const most = bound.add('UInt64', query.limit);
  const found = await connection.query<Row>(
    `SELECT place, any(key) AS name, ${MERGED} FROM (
      SELECT *, if(r > ${most}, 0, r) AS place, if(r > ${most}, '', g) AS key FROM (
        SELECT *, row_number() OVER (ORDER BY c DESC, g) AS r FROM (SELECT g, ${STATES} FROM (${sessions}) GROUP BY g))
    ) GROUP BY place ORDER BY place = 0, place`,
    bound.values,
    options(control),
  );
  return found.map((row) => ({
    ...sessionNumbers(row),
    group: Number(row['place']) === 0 ? 'other' : decodeKey(String(row['name']), query.breakdown.length),
  }));
}

export function sessionNumbers(row: Row | undefined): SessionNumbers {
  const count = (name: string): number => Number(row?.[name] ?? 0);
  const quantiles: unknown = row?.['q'];
  const of = (i: 0 | 1): number | null =>
    count('sessions') > 0 && Array.isArray(quantiles) ? Number(quantiles[i]) : null;
  return {
    sessions: count('sessions'),
    // An estimate is at most what is certain: no session has two users.
    users: Math.min(count('users'), count('sessions')),
    events: count('events'),
    single: count('single'),
    averageMs: count('sessions') > 0 ? count('average') : null,
    medianMs: of(0),
    p90Ms: of(1),
  };
}
