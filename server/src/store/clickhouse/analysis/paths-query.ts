import type { PathsQuery, PathsResult } from '../../../model/analysis-query.ts';
import type { Range } from '../../../model/query.ts';
import { sessionRange } from '../../../model/session.ts';
import type { EngineContext } from '../engine-context.ts';
import { filterSql } from '../filter-sql.ts';
import { Bound, options, type Row } from '../sql.ts';
import { eventSequences, hasMark, isMarked } from './sql/event-sequence-sql.ts';
import { absentNode, isNames, namelessSessionSequences, nodeBits, nodeSql, nodesOf } from './sql/node-sql.ts';
import { type Source, sourceOf } from './sql/scope-sql.ts';

/**
 * The nodes are numbered first, so that a path is a few small numbers; equal paths are counted together before they are taken
 * apart into links.
 */
export async function paths(context: EngineContext, query: PathsQuery): Promise<PathsResult> {
  const { connection, identities, highestSeq, control } = context;
  const identityOf = await identities.of(query.app, control);
  const range = sessionRange(query.range, query.gapMs);
  const highest = await highestSeq.get();
  const narrow = (source: Source, bound: Bound): Source => anchored(source, query, range, highest, bound);
  const { nodes, isAll } = await nodesOf(context, { ...query, range }, identityOf, query.node, narrow);
  // The place of the node, whether the event is the anchor, whether it says its session.
  const anchorBit = nodeBits(nodes);
  const sessionBit = anchorBit + 1;
  const packing = eventSequences(range, sessionBit + 1, highest);
  const bound = new Bound();
  const source = narrow(sourceOf(query, identityOf(bound), bound), bound);
  const { anchor } = query;
  const isAnchor = anchor && filterSql({ and: anchor.filters }, bound);
  const marks = `${nodeSql(query.node, nodes, bound)}${isAnchor ? ` + toUInt32(${isAnchor}) * ${2 ** anchorBit}` : ''}`;
  const wanted = anchor && anchorBit;
  const sequences = namelessSessionSequences(
    source,
    query.range,
    packing,
    marks,
    sessionBit,
    query.gapMs,
    bound,
    wanted,
  );
  const from = anchor === undefined ? 'ms' : anchor.isEnd ? 'arrayReverse(arraySlice(ms, 1, a))' : 'arraySlice(ms, a)';
  const all = `arrayMap(m -> toInt32(bitAnd(m, ${2 ** anchorBit - 1})), ${from})`;
  // An event without a value is no step, but keeps the session together.
  const numbers = isNames(query.node) ? all : `arrayFilter(n -> n != ${absentNode(nodes)}, ${all})`;
  const path = query.isCollapsed
    ? 'arrayFilter((n, i, b) -> n = 0 OR i = 1 OR n != b, ns, arrayEnumerate(ns), arrayPushFront(arrayPopBack(ns), toInt32(-1)))'
    : 'ns';
  const steps = bound.add('UInt64', query.steps);
  const sessions = `SELECT ${packing.marksOf('trail')} AS ms${anchor ? `, arrayFirstIndex(m -> ${isMarked(anchorBit, 'm')}, ms) AS a` : ''} FROM (${sequences})`;
  const rows = await connection.query<Row>(
    `SELECT l.1 AS s, l.2 AS n, l.3 AS t, sum(c) AS paths FROM (
      SELECT arrayJoin(arrayZip(arrayEnumerate(path), path, arrayPushBack(arrayPopFront(path), toInt32(-1)))) AS l, c FROM (
        SELECT arraySlice(${path}, 1, ${steps}) AS path, count() AS c
        FROM (SELECT ${numbers} AS ns FROM (${sessions})${anchor ? ' WHERE a > 0' : ''}) WHERE notEmpty(ns) GROUP BY path
      )
    ) GROUP BY s, n, t ORDER BY s, paths DESC, n, t`,
    bound.values,
    options(control),
  );
  const nodeOf = (place: number) => (place === 0 ? 'other' : nodes[place - 1]!);
  return {
    links: rows.map((row) => ({
      step: Number(row['s']) - 1,
      node: nodeOf(Number(row['n'])),
      next: Number(row['t']) === -1 ? undefined : nodeOf(Number(row['t'])),
      paths: Number(row['paths']),
    })),
    exact: isAll,
  };
}

/**
 * The events of sessions that have the anchor, up to it where it is the end. To read a property of every event takes most of the time of
 * a question (of 1 million events 20 s of 23), and often few sessions have the anchor: those are found first, without the property.
 */
function anchored(
  source: Source,
  { anchor, node, gapMs, range: asked }: PathsQuery,
  range: Range,
  highestSeq: number | undefined,
  bound: Bound,
): Source {
  if (anchor === undefined || isNames(node)) return source;
  const [anchorBit, sessionBit] = [0, 1];
  const packing = eventSequences(range, 2, highestSeq);
  const marks = `toUInt32(${filterSql({ and: anchor.filters }, bound)})`;
  const sequences = namelessSessionSequences(source, asked, packing, marks, sessionBit, gapMs, bound, anchorBit);
  const events = anchor.isEnd
    ? `arraySlice(trail, 1, arrayFirstIndex(m -> ${isMarked(anchorBit, 'm')}, ${packing.marksOf('trail')}))`
    : 'trail';
  // Places of several journals may be equal: whose events are too many are in sessions without the anchor, and go with those.
  const seqs = `SELECT arrayJoin(${packing.seqsOf(events)}) FROM (${sequences}) WHERE ${hasMark(anchorBit, 'trail')}`;
  return { ...source, where: (...more) => `${source.where(...more)} AND seq IN (${seqs})` };
}
