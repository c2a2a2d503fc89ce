import type { Segment } from '../../../../model/analysis-query.ts';
import { VISIT_EVENT_IDS } from '../../../../model/event.ts';
import type { Range } from '../../../../model/query.ts';
import { SESSION_GAP_MS, SESSION_REACH_MS, sessionRange } from '../../../../model/session.ts';
import type { VisitFieldName } from '../../../../model/visit-fields.ts';
import { type Bound, visitColumn } from '../../sql.ts';
import type { Identity } from './identity.ts';
import { channelSql, knownSourceSql, referrerHostSql, sourceSql } from './traffic-sql.ts';

/** Events that make visits: those that name their session, and views of pages and screens. All others belong to the visit they fall into. */
const IS_OF_VISIT = `(notEmpty(session) OR id IN (${[...VISIT_EVENT_IDS].map((id) => `'${id}'`).join(', ')}))`;
const MS = 'toUnixTimestamp64Milli(timestamp)';
/** A moment as one number in the order of (timestamp, seq). */
const MOMENT = `bitOr(bitShiftLeft(toUInt128(${MS}), 64), toUInt128(seq))`;
const msOf = (moment: string): string => `toInt64(bitShiftRight(${moment}, 64))`;

/** The properties of the first event that the fields come from. */
const PROPERTIES: Readonly<Record<VisitFieldName, readonly string[]>> = {
  source: ['referrer', 'host', 'utm_source'],
  channel: ['referrer', 'host', 'utm_source', 'utm_medium'],
  referrerHost: ['referrer', 'host'],
  entryPage: ['path'],
  exitPage: ['path'],
  utmSource: ['utm_source'],
  utmMedium: ['utm_medium'],
  utmCampaign: ['utm_campaign'],
  utmTerm: ['utm_term'],
  utmContent: ['utm_content'],
};

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
  const properties = [...new Set([...fields].flatMap((name) => PROPERTIES[name]))];
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
    `${first('utm_source')} AS source, ${first('utm_medium')} AS medium`,
    ...(properties.includes('referrer') ? [`${referrerHostSql(first('referrer'), first('host'))} AS site`] : []),
    ...(properties.includes('referrer') ? [`${knownSourceSql('source', 'site', bound)} AS known`] : []),
  ].join(', ');
  const origin = { known: 'known', site: 'site', source: 'source', medium: 'medium' };
  const values: Readonly<Record<VisitFieldName, () => string>> = {
    source: () => sourceSql(origin, bound),
    channel: () => channelSql(origin, bound),
    referrerHost: () => 'site',
    entryPage: () => first('path'),
    exitPage: () => `arrayLast(x -> x != '', arrayMap(r -> r.${place('path')}, visit))`,
    utmSource: () => first('utm_source'),
    utmMedium: () => first('utm_medium'),
    utmCampaign: () => first('utm_campaign'),
    utmTerm: () => first('utm_term'),
    utmContent: () => first('utm_content'),
  };
  const named = [...fields].map((name) => `${values[name]()} AS ${visitColumn(name)}`).join(', ');
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
