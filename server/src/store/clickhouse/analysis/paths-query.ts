import type { PathsQuery, PathsResult } from '../../../model/analysis-query.ts';
import { isSystemId } from '../../../model/event.ts';
import type { Filter, Range } from '../../../model/query.ts';
import { sessionRange } from '../../../model/session.ts';
import type { EngineContext } from '../engine-context.ts';
import { filterSql } from '../filter-sql.ts';
import { Bound, options, type Row } from '../sql.ts';
import { eventSequences, hasMark, isMarked } from './sql/event-sequence-sql.ts';
import { absentNode, isNames, namelessSessionSequences, nodeBits, nodeSql, nodesOf } from './sql/node-sql.ts';
import { type Source, sourceOf } from './sql/scope-sql.ts';
import { IS_SYSTEM } from './sql/visits-sql.ts';

/**
 * Nodes are numbered first, so that a path is a few small numbers; equal paths are counted before they are split into links.
 */
export async function paths(context: EngineContext, query: PathsQuery): Promise<PathsResult> {
  const { connection, identities, highestSeq, hotColumnsOf, control } = context;
  const identityOf = await identities.of(query.app, control);
  const range = sessionRange(query.range, query.gapMs);
  const highest = await highestSeq.get();
  const narrow = (source: Source, bound: Bound): Source =>
    anchored(withoutSystemEvents(source, query), query, range, highest, bound);
  const { nodes, isAll } = await nodesOf(context, { ...query, range }, identityOf, query.node, narrow);
  // The index of the node, whether the event is the anchor, whether it carries a session id.
  const anchorBit = nodeBits(nodes);
  const sessionBit = anchorBit + 1;
  const packing = eventSequences(range, sessionBit + 1, highest);
  const bound = new Bound(hotColumnsOf);
  const source = narrow(sourceOf(query, identityOf(bound), bound, undefined, range), bound);
  const { anchor } = query;
  const isAnchor = anchor && filterSql({ and: anchor.filters }, bound);
  const marks = `${nodeSql(query.node, nodes, bound)}${isAnchor ? ` + toUInt32(${isAnchor}) * ${2 ** anchorBit}` : ''}`;
  const sequences = namelessSessionSequences(
    {
      ...{ source, range: query.range, gapMs: query.gapMs, packing, marks, sessionBit },
      wantedBit: anchor && anchorBit,
      unnamed: 'events',
    },
    bound,
  );
  const from =
    anchor === undefined
      ? 'sequence'
      : anchor.isEnd
        ? 'arrayReverse(arraySlice(sequence, 1, a))'
        : 'arraySlice(sequence, a)';
  const all = `arrayMap(x -> toInt32(bitAnd(x, ${2 ** anchorBit - 1})), ${from})`;
  // An event without a value is not a step, but keeps the session going.
  const numbers = isNames(query.node) ? all : `arrayFilter(n -> n != ${absentNode(nodes)}, ${all})`;
  const path = query.isCollapsed
    ? 'arrayFilter((n, i, b) -> n = 0 OR i = 1 OR n != b, ns, arrayEnumerate(ns), arrayPushFront(arrayPopBack(ns), toInt32(-1)))'
    : 'ns';
  const steps = bound.add('UInt64', query.steps);
  // Most sessions lack the anchor: they are dropped first.
  const sessions = anchor
    ? `SELECT sequence, arrayFirstIndex(x -> ${isMarked(anchorBit, 'x')}, sequence) AS a FROM (${sequences}) WHERE a > 0`
    : sequences;
  const rows = await connection.query<Row>(
    `SELECT l.1 AS s, l.2 AS n, l.3 AS t, sum(c) AS paths FROM (
      SELECT arrayJoin(arrayZip(arrayEnumerate(path), path, arrayPushBack(arrayPopFront(path), toInt32(-1)))) AS l, c FROM (
        SELECT arraySlice(${path}, 1, ${steps}) AS path, count() AS c
        FROM (SELECT ${numbers} AS ns FROM (${sessions})) WHERE notEmpty(ns) GROUP BY path
      )
    ) GROUP BY s, n, t ORDER BY s, paths DESC, n, t`,
    bound.values,
    options(control),
  );
  const nodeOf = (index: number) => (index === 0 ? 'other' : nodes[index - 1]!);
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

/** Events of Seismo itself, such as `$identify`, are steps only where the question names one. */
function withoutSystemEvents(source: Source, { filters, anchor }: PathsQuery): Source {
  if ([...filters, ...(anchor?.filters ?? [])].some(namesSystemEvent)) return source;
  return { ...source, where: (...more) => `${source.where(...more)} AND NOT ${IS_SYSTEM}` };
}

function namesSystemEvent(filter: Filter): boolean {
  if ('and' in filter) return filter.and.some(namesSystemEvent);
  if ('or' in filter) return filter.or.some(namesSystemEvent);
  if (!('field' in filter) || !isNames(filter.field)) return false;
  return filter.matches.some(({ text }) => text !== undefined && isSystemId(text));
}

/**
 * The events of sessions that have the anchor, up to the anchor where it is the end. Reading a property of every event takes most of the
 * time of a query (20 s of 23 for 1 million events), and often few sessions have the anchor, so these are found first, without the property.
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
  const sequences = namelessSessionSequences(
    { source, range: asked, gapMs, packing, marks, sessionBit, wantedBit: anchorBit, unnamed: 'events' },
    bound,
  );
  const events = anchor.isEnd
    ? `arraySlice(sequence, 1, arrayFirstIndex(m -> ${isMarked(anchorBit, 'm')}, ${packing.marksOf('sequence')}))`
    : 'sequence';
  // Sequence numbers of several journals may be equal. The extra events are in sessions without the anchor, which are dropped later.
  const seqs = `SELECT arrayJoin(${packing.seqsOf(events)}) FROM (${sequences}) WHERE ${hasMark(anchorBit, 'sequence')}`;
  return { ...source, where: (...more) => `${source.where(...more)} AND seq IN (${seqs})` };
}
