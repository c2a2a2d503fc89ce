import { DAY_MS } from '../../model/duration.ts';
import { instantOf, instantsOf, parseDay } from '../../time/calendar.ts';

const LOCAL = /^(\d{4})[-/](\d\d)[-/](\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?$/;

/**
 * A time without offset is read in the zone; anything else goes to the server as it is.
 * @param isLocal the instant is what clocks showed, written as if in UTC (Parquet)
 * @param onDoubt called with a sentence when clocks showed the time twice, or never
 */
export function localTime(
  value: unknown,
  timeZone: string,
  isLocal: boolean,
  onDoubt: (detail: string) => void = () => {},
): unknown {
  let localMs: number;
  if (value instanceof Date) {
    if (!isLocal) return value.getTime();
    localMs = value.getTime();
  } else {
    const match = typeof value === 'string' ? LOCAL.exec(value) : null;
    if (!match) return value;
    const [, year, month, date, hour = '0', minute = '0', second = '0', fraction = ''] = match;
    const day = parseDay(`${year}-${month}-${date}`);
    if (day === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return value;
    const ms = Number(fraction.padEnd(3, '0').slice(0, 3));
    localMs = day * DAY_MS + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + ms;
  }
  if (timeZone === 'UTC') return localMs;
  const [first, second] = instantsOf(localMs, timeZone);
  const shown = (): string => new Date(localMs).toISOString().slice(0, -5).replace('T', ' ');
  if (first === undefined) {
    const at = instantOf(localMs, timeZone);
    onDoubt(
      `${shown()} never was in ${timeZone}: the clocks were set forward; taken as ${new Date(at).toISOString()}.`,
    );
    return at;
  }
  if (second !== undefined)
    onDoubt(`${shown()} was twice in ${timeZone}: taken as the first, ${new Date(first).toISOString()}.`);
  return first;
}
