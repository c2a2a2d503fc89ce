import { DAY_MS } from '../model/duration.ts';
import type { QueryControl } from '../model/query.ts';
import { wrong } from '../questions/check.ts';
import type { QuestionOf } from '../questions/kinds.ts';
import type { AnalysisStore } from '../store/analysis-store.ts';
import { bucketsOf } from '../time/calendar.ts';
import { column, iso, type KindResult } from './answer.ts';
import { PERIODS_MAX } from './retention.ts';
import { type Context, type Resolved, topEventSelector } from './scope.ts';

export interface StickinessAnswer {
  readonly periods: readonly {
    readonly from: string;
    readonly users: number;
    /** The average number of intervals a user was active in; null when there are no users. */
    readonly average: number | null;
    /** Users by the number of intervals they were active in: 1 to the number of intervals of the period. */
    readonly distribution: readonly { readonly active: number; readonly users: number }[];
  }[];
}

/** @throws QUESTION_INVALID, RANGE_TOO_MANY_BUCKETS */
export async function stickiness(
  store: AnalysisStore,
  question: QuestionOf<'stickiness'>,
  { scope, calendar }: Resolved,
  control: QueryControl,
): Promise<KindResult<StickinessAnswer>> {
  const { interval = 'day', period } = question;
  const order = ['day', 'week', 'month'];
  if (period !== undefined && order.indexOf(period) <= order.indexOf(interval))
    throw wrong('period', `\`period\` must be longer than \`interval\`, which is \`${interval}\`.`);
  if (period === 'month' && interval === 'week')
    throw wrong(
      'period',
      '`period` must contain whole intervals, and a month does not contain whole weeks. Use `interval: "day"` or `period: "week"`.',
    );
  const buckets = wholeBuckets(scope.range, interval, calendar);
  const periods = period === undefined ? buckets.slice(0, 1) : bucketsOf(scope.range, period, calendar);
  const eventFilters = topEventSelector(question);
  const cells =
    buckets.length === 0 ? [] : await store.stickiness({ ...scope, eventFilters, buckets, periods }, control);
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
    readonly to: string;
    /** Never active before. */
    readonly new: number;
    /** Active in the interval before as well. */
    readonly returning: number;
    /** Active before, but not in the interval before. */
    readonly resurrecting: number;
    /** Active in the interval before and not in this one. */
    readonly dormant: number;
    /** false: the range cuts the interval, which is still counted in full, or it is not over yet. */
    readonly complete: boolean;
  }[];
}

/**
 * By whole intervals: one that the range cuts is counted in full.
 * @throws QUESTION_INVALID, RANGE_TOO_MANY_BUCKETS
 */
export async function lifecycle(
  store: AnalysisStore,
  question: QuestionOf<'lifecycle'>,
  { scope, calendar }: Resolved,
  { nowMs }: Context,
  control: QueryControl,
): Promise<KindResult<LifecycleAnswer>> {
  const { interval } = question;
  const range = wholeIntervals(scope.range, interval, calendar);
  const buckets = wholeBuckets(range, interval, calendar);
  const eventFilters = topEventSelector(question);
  const previous = startOfInterval(range.from - 1, interval, calendar);
  const query = { ...scope, range, eventFilters, buckets, previous };
  const cells = buckets.length === 0 ? [] : await store.lifecycle(query, control);
  const isComplete = (place: number): boolean => {
    const [from, to] = [buckets[place]!, buckets[place + 1] ?? range.to];
    return from >= scope.range.from && to <= Math.min(scope.range.to, nowMs);
  };
  const names = ['new', 'returning', 'resurrecting', 'dormant'] as const;
  const result: LifecycleAnswer = {
    intervals: buckets.map((from, place) => {
      const count = (status: (typeof names)[number]): number =>
        cells.find((cell) => cell.place === place && cell.status === status)?.users ?? 0;
      return {
        from: iso(from),
        to: iso(buckets[place + 1] ?? range.to),
        new: count('new'),
        returning: count('returning'),
        resurrecting: count('resurrecting'),
        dormant: count('dormant'),
        complete: isComplete(place),
      };
    }),
  };
  return {
    exact: true,
    skipped: 0,
    result,
    columns: [column('from', 'time'), ...names.map((name) => column(name, 'number')), column('complete', 'boolean')],
    rows: () => result.intervals.map((each) => [each.from, ...names.map((name) => each[name]), each.complete]),
  };
}

type BucketArguments = Parameters<typeof bucketsOf>;

function wholeBuckets(range: BucketArguments[0], interval: BucketArguments[1], calendar: BucketArguments[2]): number[] {
  const buckets = bucketsOf(range, interval, calendar);
  if (buckets.length <= PERIODS_MAX) return buckets;
  throw wrong(
    'interval',
    `\`interval\` divides the range into ${buckets.length} intervals; at most ${PERIODS_MAX} are allowed. Choose a longer interval or a shorter range.`,
  );
}

/** The longest time between the start and the end of an interval. */
const INTERVAL_MAX_MS = 32 * DAY_MS;

/** The start of the interval that contains this instant; 1970 where it began before. */
function startOfInterval(at: number, interval: BucketArguments[1], calendar: BucketArguments[2]): number {
  const until = Math.max(at, 0) + 1;
  // The search begins at the first start; so far back there is surely an interval that begins later.
  return bucketsOf({ from: Math.max(0, until - INTERVAL_MAX_MS), to: until }, interval, calendar).at(-1)!;
}

/** From the start of the interval in which a range begins to the end of that in which it ends. */
export function wholeIntervals(
  range: BucketArguments[0],
  interval: BucketArguments[1],
  calendar: BucketArguments[2],
): BucketArguments[0] {
  if (range.from >= range.to) return range;
  const from = startOfInterval(range.from, interval, calendar);
  const last = startOfInterval(range.to - 1, interval, calendar);
  const [, end = range.to] = bucketsOf({ from: last, to: last + INTERVAL_MAX_MS }, interval, calendar);
  return { from, to: end };
}
