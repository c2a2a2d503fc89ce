import { SeismoError } from '../../model/errors.ts';
import { APP_NAME, IDENTIFY, idFromName, PAGE_VIEW_IDS } from '../../model/event.ts';
import type { Poster } from '../../model/poster.ts';
import { isRandomUuid, parseUuid, uuidOfText } from '../../row/event-uuid.ts';
import type { DeviceClocks } from './device-clocks.ts';
import { identityOf } from './event-identity.ts';
import { timesOf } from './event-time.ts';
import type { KnownNames } from './known-names.ts';
import type { EventLimits } from './limits.ts';
import { checkText, flattenData, type Indexed } from './properties.ts';
import type { RowWriter } from './row-writer.ts';
import type { ServerUuids } from './server-uuid.ts';

/** What a step needs beside the event. Times are UTC ms. */
export interface AcceptContext {
  readonly app: string;
  readonly arrivedAt: number;
  /** The client's clock, from the batch. */
  readonly sentAt: number | undefined;
  readonly clocks: DeviceClocks;
  readonly retentionDays: number | undefined;
  /** For events of a poster that is not trusted. */
  readonly keyMaxAgeDays?: number | undefined;
  readonly poster: Poster;
  /** Of events that name no device, and no user or say whose the device is. */
  readonly device?: string | undefined;
  /** Events of an import: they happened and were sent long ago. */
  readonly imported?: { readonly defaultTime: number | undefined } | undefined;
  readonly limits: EventLimits;
  readonly uuids: ServerUuids;
  readonly names: KnownNames;
  /** Of this app. */
  readonly indexed: Indexed & { readonly left?: ReadonlySet<string> | undefined };
}

/**
 * An accepted event's row was written to the end of the writer. Its uuid was `given` by the caller (and is to be looked
 * up), made by the server now (`made`: needs no look-up), or is one of the server's `own` that came back: stored already.
 */
export type Accepted = 'given' | 'made' | 'own';

const FIELDS = new Set([
  'uuid',
  'app',
  'id',
  'event',
  'timestamp',
  'sentAt',
  'user',
  'device',
  'session',
  'data',
  'receivedAt',
  'clientTimestamp',
  'notIndexed',
]);
const uuidBytes = Buffer.alloc(16);

export function checkApp(app: string): void {
  if (!APP_NAME.test(app))
    throw new SeismoError('APP_NAME_INVALID', `The app ${JSON.stringify(app.slice(0, 80))} is not usable.`, {
      field: 'app',
    });
}

/**
 * Turns one parsed value into a row, step by step; the first refusal ends it and leaves the writer as it was.
 * @throws SeismoError with an EVENT_* code that names field, rule and fix
 */
export function acceptEvent(value: unknown, context: AcceptContext, writer: RowWriter): Accepted {
  const before = writer.length;
  try {
    return write(value, context, writer);
  } catch (error) {
    writer.length = before;
    throw error;
  }
}

function write(value: unknown, context: AcceptContext, writer: RowWriter): Accepted {
  const { limits, app } = context;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SeismoError(
      'EVENT_NOT_OBJECT',
      `An event must be a JSON object, not ${Array.isArray(value) ? 'an array' : value === null ? 'null' : `a ${typeof value}`}.`,
    );
  const event = value as Record<string, unknown>;
  for (const key of Object.keys(event))
    if (!FIELDS.has(key))
      throw new SeismoError(
        'EVENT_FIELD_UNKNOWN',
        `"${key.slice(0, 80)}" is not a field of an event; known: ${[...FIELDS].join(', ')}. Put your own values inside "data".`,
        { field: key.slice(0, 80) },
      );
  if (event['app'] !== undefined && event['app'] !== app)
    throw new SeismoError('EVENT_APP_MISMATCH', `The event says another app than "${app}", to which it was posted.`, {
      field: 'app',
    });

  const { id, name } = nameOf(event, limits);
  const { user, device, session } = identityOf(event, id === IDENTIFY, context);
  const { timestamp, clientTimestamp, receivedAt } = timesOf(event, device || user, context);

  const data = dataOf(event['data'], id, context.poster);
  if (data !== undefined && data !== null && (typeof data !== 'object' || Array.isArray(data)))
    throw new SeismoError(
      'EVENT_DATA_INVALID',
      `data must be an object, not ${Array.isArray(data) ? 'an array' : `a ${typeof data}`}.`,
      { field: 'data' },
    );
  const properties = data ? flattenData(data, limits, context.indexed) : undefined;

  const accepted = uuidOf(event['uuid'], context, uuidBytes);
  writer.begin(timestamp, receivedAt, clientTimestamp, uuidBytes);
  writer.text(app);
  writer.text(id);
  writer.text(name);
  writer.text(user);
  writer.text(device);
  writer.text(session);
  const start = writer.length;
  writer.text(properties?.shape ?? '');
  writer.text(properties && properties.shape === '' ? JSON.stringify(data) : '');
  if (properties) properties.write(writer);
  else writer.noMaps();
  if (writer.length - start > limits.eventMaxBytes / JSON_PER_BYTE) checkSize(data, limits);
  // Last: what is refused must not use up the app's names.
  context.names.checkId(app, id, context.poster.isTrusted);
  if (id === IDENTIFY && user !== '' && device !== '') context.names.identified(app);
  return accepted;
}

