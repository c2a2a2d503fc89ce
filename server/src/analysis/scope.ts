/** What questions of all kinds say → the store's terms, every refusal with the path to the field. */
import type { Scope, Segment } from '../model/analysis-query.ts';
import type { WeekStart } from '../model/app-settings.ts';
import type { Condition, Filter, Range } from '../model/query.ts';
import { visitFieldsIn } from '../model/visit-fields.ts';
import { wrong } from '../questions/check.ts';
import { filtersOf } from '../questions/filters.ts';
import type { Kind } from '../questions/kinds.ts';
import type { EventSelectorInput, FilterInput, SegmentInput } from '../questions/parts.ts';
import type { Calendar } from '../time/calendar.ts';
import { calendarOf, type Ends } from '../time/range-parser.ts';
import { patternsIn } from './question-bounds.ts';
import { rangesAt } from './range.ts';

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

/** They read events as they are stored. */
const WITHOUT_VISITS: ReadonlySet<Kind> = new Set<Kind>(['timeline', 'sql']);

/** @throws QUESTION_INVALID */
export function resolve(question: CommonInput & { readonly kind: Kind }, context: Context): Resolved {
  const { app, nowMs, calendar: own, within } = context;
  const calendar = calendarOf(question, own, wrong);
  const { timeZone } = calendar;
  const ranges = rangesAt('', calendar, nowMs);
  const whole = ranges.range(question);
  const range = within ? ranges.narrow(whole, within) : whole;
  const segment = question.segment && segmentOf(question.segment, 'segment', range, { ...context, calendar });
  const filters = filtersOf(question.filters, 'filters');
  const [visit] = WITHOUT_VISITS.has(question.kind) ? visitFieldsIn(filters) : [];
  if (visit !== undefined)
    throw wrong('filters', `\`session.${visit}\` can't be used in a question of the kind \`${question.kind}\`.`);
  const patterns = patternsIn(question, context.segmentOf);
  return { calendar, patterns, scope: { app, range, timeZone, filters, segment, exact: question.exact } };
}

/**
 * An event selector as filters; an empty list matches every event.
 * @param path of the field in the question; empty: at the top
 */
export function eventSelector({ event, id, filters }: EventSelectorInput, path: string): Filter[] {
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  if (event !== undefined && id !== undefined)
    throw wrong(at('id'), `\`${at('event')}\` and \`${at('id')}\` can't be combined. Send one of them.`);
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

/** The selector in the question's own fields; its filters are those of the question. */
export const topEventSelector = ({ event, id }: EventSelectorInput): Filter[] =>
  eventSelector({ ...(event !== undefined && { event }), ...(id !== undefined && { id }) }, '');

/** The name of a selector in an answer. */
export const labelOf = ({ name, event, id }: EventSelectorInput): string => name ?? event ?? id ?? 'all events';

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
      throw wrong(`${path}.saved`, `\`${path}.saved\` must be the id of a saved segment of the app.`);
    // A saved segment contains no other saved segment.
    return segmentOf(saved, path, range, { ...context, segmentOf: () => undefined });
  }
  if ('and' in segment) return { and: segment.and.map((each, i) => inner(each, `${path}.and[${i}]`)) };
  if ('or' in segment) return { or: segment.or.map((each, i) => inner(each, `${path}.or[${i}]`)) };
  if ('not' in segment) return { not: inner(segment.not, `${path}.not`) };
  if ('did' in segment) {
    const { atLeast = 1, atMost } = segment;
    if (atMost !== undefined && atMost < atLeast)
      throw wrong(`${path}.atMost`, `\`${path}.atMost\` must not be less than \`${path}.atLeast\`.`);
    const did = eventSelector(segment.did, `${path}.did`);
    return { did, atLeast, atMost, range: rangeOfDid(segment, `${path}.`, range, calendar, nowMs) };
  }
  const seen = 'firstSeen' in segment ? 'first' : 'last';
  const ends = 'firstSeen' in segment ? segment.firstSeen : segment.lastSeen;
  return { seen, range: rangesAt(`${path}.${seen}Seen.`, calendar, nowMs).range(ends, ANY_TIME) };
}

/** To the end of all numbers: what is looked at ends nowhere. */
const ANY_TIME: Range = { from: 0, to: Number.MAX_SAFE_INTEGER };

function rangeOfDid(
  { from, to, last }: Ends & { readonly last?: string },
  path: string,
  range: Range,
  calendar: Calendar,
  nowMs: number,
): Range {
  if (last !== undefined) {
    if (from !== undefined || to !== undefined)
      throw wrong(
        `${path}last`,
        `\`${path}last\` can't be combined with \`${path}from\` or \`${path}to\`. Send one or the other.`,
      );
    // Back from the end of the question, so that a question about the past stays the same.
    const back = rangesAt(path, calendar, Math.max(range.to - 1, 0)).last(last);
    return { from: back.from, to: Math.min(back.to, range.to) };
  }
  if (from === undefined && to === undefined) return range;
  const ends = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  return rangesAt(path, calendar, nowMs).range(ends, { from: 0, to: range.to });
}
