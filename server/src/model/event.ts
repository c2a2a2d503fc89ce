/** Types of events that all modules use. Times are UTC milliseconds since 1970. */

export const APP_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** 1970-01-01 and 2100-01-01 in UTC milliseconds: the range of DateTime64(3) and of every calendar here. */
export const TIMESTAMP_MIN_MS = 0;
export const TIMESTAMP_MAX_MS = 4_102_444_800_000;

/** A stored event as it is answered and exported. `dataText` is the JSON text of `data`. */
export interface StoredEvent {
  readonly uuid: string;
  readonly app: string;
  readonly id: string;
  readonly event: string;
  readonly timestamp: number;
  readonly receivedAt: number;
  /** What the client sent, if the server corrected it. */
  readonly clientTimestamp?: number;
  readonly user?: string;
  readonly device?: string;
  readonly session?: string;
  readonly dataText?: string;
}

/** The id of the event that sets a user's traits and, with a device, ties the device to the user (API.md). */
export const IDENTIFY = '$identify';

/** Events of Seismo itself, such as `$identify`: lists of names leave them out. */
export const isSystemId = (id: string): boolean => id.startsWith('$');

/** The ids of events that a page sends whenever it is viewed, without any action. From a bot, they are not views. */
export const PAGE_VIEW_IDS: ReadonlySet<string> = new Set(['page-viewed', 'web-vital']);

/** The ids of events that make a visit even without a session id: views of pages, and of screens of an app. */
export const VISIT_EVENT_IDS: ReadonlySet<string> = new Set(['page-viewed', 'screen-viewed']);

/** The ids of events that pages send by themselves: a visit with one view and these alone bounces. Ids with `$` are the system's. */
export const PASSIVE_EVENT_IDS: ReadonlySet<string> = new Set(['web-vital', 'error', 'page-not-found']);

/** The id of an event without one: its name in lower case, with each white-space character turned into `-`. */
export function idFromName(name: string): string {
  return name.toLowerCase().replace(/\s/gu, '-');
}

/** The event as one JSON object, with fields in the documented order. `data` is embedded as stored, not parsed again. */
export function eventToJson(event: StoredEvent): string {
  let text = `{"uuid":"${event.uuid}","app":"${event.app}","id":${JSON.stringify(event.id)},"event":${JSON.stringify(event.event)},"timestamp":"${new Date(event.timestamp).toISOString()}","receivedAt":"${new Date(event.receivedAt).toISOString()}"`;
  if (event.clientTimestamp !== undefined)
    text += `,"clientTimestamp":"${new Date(event.clientTimestamp).toISOString()}"`;
  if (event.user !== undefined) text += `,"user":${JSON.stringify(event.user)}`;
  if (event.device !== undefined) text += `,"device":${JSON.stringify(event.device)}`;
  if (event.session !== undefined) text += `,"session":${JSON.stringify(event.session)}`;
  if (event.dataText !== undefined) text += `,"data":${event.dataText}`;
  return `${text}}`;
}

/** A stored event with its order. */
export interface EventRow extends StoredEvent {
  /** Decimal text. It breaks ties among equal timestamps, and grows in order of arrival. */
  readonly seq: string;
}
