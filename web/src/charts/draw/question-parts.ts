/** What charts read of a question, which may be the reduced one of a share link. */
import type { Filter, Kind, Question, QuestionOf } from '../../api/wire.ts';
import type { AnswerChartProps, DrawnQuestion } from '../types.ts';
import type { Interval } from './buckets.ts';

/** Fields that each kind has when it is complete; a share link's question has none of them. */
const OWN: Readonly<Partial<Record<Kind, string>>> = { trend: 'series', funnel: 'steps', sql: 'sql' };

/** Whether the question is complete, so that what was picked can be queried. */
export function isWhole<K extends Kind>(question: AnswerChartProps['question'], kind: K): question is QuestionOf<K> {
  const own = OWN[kind];
  if (question.kind !== kind) return false;
  return own === undefined ? !isDrawn(question) : own in question;
}

const DRAWN = new Set(['kind', 'interval', 'period', 'mode', 'cumulative', 'movingAverage', 'property', 'by']);
/** Every question that was asked has a range; the reduced one of a share link has none. */
const isDrawn = (question: Question | DrawnQuestion): boolean => Object.keys(question).every((name) => DRAWN.has(name));

const INTERVALS = ['minute', 'hour', 'day', 'week', 'month'] as const;

export function intervalIn(question: AnswerChartProps['question']): Interval | undefined {
  const named = 'interval' in question ? question.interval : undefined;
  return INTERVALS.find((interval) => interval === named);
}

/** The filters of an event selector, apart from its event name. */
export const selectorFilters = (selector: {
  readonly id?: string;
  readonly filters?: readonly Filter[];
}): readonly Filter[] => [
  ...(selector.id === undefined ? [] : [{ field: 'id', value: selector.id }]),
  ...(selector.filters ?? []),
];
