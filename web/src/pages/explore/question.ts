/** Questions as the page builds them: pure, so that their tests need no browser. */
import type { Filter, Kind, Question, QuestionOf } from '../../api/wire.ts';
import type { Range } from '../../components/range.ts';

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

export interface Choice {
  readonly event?: string;
  readonly id?: string;
  readonly filters?: readonly Filter[];
  readonly name?: string;
}

/** What all kinds share, and what therefore stays when the kind is changed. */
const SHARED = ['from', 'to', 'last', 'timeZone', 'weekStart', 'filters', 'segment', 'exact'] as const;

/** Sets fields, and leaves out those that are undefined: an absent field and a default are the same question. */
export function change<Q extends object>(question: Q, patch: { readonly [K in keyof Q]?: Q[K] | undefined }): Q {
  const all = Object.entries({ ...question, ...patch }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(all) as Q;
}

/** The events that a question is about, in their order: they stay when the kind is changed. */
export function choicesOf(question: Question): readonly Choice[] {
  const only = ({ event, id, filters, name }: Choice): Choice => change({} as Choice, { event, id, filters, name });
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
 * @param names of the app, the most frequent first, for what has to be chosen somehow
 */
export function convertToKind(kind: BuiltKind, before: Question, names: readonly string[]): BuiltQuestion {
  // The key of the kind that is shown already loses nothing.
  if (before.kind === kind && isBuilt(before)) return before;
  const shared = Object.fromEntries(
    Object.entries(before).filter(([name]) => (SHARED as readonly string[]).includes(name)),
  );
  const common: Pick<QuestionOf<'trend'>, (typeof SHARED)[number]> = shared;
  const choices = choicesOf(before);
  const first: Choice = choices[0] ?? {};
  switch (kind) {
    case 'trend':
      return { kind, ...common, series: choices.length > 0 ? [...choices] : [{}], interval: 'day' };
    case 'funnel':
      return { kind, ...common, steps: stepsOf(choices, names) };
    case 'retention':
      return { kind, ...common, start: first, ...(choices[1] && { return: choices[1] }), interval: 'week' };
    case 'paths':
      return { kind, ...common, ...(first.event !== undefined && { start: first }) };
    case 'stickiness':
      return { kind, ...common, ...first, interval: 'day' };
    case 'lifecycle':
      return { kind, ...common, ...first, interval: 'week' };
    case 'sessions':
      return { kind, ...common, interval: 'day' };
    case 'performance':
      return { kind, ...common, ...first, property: '', by: 'event' };
  }
}

/** As many as the server takes, of series and of steps. */
export const CHOICES_MAX = 10;

/** One series or step more; the same question when it has all it can have, or has none. */
export function withExtraStep(question: Question): Question {
  if (question.kind === 'trend' && question.series.length < CHOICES_MAX)
    return { ...question, series: [...question.series, {}] };
  if (question.kind === 'funnel' && question.steps.length < CHOICES_MAX)
    return { ...question, steps: [...question.steps, {}] };
  return question;
}

/** Without one step; what was excluded after the step that is now the last is excluded between any two. */
export function withoutStep(question: QuestionOf<'funnel'>, at: number): QuestionOf<'funnel'> {
  const steps = question.steps.filter((_, i) => i !== at);
  const exclude = question.exclude?.map((one) =>
    one.after !== undefined && one.after >= steps.length ? change(one, { after: undefined }) : one,
  );
  return change(question, { steps, exclude });
}

/** A funnel has two steps at least. */
function stepsOf(choices: readonly Choice[], names: readonly string[]): Choice[] {
  const steps = [...choices];
  for (const event of names) {
    if (steps.length >= 2) break;
    if (!event.startsWith('$') && !steps.some((step) => step.event === event)) steps.push({ event });
  }
  while (steps.length < 2) steps.push({});
  return steps;
}

/** What still has to be chosen before the question can be asked; undefined when nothing. */
export function missing(question: Question): string | undefined {
  if (question.kind === 'trend') {
    const at = question.series.findIndex(({ measure, property }) => needsProperty(measure) && !property);
    return at < 0 ? undefined : `Choose the property that ${letter(at)} measures.`;
  }
  if (question.kind === 'performance' && question.property === '') return 'Pick a numeric property, e.g. ms.';
  return undefined;
}

/** A, B, C… as formulas call them. */
export const letter = (at: number): string => String.fromCharCode(65 + at);

const WITHOUT_PROPERTY: readonly string[] = ['count', 'users', 'sessions', 'perUser'];
export const needsProperty = (measure: string | undefined): boolean =>
  measure !== undefined && !WITHOUT_PROPERTY.includes(measure);

export const rangeOfQuestion = ({ from, to, last, timeZone }: Question): Range =>
  change({} as Range, {
    last,
    from: from === undefined ? undefined : String(from),
    to: to === undefined ? undefined : String(to),
    timeZone,
  });

export const withRange = <Q extends Question>(question: Q, { last, from, to, timeZone }: Range): Q =>
  change(question, { last, from, to, timeZone } as { readonly [K in keyof Q]?: Q[K] | undefined });

/** Moves one of a list to another place. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = list.filter((_, i) => i !== from);
  return [...rest.slice(0, to), list[from]!, ...rest.slice(to)];
}

/** Each condition once: what was picked has those of the question already. */
export function uniqueFilters(filters: readonly Filter[]): readonly Filter[] {
  const known = new Map(filters.map((filter) => [JSON.stringify(filter), filter]));
  return [...known.values()];
}

/** A funnel of one of its groups: a group is told by the event of the first step. */
export function ofGroup(question: QuestionOf<'funnel'>, filters: readonly Filter[]): QuestionOf<'funnel'> {
  const steps = question.steps.map((step, i) =>
    i > 0 || filters.length === 0 ? step : change(step, { filters: [...(step.filters ?? []), ...filters] }),
  );
  return change(question, { steps, breakdown: undefined, limit: undefined });
}
