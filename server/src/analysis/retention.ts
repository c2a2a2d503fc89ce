import type { RetentionCell, RetentionQuery } from '../model/analysis-query.ts';
import type { QueryControl } from '../model/query.ts';
import { wrong } from '../questions/check.ts';
import { fieldOf } from '../questions/filters.ts';
import type { QuestionOf } from '../questions/kinds.ts';
import type { AnalysisStore } from '../store/analysis-store.ts';
import { bucketsOf } from '../time/calendar.ts';
import { column, iso, type KindResult } from './answer.ts';
import { checkPoints, withPointsMax } from './answer-size.ts';
import { type GroupValue, groupCells, groupOf } from './groups.ts';
import { type Context, eventSelector, type Resolved } from './scope.ts';

const GROUPS = 10;
/** The most periods of a table: a year of days. */
export const PERIODS_MAX = 366;

export interface RetentionPeriod {
  /** Periods since the cohort's own, which is 0. */
  readonly period: number;
  readonly users: number;
  /** Share of the cohort; null when it is empty. */
  readonly rate: number | null;
  /** false while the period is still running. */
  readonly complete: boolean;
}
export interface RetentionCohort {
  readonly from: string;
  readonly users: number;
  readonly periods: readonly RetentionPeriod[];
}
export interface RetentionTable {
  readonly cohorts: readonly RetentionCohort[];
  /** Over all cohorts that have reached the period. */
  readonly average: readonly { readonly period: number; readonly users: number; readonly rate: number | null }[];
}
export interface RetentionAnswer extends RetentionTable {
  readonly groups?: readonly (RetentionTable & { readonly group: readonly GroupValue[] | 'other' })[];
}

type Question = QuestionOf<'retention'>;

/** @throws QUESTION_INVALID, RANGE_TOO_MANY_BUCKETS */
export async function retention(
  store: AnalysisStore,
  question: Question,
  { scope, calendar }: Resolved,
  { nowMs }: Context,
  control: QueryControl,
): Promise<KindResult<RetentionAnswer>> {
  const { breakdown, interval } = question;
  const buckets = bucketsOf(scope.range, interval, calendar);
  if (buckets.length > PERIODS_MAX)
    throw wrong(
      'interval',
      `\`interval\` divides the range into ${buckets.length} periods; at most ${PERIODS_MAX} are allowed. Choose a longer interval or a shorter range.`,
    );
  const start = eventSelector(question.start, 'start');
  const isUnbounded = question.mode === 'unbounded';
  const query: RetentionQuery = {
    ...scope,
    start,
    return: question.return ? eventSelector(question.return, 'return') : start,
    buckets,
    isUnbounded,
    breakdown: breakdown === undefined ? undefined : fieldOf(breakdown, 'breakdown'),
    limit: question.limit ?? GROUPS,
  };
  const cells = buckets.length === 0 ? [] : await store.retention(query, withPointsMax(control));
  const byValue = new Map<RetentionCell['value'], RetentionCell[]>();
  for (const cell of cells) {
    const known = byValue.get(cell.value);
    if (known === undefined) byValue.set(cell.value, [cell]);
    else known.push(cell);
  }
  checkPoints([
    { count: (buckets.length * (buckets.length + 1)) / 2, of: 'periods of all cohorts' },
    { count: breakdown === undefined ? 1 : byValue.size + 1, of: 'tables' },
  ]);
  const ends = buckets.map((_, i) => buckets[i + 1] ?? scope.range.to);
  const table = (of: readonly RetentionCell[]): RetentionTable =>
    tableOf(of, buckets, isUnbounded, (place) => ends[place]! <= nowMs);
  const result: RetentionAnswer = {
    ...table(cells),
    ...(breakdown !== undefined && {
      groups: [...byValue].map(([value, own]) => ({
        group: groupOf(value === 'other' ? value : [value], [breakdown]),
        ...table(own),
      })),
    }),
  };
  return { exact: true, skipped: 0, result, ...rowsOf(result, breakdown) };
}

function tableOf(
  cells: readonly RetentionCell[],
  buckets: readonly number[],
  isUnbounded: boolean,
  isComplete: (place: number) => boolean,
): RetentionTable {
  const counts = buckets.map((_, cohort) => Array<number>(buckets.length - cohort + 1).fill(0));
  for (const { cohort, later, users } of cells) counts[cohort]![later + 1]! += users;
  const rate = (part: number, of: number): number | null => (of === 0 ? null : part / of);
  const cohorts = counts.map(([users = 0, ...back], cohort): RetentionCohort => {
    // Unbounded: the last period contains all earlier ones.
    if (isUnbounded) for (let i = back.length - 2; i >= 0; i--) back[i]! += back[i + 1]!;
    return {
      from: iso(buckets[cohort]!),
      users,
      periods: back.map((count, period) => ({
        period,
        users: count,
        rate: rate(count, users),
        complete: isComplete(cohort + period),
      })),
    };
  });
  const average = buckets.map((_, period) => {
    const have = cohorts.filter(({ periods }) => periods.length > period);
    const users = have.reduce((sum, { periods }) => sum + periods[period]!.users, 0);
    return {
      period,
      users,
      rate: rate(
        users,
        have.reduce((sum, cohort) => sum + cohort.users, 0),
      ),
    };
  });
  return { cohorts, average };
}

/** One row per cohort and period. */
function rowsOf(
  { cohorts, groups }: RetentionAnswer,
  breakdown: string | undefined,
): Pick<KindResult<unknown>, 'columns' | 'rows'> {
  const head = breakdown === undefined ? [] : [column(breakdown, 'json'), column('group', 'text')];
  function* table(of: readonly RetentionCohort[], before: readonly unknown[]): Generator<unknown[]> {
    for (const { from, users, periods } of of)
      for (const period of periods)
        yield [...before, from, users, period.period, period.users, period.rate, period.complete];
  }
  return {
    columns: [
      ...head,
      column('cohort', 'time'),
      column('cohortUsers', 'number'),
      column('period', 'number'),
      column('users', 'number'),
      column('rate', 'number'),
      column('complete', 'boolean'),
    ],
    *rows() {
      yield* table(cohorts, breakdown === undefined ? [] : [undefined, 'all']);
      for (const { group, cohorts: own } of groups ?? []) yield* table(own, groupCells(group));
    },
  };
}
