import type { Segment } from '../../../../model/analysis-query.ts';
import { PASSIVE_EVENT_IDS, VISIT_EVENT_IDS } from '../../../../model/event.ts';
import type { Range } from '../../../../model/query.ts';
import { SESSION_GAP_MS, SESSION_REACH_MS, sessionRange } from '../../../../model/session.ts';
import type { VisitFieldName } from '../../../../model/visit-fields.ts';
import type { Bound } from '../../sql.ts';
import type { Identity } from './identity.ts';
import { fieldColumns, originColumns, propertiesOf } from './visit-fields-sql.ts';

const listed = (ids: Iterable<string>): string => [...ids].map((id) => `'${id}'`).join(', ');
export const IS_VIEW = `(id IN (${listed(VISIT_EVENT_IDS)}))`;
/** Events that make visits: those that name their session, and views of pages and screens. All others belong to the visit they fall into. */
export const IS_OF_VISIT = `(notEmpty(session) OR ${IS_VIEW})`;
/** Events of Seismo itself, such as `$identify`. */
export const IS_SYSTEM = `startsWith(id, '$')`;
/** A visit with one such event at most bounces. */
export const IS_ACTIVE = `NOT (${IS_SYSTEM} OR id IN (${listed(PASSIVE_EVENT_IDS)}))`;
const MS = 'toUnixTimestamp64Milli(timestamp)';
/** A moment as one number in the order of (timestamp, seq). */
const MOMENT = `bitOr(bitShiftLeft(toUInt128(${MS}), 64), toUInt128(seq))`;
const msOf = (moment: string): string => `toInt64(bitShiftRight(${moment}, 64))`;

/**
 * The same events, each with the fields of its visit (`visitColumn`; empty outside of visits). Visits are found when a question is asked, from all
 * events of the app, so that late events, erasures and merged users are in every answer (docs/decisions/visits.md has the cost).
 * @param read the range of the events that the question reads
 */
export function withVisits(
  identity: Identity,
  app: string,
  fields: ReadonlySet<VisitFieldName>,
  read: Range,
  bound: Bound,
): Identity {
  const { person, from } = identity;
  const key = `if(${IS_OF_VISIT}, cityHash64(session, ${person}), ${person})`;
  const of = from.includes(' AS e ') ? from : `${from} AS e`;
  return {
    ...identity,
    from: `${of} ASOF LEFT JOIN (${visitsSql(identity, app, fields, sessionRange(read, SESSION_GAP_MS), bound)}) AS visits
      ON ${key} = visits.visitKey AND ${MS} >= visits.visitSince`,
  };
}

/**
 * A row for each visit under the key of its own events, and one under its user for events that name no session: these belong to it until the timeout
 * after its last event.
 */
function visitsSql(
  { person, from }: Identity,
  app: string,
  fields: ReadonlySet<VisitFieldName>,
  range: Range,
  bound: Bound,
): string {
  const properties = propertiesOf(fields);
  // The first of a row is its moment.
  const place = (property: string): number => properties.indexOf(property) + 2;
  const texts = properties.map((property) => bound.property(property).texts);
  const rows = `SELECT ${person} AS p, session AS w, (${[MOMENT, ...texts].join(', ')}) AS row FROM ${from}
    WHERE app = ${bound.add('String', app)} AND timestamp >= ${bound.time(range.from)} AND timestamp < ${bound.time(range.to)}
      AND ${IS_OF_VISIT} AND (notEmpty(session) OR ${person} != 0)`;
  const gap = `if(notEmpty(w), ${Math.max(SESSION_REACH_MS, SESSION_GAP_MS)}, ${SESSION_GAP_MS})`;
  const split = `arraySplit((r, d) -> d > ${gap}, rows, arrayDifference(arrayMap(r -> ${msOf('r.1')}, rows)))`;
  const visits = `SELECT p, w, arrayJoin(${split}) AS visit FROM (SELECT p, w, arraySort(r -> r.1, groupArray(row)) AS rows FROM (${rows}) GROUP BY p, w)`;
  const first = (property: string): string => (properties.includes(property) ? `visit[1].${place(property)}` : "''");
  const firsts = [
    `cityHash64(w, p) AS own, p, ${msOf('visit[1].1')} AS since, ${msOf('visit[-1].1')} AS last, visit`,
    ...originColumns(fields, first, bound),
  ].join(', ');
  const exitPage = `arrayLast(x -> x != '', arrayMap(r -> r.${place('path')}, visit))`;
  const named = fieldColumns(fields, first, exitPage, bound).join(', ');
  return `SELECT pair.1 AS visitKey, since AS visitSince, pair.2 AS visitUntil, ${named}
    FROM (SELECT ${firsts} FROM (${visits})) ARRAY JOIN arrayFilter(x -> x.1 != 0, [(own, last), (p, last + ${SESSION_GAP_MS})]) AS pair`;
}

/** The range that a segment reads besides that of the question. */
export function rangeWithSegment(range: Range, segment: Segment | undefined): Range {
  if (segment === undefined) return range;
  if ('and' in segment) return segment.and.reduce(rangeWithSegment, range);
  if ('or' in segment) return segment.or.reduce(rangeWithSegment, range);
  if ('not' in segment) return rangeWithSegment(range, segment.not);
  if ('seen' in segment) return range;
  return { from: Math.min(range.from, segment.range.from), to: Math.max(range.to, segment.range.to) };
}
