import { SeismoError } from '../errors.ts';
import type { Registry } from '../registry/registry.ts';
import { type Auth, type Identity, ROLES, type Role, type Session, type UserSummary } from './auth.ts';
import { githubLogin } from './github.ts';
import { KEY_PREFIX, Keys } from './keys.ts';
import { addressKey, FailureLimiter } from './limiter.ts';
import { checkPassword, Passwords } from './passwords.ts';
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
  };
  /** Signs tokens. */
  readonly secret: Uint8Array;
  readonly now: () => number;
  readonly fetch: typeof globalThis.fetch;
}

interface StoredUser {
  readonly role: Role;
  readonly hash: string;
}

const USERS = 'users';
/** Sessions signed out before their token expired: name is the session, value when it can be forgotten. */
const ENDED = 'ended-sessions';
/** Since when a user's sessions count: those signed in before have ended. */
const SINCE = 'sessions-since';
const USER_NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;
/** A cookie session is renewed while used, for so long at most (API.md). */
const SESSION_MAX_MS = 30 * 86_400_000;

export function createAuth(options: AuthOptions): Auth {
  const { registry, config, now } = options;
  const passwords = new Passwords();
  const limiter = new FailureLimiter(now);
  const keys = new Keys(registry, now);
  const tokens = new Tokens({ key: options.secret, now, ttlMs: config.tokenTtl * 60_000 });
  const logins = new Set(config.auth.users.map((login) => login.toLowerCase()));

  const configured = (name: string): string | undefined =>
    Object.hasOwn(config.users, name) ? config.users[name] : undefined;

  /** The role that a user has now, or undefined when there is no such user any more. */
  function roleOf(user: string, github: boolean): Role | undefined {
    if (github) return logins.has(user.toLowerCase()) ? 'admin' : undefined;
    if (configured(user) !== undefined) return 'admin';
    return registry.get<StoredUser>(USERS, user)?.role;
  }

  function checkLimit(limited: readonly string[]): void {
    const wait = limiter.secondsToWait(limited);
    if (wait > 0)
      throw new SeismoError('AUTH_TOO_MANY', `Too many failed sign-ins; wait ${wait} s.`, { retryAfterSeconds: wait });
  }

  function fail(limited: readonly string[]): never {
    limiter.failed(limited);
    throw new SeismoError('AUTH_FAILED', 'Name or password is wrong, or this account is not admitted.');
  }

  async function sessionOf(user: string, role: Role, github: boolean): Promise<Session> {
    return { ...(await tokens.issue({ user, role, github })), user, role };
  }

  async function renewed(claims: TokenClaims, role: Role): Promise<Session | undefined> {
    const half = (claims.expiresAt - claims.issuedAt) / 2;
    if (now() - claims.issuedAt < half || now() - claims.signedInAt > SESSION_MAX_MS) return undefined;
    const session = { id: claims.session, signedInAt: claims.signedInAt };
    const issued = await tokens.issue({ user: claims.user, role, github: claims.github }, session);
    return { ...issued, user: claims.user, role };
  }

  async function forgetEnded(): Promise<void> {
    for (const { name, value } of registry.list<number>(ENDED)) if (value < now()) await registry.remove(ENDED, name);
  }

  function storedUser(name: string): StoredUser {
    if (configured(name) !== undefined)
      throw new SeismoError('USER_CONFIGURED', `"${name}" stands in the configuration; change it there.`);
    const stored = registry.get<StoredUser>(USERS, name);
    if (stored === undefined) throw new SeismoError('USER_UNKNOWN', `There is no user "${name.slice(0, 80)}".`);
    return stored;
  }

  return {
    async signInWithPassword(username, password, address) {
      if (typeof username !== 'string' || typeof password !== 'string')
        throw new SeismoError('REQUEST_INVALID', 'Send {"username": …, "password": …} or {"token": …}.');
      const limited = [`address ${addressKey(address)}`, `name ${username.slice(0, 100)}`];
      checkLimit(limited);
      const hash = configured(username) ?? registry.get<StoredUser>(USERS, username)?.hash;
      const matches = await passwords.matches(password.slice(0, 1_000), hash);
      const role = roleOf(username, false);
      // More than 72 bytes would be cut by bcrypt: such a password is never right.
      if (!matches || role === undefined || Buffer.byteLength(password) > 72) return fail(limited);
      limiter.succeeded(limited);
      return await sessionOf(username, role, false);
    },

    async signInWithGitHub(token, address) {
      if (typeof token !== 'string')
        throw new SeismoError('REQUEST_INVALID', 'token must be a text.', { field: 'token' });
      const limited = [`address ${addressKey(address)}`];
      checkLimit(limited);
      const login = await githubLogin(token, config.githubUrl, options.fetch);
      const role = login === undefined ? undefined : roleOf(login, true);
      if (login === undefined || role === undefined) return fail(limited);
      limiter.succeeded(limited);
      return await sessionOf(login, role, true);
    },

    async identify(token, via): Promise<Identity> {
      if (token.startsWith(KEY_PREFIX)) return keys.identify(token, via);
      const claims = await tokens.verify(token);
      const role = roleOf(claims.user, claims.github);
      const since = registry.get<number>(SINCE, claims.user) ?? 0;
      if (role === undefined || claims.signedInAt < since || registry.get(ENDED, claims.session) !== undefined)
        throw new SeismoError('AUTH_TOKEN_INVALID', 'The session has ended.');
      const renewal = via === 'cookie' ? await renewed(claims, role) : undefined;
      const { user, expiresAt } = claims;
      return { kind: 'user', name: user, role, via, expiresAt, ...(renewal && { renewed: renewal }) };
    },

    async signOut(token) {
      const claims = await tokens.verify(token);
      await forgetEnded();
      // A renewed token of the same session may live as long again.
      await registry.put(ENDED, claims.session, claims.expiresAt + config.tokenTtl * 60_000);
    },

    takeRate: (keyId, events) => keys.take(keyId, events),

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
      const known = ROLES.find((each) => each === role);
      if (known === undefined)
        throw new SeismoError('USER_INVALID', 'role must be "admin" or "viewer".', { field: 'role' });
      const checked = checkPassword(password);
      if (configured(name) !== undefined)
        throw new SeismoError('USER_CONFIGURED', `"${name}" stands in the configuration.`);
      if (registry.get(USERS, name) !== undefined)
        throw new SeismoError('USER_EXISTS', `There is a user "${name}" already.`);
      await registry.put(USERS, name, { role: known, hash: await passwords.hash(checked) } satisfies StoredUser);
      return { name, role: known, source: 'stored' };
    },

    async setPassword(name, password) {
      const user = storedUser(name);
      const hash = await passwords.hash(checkPassword(password));
      await registry.put(USERS, name, { ...user, hash });
      await registry.put(SINCE, name, now());
    },

    async removeUser(name) {
      storedUser(name);
      await registry.remove(USERS, name);
      await registry.put(SINCE, name, now());
    },

    keys: () => keys.list(),
    createKey: (request) => keys.create(request),
    revokeKey: (id) => keys.revoke(id),
  };
}
