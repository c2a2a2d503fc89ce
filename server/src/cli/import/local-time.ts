import { instantOf, instantsOf } from '../../time/calendar.ts';
import { clockTimeOf } from '../../time/parse-date-time.ts';

const LOCAL = /^(\d{4})[-/](\d\d)[-/](\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?$/;

/**
 * A time without an offset is in the time zone. Everything else goes to the server unchanged.
 * @param isLocal the instant is what clocks showed, as if in UTC (Parquet)
 * @param onDoubt called with a sentence if clocks showed the time twice, or never
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
    const [, year, month, date, hour = '', minute = '', second = '', fraction = ''] = match;
    const shownMs = clockTimeOf(`${year}-${month}-${date}`, hour, minute, second, fraction);
    if (shownMs === undefined) return value;
    localMs = shownMs;
  }
  if (timeZone === 'UTC') return localMs;
  const [first, second] = instantsOf(localMs, timeZone);
  const shown = (): string => new Date(localMs).toISOString().slice(0, -5).replace('T', ' ');
  if (first === undefined) {
    const at = instantOf(localMs, timeZone);
    onDoubt(
      `${shown()} does not exist in ${timeZone}, because the clocks went forward. It was imported as ${new Date(at).toISOString()}.`,
    );
    return at;
  }
  if (second !== undefined)
    onDoubt(
      `${shown()} exists twice in ${timeZone}. It was imported as the first one, ${new Date(first).toISOString()}.`,
    );
  return first;
}
