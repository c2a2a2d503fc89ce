import type { Scope, Segment } from '../../../../model/analysis-query.ts';
import type { Filter, Range } from '../../../../model/query.ts';
import { filterSql } from '../../filter-sql.ts';
import type { Bound } from '../../sql.ts';
import { type BucketSql, bucketSql } from './bucket-sql.ts';
import type { Identity } from './identity.ts';

/** The events of a question: `FROM ${from} WHERE ${where(…)}`. */
export interface Source {
  readonly identity: Identity;
  readonly from: string;
  /** App, range, filters and segment of the question, and more of its own; `range` instead of the question's. */
  where(more?: readonly Filter[], range?: Range): string;
}

/** @param cut how rows are kept to ranges; by their time unless said */
export function sourceOf(
  scope: Scope,
  identity: Identity,
  bound: Bound,
  cut = bucketSql('UTC', [], false, bound),
): Source {
  const { app, range, filters, segment } = scope;
  return {
    identity,
    from: identity.from,
    where: (more = [], other = range) =>
      [
        `app = ${bound.add('String', app)}`,
        ...cut.where(other),
        ...[...filters, ...more].map((filter) => filterSql(filter, bound)),
        // Whoever is nobody is in no set of users, also not in the complement of one.
        ...(segment ? [`${identity.person} != 0`, segmentSql(segment, app, identity, cut, bound)] : []),
      ].join(' AND '),
  };
}

function segmentSql(segment: Segment, app: string, identity: Identity, cut: BucketSql, bound: Bound): string {
  const all = (parts: readonly Segment[], word: string): string =>
    `(${parts.map((part) => segmentSql(part, app, identity, cut, bound)).join(` ${word} `)})`;
  if ('and' in segment) return all(segment.and, 'AND');
  if ('or' in segment) return all(segment.or, 'OR');
  if ('not' in segment) return `NOT ${segmentSql(segment.not, app, identity, cut, bound)}`;
  const inSet = (where: readonly string[], having: string): string =>
    `${identity.person} IN (SELECT ${identity.person} AS p FROM ${identity.from} WHERE ${[`app = ${bound.add('String', app)}`, ...where, 'p != 0'].join(' AND ')} GROUP BY p HAVING ${having})`;
  if ('seen' in segment) {
    const at = segment.seen === 'first' ? 'min(timestamp)' : 'max(timestamp)';
    const { from, to } = segment.range;
    return inSet(
      [],
      `toUnixTimestamp64Milli(${at}) >= ${bound.add('Int64', from)} AND toUnixTimestamp64Milli(${at}) < ${bound.add('Int64', to)}`,
    );
  }
  const where = [...cut.where(segment.range), ...segment.did.map((filter) => filterSql(filter, bound))];
  const { atLeast, atMost } = segment;
  const atMostSql = atMost === undefined ? [] : [`count() <= ${bound.add('UInt64', atMost)}`];
  if (atLeast > 0) return inSet(where, [`count() >= ${bound.add('UInt64', atLeast)}`, ...atMostSql].join(' AND '));
  // Who never did it is in no group: the others are taken away.
  return atMost === undefined ? '1' : `NOT ${inSet(where, `count() > ${bound.add('UInt64', atMost)}`)}`;
}
