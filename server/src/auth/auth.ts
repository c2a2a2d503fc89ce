/** Who asks, and what they may do: what `http` and `cli` ask of the auth room. Failures are SeismoErrors. */
import type { Poster } from '../model/poster.ts';
import type { Caller } from './known-callers.ts';
import type { NewKey, NewUser, Role, Scope, UserChange } from './requests.ts';

/** How the token travelled: a cookie alone may not change anything from another site. */
export type Via = 'header' | 'query' | 'cookie';

export interface UserIdentity {
  readonly kind: 'user';
  readonly name: string;
  readonly role: Role;
  readonly via: Via;
  /** UTC ms */
  readonly expiresAt: number;
  /** The session of the token; absent for commands of this machine. */
  readonly session?: { readonly id: string; readonly github: boolean };
  /** Set when a cookie session has less than half its time left and may be renewed: set this cookie. */
  readonly renewed?: Session;
}

export interface KeyIdentity {
  readonly kind: 'key';
  readonly id: string;
  readonly app: string;
  readonly scope: Scope;
  readonly via: Via;
  /** Origins that may use a write key; empty: any. */
  readonly origins: readonly string[];
}

export type Identity = UserIdentity | KeyIdentity;

export interface Session {
  readonly token: string;
  /** UTC ms */
  readonly expiresAt: number;
  readonly user: string;
  readonly role: Role;
}

/** What a sign-in gives. */
export interface SignedIn extends Session {
  /** For a cookie by which this browser is recognized at its next sign-in; not a credential. */
  readonly browser: string;
}

/** One open session of a user. Times are UTC ms. */
export interface SessionSummary {
  readonly id: string;
  readonly signedInAt: number;
  /** To ten minutes. */
  readonly lastUsedAt: number;
  readonly expiresAt: number;
  readonly address: string;
  /** `User-Agent`, at most 200 characters. */
  readonly agent: string;
}

export interface UserSummary {
  readonly name: string;
  readonly role: Role;
  /** Where the user comes from; only `stored` ones can be removed here. */
  readonly source: 'stored' | 'configured' | 'github';
}

export interface KeySummary {
  readonly id: string;
  readonly app: string;
  readonly scope: Scope;
  readonly origins: readonly string[];
  readonly eventsPerSecond: number;
  /** Inflated. */
  readonly bytesPerSecond: number;
  /** Not in pages: see poster.ts. */
  readonly trusted: boolean;
  /** UTC ms */
  readonly createdAt: number;
  /** UTC ms, to the minute; absent when it was never used. */
  readonly lastUsedAt?: number;
}

export interface Auth {
  /**
   * @param caller failures are limited by address (IPv6 by /64) and by name, of known callers by themselves
   * @throws AUTH_FAILED (unknown name and wrong password alike, in the same time), AUTH_TOO_MANY, AUTH_BUSY
   */
  signInWithPassword(username: string, password: string, caller: Caller): Promise<SignedIn>;
  /**
   * With a personal access token alone: any OAuth application could sign in with the tokens of others.
   * @throws AUTH_FAILED, AUTH_TOO_MANY, GITHUB_UNAVAILABLE
   */
  signInWithGitHub(token: string, caller: Caller): Promise<SignedIn>;
  /** @throws AUTH_TOKEN_INVALID for a token or key that is unknown, expired, revoked, truncated or signed otherwise; AUTH_TOKEN_INVALID too for a key in a cookie */
  identify(token: string, via: Via): Promise<Identity>;
  /** Ends the session of this token. */
  signOut(token: string): Promise<void>;
  /** Who a write key is as a poster, with what it may still post. */
  posterOf(keyId: string): Poster;
  /** The ids of an app's write keys. */
  writeKeysOf(app: string): readonly string[];
  /** The open sessions of this user, the one used last first. */
  sessions(who: UserIdentity): readonly SessionSummary[];
  /** Ends one session of this user at once. @throws SESSION_UNKNOWN */
  endSession(who: UserIdentity, id: string): Promise<void>;
  /** Ends all sessions of this user at once. @returns a new one */
  endOtherSessions(who: UserIdentity, caller: Caller): Promise<SignedIn>;

  users(): readonly UserSummary[];
  /** @throws USER_INVALID, USER_EXISTS, USER_CONFIGURED */
  addUser(user: NewUser): Promise<UserSummary>;
  /**
   * A new password ends the user's sessions at once; a new role holds from the next request on.
   * @throws USER_INVALID, USER_UNKNOWN, USER_CONFIGURED, USER_LAST_ADMIN
   */
  changeUser(name: string, change: UserChange): Promise<void>;
  /**
   * One's own, by who knows the present one: the other sessions end.
   * @param caller as of signing in: guesses are counted the same way
   * @throws USER_INVALID, USER_UNKNOWN (signed in with GitHub), USER_CONFIGURED, AUTH_FAILED, AUTH_TOO_MANY, AUTH_BUSY
   */
  changeOwnPassword(name: string, present: string, password: string, caller: Caller): Promise<SignedIn>;
  /** Ends the user's sessions at once. @throws USER_UNKNOWN, USER_CONFIGURED */
  removeUser(name: string): Promise<void>;
  keys(): readonly KeySummary[];
  /** The key is shown this once. @throws KEY_INVALID */
  createKey(request: NewKey): Promise<KeySummary & { readonly key: string }>;
  /** @throws KEY_UNKNOWN */
  revokeKey(id: string): Promise<void>;
}
