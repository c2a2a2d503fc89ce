/** Questions as the page builds them: pure functions, so that their tests need no browser. */
import type { Filter, Kind, Question, QuestionOf } from '../../api/wire.ts';
import type { DateRange } from '../../components/range.ts';

/** The kinds that Explore builds; users, timelines and SQL have pages of their own. */
export const KINDS = [
  { kind: 'trend', label: 'Trend', about: 'Numbers over time' },
  { kind: 'funnel', label: 'Funnel', about: 'How users move through steps' },
  { kind: 'retention', label: 'Retention', about: 'How many users come back' },
  { kind: 'paths', label: 'Paths', about: 'What users do next' },
  { kind: 'stickiness', label: 'Stickiness', about: 'Number of events users are active' },
  { kind: 'lifecycle', label: 'Lifecycle', about: 'New, returning, resurrecting and dormant users' },
  { kind: 'sessions', label: 'Sessions', about: 'Number, length, entry and exit events' },
  { kind: 'performance', label: 'Performance', about: 'Slowest values, by percentile' },
] as const satisfies readonly { kind: Kind; label: string; about: string }[];
export type BuiltKind = (typeof KINDS)[number]['kind'];
export type BuiltQuestion = Extract<Question, { kind: BuiltKind }>;

export const isBuilt = (question: Question): question is BuiltQuestion =>
  KINDS.some(({ kind }) => kind === question.kind);

export interface EventSelector {
  readonly event?: string;
  readonly id?: string;
  readonly filters?: readonly Filter[];
  readonly name?: string;
}

/** What all kinds share, and what is therefore kept when the kind is changed. */
const SHARED = ['from', 'to', 'last', 'timeZone', 'weekStart', 'filters', 'segment', 'exact'] as const;

