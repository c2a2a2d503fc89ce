/** What questions of all kinds say → the store's terms, every refusal with the path to the field. */
import type { Scope, Segment } from '../model/analysis-query.ts';
import type { WeekStart } from '../model/app-settings.ts';
import type { Condition, Filter, Range } from '../model/query.ts';
import { wrong } from '../questions/check.ts';
import { filtersOf } from '../questions/filters.ts';
import type { EventChoiceInput, FilterInput, SegmentInput } from '../questions/parts.ts';
import type { Calendar } from '../time/calendar.ts';
import { zoneNamed } from '../time/zone-spans.ts';
import { patternsIn } from './question-bounds.ts';
import { type Ends, isReversed, lastRange, momentOf, narrowed, rangeOf } from './range.ts';

export interface CommonInput {
  readonly from?: string | number;
  readonly to?: string | number;
  readonly last?: string;
  readonly timeZone?: string;
  readonly weekStart?: WeekStart;
  readonly filters?: readonly FilterInput[];
  readonly segment?: SegmentInput;
  readonly exact?: boolean;
}

export interface Context {
  readonly app: string;
  readonly nowMs: number;
  /** The app's own. */
  readonly calendar: Calendar;
  /** A saved segment of the app by its id. */
  readonly segmentOf: (id: string) => SegmentInput | undefined;
  /** Only what of the range lies in this one. */
  readonly within?: Ends | undefined;
}

export interface Resolved {
  readonly scope: Scope;
  readonly calendar: Calendar;
  /** All regular expressions of the question. */
  readonly patterns: readonly string[];
}

/** @throws QUESTION_INVALID */
export function resolve(question: CommonInput, context: Context): Resolved {
  const { app, nowMs, calendar: own, within } = context;
  const timeZone = question.timeZone === undefined ? own.timeZone : zoneNamed(question.timeZone);
  if (timeZone === undefined) throw wrong('timeZone', 'timeZone must be an IANA zone, like Europe/Zurich.');
  const calendar = { timeZone, weekStart: question.weekStart ?? own.weekStart };
  const asked = rangeOf(question, calendar, nowMs);
  const range = within ? narrowed(asked, within, calendar, nowMs) : asked;
  const segment = question.segment && segmentOf(question.segment, 'segment', range, { ...context, calendar });
  const filters = filtersOf(question.filters, 'filters');
  const patterns = patternsIn(question, context.segmentOf);
  return { calendar, patterns, scope: { app, range, timeZone, filters, segment, exact: question.exact ?? false } };
}

/**
 * A choice of events as filters; an empty list is every event.
 * @param path where it stands in the question; empty: at the top
 */
export function eventSelector({ event, id, filters }: EventChoiceInput, path: string): Filter[] {
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  if (event !== undefined && id !== undefined)
    throw wrong(at('id'), `${at('event')} and ${at('id')} exclude each other; name one of them.`);
  const column = (name: 'event' | 'id', text: string): Condition => ({
    field: { kind: 'column', name },
    operator: 'is',
    matches: [{ text }],
  });
  return [
    ...(event === undefined ? [] : [column('event', event)]),
    ...(id === undefined ? [] : [column('id', id)]),
    ...filtersOf(filters, at('filters')),
  ];
}

/** The choice that a question is itself: its filters are those of the question. */
export const topEventSelector = ({ event, id }: EventChoiceInput): Filter[] =>
  eventSelector({ ...(event !== undefined && { event }), ...(id !== undefined && { id }) }, '');

/** How a choice is called in an answer. */
export const labelOf = ({ name, event, id }: EventChoiceInput): string => name ?? event ?? id ?? 'all events';

/**
 * @param range of the question
 * @param context with the calendar of the question
 * @throws QUESTION_INVALID
 */
export function segmentOf(segment: SegmentInput, path: string, range: Range, context: Context): Segment {
  const { calendar, nowMs } = context;
  const inner = (each: SegmentInput, at: string): Segment => segmentOf(each, at, range, context);
  if ('saved' in segment) {
    const saved = context.segmentOf(segment.saved);
    if (saved === undefined)
      throw wrong(`${path}.saved`, `${path}.saved must be the id of a saved segment of the app.`);
    // A saved segment names no other: what it means stands in it alone.
    return segmentOf(saved, path, range, { ...context, segmentOf: () => undefined });
  }
  if ('and' in segment) return { and: segment.and.map((each, i) => inner(each, `${path}.and[${i}]`)) };
  if ('or' in segment) return { or: segment.or.map((each, i) => inner(each, `${path}.or[${i}]`)) };
  if ('not' in segment) return { not: inner(segment.not, `${path}.not`) };
  if ('did' in segment) {
    const { atLeast = 1, atMost } = segment;
    if (atMost !== undefined && atMost < atLeast)
      throw wrong(`${path}.atMost`, `${path}.atMost must not be below atLeast.`);
    const did = eventSelector(segment.did, `${path}.did`);
    return { did, atLeast, atMost, range: rangeOfDid(segment, `${path}.`, range, calendar, nowMs) };
  }
  const seen = 'firstSeen' in segment ? 'first' : 'last';
  const { from, to } = 'firstSeen' in segment ? segment.firstSeen : segment.lastSeen;
  const at = `${path}.${seen}Seen.`;
  const between = {
    from: from === undefined ? 0 : momentOf(from, 'from', calendar, nowMs, at),
    to: to === undefined ? Number.MAX_SAFE_INTEGER : momentOf(to, 'to', calendar, nowMs, at),
  };
  if (isReversed(between, to, calendar, nowMs)) throw wrong(`${at}from`, `${at}from must not be after ${at}to.`);
  return { seen, range: between };
}

function rangeOfDid(
  { from, to, last }: { from?: string | number; to?: string | number; last?: string },
  path: string,
  range: Range,
  calendar: Calendar,
  nowMs: number,
): Range {
  if (last !== undefined) {
    if (from !== undefined || to !== undefined)
      throw wrong(`${path}last`, `${path}last and from, to exclude each other.`);
    // Back from the end of the question, so that a question about the past stays the same.
    const back = lastRange(last, calendar, Math.max(range.to - 1, 0), path);
    return { from: back.from, to: Math.min(back.to, range.to) };
  }
  if (from === undefined && to === undefined) return range;
  const own = {
    from: from === undefined ? 0 : momentOf(from, 'from', calendar, nowMs, path),
    to: to === undefined ? range.to : momentOf(to, 'to', calendar, nowMs, path),
  };
  if (isReversed(own, to, calendar, nowMs)) throw wrong(`${path}from`, `${path}from must not be after ${path}to.`);
  return own;
}
