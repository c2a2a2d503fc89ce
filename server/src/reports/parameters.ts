import type { WeekStart } from '../model/app-settings.ts';
import { SeismoError } from '../model/errors.ts';
import type { Calendar } from '../time/calendar.ts';
import { calendarOf, type RangeInput, RangeParser, type Refuse } from '../time/range-parser.ts';

export const invalid = (field: string, rule: string): SeismoError =>
  new SeismoError('PARAMETER_INVALID', `\`${field}\` ${rule}`, { field });

const refuse: Refuse = (field, detail) => new SeismoError('PARAMETER_INVALID', detail, { field });

/** Reads the dates of a query string. @throws PARAMETER_INVALID, as its methods do */
export const rangesOf = (
  query: { readonly timeZone?: string; readonly weekStart?: WeekStart },
  own: Calendar,
  nowMs: number,
): RangeParser => new RangeParser(calendarOf(query, own, refuse), nowMs, refuse);

/** The parameters of a range, spelled as everywhere. */
export function rangeInputOf({
  date,
  from,
  to,
}: {
  readonly date?: string;
  readonly from?: string;
  readonly to?: string;
}): RangeInput {
  return {
    ...(date !== undefined && { date }),
    ...(from !== undefined && { from: endOf(from) }),
    ...(to !== undefined && { to: endOf(to) }),
  };
}

const SPACE_FOR_PLUS = /^(\d{4}-\d\d-\d\d[T ][\d:.,]+) (\d\d(?::?\d\d)?)$/i;

/** A number is text here, and a plus that was not sent as %2B has become a space. */
const endOf = (text: string): string | number =>
  /^\d{9,14}$/.test(text) ? Number(text) : text.replace(SPACE_FOR_PLUS, '$1+$2');
