import { createHmac } from 'node:crypto';
import { SeismoError } from '../errors.ts';
import type { Registry } from '../registry/registry.ts';
import { type Auth, type Identity, ROLES, type Role, type Session, type UserSummary } from './auth.ts';
import { githubLogin } from './github.ts';
import { KEY_PREFIX, Keys } from './keys.ts';
import { addressKey, FailureLimiter } from './limiter.ts';
import { checkPassword, PASSWORD_MAX_BYTES, Passwords } from './passwords.ts';
import { type TokenClaims, Tokens } from './tokens.ts';

export interface AuthOptions {
  readonly registry: Registry;
  readonly config: {
    /** minutes */
    readonly tokenTtl: number;
    /** name → bcrypt hash */
    readonly users: Readonly<Record<string, string>>;
    readonly auth: { readonly users: readonly string[] };
    readonly githubUrl: string;
    /** A key of any rate takes an event of this size. */
    readonly eventMaxBytes?: number;
  };
  /** Signs tokens. */
  readonly secret: Uint8Array;
  readonly now: () => number;
  readonly fetch: typeof globalThis.fetch;
  /** Ten seconds unless said: for tests. */
  readonly githubMaxMs?: number;
}

interface StoredUser {
  readonly role: Role;
  readonly hash: string;
}

const USERS = 'users';
/** Sessions signed out before their token expired: name is the session, value when it can be forgotten. */
const ENDED = 'ended-sessions';
const USER_NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;
/** A cookie session is renewed while used, for so long at most (API.md). */
const SESSION_MAX_MS = 30 * 86_400_000;
/** Questions to GitHub at a time: each may take ten seconds. */
const GITHUB_AT_ONCE = 20;
const PROOFS_MAX = 10_000;

/** What makes somebody a user at this moment. */
interface Standing {
  readonly role: Role;
  readonly proof: string;
}

