import { createHmac } from 'node:crypto';
import { SeismoError } from '../model/errors.ts';
import type { Registry } from '../registry/registry.ts';
import { SerialQueue } from '../system/serial-queue.ts';
import type { Auth, Identity, SignedIn, UserIdentity, UserSummary } from './auth.ts';
import { githubLogin } from './github.ts';
import { GitHubSessions } from './github-sessions.ts';
import { Keys } from './keys.ts';
import { type Caller, KnownCallers } from './known-callers.ts';
import { addressKey } from './limiter.ts';
import { checkStrength } from './password-strength.ts';
import { checkPassword, PASSWORD_MAX_BYTES, Passwords } from './passwords.ts';
import { type Role, USER_NAME, type UserChange } from './requests.ts';
import { type SessionOwner, Sessions } from './sessions.ts';
import { SignInAttempts } from './sign-in-attempts.ts';
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
    /** A key of any rate accepts an event of this size. */
    readonly eventMaxBytes?: number;
  };
  /** Signs tokens. */
  readonly secret: Uint8Array;
  readonly now: () => number;
  /** The user's password changed, or the user was removed. */
  readonly onPasswordChanged?: (name: string) => void;
  readonly fetch: typeof globalThis.fetch;
  /** Default: ten seconds. For tests. */
  readonly githubMaxMs?: number;
  /** Of bcrypt. Default: 12. For tests. */
  readonly bcryptRounds?: number;
}

interface StoredUser {
  readonly role: Role;
  readonly hash: string;
}

const USERS = 'users';
/** Requests to GitHub at a time: each can take ten seconds. */
const GITHUB_AT_ONCE = 20;
const PROOFS_MAX = 10_000;

/** What makes someone a user at this moment. */
interface Standing {
  readonly role: Role;
  readonly proof: string;
}

