import { DAY_MS } from '../../model/duration.ts';
import { SeismoError } from '../../model/errors.ts';
import { TIMESTAMP_MAX_MS, TIMESTAMP_MIN_MS } from '../../model/event.ts';
import { millisecondsOf } from '../../time/parse-date-time.ts';
import type { DeviceClocks } from './device-clocks.ts';
import { FUTURE_MAX_MS } from './limits.ts';

/** UTC ms; clientTimestamp is -1 where nothing was corrected. */
export interface EventTimes {
  readonly timestamp: number;
  readonly clientTimestamp: number;
  readonly receivedAt: number;
}

/** What an event's time is judged by. Times are UTC ms. */
export interface TimeRules {
  readonly app: string;
  readonly arrivedAt: number;
  /** The client's clock, from the batch. */
  readonly sentAt: number | undefined;
  readonly clocks: DeviceClocks;
  readonly retentionDays: number | undefined;
  /** Of a key that is not trusted, in days; absent: events may be of any age. */
  readonly keyMaxAgeDays?: number | undefined;
  readonly poster: { readonly keyId?: string };
  readonly imported?: { readonly defaultTime: number | undefined } | undefined;
}

/**
 * The event's time: given or arrival, a wrong clock corrected, the far future set to arrival.
 * @param who the device, else the user, whose clock it is; empty: nobody's
 * @throws EVENT_TIMESTAMP_INVALID, EVENT_TIMESTAMP_OUT_OF_RANGE, EVENT_TIMESTAMP_MISSING, EVENT_TOO_OLD, EVENT_TOO_OLD_FOR_KEY
 */
export function timesOf(event: Record<string, unknown>, who: string, rules: TimeRules): EventTimes {
  if (rules.imported) return importedTimes(event, rules, rules.imported.defaultTime);
  const { arrivedAt, clocks, app, poster } = rules;
  const given = event['timestamp'];
  if (given === undefined || given === null)
    return { timestamp: arrivedAt, clientTimestamp: -1, receivedAt: arrivedAt };
  const said = parseTime(given, 'timestamp');
  let timestamp = said;
  const sentAt =
    event['sentAt'] === undefined || event['sentAt'] === null ? rules.sentAt : parseTime(event['sentAt'], 'sentAt');
  if (sentAt !== undefined) timestamp = clocks.correct({ app, keyId: poster.keyId, who }, said, sentAt, arrivedAt);
  if (timestamp > arrivedAt + FUTURE_MAX_MS) timestamp = arrivedAt;
  checkRange(timestamp, 'timestamp');
  checkAge(timestamp, rules);
  return { timestamp, clientTimestamp: timestamp === said ? -1 : said, receivedAt: arrivedAt };
}

/** Times as an export tells them. Nothing is corrected by `sentAt`: the event was sent long ago, and not to us. */
function importedTimes(event: Record<string, unknown>, rules: TimeRules, defaultTime: number | undefined): EventTimes {
  const { arrivedAt } = rules;
  const timeOf = (field: string): number | undefined =>
    event[field] === undefined || event[field] === null ? undefined : parseTime(event[field], field);
  const said = timeOf('timestamp') ?? defaultTime;
  if (said === undefined)
    throw new SeismoError('EVENT_TIMESTAMP_MISSING', 'The row has no time.', { field: 'timestamp' });
  const timestamp = said > arrivedAt + FUTURE_MAX_MS ? arrivedAt : said;
  checkAge(timestamp, rules);
  return {
    timestamp,
    clientTimestamp: timestamp === said ? (timeOf('clientTimestamp') ?? -1) : said,
    receivedAt: timeOf('receivedAt') ?? arrivedAt,
  };
}

function checkAge(timestamp: number, { arrivedAt, retentionDays, keyMaxAgeDays }: TimeRules): void {
  if (retentionDays !== undefined && timestamp < arrivedAt - retentionDays * DAY_MS)
    throw new SeismoError('EVENT_TOO_OLD', `The app keeps ${retentionDays} days (retentionDays).`, {
      field: 'timestamp',
    });
  if (keyMaxAgeDays !== undefined && timestamp < arrivedAt - keyMaxAgeDays * DAY_MS)
    throw new SeismoError(
      'EVENT_TOO_OLD_FOR_KEY',
      `timestamp is ${new Date(timestamp).toISOString()}; a key that is not trusted posts events of the last ${keyMaxAgeDays} days (keyMaxAgeDays). Post it with an admin's token or a trusted key, or import it.`,
      { field: 'timestamp' },
    );
}

const ISO = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;
/** Shorter texts of digits are years, or days without dashes: nobody's seconds since 1973. */
const DIGITS = /^\d{9,}(?:\.\d+)?$/;

/**
 * ISO 8601 (without offset: UTC), milliseconds since 1970 or, below 10^11, seconds, both also as a text of digits → UTC ms.
 * @throws EVENT_TIMESTAMP_INVALID, EVENT_TIMESTAMP_OUT_OF_RANGE
 */
export function parseTime(value: unknown, field: string): number {
  const time =
    typeof value === 'number'
      ? millisecondsOf(value)
      : typeof value !== 'string'
        ? Number.NaN
        : DIGITS.test(value)
          ? millisecondsOf(Number(value))
          : msOfText(value);
  if (Number.isNaN(time))
    throw new SeismoError(
      'EVENT_TIMESTAMP_INVALID',
      `${field} must be ISO 8601 (2026-03-02T10:00:00Z), or milliseconds or seconds since 1970.`,
      { field },
    );
  checkRange(time, field);
  return time;
}

function msOfText(value: string): number {
  const match = ISO.exec(value);
  if (!match) return Number.NaN;
  let text = value.replace(' ', 'T').replace(',', '.').replace(/\s/g, '');
  if (value.length > 10 && !match[1]) text += 'Z';
  if (/[+-]\d\d$/.test(text) && match[1]) text += ':00';
  // Date.parse turns 2026-02-30 into March; a day that does not exist is refused.
  const day = Number(value.slice(8, 10));
  const date = new Date(Date.UTC(Number(value.slice(0, 4)), Number(value.slice(5, 7)) - 1, day));
  return date.getUTCDate() === day ? Date.parse(text) : Number.NaN;
}

function checkRange(time: number, field: string): void {
  if (time < TIMESTAMP_MIN_MS || time >= TIMESTAMP_MAX_MS)
    throw new SeismoError('EVENT_TIMESTAMP_OUT_OF_RANGE', `${field} must lie from 1970-01-01 to 2100-01-01.`, {
      field,
    });
}
