import type { Segment } from '../analysis-query.ts';
import type { Question } from '../questions/kinds.ts';
import { rangeOf } from './range.ts';
import type { Around, Resolved } from './scope.ts';

/** What an answer depends on, beside the events of the app. */
export interface Closed {
  /** The same for questions that have the same answer. */
  readonly key: string;
  /** Only events before this time are looked at, UTC ms; it is over. */
  readonly horizon: number;
}

/** In whose value the time of asking stands. */
const CLOCK = /\b(now|today|yesterday)\b/i;

/** Undefined when the answer may change with time alone, or looks at times that are not over. */
export function closedOf(question: Question, { scope, calendar }: Resolved, around: Around): Closed | undefined {
  if (question.kind === 'sql' && CLOCK.test(question.sql)) return undefined;
  const compared =
    question.kind === 'trend' && typeof question.compare === 'object'
      ? rangeOf(question.compare, calendar, around.nowMs, 'compare.')
      : undefined;
  const horizon = Math.max(scope.range.to, compared?.to ?? 0, scope.segment ? horizonOf(scope.segment) : 0);
  if (horizon > around.nowMs) return undefined;
  return { horizon, key: JSON.stringify([around.app, question, scope, calendar.weekStart, compared]) };
}

function horizonOf(segment: Segment): number {
  if ('and' in segment) return Math.max(...segment.and.map(horizonOf));
  if ('or' in segment) return Math.max(...segment.or.map(horizonOf));
  if ('not' in segment) return horizonOf(segment.not);
  // Who was last seen then is seen again at any time.
  if ('seen' in segment && segment.seen === 'last') return Number.POSITIVE_INFINITY;
  return segment.range.to;
}
