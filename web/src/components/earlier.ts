/** What the total of a range is compared with. */
import { dayRange, isMidnight, time } from './formats.ts';

interface Total {
  readonly total: number | null;
  readonly estimated?: true;
}
/** As the API answers it; `soFar`, while the range is running: up to the same moment. */
export interface Compared extends Total {
  readonly from: string;
  readonly to: string;
  readonly soFar?: Total & { readonly to: string };
}
export interface Earlier extends Total {
  readonly from: string;
  readonly to: string;
  /** Up to the same moment of the earlier range, since the range is running. */
  readonly isSoFar: boolean;
}

/** The whole earlier range; while the range is running, its part up to the same moment, since a part and a whole cannot be compared. */
export const earlierOf = ({ from, to, total, estimated, soFar }: Compared): Earlier =>
  soFar ? { from, ...soFar, isSoFar: true } : { from, to, total, ...(estimated && { estimated }), isSoFar: false };

/** After a number: `by 6:05 PM on Nov 28`, `in Oct 2 – 31`. */
export function earlierWords({ from, to, isSoFar }: Earlier, timeZone: string, now = Date.now()): string {
  const last = Math.max(Date.parse(from), Date.parse(to) - 1);
  const days = dayRange(from, last, timeZone, now);
  const isOneDay = dayRange(last, last, timeZone, now) === days;
  const clock = isSoFar && !isMidnight(to, timeZone) ? time(to, timeZone) : undefined;
  if (isOneDay) return `${clock === undefined ? '' : `by ${clock} `}on ${days}`;
  return `in ${days}${clock === undefined ? '' : `, until ${clock}`}`;
}