/** What was sent, marked when it is a bot's. @throws EVENT_FROM_BOT */
function dataOf(given: unknown, id: string, { bot }: Poster): unknown {
  if (!bot) return given;
  if (!bot.keepsPageViews && PAGE_VIEW_IDS.has(id))
    throw new SeismoError('EVENT_FROM_BOT', `"${id}" of a bot is not counted (keepBotPageViews).`);
  return given === undefined || given === null ? { $bot: true } : isObject(given) ? { ...given, $bot: true } : given;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Writes the event's uuid: made, or from what was given. A text counts for the whole app when whoever posts it is trusted, else for its key
 * alone: what anybody can guess must not make another's event a duplicate. So does a UUID that can be worked out.
 * @throws EVENT_UUID_INVALID, EVENT_TEXT_INVALID
 */
function uuidOf(given: unknown, context: AcceptContext, target: Buffer): Accepted {
  const { app, limits, uuids, poster } = context;
  if (given === undefined || given === null) {
    uuids.make(app, context.arrivedAt, target);
    return 'made';
  }
  if (typeof given !== 'string' || given === '' || given.length > limits.uuidMaxLength)
    throw new SeismoError(
      'EVENT_UUID_INVALID',
      `uuid must be a text of 1 to ${limits.uuidMaxLength} characters (uuidMaxLength).`,
      { field: 'uuid' },
    );
  checkText(given, 'uuid');
  const isUuid = parseUuid(given, target);
  if (isUuid && uuids.isOwn(app, target)) return 'own';
  const scope = poster.isTrusted ? undefined : (poster.keyId ?? '');
  if (!isUuid) uuidOfText(app, given, scope, target);
  else if (scope !== undefined && !isRandomUuid(target)) uuidOfText(app, given.toLowerCase(), scope, target);
  return 'given';
}

/** JSON has at most so many bytes for one of a row: a control character is `\u0000` there. */
const JSON_PER_BYTE = 6;

/** Measured as JSON, as the setting says; only what may be too large is written out once more for it. */
function checkSize(data: unknown, { eventMaxBytes }: EventLimits): void {
  if (Buffer.byteLength(JSON.stringify(data)) > eventMaxBytes)
    throw new SeismoError('EVENT_TOO_LARGE', `data is over ${eventMaxBytes} bytes (eventMaxBytes).`, { field: 'data' });
}

function nameOf(event: Record<string, unknown>, limits: EventLimits): { id: string; name: string } {
  let name = event['event'];
  let id = event['id'];
  if (typeof name === 'object' && name !== null && !Array.isArray(name)) {
    const pair = name as Record<string, unknown>;
    id ??= pair['id'];
    name = pair['event'];
    for (const key of Object.keys(pair))
      if (key !== 'id' && key !== 'event')
        throw new SeismoError('EVENT_FIELD_UNKNOWN', `"event" may hold "id" and "event", not "${key.slice(0, 80)}".`, {
          field: `event.${key.slice(0, 80)}`,
        });
  }
  // `{id: "$identify"}` alone is an event too (API.md): its name is its id.
  name ??= id;
  if (name === undefined || name === null || name === '')
    throw new SeismoError('EVENT_NAME_MISSING', 'Send the name of the event as the text "event".', { field: 'event' });
  const max = limits.eventNameMaxLength;
  if (typeof name !== 'string' || name.length > max || name.trim() === '')
    throw new SeismoError(
      'EVENT_NAME_INVALID',
      `event must be a text of 1 to ${max} characters (eventNameMaxLength).`,
      { field: 'event' },
    );
  checkText(name, 'event');
  if (id === undefined || id === null) return { id: idFromName(name), name };
  if (typeof id !== 'string' || id === '' || id.length > max)
    throw new SeismoError('EVENT_ID_INVALID', `id must be a text of 1 to ${max} characters (eventNameMaxLength).`, {
      field: 'id',
    });
  checkText(id, 'id');
  return { id, name };
}