export function createAuth(options: AuthOptions): Auth {
  const { registry, config, now } = options;
  const passwords = new Passwords(Object.values(config.users));
  const limiter = new FailureLimiter(now);
  const keys = new Keys(registry, now, config.eventMaxBytes);
  const tokens = new Tokens({ key: options.secret, now, ttlMs: config.tokenTtl * 60_000 });
  const logins = new Set(config.auth.users.map((login) => login.toLowerCase()));
  let askingGitHub = 0;

  const configured = (name: string): string | undefined =>
    Object.hasOwn(config.users, name) ? config.users[name] : undefined;

  /** A name that nobody can have is not looked up: the registry's keys are bounded. */
  const stored = (name: string): StoredUser | undefined =>
    USER_NAME.test(name) ? registry.get<StoredUser>(USERS, name) : undefined;

  /** By hash; few, and asked with every request. */
  const proofs = new Map<string, string>();
  /** Says nothing of the hash to whoever reads it in a token. */
  function proofOf(hash: string): string {
    let proof = proofs.get(hash);
    if (proof === undefined) {
      proof = createHmac('sha256', options.secret).update(hash).digest('base64url').slice(0, 16);
      if (proofs.size >= PROOFS_MAX) proofs.clear();
      proofs.set(hash, proof);
    }
    return proof;
  }

  /** Undefined when there is no such user, or no more. */
  function standingOf(user: string, github: boolean): Standing | undefined {
    if (github) return logins.has(user.toLowerCase()) ? { role: 'admin', proof: '' } : undefined;
    const hash = configured(user);
    if (hash !== undefined) return { role: 'admin', proof: proofOf(hash) };
    const known = stored(user);
    return known && { role: known.role, proof: proofOf(known.hash) };
  }

  /**
   * Runs an attempt to sign in; undefined is a failure of it.
   * @throws AUTH_FAILED, AUTH_TOO_MANY, AUTH_BUSY
   */
  async function attempt(limited: readonly string[], work: () => Promise<Session | undefined>): Promise<Session> {
    const wait = limiter.secondsToWait(limited);
    if (wait > 0)
      throw new SeismoError('AUTH_TOO_MANY', `Too many failed sign-ins; wait ${wait} s.`, { retryAfterSeconds: wait });
    if (!limiter.hasRoom(limited)) throw new SeismoError('AUTH_BUSY', 'Too many sign-ins at once.');
    limiter.begin(limited);
    try {
      const session = await work();
      if (session) return session;
    } finally {
      limiter.end(limited);
    }
    limiter.failed(limited);
    throw new SeismoError('AUTH_FAILED', 'Name or password is wrong, or this account is not admitted.');
  }

  async function sessionOf(user: string, { role, proof }: Standing, github: boolean): Promise<Session> {
    return { ...(await tokens.issue({ user, role, github, proof })), user, role };
  }

  async function renewed(claims: TokenClaims, { role, proof }: Standing): Promise<Session | undefined> {
    const half = (claims.expiresAt - claims.issuedAt) / 2;
    const endsAt = claims.signedInAt + SESSION_MAX_MS;
    if (now() - claims.issuedAt < half || tokens.expiry(endsAt) <= claims.expiresAt) return undefined;
    const { user, github } = claims;
    const session = { id: claims.session, signedInAt: claims.signedInAt, endsAt };
    return { ...(await tokens.issue({ user, role, github, proof }, session)), user, role };
  }

  /** Users are changed one after the other: a write is seen only when it is on disk. */
  let lastChange: Promise<unknown> = Promise.resolve();
  function inTurn<T>(change: () => Promise<T>): Promise<T> {
    const turn = lastChange.then(change, change);
    lastChange = turn.catch(() => {});
    return turn;
  }

  async function forgetEnded(): Promise<void> {
    for (const { name, value } of registry.list<number>(ENDED)) if (value < now()) await registry.remove(ENDED, name);
  }

  function storedUser(name: string): StoredUser {
    if (configured(name) !== undefined)
      throw new SeismoError('USER_CONFIGURED', `"${name}" stands in the configuration; change it there.`);
    const known = stored(name);
    if (known === undefined) throw new SeismoError('USER_UNKNOWN', `There is no user "${name.slice(0, 80)}".`);
    return known;
  }

  const hasOtherAdmin = (name: string): boolean =>
    Object.keys(config.users).length > 0 ||
    logins.size > 0 ||
    registry.list<StoredUser>(USERS).some((user) => user.name !== name && user.value.role === 'admin');

  async function signInWithPassword(username: unknown, password: unknown, address: string): Promise<Session> {
    if (typeof username !== 'string' || typeof password !== 'string')
      throw new SeismoError('REQUEST_INVALID', 'Send {"username": …, "password": …} or {"token": …}.');
    const byName = `name ${username.slice(0, 100)}`;
    return await attempt([`address ${addressKey(address)}`, byName], async () => {
      const hash = configured(username) ?? stored(username)?.hash;
      const isRight = await passwords.matches(password.slice(0, 1_000), hash);
      // More than 72 bytes would be cut by bcrypt: such a password is never right.
      if (!isRight || hash === undefined || Buffer.byteLength(password) > PASSWORD_MAX_BYTES) return undefined;
      const standing = standingOf(username, false);
      // The password may have been changed meanwhile.
      if (standing?.proof !== proofOf(hash)) return undefined;
      // The failures of the address stay: an account of one's own must not buy more guesses.
      limiter.forget(byName);
      return await sessionOf(username, standing, false);
    });
  }

  async function changeUser(name: string, { password, role }: { password?: unknown; role?: unknown }): Promise<void> {
    if (password === undefined && role === undefined)
      throw new SeismoError('USER_INVALID', 'Send a new password, a new role, or both.');
    const checked = password === undefined ? undefined : checkPassword(password);
    const known = role === undefined ? undefined : checkRole(role);
    await inTurn(async () => {
      const before = storedUser(name);
      if (before.role === 'admin' && known === 'viewer' && !hasOtherAdmin(name))
        throw new SeismoError('USER_LAST_ADMIN', `"${name}" is the only admin.`, { field: 'role' });
      await registry.put(USERS, name, {
        role: known ?? before.role,
        // A new hash ends the sessions (proofOf).
        hash: checked === undefined ? before.hash : await passwords.hash(checked),
      } satisfies StoredUser);
    });
  }

  return {
    signInWithPassword,

    async signInWithGitHub(token, address) {
      if (typeof token !== 'string')
        throw new SeismoError('REQUEST_INVALID', 'token must be a text.', { field: 'token' });
      return await attempt([`address ${addressKey(address)}`], async () => {
        if (askingGitHub >= GITHUB_AT_ONCE) throw new SeismoError('AUTH_BUSY', 'Too many sign-ins at once.');
        askingGitHub++;
        try {
          const login = await githubLogin(token, config.githubUrl, options.fetch, options.githubMaxMs);
          const standing = login === undefined ? undefined : standingOf(login, true);
          return login !== undefined && standing ? await sessionOf(login, standing, true) : undefined;
        } finally {
          askingGitHub--;
        }
      });
    },

    async identify(token, via): Promise<Identity> {
      if (token.startsWith(KEY_PREFIX)) return keys.identify(token, via);
      const claims = await tokens.verify(token);
      const standing = standingOf(claims.user, claims.github);
      if (standing?.proof !== claims.proof || registry.get(ENDED, claims.session) !== undefined)
        throw new SeismoError('AUTH_TOKEN_INVALID', 'The session has ended.');
      const renewal = via === 'cookie' ? await renewed(claims, standing) : undefined;
      const { user, expiresAt } = claims;
      return { kind: 'user', name: user, role: standing.role, via, expiresAt, ...(renewal && { renewed: renewal }) };
    },

    async signOut(token) {
      const claims = await tokens.verify(token);
      await forgetEnded();
      // A renewed token of the same session may live as long again.
      await registry.put(ENDED, claims.session, claims.expiresAt + config.tokenTtl * 60_000);
    },

    posterOf: (keyId) => keys.posterOf(keyId),

    users(): UserSummary[] {
      return [
        ...Object.keys(config.users).map((name): UserSummary => ({ name, role: 'admin', source: 'configured' })),
        ...config.auth.users.map((name): UserSummary => ({ name, role: 'admin', source: 'github' })),
        ...registry
          .list<StoredUser>(USERS)
          .map(({ name, value }): UserSummary => ({ name, role: value.role, source: 'stored' })),
      ];
    },

    async addUser({ name, password, role = 'viewer' }) {
      if (typeof name !== 'string' || !USER_NAME.test(name))
        throw new SeismoError(
          'USER_INVALID',
          'name must be 1 to 64 of A-Z a-z 0-9 . _ @ - and begin with a letter or digit.',
          { field: 'name' },
        );
      const known = checkRole(role);
      const checked = checkPassword(password);
      if (configured(name) !== undefined)
        throw new SeismoError('USER_CONFIGURED', `"${name}" stands in the configuration.`);
      return await inTurn(async () => {
        if (stored(name)) throw new SeismoError('USER_EXISTS', `There is a user "${name}" already.`);
        await registry.put(USERS, name, { role: known, hash: await passwords.hash(checked) } satisfies StoredUser);
        return { name, role: known, source: 'stored' };
      });
    },

    changeUser,

    async changeOwnPassword(name, present, password, address) {
      storedUser(name);
      const checked = checkPassword(password);
      await signInWithPassword(name, present, address);
      await changeUser(name, { password: checked });
      const standing = standingOf(name, false);
      if (standing === undefined) throw new SeismoError('AUTH_TOKEN_INVALID', 'The user was removed meanwhile.');
      return await sessionOf(name, standing, false);
    },

    async removeUser(name) {
      await inTurn(async () => {
        storedUser(name);
        await registry.remove(USERS, name);
      });
    },

    keys: () => keys.list(),
    createKey: (request) => keys.create(request),
    revokeKey: (id) => keys.revoke(id),
  };
}

function checkRole(role: unknown): Role {
  const known = ROLES.find((each) => each === role);
  if (known === undefined)
    throw new SeismoError('USER_INVALID', 'role must be "admin" or "viewer".', { field: 'role' });
  return known;
}
