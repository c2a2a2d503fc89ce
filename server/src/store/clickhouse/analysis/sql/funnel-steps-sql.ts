import type { FunnelQuery } from '../../../../model/analysis-query.ts';
import type { Bound } from '../../sql.ts';
import { anyOrderSql } from './any-order-sql.ts';

/**
 * Follows event sequences through the steps of a funnel, all events of all users in a few passes over arrays.
 *
 * Ordered: at each event of the second step that follows a first one within the window, `c2` holds the time of the latest such
 * first one; at each event of the third step `c3` holds the same, if a chain of two came before; and so on. The latest start
 * is the best, since it also reaches in time every end that an earlier one reaches. An excluded event puts -1: chains of that length end there.
 * The depth is the last step with an entry; its first entry is the conversion, and the times are those of the closest events before it.
 *
 * @param sequences a SELECT of `times` (times above 0) and `marks` (marks: bit 0 is the first step; events excluded after it are the bit after the last step's)
 * @param excluded after which steps events are excluded
 * @param latest in any order: no first event is after this time, in the unit of `times`
 * @returns a SELECT of the same, `depth`, `i1` (the position of the first event) and `t1`…
 */
export function funnelStepsSql(
  query: FunnelQuery,
  sequences: string,
  excluded: readonly boolean[],
  latest: number | undefined,
  bound: Bound,
): string {
  const count = query.steps.length;
  const window = bound.add('Int64', query.windowMs);
  return query.order === 'any'
    ? anyOrderSql(query.steps, window, sequences, latest === undefined ? undefined : bound.add('Int64', latest))
    : orderedSql(query.order === 'strict', count, window, sequences, excluded);
}

function orderedSql(
  isStrict: boolean,
  count: number,
  window: string,
  sequences: string,
  excluded: readonly boolean[],
): string {
  const parts: string[] = [];
  for (let k = 1; k <= count; k++) {
    const ends = excluded[k - 1] ? `bitTest(m, ${count + k - 1}), -1, ` : '';
    // The state of the previous step's chain before this event.
    const before = `arrayPushFront(arrayPopBack(${isStrict ? `c${k - 1}` : `arrayFill(x -> x != 0, c${k - 1})`}), 0)`;
    parts.push(
      k === 1
        ? `arrayMap((m, a) -> multiIf(bitTest(m, 0), a, ${ends}0), marks, times) AS c1`
        : `arrayMap((m, a, s) -> multiIf(bitTest(m, ${k - 1}) AND s > 0 AND a - s <= ${window}, s, ${ends}0), marks, times, ${before}) AS c${k}`,
    );
  }
  const stepNumbers = Array.from({ length: count }, (_, i) => i + 1);
  const depth = stepNumbers
    .toReversed()
    .map((k) => `arrayExists(x -> x > 0, c${k}), ${k}`)
    .join(', ');
  parts.push(`multiIf(${depth}, 0) AS depth`);
  for (const k of stepNumbers.toReversed()) {
    const first = `arrayFirstIndex(x -> x > 0, c${k})`;
    const last = `arrayLastIndex((x, j) -> x > 0 AND j < i${k + 1}, c${k}, arrayEnumerate(times))`;
    parts.push(
      k === count
        ? `if(depth = ${k}, ${first}, 0) AS i${k}`
        : `multiIf(depth = ${k}, ${first}, depth > ${k}, ${last}, 0) AS i${k}`,
    );
  }
  // Each part in its own SELECT: the engine expands an alias wherever it is used within one SELECT, which is too much for ten steps.
  const stepped = parts.reduce((sql, part) => `SELECT *, ${part} FROM (${sql})`, sequences);
  return `SELECT *, ${stepNumbers.map((k) => `times[i${k}] AS t${k}`).join(', ')} FROM (${stepped})`;
}
