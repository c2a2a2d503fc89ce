import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { DAY_MS } from '../model/duration.ts';
import type { FailureLimit } from './limiter.ts';
import { addressKey } from './limiter.ts';

/** Who is trying to sign in, as far as the connection shows. */
export interface Caller {
  /** IP address */
  readonly address: string;
  /** `User-Agent` */
  readonly agent?: string | undefined;
  /** The value that {@link KnownCallers.issue} gave this browser at an earlier sign-in. */
  readonly browser?: string | undefined;
}

/** The limits of a sign-in, and whether it goes before those of strangers. */
export interface Standing {
  readonly limits: readonly FailureLimit[];
  readonly isKnown: boolean;
}

/** Failures per minute of one caller. */
const FAILURES_MAX = 10;
/**
 * Failures per minute of one name, from all strangers together. Far more than typing errors, so that guesses from one place can't lock
 * a name; bcrypt alone (two at a time) allows about 480.
 */
const NAME_FAILURES_MAX = 100;
/** As long as browsers keep a cookie. */
const BROWSER_MAX_MS = 400 * DAY_MS;
const ADDRESS_MAX_MS = 30 * DAY_MS;
const ADDRESSES_MAX = 10_000;

/**
 * Browsers and addresses from which a user has signed in before. They have limits of their own, so that guesses made elsewhere never lock
 * out the user. A browser is recognized by a cookie for one username; an address only until the server restarts.
 */
export class KnownCallers {
  readonly #secret: Uint8Array;
  readonly #now: () => number;
  /** `user address` → when, in order. */
  readonly #addresses = new Map<string, number>();

  constructor(secret: Uint8Array, now: () => number) {
    this.#secret = secret;
    this.#now = now;
  }

  /** `user` is undefined for a GitHub token, whose user is not known yet. */
  standingOf(user: string | undefined, caller: Caller): Standing {
    const address = addressKey(caller.address);
    if (user === undefined) return { limits: [{ key: `address ${address}`, max: FAILURES_MAX }], isKnown: false };
    const browser = this.#browserOf(user, caller.browser);
    if (browser !== undefined) return { limits: [{ key: `browser ${browser}`, max: FAILURES_MAX }], isKnown: true };
    const pair = pairOf(user, address);
    if ((this.#addresses.get(pair) ?? Number.NEGATIVE_INFINITY) > this.#now() - ADDRESS_MAX_MS)
      return { limits: [{ key: `known ${pair}`, max: FAILURES_MAX }], isKnown: true };
    return {
      limits: [
        { key: `address ${address}`, max: FAILURES_MAX },
        { key: `name ${user.slice(0, 100)}`, max: NAME_FAILURES_MAX },
      ],
      isKnown: false,
    };
  }

  /** After a sign-in: remembers the address. @returns the value of the browser's cookie */
  issue(user: string, caller: Caller): string {
    const pair = pairOf(user, addressKey(caller.address));
    this.#addresses.delete(pair);
    this.#addresses.set(pair, this.#now());
    while (this.#addresses.size > ADDRESSES_MAX) this.#addresses.delete(this.#addresses.keys().next().value!);
    const id = `${randomBytes(12).toString('base64url')}.${this.#now().toString(36)}`;
    return `${id}.${this.#seal(user, id)}`;
  }

  #browserOf(user: string, browser: string | undefined): string | undefined {
    const match = /^([\w-]{16}\.([0-9a-z]{1,10}))\.([\w-]{22})$/.exec(browser ?? '');
    if (!match) return undefined;
    const [, id, issuedAt, seal] = match as unknown as [string, string, string, string];
    if (!timingSafeEqual(Buffer.from(seal), Buffer.from(this.#seal(user, id)))) return undefined;
    return Number.parseInt(issuedAt, 36) > this.#now() - BROWSER_MAX_MS ? id : undefined;
  }

  #seal(user: string, id: string): string {
    const text = `known browser\0${user}\0${id}`;
    return createHmac('sha256', this.#secret).update(text).digest('base64url').slice(0, 22);
  }
}

const pairOf = (user: string, address: string): string => `${address} ${user}`;
