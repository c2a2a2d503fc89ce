import type { RequestProperties } from './request-properties.ts';

/** Who posts events, as far as it affects what is accepted. */
export interface Poster {
  /** The write key. Undefined: an admin. */
  readonly keyId?: string;
  /**
   * An admin, or a key created with `trusted: true`. Any other key may be in a page, and so in anyone's hands: its text ids only count
   * for itself, its events can't be old, and it can't use up an app's names.
   */
  readonly isTrusted: boolean;
  /** What the key can still send. Absent: no limit. */
  readonly allowance?: Allowance;
  /** A bot drives the page that posts: all its events are marked, and its page views are only accepted with `keepBotPageViews`. */
  readonly bot?: { readonly keepsPageViews: boolean };
  /** What a page's request says about its visitor. All of its events get it. Absent: a program posts, or `requestProperties` is off. */
  readonly properties?: RequestProperties;
}

export const ADMIN: Poster = { isTrusted: true };

/** What a key can send: its rate of events and of bytes, with bursts of one second and a debt of two. */
export interface Allowance {
  readonly bytesPerSecond: number;
  /** Before a body is read. @throws RATE_LIMITED while in debt; nothing is charged */
  checkOpen(): void;
  /**
   * Charges the bytes of a body, after decompression. They are charged even if they are rejected, because reading them was work.
   * @throws RATE_LIMITED; RATE_BATCH_TOO_LARGE if it would never be accepted
   */
  takeBytes(bytes: number): void;
  /** Charges all of a body's events, or none. @throws like `takeBytes` */
  takeEvents(events: number): void;
  /** Charges a piece of a stream, after decompression. @returns false once the debt has reached its limit: the stream must end */
  streamBytes(bytes: number): boolean;
  /** @returns how many of the events of a stream are accepted: fewer if the rate is used up */
  streamEvents(events: number): number;
  /** The error for a stream that must end: RATE_LIMITED. */
  limited(): Error;
}
