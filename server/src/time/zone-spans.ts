/** The offsets of IANA time zones from 1970 to 2100, read from the runtime's tables. Reading one takes milliseconds; each is read once. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Temporal } from 'temporal-polyfill';
import { DAY_MS } from '../model/duration.ts';
import { TIMESTAMP_MAX_MS } from '../model/event.ts';

const MINUTE_MS = 60_000;
const FROM_MS = -2 * DAY_MS;
const TO_MS = TIMESTAMP_MAX_MS + 2 * DAY_MS;
/** Shorter than any time for which a zone keeps an offset before returning to the previous one: seven days in Recife in 2000 and in Gaza in 2040. */
const STEP_MS = 6 * DAY_MS;

/** A span during which a zone keeps its offset. */
export interface Span {
  readonly from: number;
  readonly offsetMs: number;
  /** Days never go back: if a clock is set back across midnight, the repeated hour belongs to the new day. */
  readonly minDay: number;
}

const zones = new Map<string, readonly Span[]>();
const names = new Map<string, string>();

/** The zone's name in its usual case. Undefined if there is no such zone. */
export function zoneNamed(name: string): string | undefined {
  // Offsets such as +05:00 have no history and do not count as zones here.
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]{1,63}$/.test(name)) return undefined;
  const known = names.get(name);
  if (known !== undefined) return known;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    // The runtime resolves some names to older ones (Asia/Kathmandu to Asia/Katmandu). The caller's name stays.
    const named = timeZone.toLowerCase() === name.toLowerCase() ? timeZone : spelled(name);
    if (named === name) names.set(name, name);
    return named;
  } catch {
    return undefined;
  }
}

/** An alias in its usual case: it can be spelled in many ways, and a table is kept for each name. */
const spelled = (name: string): string => Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId;

/** @param timeZone as returned by `zoneNamed` */
export function spansOf(timeZone: string): readonly Span[] {
  let spans = zones.get(timeZone);
  if (spans === undefined) {
    spans = readSpans(timeZone);
    zones.set(timeZone, spans);
  }
  return spans;
}

let reading: Promise<unknown> = Promise.resolve();

/** Reads the table of a zone that a request names, one in each turn of the event loop, so that requests for many zones do not delay others. */
export async function prepareZone(name: string | null | undefined): Promise<void> {
  const timeZone = name === null || name === undefined ? undefined : zoneNamed(name);
  if (timeZone === undefined || zones.has(timeZone)) return;
  reading = reading.then(async () => {
    if (zones.has(timeZone)) return;
    spansOf(timeZone);
    await nextTurn();
  });
  await reading;
}

function readSpans(timeZone: string): readonly Span[] {
  const offsetAt = offsetsOf(timeZone);
  let offset = offsetAt(FROM_MS);
  const spans: Span[] = [{ from: Number.NEGATIVE_INFINITY, offsetMs: milliseconds(offset), minDay: -Infinity }];
  for (let at = FROM_MS; at < TO_MS; ) {
    const next = Math.min(at + STEP_MS, TO_MS);
    if (offsetAt(next) === offset) {
      at = next;
      continue;
    }
    const from = changeBetween(at, next, offset, offsetAt);
    const before = spans.at(-1)!;
    offset = offsetAt(from);
    const minDay = Math.max(before.minDay, Math.floor((from - 1 + before.offsetMs) / DAY_MS));
    spans.push({ from, offsetMs: milliseconds(offset), minDay });
    at = from;
  }
  return spans;
}

/** The first instant with another offset. Nearly all changes are on a full minute, which is found in half the steps. */
function changeBetween(same: number, other: number, offset: string, offsetAt: (ms: number) => string): number {
  const search = (low: number, high: number, unitMs: number): number => {
    let [from, to] = [Math.floor(low / unitMs), Math.ceil(high / unitMs)];
    while (to - from > 1) {
      const middle = (from + to) >> 1;
      if (offsetAt(middle * unitMs) === offset) from = middle;
      else to = middle;
    }
    return to * unitMs;
  };
  const minute = search(same, other, MINUTE_MS);
  return offsetAt(minute - 1_000) === offset ? minute : search(minute - MINUTE_MS, minute, 1_000);
}

/** An offset as the runtime writes it: `GMT`, `GMT+01:00`, `GMT-00:44:30`. Formatting costs 1 µs; reading the parts of a date costs 4 to 8. */
function offsetsOf(timeZone: string): (ms: number) => string {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, hour: 'numeric', timeZoneName: 'longOffset' });
  return (ms) => {
    const text = format.format(ms);
    return text.slice(text.indexOf('GMT'));
  };
}

function milliseconds(offset: string): number {
  const [, sign, hours, minutes, seconds = '0'] = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(offset) ?? [];
  if (hours === undefined || minutes === undefined) return 0;
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
  return sign === '-' ? -ms : ms;
}
