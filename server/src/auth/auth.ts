/** Identifies callers and decides what they can do, for `http` and `cli`. Failures are SeismoErrors. */
import type { Poster } from '../model/poster.ts';
import type { Caller } from './known-callers.ts';
import type { KeyScope, NewKey, NewUser, Role, UserChange } from './requests.ts';

/** How the token was sent. A cookie alone must not change anything from another site. */
export type Via = 'header' | 'query' | 'cookie';

export interface UserIdentity {
  readonly kind: 'user';
  readonly name: string;
  readonly role: Role;
  readonly via: Via;
  /** UTC ms */
  readonly expiresAt: number;
  /** The session of the token. Absent for commands on this machine. */
  readonly session?: { readonly id: string; readonly github: boolean };
  /** Set if a cookie session has less than half of its time left and can be renewed: send this cookie. */
  readonly renewed?: Session;
}

export interface KeyIdentity {
  readonly kind: 'key';
  readonly id: string;
  readonly app: string;
  readonly scope: KeyScope;
  readonly via: Via;
  /** Origins that can use a write key. Empty: any. */
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

/** The result of a sign-in. */
export interface SignedIn extends Session {
  /** For a cookie that recognizes this browser at its next sign-in. It is not a credential. */
  readonly browser: string;
}

/** One open session of a user. Times are UTC ms. */
export interface SessionSummary {
  readonly id: string;
  readonly signedInAt: number;
  /** Accurate to ten minutes. */
  readonly lastUsedAt: number;
  readonly expiresAt: number;
  readonly address: string;
  /** `User-Agent`, at most 200 characters. */
  readonly agent: string;
}

export interface UserSummary {
  readonly name: string;
  readonly role: Role;
  /** Where the user is defined. Only `stored` ones can be removed here. */
  readonly source: 'stored' | 'configured' | 'github';
}

export interface KeySummary {
  readonly id: string;
  readonly app: string;
  readonly scope: KeyScope;
  readonly origins: readonly string[];
  readonly eventsPerSecond: number;
  /** After decompression. */
  readonly bytesPerSecond: number;
  /** Not used in pages: see poster.ts. */
  readonly trusted: boolean;
  /** UTC ms */
  readonly createdAt: number;
  /** UTC ms, accurate to the minute. Absent if it was never used. */
  readonly lastUsedAt?: number;
}

export interface Auth {
  /**
   * @param caller failures are limited by address (IPv6: /64) and by name; known callers have their own limits
   * @throws AUTH_FAILED (the same for an unknown name and a wrong password, after the same time), AUTH_TOO_MANY, AUTH_BUSY
   */
  signInWithPassword(username: string, password: string, caller: Caller): Promise<SignedIn>;
  /**
   * Accepts only personal access tokens: any OAuth application could sign in with tokens of its users.
   * @throws AUTH_FAILED, AUTH_TOO_MANY, GITHUB_UNAVAILABLE
   */
  signInWithGitHub(token: string, caller: Caller): Promise<SignedIn>;
  /** @throws AUTH_TOKEN_INVALID for a token or key that is unknown, expired, revoked, truncated or signed differently, and for a key in a cookie */
  identify(token: string, via: Via): Promise<Identity>;
  /** Ends the session of this token. */
  signOut(token: string): Promise<void>;
  /** A write key as a poster, with what it can still send. */
  posterOf(keyId: string): Poster;
  /** The ids of an app's write keys. */
  writeKeysOf(app: string): readonly string[];
  /** The open sessions of this user, most recently used first. */
  sessions(user: UserIdentity): readonly SessionSummary[];
  /** Ends one session of this user at once. @throws SESSION_UNKNOWN */
  endSession(user: UserIdentity, id: string): Promise<void>;
  /** Ends all sessions of this user at once. @returns a new one */
  endOtherSessions(user: UserIdentity, caller: Caller): Promise<SignedIn>;

  users(): readonly UserSummary[];
  /** @throws USER_INVALID, USER_EXISTS, USER_CONFIGURED */
  addUser(user: NewUser): Promise<UserSummary>;
  /**
   * A new password ends the user's sessions at once. A new role applies from the next request.
   * @throws USER_INVALID, USER_UNKNOWN, USER_CONFIGURED, USER_LAST_ADMIN
   */
  changeUser(name: string, change: UserChange): Promise<void>;
  /**
   * Users change their own password, and must know the current one. Their other sessions end.
   * @param caller as for a sign-in: wrong guesses count the same way
   * @throws USER_INVALID, USER_UNKNOWN (signed in with GitHub), USER_CONFIGURED, AUTH_FAILED, AUTH_TOO_MANY, AUTH_BUSY
   */
  changeOwnPassword(name: string, present: string, password: string, caller: Caller): Promise<SignedIn>;
  /** Ends the user's sessions at once. @throws USER_UNKNOWN, USER_CONFIGURED */
  removeUser(name: string): Promise<void>;
  keys(): readonly KeySummary[];
  /** The key is shown only once. @throws KEY_INVALID */
  createKey(request: NewKey): Promise<KeySummary & { readonly key: string }>;
  /** @throws KEY_UNKNOWN */
  revokeKey(id: string): Promise<void>;
}
