import type { SessionsQuery, SessionsResult } from '../../../model/analysis-query.ts';
import { sessionRange } from '../../../model/session.ts';
import type { EngineContext } from '../engine-context.ts';
import { Bound, EXACT_BELOW, options, type Row, unbiased } from '../sql.ts';
import { sessionGroups, sessionNumbers } from './session-groups.ts';
import { eventSequences, isMarked, marksSql } from './sql/event-sequence-sql.ts';
import { areUsersExact } from './sql/exact-users.ts';
import { personOf } from './sql/identity.ts';
import { nodeBits, nodeSql, nodesOf, sessionSequences } from './sql/node-sql.ts';
import { sourceOf } from './sql/scope-sql.ts';
import { IS_ACTIVE, IS_SYSTEM } from './sql/visits-sql.ts';

const EVENT = { kind: 'column', name: 'event' } as const;

/** Sessions are built from event sequences, then counted in total, by the bucket in which they begin, by first event and by last event in one query. */
export async function sessions(context: EngineContext, query: SessionsQuery): Promise<SessionsResult> {
  const { connection, identities, highestSeq, hotColumnsOf, control } = context;
  const [identityOf, isUsersExact] = await Promise.all([
    identities.of(query.app, control),
    areUsersExact(context, query),
  ]);
  const range = sessionRange(query.range, query.gapMs);
  const { nodes } = await nodesOf(context, { ...query, range }, identityOf, EVENT);
  const bits = nodeBits(nodes);
  const [activeBit, systemBit] = [bits, bits + 1];
  const packing = eventSequences(range, bits + 2, await highestSeq.get());
  // Events of Seismo itself, such as `$identify`, are named only where there are no others.
  const nameOfMark = (mark: string): string => `bitAnd(${mark}, ${2 ** bits - 1})`;
  const sessionsSql = (bound: Bound, isNamed: boolean): string => {
    const source = sourceOf(query, identityOf(bound), bound, undefined, range);
    const names = isNamed ? `, max(${source.identity.user}) AS u, max(device) AS d` : '';
    const marks = `${nodeSql(EVENT, nodes, bound)} + ${marksSql([IS_ACTIVE, IS_SYSTEM], activeBit)}`;
    const sequences = sessionSequences(
      { source, range: query.range, gapMs: query.gapMs, packing, marks, names },
      bound,
    );
    return `SELECT *, ${packing.timesOf('sequence')} AS times, ${packing.marksOf('sequence')} AS marks, ${packing.utcMs('times[1]')} AS t0, ${packing.utcMs('times[-1]')} AS t1, length(sequence) AS n,
      arrayCount(m -> ${isMarked(activeBit, 'm')}, marks) < 2 AS single, arrayFilter(m -> NOT ${isMarked(systemBit, 'm')}, marks) AS shown,
      ${nameOfMark('if(empty(shown), marks[1], shown[1])')} AS e0, ${nameOfMark('if(empty(shown), marks[-1], shown[-1])')} AS e1 FROM (${sequences})`;
  };
  const counted = new Bound(hotColumnsOf);
  const listed = new Bound(hotColumnsOf);
  const [groups, rows, latest = []] = await Promise.all([
    sessionGroups(context, query, identityOf),
    connection.query<Row>(
      countSql(query.buckets, isUsersExact, sessionsSql(counted, false), counted),
      counted.values,
      options(control),
    ),
    query.list &&
      connection.query<Row>(
        `SELECT u, d, w, t0, t1, n, e0, e1 FROM (${sessionsSql(listed, true)}) ORDER BY t0 DESC, t1 DESC, u, d, w LIMIT ${listed.add('UInt64', query.list)}`,
        listed.values,
        options(control),
      ),
  ]);
  const of = (what: string): Row[] => rows.filter((row) => row['what'] === what);
  const nameOf = (index: unknown): string => nodes[Number(index) - 1]?.slice(1) ?? 'other';
  const ends = (what: string) =>
    of(what).map((row) => ({
      event: Number(row['key']) <= 0 ? undefined : nameOf(row['key']),
      sessions: Number(row['sessions']),
    }));
  const total = sessionNumbers(of('total')[0]);
  const buckets = of('bucket').map((row) => ({ ...sessionNumbers(row), bucket: Number(row['key']) }));
  return {
    whole: total,
    buckets,
    groups,
    entry: grouped(ends('entry'), query.limit),
    exit: grouped(ends('exit'), query.limit),
    list:
      latest === 0
        ? []
        : latest.map((row) => ({
            ...personOf(row),
            ...(row['w'] !== '' && { session: String(row['w']) }),
            from: Number(row['t0']),
            to: Number(row['t1']),
            events: Number(row['n']),
            entry: nameOf(row['e0']),
            exit: nameOf(row['e1']),
          })),
    exact: isUsersExact || [total, ...buckets].every(({ users }) => users < EXACT_BELOW),
  };
}

function countSql(buckets: SessionsQuery['buckets'], isUsersExact: boolean, sessionsSql: string, bound: Bound): string {
  const users = isUsersExact ? 'uniqExactIf(p, p != 0)' : unbiased('uniqCombined64If(16)(p, p != 0)');
  const key = buckets ? `roundDown(toInt64(t0), ${bound.add('Array(Int64)', buckets)})` : 'toInt64(0)';
  const sets = ['()', ...(buckets ? ['(k)'] : []), '(e0)', '(e1)'].join(', ');
  // grouping() is 0 where the column is the key.
  return `SELECT multiIf(${buckets ? "grouping(k) = 0, 'bucket', " : ''}grouping(e0) = 0, 'entry', grouping(e1) = 0, 'exit', 'total') AS what,
      multiIf(${buckets ? "what = 'bucket', k, " : ''}what = 'entry', toInt64(e0), what = 'exit', toInt64(e1), toInt64(0)) AS key,
      count() AS sessions, ${users} AS users, sum(n) AS events, countIf(single) AS single, avg(t1 - t0) AS average,
      quantilesExactInclusive(0.5, 0.9)(t1 - t0) AS q
    FROM (SELECT ${key} AS k, e0, e1, p, n, single, t0, t1 FROM (${sessionsSql})) GROUP BY GROUPING SETS (${sets}) ORDER BY what, sessions DESC, key`;
}

/** The top ones, and the rest as one. */
function grouped(
  ends: readonly { event: string | undefined; sessions: number }[],
  limit: number,
): SessionsResult['entry'] {
  const named = ends.filter(({ event }) => event !== undefined);
  const rest = [...named.slice(limit), ...ends.filter(({ event }) => event === undefined)].reduce(
    (sum, each) => sum + each.sessions,
    0,
  );
  return [...named.slice(0, limit), ...(rest > 0 ? [{ event: undefined, sessions: rest }] : [])];
}
