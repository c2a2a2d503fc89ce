/** Who posts events, as far as it changes what is taken. */
export interface Poster {
  /** The write key; undefined: an admin. */
  readonly keyId?: string;
  /**
   * An admin, or a key that was made with `trusted: true`. Any other key may be in a page, and so in anybody's hands: its text ids count
   * for itself alone, its events may not be old, and it may not use up an app's names.
   */
  readonly isTrusted: boolean;
  /** What the key may still post; absent: whatever comes. */
  readonly allowance?: Allowance;
  /** A page in the hands of a bot posts: all its events are marked, and its views are taken only where `keepBotPageViews` says so. */
  readonly bot?: { readonly keepsPageViews: boolean };
}

export const ADMIN: Poster = { isTrusted: true };

/** What a key may post: its rate of events and of bytes, a second of each at once, and a debt of two. */
export interface Allowance {
  readonly bytesPerSecond: number;
  /** Before a body is read. @throws RATE_LIMITED while in debt; nothing is charged */
  checkOpen(): void;
  /**
   * Takes the bytes of a body, inflated. They are charged also when they are refused: reading them was work.
   * @throws RATE_LIMITED; RATE_BATCH_TOO_LARGE when it would never be taken
   */
  takeBytes(bytes: number): void;
  /** Takes all of a body's events, or none. @throws as `takeBytes` */
  takeEvents(events: number): void;
  /** Charges a piece of a stream, inflated. @returns false once the debt is as large as it may be: the stream must end */
  streamBytes(bytes: number): boolean;
  /** @returns how many of so many events of a stream are taken: fewer when the rate is used up */
  streamEvents(events: number): number;
  /** What a stream that must end is answered: RATE_LIMITED. */
  limited(): Error;
}
