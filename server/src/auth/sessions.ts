import { DAY_MS } from '../model/duration.ts';
import { SeismoError } from '../model/errors.ts';
import type { Registry } from '../registry/registry.ts';
import type { Session, SessionSummary } from './auth.ts';
import type { Caller } from './known-callers.ts';
import type { Role } from './requests.ts';
import type { TokenClaims, Tokens } from './tokens.ts';

/** The owner of a session. */
export interface SessionOwner {
  readonly user: string;
  /** Signed in with a GitHub token. A user with the same name and a password is someone else. */
  readonly github: boolean;
}

/** What a token is issued for. */
export interface Grant extends SessionOwner {
  readonly role: Role;
  /** Derived from the password (create-auth.ts): a new password ends the session. */
  readonly proof: string;
}

/** As stored, under the session's id. Times are UTC ms. */
interface StoredSession extends SessionOwner {
  readonly signedInAt: number;
  readonly lastUsedAt: number;
  readonly expiresAt: number;
  readonly address: string;
  readonly agent: string;
}

/** The list of open sessions. It does not decide whether a session is valid, so a full disk never keeps anyone from signing in. */
const SESSIONS = 'sessions';
/** Sessions that ended before their token expires. Name: the session; value: when it can be forgotten. */
const ENDED = 'ended-sessions';
/** Sessions of a user that began before this time have ended. Name: the owner; value: UTC ms. */
const SINCE = 'sessions-since';
/** A cookie session is renewed while it is used, for at most 30 days (API.md). */
const SESSION_MAX_MS = 30 * DAY_MS;
/** Precision of the last use. */
const USE_MS = 10 * 60_000;
const LISTED_MAX = 200;
const AGENT_MAX_LENGTH = 200;

export class Sessions {
  readonly #registry: Registry;
  readonly #tokens: Tokens;
  readonly #now: () => number;
  readonly #ttlMs: number;
  readonly #uses = new Map<string, number>();

  constructor(options: {
    readonly registry: Registry;
    readonly tokens: Tokens;
    readonly now: () => number;
    readonly ttlMs: number;
  }) {
    this.#registry = options.registry;
    this.#tokens = options.tokens;
    this.#now = options.now;
    this.#ttlMs = options.ttlMs;
  }

  async open(grant: Grant, caller: Caller): Promise<Session & { readonly id: string }> {
    const now = this.#now();
    const { id, token, expiresAt } = await this.#tokens.issue(grant);
    const { user, role, github } = grant;
    await this.#forgetOld({ user, github });
    await this.#write(id, {
      ...{ user, github, signedInAt: now, lastUsedAt: now, expiresAt },
      ...{ address: caller.address, agent: (caller.agent ?? '').slice(0, AGENT_MAX_LENGTH) },
    });
    return { id, token, expiresAt, user, role };
  }

  /** Whether half of the token's time has passed and a new one would last longer. */
  isDue(claims: TokenClaims): boolean {
    const half = (claims.expiresAt - claims.issuedAt) / 2;
    if (this.#now() - claims.issuedAt < half) return false;
    return this.#tokens.expiry(claims.signedInAt + SESSION_MAX_MS) > claims.expiresAt;
  }

  async renew(claims: TokenClaims, grant: Grant): Promise<Session> {
    const endsAt = claims.signedInAt + SESSION_MAX_MS;
    const renewed = { id: claims.session, signedInAt: claims.signedInAt, endsAt };
    const { token, expiresAt } = await this.#tokens.issue(grant, renewed);
    const stored = this.#registry.get<StoredSession>(SESSIONS, claims.session);
    if (stored) await this.#write(claims.session, { ...stored, expiresAt, lastUsedAt: this.#now() });
    return { token, expiresAt, user: grant.user, role: grant.role };
  }

  hasEnded(claims: TokenClaims): boolean {
    return this.#isOver(claims.session, claims);
  }

  /** Written at most every ten minutes, without waiting. */
  used({ session }: TokenClaims): void {
    const now = this.#now();
    const before = this.#uses.get(session);
    if (before !== undefined && Math.abs(now - before) < USE_MS) return;
    const stored = this.#registry.get<StoredSession>(SESSIONS, session);
    if (!stored) return;
    if (this.#uses.size >= 10 * LISTED_MAX) this.#uses.clear();
    this.#uses.set(session, now);
    if (Math.abs(now - stored.lastUsedAt) >= USE_MS) void this.#write(session, { ...stored, lastUsedAt: now });
  }

  /** The open sessions of a user, most recently used first. */
  list(owner: SessionOwner): SessionSummary[] {
    const now = this.#now();
    return this.#of(owner)
      .filter(({ name, value }) => value.expiresAt > now && !this.#isOver(name, value))
      .map(({ name, value: { user: _user, github: _github, ...shown } }) => ({ id: name, ...shown }))
      .sort((a, b) => b.lastUsedAt - a.lastUsedAt);
  }

  /** @throws SESSION_UNKNOWN if the user has no such session */
  async end(owner: SessionOwner, id: string): Promise<void> {
    const isOwn = this.#of(owner).some(({ name }) => name === id);
    if (!isOwn) throw new SeismoError('SESSION_UNKNOWN', 'You have no session with this id.');
    await this.#end(id, this.#registry.get<StoredSession>(SESSIONS, id)?.expiresAt ?? this.#now());
  }

  async endByToken({ session, expiresAt }: TokenClaims): Promise<void> {
    await this.#end(session, expiresAt);
  }

  /** Ends all current sessions of a user. Sessions opened from now on are valid. */
  async endAll(owner: SessionOwner): Promise<void> {
    await this.#registry.put(SINCE, ownerKey(owner), this.#now());
    for (const { name } of this.#of(owner)) await this.#registry.remove(SESSIONS, name);
  }

  async #end(id: string, expiresAt: number): Promise<void> {
    for (const { name, value } of this.#registry.list<number>(ENDED))
      if (value < this.#now()) await this.#registry.remove(ENDED, name);
    // A renewed token of the same session can be valid for that long again.
    await this.#registry.put(ENDED, id, expiresAt + this.#ttlMs);
    await this.#registry.remove(SESSIONS, id);
  }

  #of({ user, github }: SessionOwner): readonly { readonly name: string; readonly value: StoredSession }[] {
    return this.#registry
      .list<StoredSession>(SESSIONS)
      .filter(({ value }) => value.user === user && value.github === github);
  }

  #isOver(id: string, { user, github, signedInAt }: SessionOwner & { readonly signedInAt: number }): boolean {
    if (this.#registry.get(ENDED, id) !== undefined) return true;
    return signedInAt < (this.#registry.get<number>(SINCE, ownerKey({ user, github })) ?? 0);
  }

  /** Expired sessions, and the oldest ones of a program that keeps signing in. They are no longer listed, but stay valid. */
  async #forgetOld(owner: SessionOwner): Promise<void> {
    const now = this.#now();
    const expired = this.#registry.list<StoredSession>(SESSIONS).filter(({ value }) => value.expiresAt <= now);
    const oldest = this.list(owner).slice(LISTED_MAX - 1);
    for (const name of [...expired.map((each) => each.name), ...oldest.map((each) => each.id)])
      await this.#registry.remove(SESSIONS, name).catch(() => false);
  }

  /** A full disk must not keep anyone from signing in. */
  async #write(id: string, session: StoredSession): Promise<void> {
    await this.#registry.put(SESSIONS, id, session).catch(() => undefined);
  }
}

const ownerKey = ({ user, github }: SessionOwner): string => `${github ? 'github' : 'password'} ${user.toLowerCase()}`;
