import type { FunnelCounts, FunnelQuery, Person } from '../model/analysis-query.ts';
import type { QueryControl } from '../model/query.ts';
import { SESSION_GAP_MS, sessionRange } from '../model/session.ts';
import { componentsOf } from '../model/step-classes.ts';
import { wrong } from '../questions/check.ts';
import { fieldOf } from '../questions/filters.ts';
import type { QuestionOf } from '../questions/kinds.ts';
import type { AnalysisStore } from '../store/analysis-store.ts';
import { column, iso, type KindResult } from './answer.ts';
import { type GroupValue, groupCells, groupOf } from './groups.ts';
import { durationMs } from './range.ts';
import { type Context, eventSelector, labelOf, type Resolved } from './scope.ts';

/** By default. */
export const FUNNEL_WINDOW = '14d';
const GROUPS = 10;
const LIST = 100;

export interface FunnelStep {
  readonly step: number;
  readonly name: string;
  /** Users or sessions. */
  readonly total: number;
  /** Share of those who reached the first step; null when there are none. */
  readonly conversion: number | null;
  /** Share of those who reached the step before. */
  readonly conversionFromPrevious: number | null;
  /** Reached the step before and not this one. */
  readonly dropOff: number;
  /** From the step before. */
  readonly medianMs: number | null;
  readonly p90Ms: number | null;
  /** false while users may still reach this step: the range, or some users' window, is not over. */
  readonly complete: boolean;
}
export interface FunnelAnswer {
  readonly steps: readonly FunnelStep[];
  readonly groups?: readonly {
    readonly group: readonly GroupValue[] | 'other';
    readonly steps: readonly FunnelStep[];
  }[];
  readonly users?: readonly (Person & { readonly at: string; readonly session?: string })[];
}

type Question = QuestionOf<'funnel'>;

/** @throws QUESTION_INVALID */
export async function funnel(
  store: AnalysisStore,
  question: Question,
  { scope }: Resolved,
  { nowMs }: Context,
  control: QueryControl,
): Promise<KindResult<FunnelAnswer>> {
  const { order = 'ordered', by = 'user', breakdown, list, exclude = [] } = question;
  if (exclude.length > 0 && order !== 'ordered')
    throw wrong(
      'exclude',
      `\`exclude\` needs \`order: "ordered"\`: with \`${order}\`, ${order === 'strict' ? 'no other event can come between two steps anyway' : 'steps have no order'}.`,
    );
  exclude.forEach(({ after = 1 }, i) => {
    if (after >= question.steps.length)
      throw wrong(`exclude[${i}].after`, `\`exclude[${i}].after\` must be a step before the last.`);
  });
  if (list && list.step > question.steps.length)
    throw wrong('list.step', `\`list.step\` must be a whole number from 1 to ${question.steps.length}.`);
  const steps = question.steps.map((step, i) => eventSelector(step, `steps[${i}]`));
  if (order === 'any') checkShared(steps);
  const query: FunnelQuery = {
    ...scope,
    steps,
    windowMs: durationMs(question.window ?? FUNNEL_WINDOW),
    order,
    exclude: exclude.map((each, i) => ({ filters: eventSelector(each, `exclude[${i}]`), after: each.after })),
    by,
    gapMs: SESSION_GAP_MS,
    breakdown: breakdown === undefined ? undefined : fieldOf(breakdown, 'breakdown'),
    limit: question.limit ?? GROUPS,
    list: list && { step: list.step, status: list.status ?? 'reached', limit: list.limit ?? LIST },
  };
  const { whole, groups, users } = await store.funnel(query, control);
  // All steps of a session may lie after the range in which it begins.
  const ends = by === 'session' ? sessionRange(scope.range, query.gapMs).to : scope.range.to + query.windowMs;
  // After a time in which nobody entered, nobody can reach a later step.
  const isComplete = (step: number, entered: number): boolean =>
    (by === 'user' && (step === 1 || entered === 0) ? scope.range.to : ends) <= nowMs;
  const names = question.steps.map((step, i) => (order === 'any' ? `any ${i + 1}` : labelOf(step)));
  const result: FunnelAnswer = {
    steps: stepsOf(whole, names, isComplete),
    ...(breakdown !== undefined && {
      groups: groups.map(({ value, ...counts }) => ({
        group: groupOf(value === 'other' ? value : [value], [breakdown]),
        steps: stepsOf(counts, names, isComplete),
      })),
    }),
    ...(list && { users: users.map(({ at, ...person }) => ({ ...person, at: iso(at) })) }),
  };
  return { exact: true, skipped: 0, result, ...tableOf(result, breakdown) };
}

/** Which steps an event counts for is determined over all subsets of its possible steps: seven conditions take seconds, ten a minute. */
const SHARED_MAX = 6;

function checkShared(steps: FunnelQuery['steps']): void {
  const most = Math.max(
    ...componentsOf(steps).map((component) => component.filter(({ filters }) => filters.length > 0).length),
  );
  if (most > SHARED_MAX)
    throw wrong(
      'steps',
      `\`steps\` has ${most} steps with different conditions that can match the same event; with \`order: "any"\`, at most ${SHARED_MAX} can. Name an event in each step, or use fewer steps.`,
    );
}

function stepsOf(
  { reached, medianMs, p90Ms }: FunnelCounts,
  names: readonly string[],
  isComplete: (step: number, entered: number) => boolean,
): FunnelStep[] {
  const share = (part: number, of: number): number | null => (of === 0 ? null : part / of);
  return reached.map((total, i) => {
    const before = i === 0 ? total : reached[i - 1]!;
    return {
      step: i + 1,
      name: names[i]!,
      total,
      conversion: share(total, reached[0]!),
      conversionFromPrevious: share(total, before),
      dropOff: before - total,
      medianMs: medianMs[i]!,
      p90Ms: p90Ms[i]!,
      complete: isComplete(i + 1, reached[0]!),
    };
  });
}

/** One row per step, of the total and then of each group; a list of users is a table of its own. */
function tableOf(
  { steps, groups, users }: FunnelAnswer,
  breakdown: string | undefined,
): Pick<KindResult<unknown>, 'columns' | 'rows'> {
  if (users)
    return {
      columns: [column('user', 'text'), column('device', 'text'), column('session', 'text'), column('at', 'time')],
      rows: () => users.map(({ user, device, session, at }) => [user, device, session, at]),
    };
  const numbers = ['total', 'conversion', 'conversionFromPrevious', 'dropOff', 'medianMs', 'p90Ms'] as const;
  const row = (step: FunnelStep): unknown[] => [
    step.step,
    step.name,
    ...numbers.map((name) => step[name]),
    step.complete,
  ];
  const head = breakdown === undefined ? [] : [column(breakdown, 'json'), column('group', 'text')];
  return {
    columns: [
      ...head,
      column('step', 'number'),
      column('name', 'text'),
      ...numbers.map((name) => column(name, 'number')),
      column('complete', 'boolean'),
    ],
    *rows() {
      for (const step of steps) yield breakdown === undefined ? row(step) : [undefined, 'all', ...row(step)];
      for (const { group, steps: own } of groups ?? []) {
        const head = groupCells(group);
        for (const step of own) yield [...head, ...row(step)];
      }
    },
  };
}
