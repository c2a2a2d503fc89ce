import { randomUUID } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { SeismoError } from '../model/errors.ts';
import type { Role } from './requests.ts';

/** The content of a token. Times are UTC ms. */
export interface TokenClaims {
  readonly user: string;
  readonly role: Role;
  /** Of the sign-in. Renewed tokens keep it. */
  readonly session: string;
  readonly signedInAt: number;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Signed in through GitHub: not a name from `users`. */
  readonly github: boolean;
  /** Derived from the password of the sign-in: a new password ends it. Empty for GitHub. */
  readonly proof: string;
}

/** The session that a token renews. */
export interface Renewed {
  readonly id: string;
  readonly signedInAt: number;
  /** It does not last longer than this, UTC ms. */
  readonly endsAt: number;
}

const ALGORITHM = 'HS256';
const ISSUER = 'seismo';
const VERIFIED_MAX = 1_000;

/** Access tokens: JWT with HS256; nothing else is accepted. */
export class Tokens {
  readonly #key: Uint8Array;
  readonly #now: () => number;
  readonly #ttlMs: number;
  /** Tokens with a valid signature. Checking one takes 0.2 ms, more than storing an event. */
  readonly #verified = new Map<string, TokenClaims>();

  constructor(options: { readonly key: Uint8Array; readonly now: () => number; readonly ttlMs: number }) {
    this.#key = options.key;
    this.#now = options.now;
    this.#ttlMs = options.ttlMs;
  }

  async issue(
    subject: { user: string; role: Role; github: boolean; proof: string },
    session?: Renewed,
  ): Promise<{ id: string; token: string; expiresAt: number }> {
    const now = this.#now();
    const id = session?.id ?? randomUUID();
    const expiresAt = this.expiry(session?.endsAt);
    const token = await new SignJWT({
      role: subject.role,
      sid: id,
      auth: session?.signedInAt ?? now,
      at: now,
      pw: subject.proof,
      ...(subject.github && { gh: true }),
    })
      .setProtectedHeader({ alg: ALGORITHM })
      .setIssuer(ISSUER)
      .setSubject(subject.user)
      .setExpirationTime(expiresAt / 1000)
      .sign(this.#key);
    return { id, token, expiresAt };
  }

  /** When a token issued now expires, in whole seconds as in JWT. */
  expiry(endsAt = Number.POSITIVE_INFINITY): number {
    return Math.floor(Math.min(this.#now() + this.#ttlMs, endsAt) / 1000) * 1000;
  }

  /** @throws AUTH_TOKEN_INVALID */
  async verify(token: string): Promise<TokenClaims> {
    const known = this.#verified.get(token);
    if (known !== undefined && known.expiresAt > this.#now()) return known;
    const claims = await this.#check(token);
    if (this.#verified.size >= VERIFIED_MAX) this.#verified.clear();
    this.#verified.set(token, claims);
    return claims;
  }

  async #check(token: string): Promise<TokenClaims> {
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        currentDate: new Date(this.#now()),
      });
      const { sub, exp, role, sid, auth, at, gh, pw } = payload;
      if (
        typeof sub === 'string' &&
        typeof exp === 'number' &&
        (role === 'admin' || role === 'viewer') &&
        typeof sid === 'string' &&
        typeof auth === 'number' &&
        typeof at === 'number' &&
        typeof pw === 'string'
      )
        return {
          user: sub,
          role,
          session: sid,
          signedInAt: auth,
          issuedAt: at,
          expiresAt: exp * 1000,
          github: gh === true,
          proof: pw,
        };
    } catch (cause) {
      throw new SeismoError('AUTH_TOKEN_INVALID', 'The token is not valid or has expired.', { cause });
    }
    throw new SeismoError('AUTH_TOKEN_INVALID', 'The token was not issued by this server.');
  }
}