export function createAuth(options: AuthOptions): Auth {
  const { registry, config, now } = options;
  const passwords = new Passwords(Object.values(config.users), options.bcryptRounds);
  const attempts = new SignInAttempts(now);
  const callers = new KnownCallers(options.secret, now);
  const keys = new Keys(registry, now, config.eventMaxBytes);
  const ttlMs = config.tokenTtl * 60_000;
  const tokens = new Tokens({ key: options.secret, now, ttlMs });
  const sessions = new Sessions({ registry, tokens, now, ttlMs });
  const loginOf = (token: string) => githubLogin(token, config.githubUrl, options.fetch, options.githubMaxMs);
  const githubSessions = new GitHubSessions({ loginOf, end: (claims) => sessions.endByToken(claims), now });
  const logins = new Set(config.auth.users.map((login) => login.toLowerCase()));
  let askingGitHub = 0;

  const configured = (name: string): string | undefined =>
    Object.hasOwn(config.users, name) ? config.users[name] : undefined;

  /** Impossible names are not looked up, because keys of the registry have a maximum length. */
  const stored = (name: string): StoredUser | undefined =>
    USER_NAME.test(name) ? registry.get<StoredUser>(USERS, name) : undefined;

  /** By hash. There are few, and every request looks one up. */
  const proofs = new Map<string, string>();
  /** A token contains it, so it reveals nothing about the password hash. */
  function proofOf(hash: string): string {
    let proof = proofs.get(hash);
    if (proof === undefined) {
      proof = createHmac('sha256', options.secret).update(hash).digest('base64url').slice(0, 16);
      if (proofs.size >= PROOFS_MAX) proofs.clear();
      proofs.set(hash, proof);
    }
    return proof;
  }

  /** Undefined if there is no such user, or no longer. */
  function standingOf(user: string, github: boolean): Standing | undefined {
    if (github) return logins.has(user.toLowerCase()) ? { role: 'admin', proof: '' } : undefined;
    const hash = configured(user);
    if (hash !== undefined) return { role: 'admin', proof: proofOf(hash) };
    const known = stored(user);
    return known && { role: known.role, proof: proofOf(known.hash) };
  }

  async function sessionOf(
    user: string,
    { role, proof }: Standing,
    github: boolean,
    caller: Caller,
  ): Promise<SignedIn & { readonly id: string }> {
    return { ...(await sessions.open({ user, role, github, proof }, caller)), browser: callers.issue(user, caller) };
  }

  async function renewed(claims: TokenClaims, { role, proof }: Standing) {
    if (!sessions.isDue(claims) || (claims.github && !githubSessions.mayRenew(claims))) return undefined;
    return await sessions.renew(claims, { user: claims.user, github: claims.github, role, proof });
  }

  /** Users are changed one at a time: a write is only visible when it is on disk. */
  const changes = new SerialQueue();

  function storedUser(name: string): StoredUser {
    if (configured(name) !== undefined)
      throw new SeismoError(
        'USER_CONFIGURED',
        `The user \`${name}\` is defined in the configuration. Change it there.`,
      );
    const known = stored(name);
    if (known === undefined) throw new SeismoError('USER_UNKNOWN', `There is no user \`${name.slice(0, 80)}\`.`);
    return known;
  }

  const hasOtherAdmin = (name: string): boolean =>
    Object.keys(config.users).length > 0 ||
    logins.size > 0 ||
    registry.list<StoredUser>(USERS).some((user) => user.name !== name && user.value.role === 'admin');

  async function signInWithPassword(username: string, password: string, caller: Caller): Promise<SignedIn> {
    const standing = callers.standingOf(username, caller);
    const waiting = { isKnown: standing.isKnown, address: addressKey(caller.address) };
    return await attempts.run(standing, async () => {
      const hash = configured(username) ?? stored(username)?.hash;
      const isRight = await passwords.matches(password.slice(0, 1_000), hash, waiting);
      // bcrypt would ignore anything beyond 72 bytes: such a password is always wrong.
      if (!isRight || hash === undefined || Buffer.byteLength(password) > PASSWORD_MAX_BYTES) return undefined;
      const user = standingOf(username, false);
      // The password may have changed in the meantime.
      if (user?.proof !== proofOf(hash)) return undefined;
      attempts.forgive(standing);
      return shown(await sessionOf(username, user, false, caller));
    });
  }

  async function signInWithGitHub(token: string, caller: Caller): Promise<SignedIn> {
    return await attempts.run(callers.standingOf(undefined, caller), async () => {
      if (askingGitHub >= GITHUB_AT_ONCE) throw new SeismoError('AUTH_BUSY', 'Too many sign-ins at once.');
      askingGitHub++;
      try {
        const login = await loginOf(token);
        const user = login === undefined ? undefined : standingOf(login, true);
        if (login === undefined || user === undefined) return undefined;
        const session = await sessionOf(login, user, true, caller);
        githubSessions.began(session.id, token);
        return shown(session);
      } finally {
        askingGitHub--;
      }
    });
  }

  async function changeUser(name: string, { password, role }: UserChange): Promise<void> {
    if (password !== undefined) {
      checkPassword(password);
      await checkStrength(password, name);
    }
    await changes.run(async () => {
      const before = storedUser(name);
      if (before.role === 'admin' && role === 'viewer' && !hasOtherAdmin(name))
        throw new SeismoError('USER_LAST_ADMIN', `\`${name}\` is the only admin.`, { field: 'role' });
      await registry.put(USERS, name, {
        role: role ?? before.role,
        // A new hash ends the sessions (proofOf).
        hash: password === undefined ? before.hash : await passwords.hash(password),
      } satisfies StoredUser);
      if (password !== undefined) options.onPasswordChanged?.(name);
    });
  }

  return {
    signInWithPassword,

    signInWithGitHub,

    async identify(token, via): Promise<Identity> {
      if (keys.isKey(token)) return keys.identify(token, via);
      const claims = await tokens.verify(token);
      const standing = standingOf(claims.user, claims.github);
      if (standing?.proof !== claims.proof || sessions.hasEnded(claims))
        throw new SeismoError('AUTH_TOKEN_INVALID', 'The session has ended.');
      sessions.used(claims);
      const renewal = via === 'cookie' ? await renewed(claims, standing) : undefined;
      const { user, expiresAt, github } = claims;
      const session = { id: claims.session, github };
      const { role } = standing;
      return { kind: 'user', name: user, role, via, expiresAt, session, ...(renewal && { renewed: renewal }) };
    },

    signOut: async (token) => await sessions.endByToken(await tokens.verify(token)),
    sessions: (user) => sessions.list(ownerOf(user)),
    endSession: (user, id) => sessions.end(ownerOf(user), id),

    async endOtherSessions(user, caller) {
      const owner = ownerOf(user);
      await sessions.endAll(owner);
      const standing = standingOf(owner.user, owner.github);
      if (standing === undefined) throw new SeismoError('AUTH_TOKEN_INVALID', 'The user was removed in the meantime.');
      return shown(await sessionOf(owner.user, standing, owner.github, caller));
    },

    posterOf: (keyId) => keys.posterOf(keyId),
    writeKeysOf: (app) =>
      keys
        .list()
        .filter((key) => key.app === app && key.scope === 'write')
        .map(({ id }) => id),

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
      checkPassword(password);
      await checkStrength(password, name);
      if (configured(name) !== undefined)
        throw new SeismoError('USER_CONFIGURED', `The user \`${name}\` is defined in the configuration.`);
      return await changes.run(async () => {
        if (stored(name)) throw new SeismoError('USER_EXISTS', `The user \`${name}\` already exists.`);
        await registry.put(USERS, name, { role, hash: await passwords.hash(password) } satisfies StoredUser);
        return { name, role, source: 'stored' };
      });
    },

    changeUser,

    async changeOwnPassword(name, present, password, caller) {
      storedUser(name);
      checkPassword(password);
      await signInWithPassword(name, present, caller);
      await changeUser(name, { password });
      const standing = standingOf(name, false);
      if (standing === undefined) throw new SeismoError('AUTH_TOKEN_INVALID', 'The user was removed in the meantime.');
      return shown(await sessionOf(name, standing, false, caller));
    },

    async removeUser(name) {
      await changes.run(async () => {
        storedUser(name);
        await registry.remove(USERS, name);
        options.onPasswordChanged?.(name);
      });
    },

    keys: () => keys.list(),
    createKey: (request) => keys.create(request),
    revokeKey: (id) => keys.revoke(id),
  };
}

/** Without the id, which only the registry and tokens use. */
function shown({ id: _id, ...session }: SignedIn & { readonly id: string }): SignedIn {
  return session;
}

function ownerOf({ name, session }: UserIdentity): SessionOwner {
  return { user: name, github: session?.github ?? false };
}
