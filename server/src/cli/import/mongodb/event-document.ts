import { createHash } from 'node:crypto';
import type { ObjectId } from 'mongodb';
import { FIRST_SEISMO_TIME } from '../../../mongo/first-seismo.ts';
import { define } from '../cell.ts';
import { localTime } from '../local-time.ts';
import { faultOf, inMilliseconds, type Line } from '../mapping.ts';
import { RowFault } from '../row-fault.ts';
import { jsonOfBson } from './bson-value.ts';

export type EventDocument = Readonly<Record<string, unknown>>;

/** Longer ids are hashed: a server may allow no longer uuid (`uuidMaxLength`). */
const ID_MAX_LENGTH = 64;
/** Fields of the event. `__v` is a counter that Mongoose adds. */
const FIELDS = new Set(['_id', 'app', 'id', 'event', FIRST_SEISMO_TIME, 'timestamp', 'data', '__v']);

/** Writes ids that are neither ObjectIds nor text: `EJSON.stringify` of the driver, which is loaded on demand. */
export type WriteId = (id: unknown) => string;

/** The id as text: what people see of it, and the event's uuid. Two different ids never have the same. */
export function idText(id: unknown, write: WriteId): string {
  if (typeof id === 'string') return id;
  return isObjectId(id) ? id.toHexString() : write(id);
}

/** A document of the first Seismo as a line to post. What can't be an event is rejected by the server, with the reason. */
export function lineOfDocument(document: EventDocument, timeZone: string, write: WriteId): Line {
  let doubt: string | undefined;
  const onDoubt = (detail: string): void => {
    doubt = detail;
  };
  try {
    const { _id, id, event } = document;
    const text = JSON.stringify({
      uuid: uuidOf(idText(_id, write)),
      event: nameOf(event, 'event'),
      id: nameOf(id, 'id'),
      timestamp: timeOf(document, timeZone, onDoubt),
      data: dataOf(document),
    });
    return { text, ...(doubt !== undefined && { doubt }) };
  } catch (error) {
    return { text: 'null', fault: faultOf(error) };
  }
}

const uuidOf = (text: string): string =>
  text.length <= ID_MAX_LENGTH ? text : createHash('sha256').update(text).digest('hex');

/** The first Seismo also took numbers. */
function nameOf(value: unknown, field: string): unknown {
  const json = jsonOfBson(value, field);
  return typeof json === 'number' || typeof json === 'boolean' ? String(json) : json === '' ? undefined : json;
}

/** Without a time, an event happened when its ObjectId was made, to the second. */
function timeOf(document: EventDocument, timeZone: string, onDoubt: (detail: string) => void): unknown {
  const value = document[FIRST_SEISMO_TIME] ?? document['timestamp'];
  const { _id } = document;
  if (value === undefined || value === null || value === '')
    return isObjectId(_id) ? _id.getTimestamp().getTime() : undefined;
  if (value instanceof Date) {
    const time = value.getTime();
    if (Number.isNaN(time))
      throw new RowFault('EVENT_DATA_INVALID', `\`${FIRST_SEISMO_TIME}\` is a time outside the valid years.`);
    return time;
  }
  return localTime(inMilliseconds(jsonOfBson(value, FIRST_SEISMO_TIME)), timeZone, false, onDoubt);
}

/** With the fields that somebody added beside it. */
function dataOf(document: EventDocument): Readonly<Record<string, unknown>> | undefined {
  const given = jsonOfBson(document['data'], 'data');
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  const data: Record<string, unknown> = isObject ? { ...given } : {};
  if (!isObject && given !== undefined && given !== null) data['value'] = given;
  for (const [name, value] of Object.entries(document)) {
    if (FIELDS.has(name) || Object.hasOwn(data, name)) continue;
    const json = jsonOfBson(value, name);
    if (json !== undefined) define(data, name, json);
  }
  return Object.keys(data).length > 0 ? data : undefined;
}

const isObjectId = (id: unknown): id is ObjectId =>
  typeof id === 'object' && id !== null && '_bsontype' in id && id._bsontype === 'ObjectId';
