/** Which parameters say what a report is about, and the range they mean. */
import { type Static, type TObject, type TProperties, Type } from '@sinclair/typebox';
import type { Range } from '../model/query.ts';
import { type Calendar, daysRange, hourRange, monthRange, parseDay, weekRange } from '../time/calendar.ts';
import { checkOrder, dayOf, endOf, invalid } from './parameters.ts';
import { day, from, to } from './queries.ts';
import type { ReportKind } from './reports.ts';

interface RangeOfReport<T extends TProperties = TProperties> {
  readonly parameters: T;
  rangeOf(query: Static<TObject<T>>, calendar: Calendar, nowMs: number): Range;
}

const range = <T extends TProperties>(parameters: T, rangeOf: RangeOfReport<T>['rangeOf']): RangeOfReport => ({
  parameters,
  rangeOf,
});

const date = day('A day; today unless given.');

export const REPORT_RANGES: Readonly<Record<ReportKind, RangeOfReport>> = {
  hour: range(
    { date, hour: Type.Integer({ minimum: 0, maximum: 23, description: 'The hour of the day, local.' }) },
    (query, calendar, nowMs) => hourRange(dayOf(query.date, 'date', calendar, nowMs), query.hour, calendar.timeZone),
  ),
  day: range({ date }, (query, calendar, nowMs) => {
    const first = dayOf(query.date, 'date', calendar, nowMs);
    return daysRange(first, first, calendar.timeZone);
  }),
  week: range({ week: day('A day in the week.'), date }, (query, calendar, nowMs) => {
    const [name, value] = onlyOne('week', query.week, query.date);
    return weekRange(dayOf(value, name, calendar, nowMs), calendar);
  }),
  month: range(
    {
      month: Type.Optional(
        Type.String({
          pattern: '^(today|yesterday|\\d{4}-\\d\\d(-\\d\\d)?)$',
          'x-expected': 'a month such as 2026-11, or a day in it',
          description: 'A month such as 2026-11, or a day in it.',
        }),
      ),
      date,
    },
    (query, calendar, nowMs) => {
      const [name, value] = onlyOne('month', query.month, query.date);
      const first = name === 'month' && /^\d{4}-\d\d$/.test(value ?? '') ? `${value}-01` : value;
      if (first !== value && parseDay(first ?? '') === undefined) throw invalid(name, 'must be a month like 2026-11.');
      return monthRange(dayOf(first, name, calendar, nowMs), calendar.timeZone);
    },
  ),
  period: range({ from, to }, (query, calendar, nowMs) => {
    const period = {
      from: endOf(query.from, 'from', calendar, nowMs),
      to: endOf(query.to, 'to', calendar, nowMs),
    };
    checkOrder(query.to, period);
    return period;
  }),
};

/** `week=` or `month=`, a day in it; `date=` means the same. */
function onlyOne(
  name: 'week' | 'month',
  value: string | undefined,
  sameDate: string | undefined,
): [name: string, value: string | undefined] {
  if (value !== undefined && sameDate !== undefined) throw invalid('date', `and \`${name}\` exclude each other.`);
  return value === undefined ? ['date', sameDate] : [name, value];
}
