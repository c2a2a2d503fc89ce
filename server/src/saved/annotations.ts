/** Notes on charts: a date and a text. */

import { DAY_MS } from '../model/duration.ts';
import { SeismoError } from '../model/errors.ts';
import { TIMESTAMP_MAX_MS, TIMESTAMP_MIN_MS } from '../model/event.ts';
import { type Calendar, dayNumber, daysRange, parseDay } from '../time/calendar.ts';
import { dateTimeOf } from '../time/parse-date-time.ts';
import { RangeParser, type Refuse } from '../time/range-parser.ts';
import type { Annotation } from './bodies.ts';
import type { Item } from './item.ts';
import type { Annotations, Items } from './saved.ts';

/**
 * A date as it is kept: a day stays one, so that it is that day in any zone; a time becomes UTC.
 * @throws REQUEST_INVALID
 */
export function keptDate(date: string | number, { timeZone }: Calendar, nowMs: number): string {
  const today = dayNumber(timeZone)(nowMs);
  const day = date === 'today' ? today : date === 'yesterday' ? today - 1 : parseDay(String(date));
  const at = day !== undefined ? day * DAY_MS : typeof date === 'number' ? date : dateTimeOf(date, timeZone);
  if (at === undefined || !(at >= TIMESTAMP_MIN_MS && at <= TIMESTAMP_MAX_MS))
    throw new SeismoError(
      'REQUEST_INVALID',
      '`date` must be a day such as 2026-11-24, `today`, `yesterday`, a time such as 2026-11-24T08:00, or milliseconds since 1970, between 1970-01-01 and 2100-01-01.',
      { field: 'date' },
    );
  const text = new Date(at).toISOString();
  return day === undefined ? text : text.slice(0, 10);
}

export function annotationsOf(
  items: Items<Annotation>,
  calendarOf: (app: string) => Calendar,
  now: () => number,
): Annotations {
  return {
    ...items,
    between(app, from, to) {
      const calendar = calendarOf(app);
      const ranges = new RangeParser(calendar, now(), refuse);
      const first = from === undefined ? Number.NEGATIVE_INFINITY : ranges.moment(from, 'from');
      const after = to === undefined ? Number.POSITIVE_INFINITY : ranges.moment(to, 'to');
      return items
        .list(app)
        .map((item) => ({ ...item, at: instantOf(item, calendar) }))
        .filter(({ at }) => at >= first && at < after)
        .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
    },
  };
}

function instantOf({ date }: Item<Annotation>, { timeZone }: Calendar): number {
  const day = parseDay(date);
  return day === undefined ? Date.parse(date) : daysRange(day, day, timeZone).from;
}

const refuse: Refuse = (field, detail) => new SeismoError('PARAMETER_INVALID', detail, { field });