/** Sets fields, and removes those that are undefined: an absent field and a default are the same question. */
export function change<Q extends object>(question: Q, patch: { readonly [K in keyof Q]?: Q[K] | undefined }): Q {
  const all = Object.entries({ ...question, ...patch }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(all) as Q;
}

/** The events that a question is about, in their order: they are kept when the kind is changed. */
export function selectorsOf(question: Question): readonly EventSelector[] {
  const only = ({ event, id, filters, name }: EventSelector): EventSelector =>
    change({} as EventSelector, { event, id, filters, name });
  switch (question.kind) {
    case 'trend':
      return question.series.map(only);
    case 'funnel':
      return question.steps.map(only);
    case 'retention':
      return [question.start, ...(question.return ? [question.return] : [])].map(only);
    case 'paths':
      return [question.start ?? question.end ?? {}].map(only);
    case 'stickiness':
    case 'lifecycle':
    case 'performance':
      return [only(question)];
    default:
      return [];
  }
}

/**
 * The same events, range and filters as a question of another kind.
 * @param names of the app, the most frequent first, to choose a default from
 */
export function convertToKind(kind: BuiltKind, before: Question, names: readonly string[]): BuiltQuestion {
  // Selecting the kind that is shown already loses nothing.
  if (before.kind === kind && isBuilt(before)) return before;
  const shared = Object.fromEntries(
    Object.entries(before).filter(([name]) => (SHARED as readonly string[]).includes(name)),
  );
  const common: Pick<QuestionOf<'trend'>, (typeof SHARED)[number]> = shared;
  const selectors = selectorsOf(before);
  const first: EventSelector = selectors[0] ?? {};
  switch (kind) {
    case 'trend':
      return { kind, ...common, series: selectors.length > 0 ? [...selectors] : [{}], interval: 'day' };
    case 'funnel':
      return { kind, ...common, steps: stepsOf(selectors, names) };
    case 'retention':
      return { kind, ...common, start: first, ...(selectors[1] && { return: selectors[1] }), interval: 'week' };
    case 'paths':
      return { kind, ...common, ...(first.event !== undefined && { start: first }) };
    case 'stickiness':
      return { kind, ...common, ...first, interval: 'day' };
    case 'lifecycle':
      return { kind, ...common, ...first, interval: 'week' };
    case 'sessions':
      return { kind, ...common, interval: 'day' };
    case 'performance':
      // What the clients send of each request (docs/send-events/express.md).
      if ((first.event ?? REQUEST) === REQUEST && names.includes(REQUEST))
        return { kind, ...common, ...first, event: REQUEST, property: 'data.ms', by: 'data.route' };
      return { kind, ...common, ...first, property: '', by: 'event' };
  }
}
const REQUEST = 'request';

/** The server's limits of series and steps. */
export const SELECTORS_MAX = 10;

/** Adds a series or step; the same question when there are as many as allowed, or none in this kind. */
export function withExtraStep(question: Question): Question {
  if (question.kind === 'trend' && question.series.length < SELECTORS_MAX)
    return { ...question, series: [...question.series, {}] };
  if (question.kind === 'funnel' && question.steps.length < SELECTORS_MAX)
    return { ...question, steps: [...question.steps, {}] };
  return question;
}

/** Without one step; an exclusion after the step that is now the last applies between any two. */
export function withoutStep(question: QuestionOf<'funnel'>, at: number): QuestionOf<'funnel'> {
  const steps = question.steps.filter((_, i) => i !== at);
  const exclude = question.exclude?.map((one) =>
    one.after !== undefined && one.after >= steps.length ? change(one, { after: undefined }) : one,
  );
  return change(question, { steps, exclude });
}

/** A funnel has at least two steps. */
function stepsOf(selectors: readonly EventSelector[], names: readonly string[]): EventSelector[] {
  // A step of all events says nothing when there are names.
  const steps = selectors.filter(({ event, id, filters }) => [event, id, filters].some((part) => part !== undefined));
  for (const event of names) {
    if (steps.length >= 2) break;
    if (!event.startsWith('$') && !steps.some((step) => step.event === event)) steps.push({ event });
  }
  while (steps.length < 2) steps.push({});
  return steps;
}

/** What is missing before the question can be asked; undefined when nothing is. */
export function missing(question: Question): string | undefined {
  if (question.kind === 'trend') {
    const at = question.series.findIndex(({ measure, property }) => needsProperty(measure) && !property);
    return at < 0 ? undefined : `Choose the property that ${letter(at)} measures.`;
  }
  if (question.kind === 'performance' && question.property === '') return 'Pick a numeric property, e.g. ms.';
  return undefined;
}

/** A, B, C… as used in formulas. */
export const letter = (at: number): string => String.fromCharCode(65 + at);

const WITHOUT_PROPERTY: readonly string[] = [
  ...['count', 'users', 'sessions', 'perUser'],
  ...['visits', 'viewsPerVisit', 'bounceRate', 'sessionDuration', 'eventsPerSession', 'entries', 'exits'],
];
export const needsProperty = (measure: string | undefined): boolean =>
  measure !== undefined && !WITHOUT_PROPERTY.includes(measure);

export const rangeOfQuestion = ({ from, to, last, timeZone }: Question): DateRange =>
  change({} as DateRange, {
    last,
    from: from === undefined ? undefined : String(from),
    to: to === undefined ? undefined : String(to),
    timeZone,
  });

export const withRange = <Q extends Question>(question: Q, { last, from, to, timeZone }: DateRange): Q =>
  change(question, { last, from, to, timeZone } as { readonly [K in keyof Q]?: Q[K] | undefined });

/** Moves an item of a list to another index. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = list.filter((_, i) => i !== from);
  return [...rest.slice(0, to), list[from]!, ...rest.slice(to)];
}

/** Each condition once: what was picked includes those of the question already. */
export function uniqueFilters(filters: readonly Filter[]): readonly Filter[] {
  const known = new Map(filters.map((filter) => [JSON.stringify(filter), filter]));
  return [...known.values()];
}

/** The funnel of one of its groups: the event of the first step determines the group. */
export function ofGroup(question: QuestionOf<'funnel'>, filters: readonly Filter[]): QuestionOf<'funnel'> {
  const steps = question.steps.map((step, i) =>
    i > 0 || filters.length === 0 ? step : change(step, { filters: [...(step.filters ?? []), ...filters] }),
  );
  return change(question, { steps, breakdown: undefined, limit: undefined });
}
