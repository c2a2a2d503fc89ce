import type { PerformanceNumbers } from '../model/analysis-query.ts';
import type { QueryControl } from '../model/query.ts';
import { wrong } from '../questions/check.ts';
import { fieldOf, filterOf, propertyOf } from '../questions/filters.ts';
import type { QuestionOf } from '../questions/kinds.ts';
import type { AnalysisStore } from '../store/analysis-store.ts';
import { bucketsOf } from '../time/calendar.ts';
import { column, iso, type KindResult } from './answer.ts';
import { checkPoints, withPointsMax } from './answer-size.ts';
import { type GroupValue, groupCells, groupOf } from './groups.ts';
import { type Resolved, topEventSelector } from './scope.ts';

const GROUPS = 10;

export interface PerformanceFigures {
  readonly count: number;
  /** Share of events for which the condition holds; absent without one. */
  readonly rate?: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}
export interface PerformanceAnswer {
  readonly total: PerformanceFigures;
  /** The worst first. */
  readonly groups: readonly (PerformanceFigures & {
    readonly group: readonly GroupValue[] | 'other';
    readonly points?: readonly (PerformanceFigures & { readonly from: string })[];
  })[];
}

/** @throws QUESTION_INVALID, RANGE_TOO_MANY_BUCKETS */
export async function performance(
  store: AnalysisStore,
  question: QuestionOf<'performance'>,
  { scope, calendar }: Resolved,
  control: QueryControl,
): Promise<KindResult<PerformanceAnswer>> {
  const { interval, condition, by, sort = 'p95', limit = GROUPS } = question;
  if (sort === 'rate' && condition === undefined) throw wrong('sort', '`sort: "rate"` needs a `condition`.');
  const buckets = interval && bucketsOf(scope.range, interval, calendar);
  const found = await store.performance(
    {
      ...scope,
      eventFilters: topEventSelector(question),
      property: propertyOf(question.property, 'property'),
      by: fieldOf(by, 'by'),
      condition: condition && filterOf(condition, 'condition'),
      sort,
      limit,
      buckets,
    },
    withPointsMax(control),
  );
  checkPoints([
    { count: found.groups.length, of: 'groups' },
    { count: buckets?.length ?? 1, of: 'intervals' },
  ]);
  const figures = ({ count, matched, p50, p95, p99, max }: PerformanceNumbers): PerformanceFigures => ({
    count,
    ...(condition && { rate: count === 0 ? null : matched / count }),
    p50,
    p95,
    p99,
    max,
  });
  // By value and then by bucket: a value may be a text of 250 kB, and a key made of both for each point took minutes.
  const points = new Map<string, Map<number, PerformanceNumbers>>();
  for (const point of found.points) {
    const ofValue = points.get(point.value) ?? new Map<number, PerformanceNumbers>();
    points.set(point.value, ofValue.set(point.bucket, point));
  }
  const pointsOf = (own: ReadonlyMap<number, PerformanceNumbers> | undefined) =>
    (buckets ?? []).map((at) => ({ from: iso(at), ...figures(own?.get(at) ?? NOTHING) }));
  const result: PerformanceAnswer = {
    total: figures(found.whole),
    groups: found.groups.map(({ value, ...numbers }) => ({
      group: groupOf(value === 'other' ? value : [value], [by]),
      ...figures(numbers),
      ...(buckets && {
        points: pointsOf(points.get(value)),
      }),
    })),
  };
  const names = ['count', ...(condition ? (['rate'] as const) : []), 'p50', 'p95', 'p99', 'max'] as const;
  return {
    exact: found.exact,
    skipped: found.whole.skipped,
    result,
    columns: [
      column(by, 'json'),
      column('group', 'text'),
      ...(interval ? [column('from', 'time')] : []),
      ...names.map((name) => column(name, 'number')),
    ],
    *rows() {
      for (const { group, points: own, ...numbers } of result.groups) {
        const head = groupCells(group);
        if (own) for (const point of own) yield [...head, point.from, ...names.map((name) => point[name])];
        else yield [...head, ...names.map((name) => numbers[name])];
      }
    },
  };
}

const NOTHING: PerformanceNumbers = { count: 0, matched: 0, skipped: 0, p50: null, p95: null, p99: null, max: null };
