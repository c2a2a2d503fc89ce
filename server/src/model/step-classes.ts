import type { Condition, Filter } from './query.ts';

/** Steps with the same condition: an event of one is an event of all. */
export interface StepClass {
  /** The bit of the first one in the marks of an event. */
  readonly bit: number;
  readonly size: number;
  readonly filters: readonly Filter[];
}

function classesOf(steps: readonly (readonly Filter[])[]): StepClass[] {
  const classes = new Map<string, StepClass>();
  steps.forEach((filters, bit) => {
    const key = JSON.stringify(filters);
    const known = classes.get(key);
    classes.set(key, known ? { ...known, size: known.size + 1 } : { bit, size: 1, filters });
  });
  return [...classes.values()];
}

/** The classes of steps that may share an event, directly or through others. */
export function componentsOf(steps: readonly (readonly Filter[])[]): StepClass[][] {
  const components: StepClass[][] = [];
  for (const each of classesOf(steps)) {
    const near = components.filter((component) => component.some((other) => mayShare(each.filters, other.filters)));
    for (const component of near) components.splice(components.indexOf(component), 1);
    components.push([...near.flat(), each]);
  }
  return components;
}

/** False if both name an event or an id, and not the same one. */
function mayShare(some: readonly Filter[], others: readonly Filter[]): boolean {
  return !some
    .filter(isName)
    .some((a) =>
      others
        .filter(isName)
        .some(
          ({ field, matches }) =>
            JSON.stringify(field) === JSON.stringify(a.field) && matches[0]?.text !== a.matches[0]?.text,
        ),
    );
}

const isName = (filter: Filter): filter is Condition =>
  'field' in filter &&
  filter.operator === 'is' &&
  filter.matches.length === 1 &&
  filter.field.kind === 'column' &&
  (filter.field.name === 'event' || filter.field.name === 'id');
