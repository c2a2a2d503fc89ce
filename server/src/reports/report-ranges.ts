/** Which parameters say what a report is about, and the range they mean. */
import { type Static, type TObject, type TProperties, Type } from '@sinclair/typebox';
import type { Range } from '../model/query.ts';
import { daysRange, hourRange, monthRange, parseDay, weekRange } from '../time/calendar.ts';
import type { RangeParser } from '../time/range-parser.ts';
import { invalid, rangeInputOf } from './parameters.ts';
import { day, from, to } from './queries.ts';
import type { ReportKind } from './reports.ts';

interface RangeOfReport<T extends TProperties = TProperties> {
  readonly parameters: T;
  rangeOf(query: Static<TObject<T>>, ranges: RangeParser): Range;
}

const range = <T extends TProperties>(parameters: T, rangeOf: RangeOfReport<T>['rangeOf']): RangeOfReport => ({
  parameters,
  rangeOf,
});

const date = day('A day; today unless given.');

export const REPORT_RANGES: Readonly<Record<ReportKind, RangeOfReport>> = {
  hour: range(
    { date, hour: Type.Integer({ minimum: 0, maximum: 23, description: 'The hour of the day, local.' }) },
    (query, ranges) => hourRange(ranges.day(query.date, 'date'), query.hour, ranges.calendar.timeZone),
  ),
  day: range({ date }, (query, ranges) => {
    const first = ranges.day(query.date, 'date');
    return daysRange(first, first, ranges.calendar.timeZone);
  }),
  week: range({ week: day('A day in the week.'), date }, (query, ranges) => {
    const [name, value] = onlyOne('week', query.week, query.date);
    return weekRange(ranges.day(value, name), ranges.calendar);
  }),
  month: range(
    {
      month: Type.Optional(
        Type.String({
          pattern: '^(today|yesterday|\\d{4}-\\d\\d(-\\d\\d)?)$',
          'x-expected': 'a month such as 2026-11, a day in it, `today` or `yesterday`',
          description: 'A month such as 2026-11, or a day in it.',
        }),
      ),
      date,
    },
    (query, ranges) => {
      const [name, value] = onlyOne('month', query.month, query.date);
      const first = name === 'month' && /^\d{4}-\d\d$/.test(value ?? '') ? `${value}-01` : value;
      if (first !== value && parseDay(first ?? '') === undefined)
        throw invalid(name, 'must be a month such as 2026-11, a day in it, `today` or `yesterday`.');
      return monthRange(ranges.day(first, name), ranges.calendar.timeZone);
    },
  ),
  period: range({ from, to }, (query, ranges) => ranges.range(rangeInputOf(query))),
};

/** `week=` or `month=`, a day in it; `date=` means the same. */
function onlyOne(
  name: 'week' | 'month',
  value: string | undefined,
  sameDate: string | undefined,
): [name: string, value: string | undefined] {
  if (value !== undefined && sameDate !== undefined)
    throw invalid('date', `and \`${name}\` can't be combined. Send one of them.`);
  return value === undefined ? ['date', sameDate] : [name, value];
}
