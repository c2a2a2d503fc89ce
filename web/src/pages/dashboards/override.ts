import type { Question } from '../../api/wire.ts';
import { DAY_MS } from '../../components/duration.ts';
import { type DateRange, isEmpty } from '../../components/range.ts';

const DAYS = { min: 1 / 1_440, h: 1 / 24, d: 1, w: 7, m: 30, y: 365 } as const;
const HOURLY_DAYS_MAX = 3;
const DAILY_DAYS_MAX = 120;
const WEEKLY_DAYS_MAX = 750;

/** The approximate length of the range; undefined when its start or end is not known. */
function daysOf({ last, from, to }: DateRange): number | undefined {
  const found = last === undefined ? null : /^(\d+)(min|h|d|w|m|y)$/.exec(last);
  if (found) return Number(found[1]) * DAYS[found[2] as keyof typeof DAYS];
  if (from === 'today' || from === 'yesterday') return 1;
  const ms = Date.parse(to ?? new Date().toISOString()) - Date.parse(from ?? '');
  return Number.isNaN(ms) ? undefined : ms / DAY_MS + 1;
}

const fitting = (days: number): 'hour' | 'day' | 'week' | 'month' =>
  days <= HOURLY_DAYS_MAX ? 'hour' : days <= DAILY_DAYS_MAX ? 'day' : days <= WEEKLY_DAYS_MAX ? 'week' : 'month';

/** The question for another range. A series gets buckets that fit it: hours for a year would be rejected, and a single day per month says nothing. */
export function withRange(question: Question, range: DateRange): Question {
  if (isEmpty(range) && range.timeZone === undefined) return question;
  if (isEmpty(range)) return { ...question, timeZone: range.timeZone! };
  const { from: _from, to: _to, last: _last, ...rest } = question;
  const days = daysOf(range);
  const rescaled =
    days !== undefined && (rest.kind === 'trend' || rest.kind === 'performance') && rest.interval !== undefined
      ? { ...rest, interval: fitting(days) }
      : rest;
  return { ...rescaled, ...range } as Question;
}
