/** What charts read of a question, which may be the little that a shared link tells. */
import type { Filter, Kind, Question, QuestionOf } from '../../api/wire.ts';
import type { AnswerChartProps, DrawnQuestion } from '../types.ts';
import type { Interval } from './buckets.ts';

/** What each kind has when it is whole; a link's question has none of it. */
const OWN: Readonly<Partial<Record<Kind, string>>> = { trend: 'series', funnel: 'steps', sql: 'sql' };

/** Whether it is all of the question, so that what was picked can be asked for. */
export function isWhole<K extends Kind>(question: AnswerChartProps['question'], kind: K): question is QuestionOf<K> {
  const own = OWN[kind];
  if (question.kind !== kind) return false;
  return own === undefined ? !isDrawn(question) : own in question;
}

const DRAWN = new Set(['kind', 'interval', 'period', 'mode', 'cumulative', 'movingAverage', 'property', 'by']);
/** A range is in every question that was asked, and in none that a link tells of. */
const isDrawn = (question: Question | DrawnQuestion): boolean => Object.keys(question).every((name) => DRAWN.has(name));

const INTERVALS = ['minute', 'hour', 'day', 'week', 'month'] as const;

export function intervalIn(question: AnswerChartProps['question']): Interval | undefined {
  const named = 'interval' in question ? question.interval : undefined;
  return INTERVALS.find((interval) => interval === named);
}

/** The filters of a choice of events; its event is apart. */
export const choiceFilters = (choice: {
  readonly id?: string;
  readonly filters?: readonly Filter[];
}): readonly Filter[] => [
  ...(choice.id === undefined ? [] : [{ field: 'id', value: choice.id }]),
  ...(choice.filters ?? []),
];
