import type { Scope, Segment } from '../../../../model/analysis-query.ts';
import type { Filter, Range } from '../../../../model/query.ts';
import { visitFieldsIn } from '../../../../model/visit-fields.ts';
import { filterSql } from '../../filter-sql.ts';
import type { Bound } from '../../sql.ts';
import { type BucketSql, bucketSql } from './bucket-sql.ts';
import type { Identity } from './identity.ts';
import { rangeWithSegment, withVisits } from './visits-sql.ts';

/** The events of a question: `FROM ${from} WHERE ${where(…)}`. */
export interface Source {
  readonly identity: Identity;
  readonly from: string;
  /** App, range, filters and segment of the question, and more of its own; `range` instead of the question's. */
  where(more?: readonly Filter[], range?: Range): string;
}

/**
 * @param scope the whole query: what it says about visits decides whether they are read
 * @param bucketing how rows are filtered by range; by their time by default
 * @param read what else of the app is read: sessions and windows go on outside of the range
 */
export function sourceOf(
  scope: Scope,
  plain: Identity,
  bound: Bound,
  bucketing = bucketSql('UTC', false, bound),
  read: Range = scope.range,
): Source {
  const { app, range, filters, segment } = scope;
  const fields = visitFieldsIn(scope);
  const identity = fields.size === 0 ? plain : withVisits(plain, app, fields, rangeWithSegment(read, segment), bound);
  return {
    identity,
    from: identity.from,
    where: (more = [], other = range) =>
      [
        `app = ${bound.add('String', app)}`,
        ...bucketing.where(other),
        ...[...filters, ...more].map((filter) => filterSql(filter, bound)),
        // Events without a user are in no set of users, nor in the complement of one.
        ...(segment ? [`${identity.person} != 0`, segmentSql(segment, app, identity, bucketing, bound)] : []),
      ].join(' AND '),
  };
}

function segmentSql(segment: Segment, app: string, identity: Identity, bucketing: BucketSql, bound: Bound): string {
  const all = (parts: readonly Segment[], word: string): string =>
    `(${parts.map((part) => segmentSql(part, app, identity, bucketing, bound)).join(` ${word} `)})`;
  if ('and' in segment) return all(segment.and, 'AND');
  if ('or' in segment) return all(segment.or, 'OR');
  if ('not' in segment) return `NOT ${segmentSql(segment.not, app, identity, bucketing, bound)}`;
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
  const where = [...bucketing.where(segment.range), ...segment.did.map((filter) => filterSql(filter, bound))];
  const { atLeast, atMost } = segment;
  const atMostSql = atMost === undefined ? [] : [`count() <= ${bound.add('UInt64', atMost)}`];
  if (atLeast > 0) return inSet(where, [`count() >= ${bound.add('UInt64', atLeast)}`, ...atMostSql].join(' AND '));
  // Users who never did it are in no group, so the complement is used.
  return atMost === undefined ? '1' : `NOT ${inSet(where, `count() > ${bound.add('UInt64', atMost)}`)}`;
}
