import type { FunnelQuery } from '../../../../model/analysis-query.ts';
import type { Bound } from '../../sql.ts';
import { anyOrderSql } from './any-order-sql.ts';

/**
 * Follows event sequences through the steps of a funnel, all events of all users in a few passes over arrays.
 *
 * Ordered: `c2` holds, at each event of the second step that follows a first one within the window, the time of the latest such
 * first one; `c3` at each event of the third step the same, if a chain of two came before; and so on. The latest start
 * is the best, since every end that an earlier one reaches in time it reaches too. An excluded event puts -1: chains of that length end there.
 * The depth is the last step with an entry; its first entry is the conversion, and times are those of the events closest before it.
 *
 * @param trail a SELECT of `ats` (times above 0) and `ms` (marks: bit 0 is the first step; those excluded after it are the bit behind the last step's)
 * @param excluded after which steps events are excluded
 * @param latest in any order: no first event is after this time, as `ats` has times
 * @returns a SELECT of the same, `depth`, `i1` (the place of the first event) and `t1`…
 */
export function funnelStepsSql(
  query: FunnelQuery,
  trail: string,
  excluded: readonly boolean[],
  latest: number | undefined,
  bound: Bound,
): string {
  const count = query.steps.length;
  const window = bound.add('Int64', query.windowMs);
  return query.order === 'any'
    ? anyOrderSql(query.steps, window, trail, latest === undefined ? undefined : bound.add('Int64', latest))
    : orderedSql(query.order === 'strict', count, window, trail, excluded);
}

function orderedSql(
  isStrict: boolean,
  count: number,
  window: string,
  trail: string,
  excluded: readonly boolean[],
): string {
  const parts: string[] = [];
  for (let k = 1; k <= count; k++) {
    const ends = excluded[k - 1] ? `bitTest(m, ${count + k - 1}), -1, ` : '';
    // What the chain of the step before had come to before this event.
    const before = `arrayPushFront(arrayPopBack(${isStrict ? `c${k - 1}` : `arrayFill(x -> x != 0, c${k - 1})`}), 0)`;
    parts.push(
      k === 1
        ? `arrayMap((m, a) -> multiIf(bitTest(m, 0), a, ${ends}0), ms, ats) AS c1`
        : `arrayMap((m, a, s) -> multiIf(bitTest(m, ${k - 1}) AND s > 0 AND a - s <= ${window}, s, ${ends}0), ms, ats, ${before}) AS c${k}`,
    );
  }
  const places = Array.from({ length: count }, (_, i) => i + 1);
  const depth = places
    .toReversed()
    .map((k) => `arrayExists(x -> x > 0, c${k}), ${k}`)
    .join(', ');
  parts.push(`multiIf(${depth}, 0) AS depth`);
  for (const k of places.toReversed()) {
    const first = `arrayFirstIndex(x -> x > 0, c${k})`;
    const last = `arrayLastIndex((x, j) -> x > 0 AND j < i${k + 1}, c${k}, arrayEnumerate(ats))`;
    parts.push(
      k === count
        ? `if(depth = ${k}, ${first}, 0) AS i${k}`
        : `multiIf(depth = ${k}, ${first}, depth > ${k}, ${last}, 0) AS i${k}`,
    );
  }
  // Each part in a SELECT of its own: an alias within one is written out wherever it is used, and ten steps of that are too many.
  const walked = parts.reduce((sql, part) => `SELECT *, ${part} FROM (${sql})`, trail);
  return `SELECT *, ${places.map((k) => `ats[i${k}] AS t${k}`).join(', ')} FROM (${walked})`;
}
