import { SeismoError } from '../../model/errors.ts';
import { APP_NAME, IDENTIFY } from '../../model/event.ts';
import type { Poster } from '../../model/poster.ts';
import { wordList } from '../../model/word-list.ts';
import type { DeviceClocks } from './device-clocks.ts';
import { dataOf } from './event-data.ts';
import { identityOf } from './event-identity.ts';
import { nameOf } from './event-name.ts';
import { writeRow } from './event-row.ts';
import { timesOf } from './event-time.ts';
import type { KnownNames } from './known-names.ts';
import type { EventLimits } from './limits.ts';
import { type Accepted, uuidOf } from './posted-uuid.ts';
import type { Indexed } from './properties.ts';
import type { RowWriter } from './row-writer.ts';
import type { ServerUuids } from './server-uuid.ts';

/** What a step needs besides the event. Times are UTC ms. */
export interface ValidationContext {
  readonly app: string;
  readonly arrivedAt: number;
  /** The client's clock, from the batch. */
  readonly sentAt: number | undefined;
  readonly clocks: DeviceClocks;
  readonly retentionDays: number | undefined;
  /** For events of untrusted posters. */
  readonly keyMaxAgeDays?: number | undefined;
  readonly poster: Poster;
  /** The device of events that name none, if they have no user or identify one. */
  readonly device?: string | undefined;
  /** For imported events: they happened and were sent long ago. */
  readonly imported?: { readonly defaultTime: number | undefined } | undefined;
  readonly limits: EventLimits;
  readonly uuids: ServerUuids;
  readonly names: KnownNames;
  /** Of this app. */
  readonly indexed: Indexed & { readonly left?: ReadonlySet<string> | undefined };
}

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
const FIELD_LIST = wordList([...FIELDS]);
const uuidBytes = Buffer.alloc(16);

export function checkApp(app: string): void {
  if (!APP_NAME.test(app))
    throw new SeismoError('APP_NAME_INVALID', `\`${app.slice(0, 80)}\` is not a valid app name.`, {
      field: 'app',
    });
}

/**
 * Validates one parsed event step by step, and writes its row. The first error ends it and leaves the writer as it was.
 * @throws SeismoError with an EVENT_* code; its detail names the field, the rule and the fix
 */
export function validateEvent(value: unknown, context: ValidationContext, writer: RowWriter): Accepted {
  const before = writer.length;
  try {
    return write(value, context, writer);
  } catch (error) {
    writer.length = before;
    throw error;
  }
}

/** The steps, in order. Each is a function that returns its part of the event, or throws its own EVENT_* error. */
function write(value: unknown, context: ValidationContext, writer: RowWriter): Accepted {
  const event = fieldsOf(value, context.app);
  const { id, name } = nameOf(event, context.limits);
  const identity = identityOf(event, id === IDENTIFY, context);
  const times = timesOf(event, identity.device || identity.user, context);
  const data = dataOf(event['data'], id, context);
  const accepted = uuidOf(event['uuid'], context, uuidBytes);
  writeRow(writer, { app: context.app, id, name, identity, times, data, uuid: uuidBytes }, context.limits);
  // Last, because a rejected event must not use up the app's names.
  context.names.checkId(context.app, id, context.poster.isTrusted);
  if (id === IDENTIFY && identity.user !== '' && identity.device !== '') context.names.identified(context.app);
  return accepted;
}

/** The fields of an event. @throws EVENT_NOT_OBJECT, EVENT_FIELD_UNKNOWN, EVENT_APP_MISMATCH */
function fieldsOf(value: unknown, app: string): Record<string, unknown> {
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
        `\`${key.slice(0, 80)}\` is not a field of an event. The fields are ${FIELD_LIST}. Put your own values inside \`data\`.`,
        { field: key.slice(0, 80) },
      );
  if (event['app'] !== undefined && event['app'] !== app)
    throw new SeismoError(
      'EVENT_APP_MISMATCH',
      `The event has another \`app\` than \`${app}\`, to which it was posted.`,
      {
        field: 'app',
      },
    );
  return event;
}
