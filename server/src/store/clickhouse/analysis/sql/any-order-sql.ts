import type { Filter } from '../../../../model/query.ts';
import { componentsOf, type StepClass } from '../../../../model/step-classes.ts';

/** Several classes at once: the number of steps of their component outside of them, and the bits of an event of any of them. */
interface Subset {
  readonly mask: number;
  readonly others: number;
}

/**
 * Finds the first event from which the window holds the most steps, where each event counts for one step: a matching of events and steps. By the theorem
 * of Kőnig and Ore the size of the largest matching is the minimum over all subsets S of the steps of (steps outside S + events of any step in S). Events
 * are counted by running sums; steps with the same condition are one class, and classes that share no event are handled separately, so that
 * a subset is usually a single step.
 *
 * @param sequences a SELECT of `times` (times above 0) and `marks` (marks: bit 0 is the first step), all events of some step
 * @param latest first events are not after this time, in the unit of `times`; undefined: no limit
 * @returns a SELECT of the same, `depth`, `i1` (the position of the first event) and `t1`…
 */
export function anyOrderSql(
  steps: readonly (readonly Filter[])[],
  window: string,
  sequences: string,
  latest: string | undefined,
): string {
  const count = steps.length;
  const components = componentsOf(steps).map((component) => ({
    size: component.reduce((sum, { size }) => sum + size, 0),
    subsets: subsetsOf(component),
  }));
  const subsets = components.flatMap((component) => component.subsets);
  // Events and ends of windows in one order of time, events first at equal times: the running sum at an end is that of its window.
  const ends = `arraySort(arrayConcat(
    arrayMap((a, m) -> bitOr(bitShiftLeft(toUInt64(a * 2), ${count}), bitAnd(toUInt64(m), ${2 ** count - 1})), times, marks),
    arrayMap(a -> bitShiftLeft(toUInt64((a + ${window}) * 2 + 1), ${count}), times))) AS ends`;
  const sums = subsets.flatMap(({ mask }, i) => [
    `arrayCumSum(m -> bitAnd(m, ${mask}) != 0, marks) AS q${i}`,
    `arrayMap((q, m) -> toInt64(q) - (bitAnd(m, ${mask}) != 0), q${i}, marks) AS b${i}`,
    `arrayFilter((s, x) -> bitTest(x, ${count}), arrayCumSum(x -> bitAnd(x, ${mask}) != 0, ends), ends) AS e${i}`,
  ]);
  const rank = (events: (subset: number) => string): string => {
    let next = 0;
    return components
      .map(({ size, subsets: own }) => {
        const bounds = own.map(({ others }) => `${others} + ${events(next++)}`);
        return `least(toInt64(${size}), ${bounds.join(', ')})`;
      })
      .join(' + ');
  };
  const all = subsets.map((_, i) => i);
  const stepsFrom = `arrayMap((a, ${all.map((i) => `x${i}, y${i}`).join(', ')}) -> ${latest === undefined ? '' : `if(a > ${latest}, 0, `}${rank((i) => `x${i} - y${i}`)}${latest === undefined ? '' : ')'}, times, ${all.map((i) => `e${i}, b${i}`).join(', ')}) AS stepsFrom`;
  // From the chosen event on: the events that make one more step possible than those before them.
  const ranks = `arrayMap((${all.map((i) => `x${i}`).join(', ')}) -> ${rank((i) => `toInt64(x${i}) - b${i}[i1]`)}, ${all.map((i) => `q${i}`).join(', ')}) AS ranks`;
  const found = `arrayFilter((a, r, before) -> r > 0 AND r > before AND a - times[i1] <= ${window}, times, ranks, arrayPushFront(arrayPopBack(ranks), 0)) AS found`;
  const stepTimes = steps.map((_, k) => `found[${k + 1}] AS t${k + 1}`).join(', ');
  const counted = `SELECT *, ${sums.join(', ')} FROM (SELECT *, ${ends} FROM (${sequences}))`;
  const chosen = `SELECT *, arrayMax(stepsFrom) AS depth, indexOf(stepsFrom, depth) AS i1 FROM (SELECT *, ${stepsFrom} FROM (${counted}))`;
  return `SELECT *, ${stepTimes} FROM (SELECT *, ${found} FROM (SELECT *, ${ranks} FROM (${chosen})))`;
}

function subsetsOf(component: readonly StepClass[]): Subset[] {
  const size = component.reduce((sum, each) => sum + each.size, 0);
  // Every event belongs to a class without conditions: of the subsets that contain it, the whole is the strictest.
  const narrow = component.filter(({ filters }) => filters.length > 0);
  const subsets = Array.from({ length: 2 ** narrow.length - 1 }, (_, i) =>
    narrow.filter((_each, index) => ((i + 1) >> index) & 1),
  );
  if (narrow.length < component.length) subsets.push([...component]);
  return subsets.map((subset) => ({
    mask: subset.reduce((mask, { bit }) => mask + 2 ** bit, 0),
    others: size - subset.reduce((sum, each) => sum + each.size, 0),
  }));
}
