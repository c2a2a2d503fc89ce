import { isEmpty, type Range } from '../../components/range.ts';

/** Of what an address holds the times alone. */
export function timesIn({ last, from, to, timeZone }: Range): Range {
  return {
    ...(last !== undefined && { last }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(timeZone !== undefined && { timeZone }),
  };
}

export const rangeOr = (given: Range, last: string): Range =>
  isEmpty(given) ? { last, ...timesIn(given) } : timesIn(given);
