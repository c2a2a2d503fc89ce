import type { Segment } from '../model/analysis-query.ts';
import type { Range } from '../model/query.ts';
import { isSessionMeasure, SESSION_GAP_MS, SESSION_REACH_MS, sessionRange } from '../model/session.ts';
import { parseVisitField, visitFieldsIn } from '../model/visit-fields.ts';
import type { Question } from '../questions/kinds.ts';
import type { Calendar } from '../time/calendar.ts';
import { wholeIntervals } from './activity.ts';
import { FUNNEL_WINDOW } from './funnel.ts';
import { durationMs, rangesAt } from './range.ts';
import type { Context, Resolved } from './scope.ts';

/** What an answer depends on, beside the events of the app. */
export interface Cacheability {
  /** The same for questions that have the same answer. */
  readonly key: string;
  /** Only events before this time are looked at, UTC ms; it is over. */
  readonly validBeforeMs: number;
}

/** Their value contains the time of the query. */
const CLOCK = /\b(now|today|yesterday)\b/i;

/** Undefined when the answer may change with time alone, or looks at times that are not over. */
export function cacheabilityOf(question: Question, resolved: Resolved, context: Context): Cacheability | undefined {
  const { scope, calendar } = resolved;
  if (question.kind === 'sql' && CLOCK.test(question.sql)) return undefined;
  if (question.kind === 'web' && question.current) return undefined;
  const compared =
    (question.kind === 'trend' || question.kind === 'web') && typeof question.compare === 'object'
      ? rangesAt('compare.', calendar, context.nowMs).range(question.compare)
      : undefined;
  // Fields of visits are those of whole visits, which go on after the range.
  const isOfVisits = mentionsVisits(question) || visitFieldsIn(scope).size > 0;
  const ends = [scope.range, compared].map((range) => {
    const to = range ? readTo(question, range, calendar) : 0;
    return range && isOfVisits ? sessionRange({ from: range.from, to }, SESSION_GAP_MS).to : to;
  });
  const validBeforeMs = Math.max(
    ...ends,
    scope.segment ? validBeforeOf(scope.segment) + (isOfVisits ? SESSION_REACH_MS : 0) : 0,
  );
  if (validBeforeMs > context.nowMs) return undefined;
  return { validBeforeMs, key: JSON.stringify([context.app, question, scope, calendar.weekStart, compared]) };
}

/** Whether a question names a field of visits; a text that only looks like one does no harm. */
function mentionsVisits(value: unknown): boolean {
  if (typeof value === 'string') return parseVisitField(value) !== undefined;
  return typeof value === 'object' && value !== null && Object.values(value).some(mentionsVisits);
}

/** Where the events end that a question about a range looks at: sessions and windows go on behind it. */
function readTo(question: Question, range: Range, calendar: Calendar): number {
  const bySessions = (gap: string | undefined): number =>
    sessionRange(range, gap === undefined ? SESSION_GAP_MS : durationMs(gap)).to;
  switch (question.kind) {
    case 'funnel':
      return question.by === 'session'
        ? bySessions(undefined)
        : range.to + durationMs(question.window ?? FUNNEL_WINDOW);
    case 'web':
      return bySessions(undefined);
    case 'sessions':
      return bySessions(question.gap);
    case 'paths':
      return bySessions(question.sessionGap);
    case 'trend':
      return question.series.some(({ measure }) => measure !== undefined && isSessionMeasure(measure))
        ? bySessions(undefined)
        : range.to;
    case 'lifecycle':
      return wholeIntervals(range, question.interval, calendar).to;
    default:
      return range.to;
  }
}

function validBeforeOf(segment: Segment): number {
  if ('and' in segment) return Math.max(...segment.and.map(validBeforeOf));
  if ('or' in segment) return Math.max(...segment.or.map(validBeforeOf));
  if ('not' in segment) return validBeforeOf(segment.not);
  // Who was last seen then is seen again at any time.
  if ('seen' in segment && segment.seen === 'last') return Number.POSITIVE_INFINITY;
  return segment.range.to;
}
