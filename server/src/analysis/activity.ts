import type { QueryControl } from '../query.ts';
import { wrong } from '../questions/check.ts';
import type { QuestionOf } from '../questions/kinds.ts';
import type { AnalysisStore } from '../store/analysis-store.ts';
import { bucketsOf } from '../time.ts';
import { column, iso, type Made } from './answer.ts';
import { PERIODS_MAX } from './retention.ts';
import { type Resolved, topChoiceOf } from './scope.ts';

export interface StickinessAnswer {
  readonly periods: readonly {
    readonly from: string;
    readonly users: number;
    /** Intervals a user was active in, on average; null when nobody was. */
    readonly average: number | null;
    /** Users by in how many intervals they were active: 1 to as many as the period has. */
    readonly distribution: readonly { readonly active: number; readonly users: number }[];
  }[];
}

/** @throws QUESTION_INVALID, RANGE_TOO_MANY_BUCKETS */
export async function stickiness(
  store: AnalysisStore,
  question: QuestionOf<'stickiness'>,
  { scope, calendar }: Resolved,
  control: QueryControl,
): Promise<Made<StickinessAnswer>> {
  const { interval = 'day', period } = question;
  const order = ['day', 'week', 'month'];
  if (period !== undefined && order.indexOf(period) <= order.indexOf(interval))
    throw wrong('period', `period must be longer than interval, which is ${interval}.`);
  if (period === 'month' && interval === 'week')
    throw wrong('period', 'period must hold whole intervals; months do not hold whole weeks.');
  const buckets = cut(scope.range, interval, calendar);
  const periods = period === undefined ? buckets.slice(0, 1) : bucketsOf(scope.range, period, calendar);
  const choice = topChoiceOf(question);
  const cells = buckets.length === 0 ? [] : await store.stickiness({ ...scope, choice, buckets, periods }, control);
  const result = {
    periods: periods.map((from, place) => {
      const end = periods[place + 1] ?? scope.range.to;
      const own = new Map(cells.flatMap((cell) => (cell.period === place ? [[cell.active, cell.users] as const] : [])));
      const most = buckets.filter((at) => at >= from && at < end).length;
      const distribution = Array.from({ length: most }, (_, i) => ({ active: i + 1, users: own.get(i + 1) ?? 0 }));
      const users = distribution.reduce((sum, each) => sum + each.users, 0);
      const days = distribution.reduce((sum, each) => sum + each.users * each.active, 0);
      return { from: iso(from), users, average: users === 0 ? null : days / users, distribution };
    }),
  };
  return {
    exact: true,
    skipped: 0,
    result,
    columns: [column('period', 'time'), column('active', 'number'), column('users', 'number')],
    rows: () =>
      result.periods.flatMap(({ from, distribution }) =>
        distribution.map(({ active, users }) => [from, active, users]),
      ),
  };
}

export interface LifecycleAnswer {
  readonly intervals: readonly {
    readonly from: string;
    /** Never active before. */
    readonly new: number;
    /** Active in the interval before as well. */
    readonly returning: number;
    /** Active before, but not in the interval before. */
    readonly resurrecting: number;
    /** Active in the interval before and not in this one. */
    readonly dormant: number;
  }[];
}

/** @throws QUESTION_INVALID, RANGE_TOO_MANY_BUCKETS */
export async function lifecycle(
  store: AnalysisStore,
  question: QuestionOf<'lifecycle'>,
  { scope, calendar }: Resolved,
  control: QueryControl,
): Promise<Made<LifecycleAnswer>> {
  const buckets = cut(scope.range, question.interval, calendar);
  const choice = topChoiceOf(question);
  const previous = previousStart(scope.range.from, question.interval, calendar);
  const cells = buckets.length === 0 ? [] : await store.lifecycle({ ...scope, choice, buckets, previous }, control);
  const names = ['new', 'returning', 'resurrecting', 'dormant'] as const;
  const result: LifecycleAnswer = {
    intervals: buckets.map((from, place) => {
      const count = (status: (typeof names)[number]): number =>
        cells.find((cell) => cell.place === place && cell.status === status)?.users ?? 0;
      return {
        from: iso(from),
        new: count('new'),
        returning: count('returning'),
        resurrecting: count('resurrecting'),
        dormant: count('dormant'),
      };
    }),
  };
  return {
    exact: true,
    skipped: 0,
    result,
    columns: [column('from', 'time'), ...names.map((name) => column(name, 'number'))],
    rows: () => result.intervals.map((each) => [each.from, ...names.map((name) => each[name])]),
  };
}

type Cut = Parameters<typeof bucketsOf>;

function cut(range: Cut[0], interval: Cut[1], calendar: Cut[2]): number[] {
  const buckets = bucketsOf(range, interval, calendar);
  if (buckets.length <= PERIODS_MAX) return buckets;
  throw wrong(
    'interval',
    `interval cuts the range into ${buckets.length} intervals; at most ${PERIODS_MAX} are compared.`,
  );
}

/** When the interval that ends at the beginning of the range began. */
function previousStart(from: number, interval: Cut[1], calendar: Cut[2]): number {
  // A month and a day back there is surely an interval that begins later.
  const starts = bucketsOf({ from: Math.max(0, from - 32 * 86_400_000), to: Math.max(1, from) }, interval, calendar);
  return starts.at(-1)!;
}
