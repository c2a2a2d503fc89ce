import { type DateRange, isEmpty } from '../../components/range.ts';

/** Only the range of an address. */
export function timesIn({ last, from, to, timeZone }: DateRange): DateRange {
  return {
    ...(last !== undefined && { last }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(timeZone !== undefined && { timeZone }),
  };
}

export const rangeOr = (given: DateRange, last: string): DateRange =>
  isEmpty(given) ? { last, ...timesIn(given) } : timesIn(given);
