import type { UUID } from 'mongodb';
import type { StoredEvent } from '../../model/event.ts';
import type { ArchivedEvent, ArchivePosition } from '../archive.ts';

/** An event as MongoDB stores it. Absent fields are left out. */
export interface EventDocument {
  readonly _id: { readonly j: UUID; readonly s: number };
  readonly uuid: UUID;
  readonly app: string;
  readonly id: string;
  readonly event: string;
  readonly timestamp: Date;
  readonly receivedAt: Date;
  readonly clientTimestamp?: Date;
  readonly user?: string;
  readonly device?: string;
  readonly session?: string;
  readonly data?: object;
  /** `data` as JSON text, where BSON or MongoDB would not give it back exactly. */
  readonly json?: string;
}

/** The driver is loaded only when it is used. */
export type UuidType = new (text: string) => UUID;

/** MongoDB accepts 100 levels. The event itself is one, and a list in a list counts too. */
const DEPTH_MAX = 80;

/** @param asText `data` as JSON text in any case: the server has rejected it otherwise */
export function documentOf(
  position: ArchivePosition,
  event: StoredEvent,
  Uuid: UuidType,
  asText: boolean,
): EventDocument {
  const { uuid, app, id, timestamp, receivedAt, clientTimestamp, user, device, session, dataText } = event;
  return {
    _id: { j: new Uuid(position.journal), s: position.seq },
    uuid: new Uuid(uuid),
    app,
    id,
    event: event.event,
    timestamp: new Date(timestamp),
    receivedAt: new Date(receivedAt),
    ...(clientTimestamp !== undefined && { clientTimestamp: new Date(clientTimestamp) }),
    ...(user !== undefined && { user }),
    ...(device !== undefined && { device }),
    ...(session !== undefined && { session }),
    ...(dataText !== undefined && dataFields(dataText, asText)),
  };
}

function dataFields(dataText: string, asText: boolean): Pick<EventDocument, 'data' | 'json'> {
  if (asText) return { json: dataText };
  const data: unknown = JSON.parse(dataText);
  const isExact = typeof data === 'object' && data !== null && isStorable(data, 0) && JSON.stringify(data) === dataText;
  return isExact ? { data } : { json: dataText };
}

/**
 * Whether MongoDB stores it and gives it back as it is: no key that begins with `$` or has a dot, a NUL or a meaning to the driver, not
 * nested too deeply, no -0 and no integer beyond 2^53, of which the driver would make another number.
 */
function isStorable(value: unknown, depth: number): boolean {
  if (typeof value === 'number')
    return !Object.is(value, -0) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  if (typeof value !== 'object' || value === null) return true;
  if (depth >= DEPTH_MAX) return false;
  if (Array.isArray(value)) return value.every((each) => isStorable(each, depth + 1));
  return Object.entries(value).every(([key, each]) => isStorableKey(key) && isStorable(each, depth + 1));
}

const SPECIAL_KEYS = new Set(['', '_bsontype', 'toBSON', '__proto__']);
const isStorableKey = (key: string): boolean => !SPECIAL_KEYS.has(key) && !key.startsWith('$') && !/[.\0]/.test(key);

/** @returns undefined for a document that Seismo did not write */
export function eventOf(document: unknown): ArchivedEvent | undefined {
  const fields = fieldsOf(document);
  const position = positionOf(fields.get('_id'));
  const [uuid, app, id, event] = [
    uuidOf(fields.get('uuid')),
    textOf(fields, 'app'),
    textOf(fields, 'id'),
    textOf(fields, 'event'),
  ];
  const [timestamp, receivedAt, clientTimestamp] = [
    timeOf(fields, 'timestamp'),
    timeOf(fields, 'receivedAt'),
    timeOf(fields, 'clientTimestamp'),
  ];
  if (position === undefined || uuid === undefined || app === undefined || id === undefined || event === undefined)
    return undefined;
  if (timestamp === undefined || receivedAt === undefined) return undefined;
  const [user, device, session] = [textOf(fields, 'user'), textOf(fields, 'device'), textOf(fields, 'session')];
  const data = fields.get('data');
  const dataText = textOf(fields, 'json') ?? (data === undefined ? undefined : JSON.stringify(data));
  return {
    ...position,
    event: {
      ...{ uuid, app, id, event, timestamp, receivedAt },
      ...(clientTimestamp !== undefined && { clientTimestamp }),
      ...(user !== undefined && { user }),
      ...(device !== undefined && { device }),
      ...(session !== undefined && { session }),
      ...(dataText !== undefined && { dataText }),
    },
  };
}

/** @returns undefined if it is not the `_id` of one of our documents */
export function positionOf(id: unknown): ArchivePosition | undefined {
  const fields = fieldsOf(id);
  const journal = uuidOf(fields.get('j'));
  const seq = fields.get('s');
  return journal !== undefined && typeof seq === 'number' && Number.isSafeInteger(seq) ? { journal, seq } : undefined;
}

const fieldsOf = (value: unknown): ReadonlyMap<string, unknown> =>
  new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);

/** A UUID of the driver: a Binary of subtype 4. */
function uuidOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('buffer' in value) || !('sub_type' in value)) return undefined;
  const { buffer, sub_type: subtype } = value;
  if (subtype !== 4 || !(buffer instanceof Uint8Array) || buffer.length !== 16) return undefined;
  const hex = Buffer.from(buffer).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function textOf(fields: ReadonlyMap<string, unknown>, name: string): string | undefined {
  const value = fields.get(name);
  return typeof value === 'string' ? value : undefined;
}

function timeOf(fields: ReadonlyMap<string, unknown>, name: string): number | undefined {
  const value = fields.get(name);
  return value instanceof Date ? value.getTime() : undefined;
}
