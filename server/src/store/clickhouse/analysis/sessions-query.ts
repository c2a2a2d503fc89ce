import type { SessionNumbers, SessionsQuery, SessionsResult } from '../../../model/analysis-query.ts';
import { sessionRange } from '../../../model/session.ts';
import type { EngineContext } from '../engine-context.ts';
import { Bound, EXACT_BELOW, options, type Row, unbiased } from '../sql.ts';
import { eventSequences } from './sql/event-sequence-sql.ts';
import { personOf } from './sql/identity.ts';
import { nodeBits, nodeSql, nodesOf, sessionSequences } from './sql/node-sql.ts';
import { sourceOf } from './sql/scope-sql.ts';

const EVENT = { kind: 'column', name: 'event' } as const;

/** Sessions are made of sequences, then counted whole, by bucket of their beginning, by first and by last event in one go. */
export async function sessions(context: EngineContext, query: SessionsQuery): Promise<SessionsResult> {
  const { connection, identities, highestSeq, control } = context;
  const identityOf = await identities.of(query.app, control);
  const range = sessionRange(query.range, query.gapMs);
  const { nodes } = await nodesOf(context, { ...query, range }, identityOf, EVENT);
  const packing = eventSequences(range, nodeBits(nodes), await highestSeq.get());
  const made = (bound: Bound, isNamed: boolean): string => {
    const source = sourceOf(query, identityOf(bound), bound);
    const names = isNamed ? `, max(${source.identity.user}) AS u, max(device) AS d` : '';
    const sequences = sessionSequences(
      source,
      query.range,
      packing,
      nodeSql(EVENT, nodes, bound),
      query.gapMs,
      bound,
      names,
    );
    return `SELECT *, ${packing.timesOf('trail')} AS ats, ${packing.marksOf('trail')} AS ms, ${packing.utcMs('ats[1]')} AS t0, ${packing.utcMs('ats[-1]')} AS t1, length(trail) AS n,
      ms[1] AS e0, ms[-1] AS e1 FROM (${sequences})`;
  };
  const counted = new Bound();
  const listed = new Bound();
  const [rows, latest = []] = await Promise.all([
    connection.query<Row>(countSql(query, made(counted, false), counted), counted.values, options(control)),
    query.list &&
      connection.query<Row>(
        `SELECT u, d, w, t0, t1, n, e0, e1 FROM (${made(listed, true)}) ORDER BY t0 DESC, t1 DESC, u, d, w LIMIT ${listed.add('UInt64', query.list)}`,
        listed.values,
        options(control),
      ),
  ]);
  const of = (what: string): Row[] => rows.filter((row) => row['what'] === what);
  const nameOf = (place: unknown): string => nodes[Number(place) - 1]?.slice(1) ?? 'other';
  const ends = (what: string) =>
    of(what).map((row) => ({
      event: Number(row['key']) <= 0 ? undefined : nameOf(row['key']),
      sessions: Number(row['sessions']),
    }));
  const whole = numbersOf(of('whole')[0]);
  const buckets = of('bucket').map((row) => ({ ...numbersOf(row), bucket: Number(row['key']) }));
  return {
    whole,
    buckets,
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
    exact: query.exact || [whole, ...buckets].every(({ users }) => users < EXACT_BELOW),
  };
}

function countSql({ buckets, exact }: SessionsQuery, made: string, bound: Bound): string {
  const users = exact ? 'uniqExactIf(p, p != 0)' : unbiased('uniqCombined64If(16)(p, p != 0)');
  const key = buckets ? `roundDown(toInt64(t0), ${bound.add('Array(Int64)', buckets)})` : 'toInt64(0)';
  const sets = ['()', ...(buckets ? ['(k)'] : []), '(e0)', '(e1)'].join(', ');
  // grouping() is 1 where the column was gone over, 0 where it is the key.
  return `SELECT multiIf(${buckets ? "grouping(k) = 0, 'bucket', " : ''}grouping(e0) = 0, 'entry', grouping(e1) = 0, 'exit', 'whole') AS what,
      multiIf(${buckets ? "what = 'bucket', k, " : ''}what = 'entry', toInt64(e0), what = 'exit', toInt64(e1), toInt64(0)) AS key,
      count() AS sessions, ${users} AS users, sum(n) AS events, countIf(n = 1) AS single, avg(t1 - t0) AS average,
      quantilesExactInclusive(0.5, 0.9)(t1 - t0) AS q
    FROM (SELECT ${key} AS k, e0, e1, p, n, t0, t1 FROM (${made})) GROUP BY GROUPING SETS (${sets}) ORDER BY what, sessions DESC, key`;
}

function numbersOf(row: Row | undefined): SessionNumbers {
  const count = (name: string): number => Number(row?.[name] ?? 0);
  const quantiles: unknown = row?.['q'];
  const of = (i: 0 | 1): number | null =>
    count('sessions') > 0 && Array.isArray(quantiles) ? Number(quantiles[i]) : null;
  return {
    sessions: count('sessions'),
    users: count('users'),
    events: count('events'),
    single: count('single'),
    averageMs: count('sessions') > 0 ? count('average') : null,
    medianMs: of(0),
    p90Ms: of(1),
  };
}

/** The greatest by themselves, the rest together. */
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
