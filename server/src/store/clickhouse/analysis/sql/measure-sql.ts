import type { SeriesMeasure } from '../../../../model/analysis-query.ts';
import { type Bound, mergedUsersSql, usersStateSql } from '../../sql.ts';
import type { Identity } from './identity.ts';
import { averageValue, sumOfStates, sumState, sumValue } from './sum-sql.ts';
import { numberValue, typedValue } from './value-sql.ts';

/** Aggregates of a measure: states within a bucket, and what is made of them. */
export interface MeasureSql {
  /** The state `s`. */
  readonly state: string;
  /** The number of values used, `u`; for users the events that have a user; otherwise all events. */
  readonly used: string;
  /** The number of values that are not numbers, `x`. */
  readonly skipped: string;
  /** From `s`, `u` and `c` (events): the value, NULL when there is nothing to measure; for `perUser` the number of users. */
  readonly merged: string;
}

const LEVELS = { median: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 } as const;
type Percentile = SeriesMeasure & { readonly kind: keyof typeof LEVELS };
export const isPercentile = (measure: SeriesMeasure): measure is Percentile => measure.kind in LEVELS;
/** Counted by a sketch where that takes too long exactly (exact-users.ts). */
export const isDistinct = ({ kind }: SeriesMeasure): boolean =>
  kind === 'users' || kind === 'perUser' || kind === 'uniqueValues';

/** What a distinct measure counts: NULL counts for nothing. */
export function entitySql(measure: SeriesMeasure, identity: Identity, bound: Bound): string {
  if (measure.kind !== 'uniqueValues') return identity.personOrNull;
  const value = typedValue(measure.field, bound);
  return `if(empty(${value}), NULL, cityHash64(${value}))`;
}

export function measureSql(measure: SeriesMeasure, identity: Identity, bound: Bound, isExact: boolean): MeasureSql {
  const plain = { used: 'count()', skipped: '0' };
  if (measure.kind === 'count') return { ...plain, state: '0', merged: 'toFloat64(sum(c))' };
  if (isDistinct(measure)) {
    return {
      ...plain,
      // Events without a user or device belong to no user.
      ...(measure.kind === 'perUser' && { used: 'countIf(notEmpty(user) OR notEmpty(device))' }),
      state: usersStateSql(isExact, entitySql(measure, identity, bound)),
      merged: `toFloat64(${mergedUsersSql(isExact, 's')})`,
    };
  }
  if (!('property' in measure)) throw new Error(`BUG: ${measure.kind} has no property`);
  const { value, isNumber, isOther } = numberValue(measure.property, bound);
  const counted = { used: `countIf(${isNumber})`, skipped: `countIf(${isOther})` };
  const orNull = (merged: string): string => `if(sum(u) = 0, NULL, toFloat64(${merged}))`;
  if (isPercentile(measure)) {
    const name = isExact ? `quantileExactInclusive` : `quantileDD`;
    const level = isExact ? `(${LEVELS[measure.kind]})` : `(0.01, ${LEVELS[measure.kind]})`;
    return {
      ...counted,
      state: `${name}IfState${level}(${value}, ${isNumber})`,
      merged: orNull(`${name}IfMerge${level}(s)`),
    };
  }
  switch (measure.kind) {
    case 'sum':
      return { ...counted, state: sumState(value, isNumber), merged: sumValue(sumOfStates('s')) };
    case 'avg':
      return {
        ...counted,
        state: sumState(value, isNumber),
        merged: orNull(averageValue(sumOfStates('s'), 'sum(u)')),
      };
    default: {
      const name = measure.kind === 'min' ? 'min' : 'max';
      return { ...counted, state: `${name}If(${value}, ${isNumber})`, merged: orNull(`${name}If(s, u > 0)`) };
    }
  }
}

/** What the groups of a breakdown are ranked by: the measure where it grows with events, otherwise the number of events. */
export function rankSql(measure: SeriesMeasure, identity: Identity, bound: Bound): string {
  if (measure.kind !== 'perUser' && isDistinct(measure))
    return `uniqCombined64(16)(${entitySql(measure, identity, bound)})`;
  if (measure.kind !== 'sum') return 'count()';
  const { value, isNumber } = numberValue(measure.property, bound);
  return sumValue(sumState(value, isNumber));
}
