import type { Filter } from '../../../../model/query.ts';
import { componentsOf, type StepClass } from '../../../../model/step-classes.ts';

/** Some classes at once: how many steps they are not, of their component, and the bits of an event of any of them. */
interface Subset {
  readonly mask: number;
  readonly others: number;
}

/**
 * The first event from which the window holds the most steps, where each event makes one step: a matching of events and steps. By the theorem of
 * Kőnig and Ore the largest has, over all subsets S of the steps, min(steps outside of S + events of any step in S) pairs. Events
 * are counted by running sums; steps of the same condition are one class, and classes that share no event are looked at apart, so that
 * mostly a subset is a single step.
 *
 * @param trail a SELECT of `ats` (times above 0) and `ms` (marks: bit 0 is the first step), all events of some step
 * @param latest first events are not after this time, as `ats` has times; undefined: any may be
 * @returns a SELECT of the same, `depth`, `i1` (the place of the first event) and `t1`…
 */
export function anyOrderSql(
  steps: readonly (readonly Filter[])[],
  window: string,
  trail: string,
  latest: string | undefined,
): string {
  const count = steps.length;
  const components = componentsOf(steps).map((component) => ({
    size: component.reduce((sum, { size }) => sum + size, 0),
    subsets: subsetsOf(component),
  }));
  const subsets = components.flatMap((component) => component.subsets);
  // Events and ends of windows in one order of time, at the same time events first: the running sum at an end is that of its window.
  const ends = `arraySort(arrayConcat(
    arrayMap((a, m) -> bitOr(bitShiftLeft(toUInt64(a * 2), ${count}), bitAnd(toUInt64(m), ${2 ** count - 1})), ats, ms),
    arrayMap(a -> bitShiftLeft(toUInt64((a + ${window}) * 2 + 1), ${count}), ats))) AS ends`;
  const sums = subsets.flatMap(({ mask }, i) => [
    `arrayCumSum(m -> bitAnd(m, ${mask}) != 0, ms) AS q${i}`,
    `arrayMap((q, m) -> toInt64(q) - (bitAnd(m, ${mask}) != 0), q${i}, ms) AS b${i}`,
    `arrayFilter((s, x) -> bitTest(x, ${count}), arrayCumSum(x -> bitAnd(x, ${mask}) != 0, ends), ends) AS e${i}`,
  ]);
  const rank = (events: (subset: number) => string): string => {
    let place = 0;
    return components
      .map(({ size, subsets: own }) => {
        const bounds = own.map(({ others }) => `${others} + ${events(place++)}`);
        return `least(toInt64(${size}), ${bounds.join(', ')})`;
      })
      .join(' + ');
  };
  const all = subsets.map((_, i) => i);
  const made = `arrayMap((a, ${all.map((i) => `x${i}, y${i}`).join(', ')}) -> ${latest === undefined ? '' : `if(a > ${latest}, 0, `}${rank((i) => `x${i} - y${i}`)}${latest === undefined ? '' : ')'}, ats, ${all.map((i) => `e${i}, b${i}`).join(', ')}) AS made`;
  // From the chosen event on: the events that make one step more possible than those before them.
  const ranks = `arrayMap((${all.map((i) => `x${i}`).join(', ')}) -> ${rank((i) => `toInt64(x${i}) - b${i}[i1]`)}, ${all.map((i) => `q${i}`).join(', ')}) AS ranks`;
  const found = `arrayFilter((a, r, before) -> r > 0 AND r > before AND a - ats[i1] <= ${window}, ats, ranks, arrayPushFront(arrayPopBack(ranks), 0)) AS found`;
  const times = steps.map((_, k) => `found[${k + 1}] AS t${k + 1}`).join(', ');
  const counted = `SELECT *, ${sums.join(', ')} FROM (SELECT *, ${ends} FROM (${trail}))`;
  const chosen = `SELECT *, arrayMax(made) AS depth, indexOf(made, depth) AS i1 FROM (SELECT *, ${made} FROM (${counted}))`;
  return `SELECT *, ${times} FROM (SELECT *, ${found} FROM (SELECT *, ${ranks} FROM (${chosen})))`;
}

function subsetsOf(component: readonly StepClass[]): Subset[] {
  const size = component.reduce((sum, each) => sum + each.size, 0);
  // Every event is one of a class without conditions: of the subsets that hold it the whole is the strictest.
  const narrow = component.filter(({ filters }) => filters.length > 0);
  const subsets = Array.from({ length: 2 ** narrow.length - 1 }, (_, i) =>
    narrow.filter((_each, place) => ((i + 1) >> place) & 1),
  );
  if (narrow.length < component.length) subsets.push([...component]);
  return subsets.map((subset) => ({
    mask: subset.reduce((mask, { bit }) => mask + 2 ** bit, 0),
    others: size - subset.reduce((sum, each) => sum + each.size, 0),
  }));
}
