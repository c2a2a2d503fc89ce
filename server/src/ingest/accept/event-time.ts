import { DAY_MS } from '../../model/duration.ts';
import { SeismoError } from '../../model/errors.ts';
import { TIMESTAMP_MAX_MS, TIMESTAMP_MIN_MS } from '../../model/event.ts';
import { parseDay } from '../../time/calendar.ts';
import { dateTimeOf, millisecondsOf } from '../../time/parse-date-time.ts';
import type { DeviceClocks } from './device-clocks.ts';
import { FUTURE_MAX_MS } from './limits.ts';

/** UTC ms. clientTimestamp is -1 if nothing was corrected. */
export interface EventTimes {
  readonly timestamp: number;
  readonly clientTimestamp: number;
  readonly receivedAt: number;
}

/** What decides the time of an event. Times are UTC ms. */
export interface TimeRules {
  readonly app: string;
  readonly arrivedAt: number;
  /** The client's clock, from the batch. */
  readonly sentAt: number | undefined;
  readonly clocks: DeviceClocks;
  readonly retentionDays: number | undefined;
  /** For untrusted keys, in days. Absent: events can be of any age. */
  readonly keyMaxAgeDays?: number | undefined;
  readonly poster: { readonly keyId?: string };
  readonly imported?: { readonly defaultTime: number | undefined } | undefined;
}

/**
 * The event's time: as given, or its arrival. A wrong clock is corrected, and the far future becomes the time of arrival.
 * @param sender whose clock it is: the device, or else the user; empty if neither is known
 * @throws EVENT_TIMESTAMP_INVALID, EVENT_TIMESTAMP_OUT_OF_RANGE, EVENT_TIMESTAMP_MISSING, EVENT_TOO_OLD, EVENT_TOO_OLD_FOR_KEY
 */
export function timesOf(event: Record<string, unknown>, sender: string, rules: TimeRules): EventTimes {
  if (rules.imported) return importedTimes(event, rules, rules.imported.defaultTime);
  const { arrivedAt, clocks, app, poster } = rules;
  const given = event['timestamp'];
  if (given === undefined || given === null)
    return { timestamp: arrivedAt, clientTimestamp: -1, receivedAt: arrivedAt };
  const said = parseTime(given, 'timestamp');
  let timestamp = said;
  const sentAt =
    event['sentAt'] === undefined || event['sentAt'] === null ? rules.sentAt : parseTime(event['sentAt'], 'sentAt');
  if (sentAt !== undefined) timestamp = clocks.correct({ app, keyId: poster.keyId, sender }, said, sentAt, arrivedAt);
  if (timestamp > arrivedAt + FUTURE_MAX_MS) timestamp = arrivedAt;
  checkRange(timestamp, 'timestamp');
  checkAge(timestamp, rules);
  return { timestamp, clientTimestamp: timestamp === said ? -1 : said, receivedAt: arrivedAt };
}

/** Times as in an export. `sentAt` corrects nothing, because the event was sent long ago, and not to us. */
function importedTimes(event: Record<string, unknown>, rules: TimeRules, defaultTime: number | undefined): EventTimes {
  const { arrivedAt } = rules;
  const timeOf = (field: string): number | undefined =>
    event[field] === undefined || event[field] === null ? undefined : parseTime(event[field], field);
  const said = timeOf('timestamp') ?? defaultTime;
  if (said === undefined)
    throw new SeismoError('EVENT_TIMESTAMP_MISSING', 'The row has no `timestamp`.', { field: 'timestamp' });
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
    throw new SeismoError(
      'EVENT_TOO_OLD',
      `\`timestamp\` is older than the ${retentionDays} days for which the app keeps events (\`retentionDays\`).`,
      {
        field: 'timestamp',
      },
    );
  if (keyMaxAgeDays !== undefined && timestamp < arrivedAt - keyMaxAgeDays * DAY_MS)
    throw new SeismoError(
      'EVENT_TOO_OLD_FOR_KEY',
      `\`timestamp\` is ${new Date(timestamp).toISOString()}; an untrusted key can only post events of the last ${keyMaxAgeDays} days (\`keyMaxAgeDays\`). Post it with an admin's token or a trusted key, or import it.`,
      { field: 'timestamp' },
    );
}

/** Shorter strings of digits are years, or days without dashes, and not seconds since 1973. */
const DIGITS = /^\d{9,}(?:\.\d+)?$/;

/**
 * ISO 8601 (UTC if it has no offset), milliseconds since 1970, or seconds if below 10^11, both also as a string of digits → UTC ms.
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
      `\`${field}\` must be an ISO 8601 time such as 2026-03-02T10:00:00Z, or milliseconds or seconds since 1970.`,
      { field },
    );
  checkRange(time, field);
  return time;
}

function msOfText(value: string): number {
  const day = parseDay(value);
  return day === undefined ? (dateTimeOf(value, 'UTC') ?? Number.NaN) : day * DAY_MS;
}

function checkRange(time: number, field: string): void {
  if (time < TIMESTAMP_MIN_MS || time >= TIMESTAMP_MAX_MS)
    throw new SeismoError('EVENT_TIMESTAMP_OUT_OF_RANGE', `\`${field}\` must be between 1970-01-01 and 2100-01-01.`, {
      field,
    });
}
