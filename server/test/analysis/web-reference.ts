/** The question `web` by plain loops over arrays (docs/analyze/web.md): nothing here is the server's. */
import { idOf, isBounce, isView, type Known } from './reference.ts';
import { fieldsOf, type Visit, visitOf, visitsOf } from './visit-reference.ts';

type Test = (event: Known) => boolean;

export interface Wanted {
  readonly from: number;
  readonly to: number;
  /** Of the fields of the visit. */
  readonly visit?: (fields: Readonly<Record<string, string>>) => boolean;
  readonly event?: Test;
  readonly goal?: Test;
}

interface Member {
  readonly visit: Visit;
  readonly fields: Readonly<Record<string, string>>;
  /** Its own events, and those that fall into it. */
  readonly all: readonly Known[];
}

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
const personsOf = (events: readonly Known[]): ReadonlySet<string> =>
  new Set(events.flatMap(({ person }) => person ?? []));
function groupedBy<T>(of: readonly T[], keyOf: (each: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const each of of) groups.set(keyOf(each), [...(groups.get(keyOf(each)) ?? []), each]);
  return groups;
}
const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);

export function webReference(events: readonly Known[]) {
  const visits = visitsOf(events);
  const fallen = new Map<Visit, Known[]>();
  const own = new Set(visits.flatMap((visit) => visit.events));
  for (const event of events) {
    if (own.has(event)) continue;
    const visit = visitOf(event, visits);
    if (visit) fallen.set(visit, [...(fallen.get(visit) ?? []), event]);
  }
  const members: Member[] = visits.map((visit) => ({
    visit,
    fields: fieldsOf(visit),
    all: [...visit.events, ...(fallen.get(visit) ?? [])],
  }));

  const isIn =
    ({ from, to }: Wanted): Test =>
    ({ timestamp }) =>
      timestamp >= from && timestamp < to;
  const chosen = (wanted: Wanted): Member[] =>
    members.filter(
      ({ fields, all }) =>
        (wanted.visit?.(fields) ?? true) &&
        (!wanted.event || all.some((each) => isIn(wanted)(each) && wanted.event!(each))),
    );

  function figures(of: readonly Member[], wanted: Wanted) {
    const inside = isIn(wanted);
    const begun = of.filter(({ visit }) => visit.since >= wanted.from && visit.since < wanted.to);
    const visitors = personsOf(of.flatMap(({ visit }) => visit.events.filter(inside))).size;
    const conversions = of.flatMap(({ all }) => all.filter((each) => inside(each) && wanted.goal?.(each)));
    const converted = personsOf(conversions).size;
    return {
      visitors,
      visits: begun.length,
      pageViews: of.flatMap(({ visit }) =>
        visit.events.filter((each) => isView(each) && inside(each) && (wanted.event?.(each) ?? true)),
      ).length,
      viewsPerVisit: ratio(sum(begun.map(({ visit }) => visit.events.filter(isView).length)), begun.length),
      bounceRate: ratio(begun.filter(({ visit }) => isBounce(visit.events)).length, begun.length),
      durationMs: ratio(sum(begun.map(({ visit }) => visit.until - visit.since)), begun.length),
      ...(wanted.goal && {
        conversions: conversions.length,
        convertedVisitors: converted,
        conversionRate: ratio(converted, visitors),
      }),
    };
  }

  const byVisitors = <Row extends { readonly value: string | null; readonly visitors: number }>(rows: Row[]): Row[] =>
    rows.sort(
      (a, b) => b.visitors - a.visitors || Buffer.compare(Buffer.from(a.value ?? ''), Buffer.from(b.value ?? '')),
    );

  return {
    totals: (wanted: Wanted) => figures(chosen(wanted), wanted),
    /** Those of the visits chosen for the whole range. */
    points: (wanted: Wanted, starts: readonly number[]) =>
      starts.map((from, i) => ({
        from: new Date(from).toISOString(),
        ...figures(chosen(wanted), { ...wanted, from, to: starts[i + 1] ?? wanted.to }),
      })),
    visitCard(wanted: Wanted, field: string, hasMissing: boolean) {
      const groups = groupedBy(chosen(wanted), ({ fields }) => fields[field]!);
      const rows = [...groups].flatMap(([value, of]) => {
        const row = { value: value === '' ? null : value, ...figures(of, wanted) };
        // What has nothing in the range is no row.
        const isEmpty = !of.some(({ visit, all }) =>
          [...visit.events, ...(wanted.goal ? all.filter(wanted.goal) : [])].some(isIn(wanted)),
        );
        return isEmpty || (value === '' && !hasMissing) ? [] : [row];
      });
      return byVisitors(rows);
    },
    eventCard(wanted: Wanted, id: string, property: string) {
      const isMapped = wanted.visit !== undefined || wanted.event !== undefined || wanted.goal !== undefined;
      const isPages = id === 'page-viewed';
      const isOf: Test = (event) =>
        (isPages ? isView(event) : idOf(event) === id) &&
        isIn(wanted)(event) &&
        (!isPages || (wanted.event?.(event) ?? true));
      const found: readonly { readonly event: Known; readonly member: Member | undefined }[] = isMapped
        ? chosen(wanted).flatMap((member) => member.all.filter(isOf).map((event) => ({ event, member })))
        : events
            .filter((event) => isOf(event) && (!isPages || own.has(event)))
            .map((event) => ({ event, member: undefined }));
      const groups = groupedBy(found, ({ event }) => String(event.data?.[property] ?? ''));
      groups.delete('');
      const isConverted = (member: Member | undefined): boolean =>
        member?.all.some((each) => isIn(wanted)(each) && wanted.goal!(each)) ?? false;
      return byVisitors(
        [...groups].map(([value, of]) => {
          const visitors = personsOf(of.map(({ event }) => event)).size;
          const converted = wanted.goal
            ? personsOf(of.filter(({ member }) => isConverted(member)).map(({ event }) => event)).size
            : 0;
          return {
            value,
            visitors,
            ...(isPages ? { pageViews: of.length } : { events: of.length }),
            ...(wanted.goal && { convertedVisitors: converted, conversionRate: ratio(converted, visitors) }),
          };
        }),
      );
    },
    goal(wanted: Wanted, goal: Test) {
      const all = chosen(wanted);
      const found = all.flatMap((member) => member.all.filter((each) => isIn(wanted)(each) && goal(each)));
      const visitors = personsOf(found).size;
      return { visitors, conversions: found.length, conversionRate: ratio(visitors, figures(all, wanted).visitors) };
    },
  };
}
