import { numberText } from './id-text.ts';
import { type Random, uuidV7 } from './uuid.ts';

/** An id as programs have it: a number is turned into a string. */
export type Id = string | number | bigint | null | undefined;

/** The optional parts of an event. */
export interface TrackOptions {
  /** The id of the event's name; the server derives one from the name when absent. */
  readonly id?: string | undefined;
  readonly user?: Id;
  /** The anonymous id. */
  readonly device?: Id;
  readonly session?: Id;
  /** When it happened; now by default. */
  readonly timestamp?: Date | number | string | undefined;
  /** The event's own identity: the server counts each once. Made by the client when absent. */
  readonly uuid?: string | undefined;
}

/** A name, or a name with an id of its own. */
export type EventName = string | { readonly id: string; readonly event: string };
export type EventData = Readonly<Record<string, unknown>>;

/** An event as it is sent. */
export interface SentEvent {
  readonly uuid: string;
  readonly event?: string;
  readonly id?: string;
  readonly user?: string;
  readonly device?: string;
  readonly session?: string;
  readonly timestamp: number | string;
  readonly data?: EventData;
}

/** The id under which a user's traits are kept (the server's rule). */
export const IDENTIFY = '$identify';

/**
 * The event as JSON: fixed now, so that what the host changes later does not change it, and every retry is the same.
 * @param random fills an array with random numbers
 * @throws TypeError for data that cannot be written as JSON
 */
export function eventText(
  name: EventName,
  data: EventData | undefined,
  { id, user, device, session, timestamp, uuid }: TrackOptions,
  now: number,
  random: Random,
): string {
  const named = typeof name === 'object' ? name : { id, event: name };
  return JSON.stringify({
    uuid: uuid ?? uuidV7(now, random),
    event: named.event,
    id: named.id,
    user: numberText(user),
    device: numberText(device),
    session: numberText(session),
    timestamp: timestamp ?? now,
    data,
  });
}
