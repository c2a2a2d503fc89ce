import type { Person, SessionNumbers, SessionsResult } from '../model/analysis-query.ts';
import type { QueryControl } from '../model/query.ts';
import { SESSION_GAP_MS } from '../model/session.ts';
import { fieldOf } from '../questions/filters.ts';
import type { QuestionOf } from '../questions/kinds.ts';
import type { AnalysisStore } from '../store/analysis-store.ts';
import { bucketsOf } from '../time/calendar.ts';
import { column, iso, type KindResult } from './answer.ts';
import { type GroupValue, groupOf, valueIn } from './groups.ts';
import { durationMs } from './range.ts';
import type { Resolved } from './scope.ts';

const ENDS = 10;

export interface SessionFigures {
  readonly sessions: number;
  readonly users: number;
  /** Events per session; null when there are no sessions. */
  readonly eventsPerSession: number | null;
  /** Share of sessions with one event at most, besides those that pages send by themselves. */
  readonly bounceRate: number | null;
  readonly averageMs: number | null;
  readonly medianMs: number | null;
  readonly p90Ms: number | null;
}
export type SessionEnd = { readonly sessions: number } & ({ readonly event: string } | { readonly other: true });
export interface SessionsAnswer extends SessionFigures {
  /** By the interval in which sessions begin. */
  readonly points?: readonly (SessionFigures & { readonly from: string })[];
  /** By what the fields of the breakdown are on the first event of a session, the largest first. */
  readonly groups?: readonly (SessionFigures & { readonly group: readonly GroupValue[] | 'other' })[];
  /** First events of sessions. */
  readonly entry: readonly SessionEnd[];
  /** Last events of sessions. */
  readonly exit: readonly SessionEnd[];
  readonly list?: readonly (Person & {
    readonly session?: string;
    readonly from: string;
    readonly to: string;
    readonly durationMs: number;
    readonly events: number;
    readonly entry: string;
    readonly exit: string;
  })[];
}

/** @throws QUESTION_INVALID, RANGE_TOO_MANY_BUCKETS */
export async function sessions(
  store: AnalysisStore,
  question: QuestionOf<'sessions'>,
  { scope, calendar }: Resolved,
  control: QueryControl,
): Promise<KindResult<SessionsAnswer>> {
  const { interval, list, gap, breakdown = [] } = question;
  const buckets = interval && bucketsOf(scope.range, interval, calendar);
  const found = await store.sessions(
    {
      ...scope,
      gapMs: gap === undefined ? SESSION_GAP_MS : durationMs(gap),
      buckets,
      breakdown: breakdown.map((name, i) => fieldOf(name, `breakdown[${i}]`)),
      limit: question.limit ?? ENDS,
      list,
    },
    control,
  );
  const byBucket = new Map(found.buckets.map((each) => [each.bucket, each]));
  const result: SessionsAnswer = {
    ...figuresOf(found.whole),
    ...(buckets && { points: buckets.map((at) => ({ from: iso(at), ...figuresOf(byBucket.get(at)) })) }),
    ...(breakdown.length > 0 && {
      groups: found.groups.map(({ group, ...numbers }) => ({
        group: groupOf(group, breakdown),
        ...figuresOf(numbers),
      })),
    }),
    entry: endsOf(found.entry),
    exit: endsOf(found.exit),
    ...(list && {
      list: found.list.map(({ from, to, ...each }) => ({
        ...each,
        from: iso(from),
        to: iso(to),
        durationMs: to - from,
      })),
    }),
  };
  return { exact: found.exact, skipped: 0, result, ...tableOf(result, breakdown) };
}

function figuresOf(numbers: SessionNumbers | undefined): SessionFigures {
  const {
    sessions: count = 0,
    users = 0,
    events = 0,
    single = 0,
    averageMs = null,
    medianMs = null,
    p90Ms = null,
  } = numbers ?? {};
  const share = (part: number): number | null => (count === 0 ? null : part / count);
  return {
    sessions: count,
    users,
    eventsPerSession: share(events),
    bounceRate: share(single),
    averageMs,
    medianMs,
    p90Ms,
  };
}

const endsOf = (ends: SessionsResult['entry']): SessionEnd[] =>
  ends.map(({ event, sessions: count }) =>
    event === undefined ? { other: true, sessions: count } : { event, sessions: count },
  );

const FIGURES = ['sessions', 'users', 'eventsPerSession', 'bounceRate', 'averageMs', 'medianMs', 'p90Ms'] as const;

/** The list if there is one, otherwise the groups, the points, or the single row. */
function tableOf(result: SessionsAnswer, breakdown: readonly string[]): Pick<KindResult<unknown>, 'columns' | 'rows'> {
  const { list, groups, points } = result;
  if (list)
    return {
      columns: [
        ...(['user', 'device', 'session'] as const).map((name) => column(name, 'text')),
        column('from', 'time'),
        column('to', 'time'),
        column('durationMs', 'number'),
        column('events', 'number'),
        column('entry', 'text'),
        column('exit', 'text'),
      ],
      rows: () =>
        list.map((each) => [
          each.user,
          each.device,
          each.session,
          each.from,
          each.to,
          each.durationMs,
          each.events,
          each.entry,
          each.exit,
        ]),
    };
  const figures = FIGURES.map((name) => column(name, 'number'));
  if (groups)
    return {
      columns: [...breakdown.map((field) => column(field, 'json')), column('other', 'boolean'), ...figures],
      rows: () =>
        groups.map(({ group, ...each }) => [
          ...breakdown.map((_, i) => valueIn(group, i)),
          group === 'other',
          ...FIGURES.map((name) => each[name]),
        ]),
    };
  return points
    ? {
        columns: [column('from', 'time'), ...figures],
        rows: () => points.map((each) => [each.from, ...FIGURES.map((name) => each[name])]),
      }
    : { columns: figures, rows: () => [FIGURES.map((name) => result[name])] };
}
