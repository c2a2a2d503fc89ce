import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { hash } from '@node-rs/bcrypt';
import { SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hashPassword } from '../../src/app/hash-password.ts';
import type { Auth, UserIdentity } from '../../src/auth/auth.ts';
import { createAuth } from '../../src/auth/create-auth.ts';
import { firstAdmin, signingKey } from '../../src/auth/first-start.ts';
import { GITHUB_MAX_MS } from '../../src/auth/github.ts';
import type { Caller } from '../../src/auth/known-callers.ts';
import { addressKey, FailureLimiter } from '../../src/auth/limiter.ts';
import { NewKey, NewUser, SignIn, UserChange } from '../../src/auth/requests.ts';
import { SeismoError } from '../../src/model/errors.ts';
import { parse } from '../../src/model/schema-check.ts';
import { openRegistry } from '../../src/registry/lmdb-registry.ts';
import type { Registry } from '../../src/registry/registry.ts';

let folder: string;
let registry: Registry;
let auth: Auth;
let now: number;
let github: Server;
let githubAnswer: (authorization: string) => { status: number; body: string };

const SECRET = Buffer.alloc(32, 5);
const PASSWORD = 'correct horse battery';

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-auth-'));
  registry = openRegistry(join(folder, 'registry'));
  now = Date.UTC(2026, 0, 5);
  github = createServer((request, response) => {
    const { status, body } = githubAnswer(request.headers.authorization ?? '');
    response.writeHead(request.url === '/user' ? status : 404, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => github.listen(0, '127.0.0.1', resolve));
  auth = anAuth();
});
afterEach(async () => {
  github.closeAllConnections();
  github.close();
  await registry.close();
  rmSync(folder, { recursive: true });
});

function anAuth(secret = SECRET, users: Readonly<Record<string, string>> = {}, githubMaxMs?: number): Auth {
  const port = (github.address() as AddressInfo).port;
  return createAuth({
    ...(githubMaxMs !== undefined && { githubMaxMs }),
    bcryptRounds: 4,
    registry,
    secret,
    now: () => now,
    fetch,
    config: {
      tokenTtl: 60,
      users,
      auth: { users: ['OctoCat'] },
      githubUrl: `http://127.0.0.1:${port}`,
    },
  });
}

const code = (work: Promise<unknown>) =>
  work.then(
    () => 'fine',
    (error: unknown) => (error instanceof SeismoError ? error.code : Promise.reject(error)),
  );

describe('signing in with a password', () => {
  it('gives a token that names user and role, and ends with its time', async () => {
    await auth.addUser({ name: 'ann', password: PASSWORD, role: 'admin' });
    const session = await auth.signInWithPassword('ann', PASSWORD, { address: '10.0.0.1' });
    expect(session).toMatchObject({ user: 'ann', role: 'admin', expiresAt: now + 3_600_000 });
    expect(await auth.identify(session.token, 'header')).toMatchObject({ kind: 'user', name: 'ann', role: 'admin' });
    now += 3_600_001;
    expect(await code(auth.identify(session.token, 'header'))).toBe('AUTH_TOKEN_INVALID');
  });

  it('answers a wrong password, an unknown user and a password over 72 bytes alike', async () => {
    await auth.addUser({ name: 'ann', password: PASSWORD });
    expect(await code(auth.signInWithPassword('ann', 'wrong', { address: '10.0.0.1' }))).toBe('AUTH_FAILED');
    expect(await code(auth.signInWithPassword('bob', PASSWORD, { address: '10.0.0.1' }))).toBe('AUTH_FAILED');
    expect(await code(auth.signInWithPassword('ann', PASSWORD + 'x'.repeat(60), { address: '10.0.0.1' }))).toBe(
      'AUTH_FAILED',
    );
    expect(await code(auth.addUser({ name: 'eve', password: 'x'.repeat(73) }))).toBe('USER_INVALID');
  });

  it('refuses the eleventh attempt of a minute from one address or for one name, without asking bcrypt', async () => {
    for (let i = 0; i < 10; i++) await code(auth.signInWithPassword(`user${i}`, 'wrong', { address: '2001:db8::1' }));
    expect(await code(auth.signInWithPassword('ann', 'wrong', { address: '2001:db8::2' }))).toBe('AUTH_TOO_MANY');
    expect(await code(auth.signInWithPassword('ann', 'wrong', { address: '2001:db8:0:1::1' }))).toBe('AUTH_FAILED');
    now += 61_000;
    expect(await code(auth.signInWithPassword('ann', 'wrong', { address: '2001:db8::2' }))).toBe('AUTH_FAILED');
  });

  it('counts guesses that are made at once like guesses made one by one', async () => {
    const codes = await Promise.all(
      Array.from({ length: 15 }, (_, i) => code(auth.signInWithPassword(`user${i}`, 'wrong', { address: '10.0.0.1' }))),
    );
    // Two are compared and four wait; of one address no more may.
    expect(codes.filter((each) => each === 'AUTH_FAILED')).toHaveLength(6);
    expect(codes.filter((each) => each === 'AUTH_BUSY')).toHaveLength(9);
    for (let i = 0; i < 4; i++)
      expect(await code(auth.signInWithPassword(`late${i}`, 'wrong', { address: '10.0.0.1' }))).toBe('AUTH_FAILED');
    expect(await code(auth.signInWithPassword('ann', 'wrong', { address: '10.0.0.1' }))).toBe('AUTH_TOO_MANY');
  });

  it('limits an address although its own account signs in between', async () => {
    await auth.addUser({ name: 'eve', password: PASSWORD });
    for (let i = 0; i < 9; i++) await code(auth.signInWithPassword(`user${i}`, 'wrong', { address: '10.0.4.1' }));
    expect(await code(auth.signInWithPassword('eve', PASSWORD, { address: '10.0.4.1' }))).toBe('fine');
    expect(await code(auth.signInWithPassword('user9', 'wrong', { address: '10.0.4.1' }))).toBe('AUTH_FAILED');
    expect(await code(auth.signInWithPassword('user10', 'wrong', { address: '10.0.4.1' }))).toBe('AUTH_TOO_MANY');
  });

  it('limits strangers who guess at one name to 100 a minute together, which keeps out nobody who signed in before', async () => {
    const quick = anAuth(SECRET, { ann: await hash(PASSWORD, { cost: 4 }) });
    const { browser } = await quick.signInWithPassword('ann', PASSWORD, { address: '10.0.0.1' });
    const guess = (i: number) => code(quick.signInWithPassword('ann', 'wrong', { address: `10.1.${i}.1` }));
    for (let i = 0; i < 10; i++) expect(await guess(i)).toBe('AUTH_FAILED');
    // Ten guesses from elsewhere a minute were once enough to keep out a name.
    expect(await code(quick.signInWithPassword('ann', PASSWORD, { address: '10.2.0.1' }))).toBe('fine');
    for (let i = 10; i < 100; i++) expect(await guess(i)).toBe('AUTH_FAILED');
    expect(await guess(100)).toBe('AUTH_TOO_MANY');
    const signIn = (caller: Caller, name = 'ann') => code(quick.signInWithPassword(name, PASSWORD, caller));
    expect(await signIn({ address: '10.3.0.1' })).toBe('AUTH_TOO_MANY');
    expect(await signIn({ address: '10.0.0.1' })).toBe('fine');
    expect(await signIn({ address: '10.3.0.1', browser })).toBe('fine');
    // The cookie is good for this user alone, and as it was given.
    expect(await signIn({ address: '10.3.0.3', browser: `${browser.slice(0, -1)}~` })).toBe('AUTH_TOO_MANY');
    const { browser: ofEve } = await anAuth(SECRET, { eve: await hash(PASSWORD, { cost: 4 }) }).signInWithPassword(
      'eve',
      PASSWORD,
      {
        address: '10.0.0.2',
      },
    );
    expect(await signIn({ address: '10.3.0.3', browser: ofEve })).toBe('AUTH_TOO_MANY');
    // Known callers have a limit too.
    for (let i = 0; i < 10; i++)
      expect(await code(quick.signInWithPassword('ann', 'wrong', { address: '10.3.0.2', browser }))).toBe(
        'AUTH_FAILED',
      );
    expect(await signIn({ address: '10.3.0.2', browser })).toBe('AUTH_TOO_MANY');
    now += 401 * 86_400_000;
    for (let i = 0; i < 100; i++) await guess(i);
    expect(await signIn({ address: '10.3.0.4', browser })).toBe('AUTH_TOO_MANY');
  }, 30_000);

  it.each(['', 'x'.repeat(900_000), 'a\0b', '__proto__', 'é'.repeat(200)])(
    'takes an odd name or password for a wrong one (%#)',
    async (odd) => {
      expect(await code(auth.signInWithPassword(odd, odd, { address: '10.0.0.1' }))).toBe('AUTH_FAILED');
    },
  );

  it('lets nobody in with the old password while it is being changed, and one name be added once', async () => {
    const added = await Promise.all(
      [1, 2].map((n) => code(auth.addUser({ name: 'ann', password: `${PASSWORD} ${n}` }))),
    );
    expect(added.sort()).toEqual(['USER_EXISTS', 'fine']);
    const [old] = await Promise.all([
      Promise.all(
        [1, 2].map((n) =>
          auth.signInWithPassword('ann', `${PASSWORD} ${n}`, { address: '10.0.0.1' }).catch(() => undefined),
        ),
      ),
      auth.changeUser('ann', { password: `${PASSWORD} 3` }),
    ]);
    for (const session of old)
      if (session) expect(await code(auth.identify(session.token, 'header'))).toBe('AUTH_TOKEN_INVALID');
    expect(await code(auth.signInWithPassword('ann', `${PASSWORD} 3`, { address: '10.0.0.1' }))).toBe('fine');
  });

  it('ends the sessions of a user of the configuration whose hash was changed there', async () => {
    const [one, two] = await Promise.all([hash(PASSWORD, { cost: 12 }), hash(PASSWORD, { cost: 12 })]);
    const { token } = await anAuth(SECRET, { ann: one! }).signInWithPassword('ann', PASSWORD, { address: '10.0.0.1' });
    expect(await code(anAuth(SECRET, { ann: one! }).identify(token, 'cookie'))).toBe('fine');
    expect(await code(anAuth(SECRET, { ann: two! }).identify(token, 'cookie'))).toBe('AUTH_TOKEN_INVALID');
    expect(await code(anAuth(SECRET, {}).identify(token, 'cookie'))).toBe('AUTH_TOKEN_INVALID');
  });

  it('ends sessions at once when the user is removed, the password changes, or who it is signs out', async () => {
    await auth.addUser({ name: 'ann', password: PASSWORD });
    const signIn = (password: string) => auth.signInWithPassword('ann', password, { address: '10.0.0.1' });
    const [first, second] = [await signIn(PASSWORD), await signIn(PASSWORD)];
    await auth.signOut(first.token);
    expect(await code(auth.identify(first.token, 'header'))).toBe('AUTH_TOKEN_INVALID');
    expect(await code(auth.identify(second.token, 'header'))).toBe('fine');
    now += 1;
    await auth.changeUser('ann', { password: `${PASSWORD} 2` });
    expect(await code(auth.identify(second.token, 'header'))).toBe('AUTH_TOKEN_INVALID');
    const third = await signIn(`${PASSWORD} 2`);
    await auth.removeUser('ann');
    expect(await code(auth.identify(third.token, 'header'))).toBe('AUTH_TOKEN_INVALID');
    expect(await code(auth.removeUser('ann'))).toBe('USER_UNKNOWN');
  });
});

describe('users', () => {
  it('change their role from the next request on, and somebody stays an admin', async () => {
    const alone = anAuth();
    await alone.addUser({ name: 'ann', password: PASSWORD, role: 'viewer' });
    const { token } = await alone.signInWithPassword('ann', PASSWORD, { address: '10.0.0.1' });
    await alone.changeUser('ann', { role: 'admin' });
    expect(await alone.identify(token, 'header')).toMatchObject({ role: 'admin' });
    // The logins of GitHub are admins.
    await alone.changeUser('ann', { role: 'viewer' });
    expect(await alone.identify(token, 'header')).toMatchObject({ role: 'viewer' });
    expect(await code(alone.changeUser('nobody', { role: 'viewer' }))).toBe('USER_UNKNOWN');
  });

  it('change their own password when they know the present one: the other sessions end', async () => {
    await auth.addUser({ name: 'ann', password: PASSWORD });
    const other = await auth.signInWithPassword('ann', PASSWORD, { address: '10.0.0.1' });
    const next = `${PASSWORD} 2`;
    expect(await code(auth.changeOwnPassword('ann', 'a wrong password', next, { address: '10.0.0.1' }))).toBe(
      'AUTH_FAILED',
    );
    expect(await code(auth.changeOwnPassword('ann', PASSWORD, 'short', { address: '10.0.0.1' }))).toBe('USER_INVALID');
    expect(await code(auth.identify(other.token, 'header'))).toBe('fine');
    const session = await auth.changeOwnPassword('ann', PASSWORD, next, { address: '10.0.0.1' });
    expect(session).toMatchObject({ user: 'ann', role: 'viewer' });
    expect(await code(auth.identify(session.token, 'cookie'))).toBe('fine');
    expect(await code(auth.identify(other.token, 'header'))).toBe('AUTH_TOKEN_INVALID');
    expect(await code(auth.signInWithPassword('ann', PASSWORD, { address: '10.0.0.1' }))).toBe('AUTH_FAILED');
    expect(await code(auth.signInWithPassword('ann', next, { address: '10.0.0.1' }))).toBe('fine');
  });

  it('may not guess the present password more often than they may sign in', async () => {
    await auth.addUser({ name: 'ann', password: PASSWORD });
    const guess = () =>
      code(auth.changeOwnPassword('ann', 'a wrong password', `${PASSWORD} 2`, { address: '10.0.0.1' }));
    const guesses: string[] = [];
    for (let i = 0; i < 11; i++) guesses.push(await guess());
    expect(guesses).toEqual([...Array.from({ length: 10 }, () => 'AUTH_FAILED'), 'AUTH_TOO_MANY']);
  });
});

describe('tokens', () => {
  it('are refused when signed by another key, cut, changed, unsigned or of another algorithm', async () => {
    await auth.addUser({ name: 'ann', password: PASSWORD });
    const { token } = await auth.signInWithPassword('ann', PASSWORD, { address: '10.0.0.1' });
    const [head, payload] = token.split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const sign = (alg: string, key: Buffer) => new SignJWT(claims).setProtectedHeader({ alg }).sign(key);
    const bad = [
      await sign('HS256', Buffer.alloc(32, 6)),
      await sign('HS512', SECRET),
      `${encode({ alg: 'none' })}.${payload}.`,
      `${head}.${encode({ ...claims, role: 'admin' })}.${token.split('.')[2]}`,
      token.slice(0, -3),
      `${head}.${payload}`,
      'x',
      '',
    ];
    for (const each of bad) expect(await code(auth.identify(each, 'header')), each).toBe('AUTH_TOKEN_INVALID');
    expect(await code(auth.identify(await sign('HS256', SECRET), 'header'))).toBe('fine');
    expect(await code(anAuth(Buffer.alloc(32, 9)).identify(token, 'header'))).toBe('AUTH_TOKEN_INVALID');
  });

  it('in a cookie are renewed after half their time, for 30 days at most', async () => {
    await auth.addUser({ name: 'ann', password: PASSWORD });
    let { token } = await auth.signInWithPassword('ann', PASSWORD, { address: '10.0.0.1' });
    const renewal = async (via: 'cookie' | 'header') => {
      const identity = await auth.identify(token, via);
      return identity.kind === 'user' ? identity.renewed : undefined;
    };
    expect(await renewal('cookie')).toBeUndefined();
    now += 31 * 60_000;
    expect(await renewal('header')).toBeUndefined();
    const signedInAt = now - 31 * 60_000;
    let until = 0;
    for (let next = await renewal('cookie'); next; next = await renewal('cookie')) {
      token = next.token;
      until = next.expiresAt;
      now += 45 * 60_000;
      if (now >= until) break;
    }
    expect(until).toBe(signedInAt + 30 * 86_400_000);
    now = until;
    expect(await code(auth.identify(token, 'cookie'))).toBe('AUTH_TOKEN_INVALID');
  });

  it('that are renewed never outlive the 30 days, however long tokens live', async () => {
    await auth.addUser({ name: 'ann', password: PASSWORD });
    const signedInAt = now;
    const long = createAuth({
      registry,
      secret: SECRET,
      now: () => now,
      fetch,
      config: { tokenTtl: 25 * 1440, users: {}, auth: { users: [] }, githubUrl: '' },
    });
    const { token } = await long.signInWithPassword('ann', PASSWORD, { address: '10.0.0.1' });
    now += 20 * 86_400_000;
    const identity = await long.identify(token, 'cookie');
    expect(identity.kind === 'user' && identity.renewed?.expiresAt).toBe(signedInAt + 30 * 86_400_000);
  });
});

describe('sessions', () => {
  const who = async (token: string): Promise<UserIdentity> => {
    const identity = await auth.identify(token, 'header');
    if (identity.kind !== 'user') throw new Error('a key');
    return identity;
  };

  it('are listed with where they began, and ended one by one, by their own user alone, also after a restart', async () => {
    await auth.addUser({ name: 'ann', password: PASSWORD });
    await auth.addUser({ name: 'eve', password: PASSWORD });
    const began = now;
    const one = await auth.signInWithPassword('ann', PASSWORD, { address: '10.0.0.1', agent: 'Firefox' });
    now += 1_000;
    const two = await auth.signInWithPassword('ann', PASSWORD, { address: '10.0.0.2', agent: 'curl' });
    const eve = await auth.signInWithPassword('eve', PASSWORD, { address: '10.0.0.3' });
    const ann = await who(two.token);
    const listed = auth.sessions(ann);
    expect(listed.map(({ id: _, ...session }) => session)).toEqual([
      {
        signedInAt: began + 1_000,
        lastUsedAt: began + 1_000,
        expiresAt: two.expiresAt,
        address: '10.0.0.2',
        agent: 'curl',
      },
      { signedInAt: began, lastUsedAt: began, expiresAt: one.expiresAt, address: '10.0.0.1', agent: 'Firefox' },
    ]);
    expect(listed[0]?.id).toBe(ann.session?.id);
    const [, first] = listed;
    expect(await code(auth.endSession(await who(eve.token), first!.id))).toBe('SESSION_UNKNOWN');
    expect(await code(auth.identify(one.token, 'header'))).toBe('fine');
    await auth.endSession(ann, first!.id);
    auth = anAuth();
    expect(await code(auth.identify(one.token, 'header'))).toBe('AUTH_TOKEN_INVALID');
    expect(auth.sessions(ann)).toHaveLength(1);
    now = two.expiresAt + 1;
    expect(auth.sessions(ann)).toEqual([]);
  });

  it('tell when they were used last, and end all at once but the one that asks', async () => {
    await auth.addUser({ name: 'ann', password: PASSWORD });
    const one = await auth.signInWithPassword('ann', PASSWORD, { address: '10.0.0.1' });
    now += 20 * 60_000;
    const two = await auth.signInWithPassword('ann', PASSWORD, { address: '10.0.0.2' });
    await who(one.token);
    const ann = await who(two.token);
    await vi.waitFor(() => expect(auth.sessions(ann).map(({ lastUsedAt }) => lastUsedAt)).toEqual([now, now]));
    now += 1;
    const next = await auth.endOtherSessions(await who(two.token), { address: '10.0.0.2' });
    expect(await code(auth.identify(one.token, 'header'))).toBe('AUTH_TOKEN_INVALID');
    expect(await code(auth.identify(two.token, 'header'))).toBe('AUTH_TOKEN_INVALID');
    expect(auth.sessions(await who(next.token)).map(({ address }) => address)).toEqual(['10.0.0.2']);
    auth = anAuth();
    expect(await code(auth.identify(one.token, 'header'))).toBe('AUTH_TOKEN_INVALID');
    expect(await code(auth.identify(next.token, 'header'))).toBe('fine');
  });

  it('of a program that signs in again and again are 200 in the list, and stay valid', async () => {
    const quick = anAuth(SECRET, { bot: await hash(PASSWORD, { cost: 4 }) });
    const sessions = [];
    for (let i = 0; i < 205; i++) {
      now += 1;
      sessions.push(await quick.signInWithPassword('bot', PASSWORD, { address: '10.0.0.1' }));
    }
    const bot = (await quick.identify(sessions[0]!.token, 'header')) as UserIdentity;
    const listed = quick.sessions(bot);
    expect(listed).toHaveLength(200);
    expect(listed[0]?.signedInAt).toBe(now);
  }, 30_000);
});

describe('a new password', () => {
  it.each([
    'aaaaaaaaaaaa',
    '123456789012',
    'qwertyuiop12',
    'password1234',
    'passwordpassword',
    'iloveyou1234',
    'abcdefghijkl',
    'seismoseismo',
    'katharinakatharina',
    'P@ssw0rd1234',
  ])('that is easily guessed is refused: %s', async (easy) => {
    expect(await code(auth.addUser({ name: 'katharina', password: easy }))).toBe('USER_INVALID');
    expect(await code(hashPassword(easy.replace('katharina', 'admin')))).toBe('USER_INVALID');
    await auth.addUser({ name: 'katharina', password: PASSWORD });
    expect(await code(auth.changeUser('katharina', { password: easy }))).toBe('USER_INVALID');
    expect(await code(auth.changeOwnPassword('katharina', PASSWORD, easy, { address: '10.0.0.1' }))).toBe(
      'USER_INVALID',
    );
  });

  it.each(['correct horse battery', 'kv7-Fq2_zLw9', 'drei Katzen im Regen'])('is taken: %s', async (good) => {
    expect(await code(auth.addUser({ name: 'katharina', password: good }))).toBe('fine');
  });
});

describe('GitHub', () => {
  it('is asked again before a session is renewed, and ends it when the token is revoked', async () => {
    let isRevoked = false;
    let asked = 0;
    githubAnswer = () => {
      asked++;
      return isRevoked ? { status: 401, body: '{}' } : { status: 200, body: '{"login":"octocat"}' };
    };
    let { token } = await auth.signInWithGitHub('github_pat_x', { address: '10.0.0.1' });
    const renewal = async () => {
      const identity = await auth.identify(token, 'cookie');
      return identity.kind === 'user' ? identity.renewed : undefined;
    };
    now += 31 * 60_000;
    // The first request past half of its time asks; it does not wait for the answer.
    expect(await renewal()).toBeUndefined();
    const next = await vi.waitFor(async () => (await renewal()) ?? Promise.reject(new Error('not yet')));
    expect(asked).toBe(2);
    token = next!.token;
    isRevoked = true;
    now += 31 * 60_000;
    await vi.waitFor(async () => expect(await code(renewal())).toBe('AUTH_TOKEN_INVALID'));
    expect(asked).toBe(3);
  });

  it('is not needed for a session whose token nobody holds after a restart: it ends with its time', async () => {
    githubAnswer = () => ({ status: 200, body: '{"login":"octocat"}' });
    const { token } = await auth.signInWithGitHub('ghp_x', { address: '10.0.0.1' });
    auth = anAuth();
    now += 59 * 60_000;
    const identity = await auth.identify(token, 'cookie');
    expect(identity).not.toHaveProperty('renewed');
    now += 2 * 60_000;
    expect(await code(auth.identify(token, 'cookie'))).toBe('AUTH_TOKEN_INVALID');
  });

  it('admits the logins named, whatever their case', async () => {
    githubAnswer = (authorization) => ({ status: 200, body: `{"login":"${authorization.split('_')[1]}"}` });
    const session = await auth.signInWithGitHub('ghp_octocat', { address: '10.0.0.1' });
    expect(session).toMatchObject({ user: 'octocat', role: 'admin' });
    expect(await auth.identify(session.token, 'header')).toMatchObject({ name: 'octocat', role: 'admin' });
    expect(await code(auth.signInWithGitHub('ghp_stranger', { address: '10.0.0.1' }))).toBe('AUTH_FAILED');
  });

  it('says when GitHub is away, and when it does not know the token', async () => {
    githubAnswer = () => ({ status: 401, body: '{}' });
    expect(await code(auth.signInWithGitHub('ghp_x', { address: '10.0.0.1' }))).toBe('AUTH_FAILED');
    githubAnswer = () => ({ status: 502, body: 'bad gateway' });
    expect(await code(auth.signInWithGitHub('ghp_x', { address: '10.0.0.1' }))).toBe('GITHUB_UNAVAILABLE');
    githubAnswer = () => ({ status: 200, body: '<html>' });
    expect(await code(auth.signInWithGitHub('ghp_x', { address: '10.0.0.1' }))).toBe('GITHUB_UNAVAILABLE');
    github.closeAllConnections();
    await new Promise((resolve) => github.close(resolve));
    expect(await code(auth.signInWithGitHub('ghp_x', { address: '10.0.0.1' }))).toBe('GITHUB_UNAVAILABLE');
  });

  it.each([
    ['a connection that stays silent', (response: ServerResponse) => void response],
    ['a body that does not end', (response: ServerResponse) => void response.writeHead(200).write('{"login":')],
  ])('waits ten seconds at most, here 50 ms, for %s', async (_, begin) => {
    expect(GITHUB_MAX_MS).toBe(10_000);
    const begun = new Promise<void>((resolve) => {
      github.removeAllListeners('request').on('request', (_request, response: ServerResponse) => {
        begin(response);
        resolve();
      });
    });
    const signIn = anAuth(SECRET, {}, 50)
      .signInWithGitHub('ghp_x', { address: '10.0.0.1' })
      .catch((cause: unknown) => cause);
    // On a busy machine the limit may be over before the request arrives.
    await Promise.race([begun, signIn]);
    // Whatever fetch holds only weakly is gone from here on, as under load.
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    for (let round = 0; round < 5; round++) {
      await new Promise((resolve) => setImmediate(resolve));
      collect();
    }
    const error: unknown = await signIn;
    expect(error).toMatchObject({ code: 'GITHUB_UNAVAILABLE', retryAfterSeconds: 10 });
  });

  it('takes a login off at once when the configuration names it no more, and does not mix it with a user of that name', async () => {
    githubAnswer = () => ({ status: 200, body: '{"login":"octocat"}' });
    const { token } = await auth.signInWithGitHub('ghp_x', { address: '10.0.0.1' });
    await auth.addUser({ name: 'octocat', password: PASSWORD });
    await auth.removeUser('octocat');
    expect(await code(auth.identify(token, 'header'))).toBe('fine');
    const without = createAuth({
      registry,
      secret: SECRET,
      now: () => now,
      fetch,
      config: { tokenTtl: 60, users: {}, auth: { users: [] }, githubUrl: '' },
    });
    expect(await code(without.identify(token, 'header'))).toBe('AUTH_TOKEN_INVALID');
  });
});

describe('keys', () => {
  it('are shown once, stored hashed, never by cookie, and revoked at once', async () => {
    const { key, id } = await auth.createKey({ app: 'shop', scope: 'write', origins: ['https://shop.example'] });
    expect(key).toMatch(/^sk_[\w-]{22}$/);
    expect(await auth.identify(key, 'query')).toMatchObject({ kind: 'key', app: 'shop', scope: 'write' });
    expect(await code(auth.identify(key, 'cookie'))).toBe('AUTH_TOKEN_INVALID');
    expect(JSON.stringify(registry.list('keys'))).not.toContain(key);
    expect(JSON.stringify(auth.keys())).not.toContain(key);
    await auth.revokeKey(id);
    expect(await code(auth.identify(key, 'header'))).toBe('AUTH_TOKEN_INVALID');
    expect(await code(auth.revokeKey(id))).toBe('KEY_UNKNOWN');
  });

  it('rejects an origin that has a path', async () => {
    const origins = ['https://shop.example/path'];
    expect(await code(auth.createKey({ app: 'shop', scope: 'write', origins }))).toBe('KEY_INVALID');
  });

  it('tell when they were used last, to the minute, also after a restart, and write that no oftener', async () => {
    const { key, id } = await auth.createKey({ app: 'shop', scope: 'write' });
    const other = await auth.createKey({ app: 'shop', scope: 'read' });
    const uses = () => auth.keys().map((each) => [each.id, each.lastUsedAt]);
    const writes = vi.spyOn(registry, 'put');
    const first = now;
    for (let i = 0; i < 100; i++) await auth.identify(key, 'header');
    now += 59_000;
    await auth.identify(key, 'header');
    expect(uses()).toEqual(
      expect.arrayContaining([
        [id, first],
        [other.id, undefined],
      ]),
    );
    expect(writes).toHaveBeenCalledTimes(1);
    now += 1_000;
    await auth.identify(key, 'header');
    expect(writes).toHaveBeenCalledTimes(2);
    await Promise.all(writes.mock.results.map(({ value }) => value));
    expect(
      anAuth()
        .keys()
        .find((each) => each.id === id)?.lastUsedAt,
    ).toBe(first + 60_000);
    await auth.revokeKey(id);
    expect(registry.list('key-uses')).toEqual([]);
  });

  it('hold to their rate, and take so many bytes a second, unless they say otherwise', async () => {
    const made = async (more: object) =>
      (await auth.createKey({ app: 'shop', scope: 'write', ...more })).bytesPerSecond;
    // 4 KiB an event; a slow key still takes an event of 256 KiB at once, of which 128 KiB a second is a third of three seconds.
    expect([await made({}), await made({ eventsPerSecond: 10 })]).toEqual([4_096_000, 131_072]);
    expect(await made({ bytesPerSecond: 50 })).toBe(50);
    const { id } = await auth.createKey({ app: 'shop', scope: 'write', eventsPerSecond: 2 });
    const { allowance } = auth.posterOf(id);
    allowance!.takeEvents(4);
    expect(() => auth.posterOf(id).allowance!.checkOpen()).toThrow('RATE_LIMITED');
    now += 1_001;
    auth.posterOf(id).allowance!.checkOpen();
  });

  it('can be what an SDK sends already, unless that is guessed or belongs to another app', async () => {
    const brought = [
      'phc_4fT9bW2xQ7mK1pLs8vNc',
      '0c5f7e1a-33b2-4c1d-9d5e-8a1b2c3d4e5f',
      'xK4mQ9tB2wZ7pL5vN8cR1sD6fG3hJ0yT',
    ];
    for (const key of brought) {
      const made = await auth.createKey({ app: 'shop', scope: 'write', key });
      expect(made.key).toBe(key);
      expect(await auth.identify(key, 'header')).toMatchObject({ kind: 'key', id: made.id, app: 'shop' });
      expect(await code(auth.identify(key, 'cookie'))).toBe('AUTH_TOKEN_INVALID');
      expect(JSON.stringify(registry.list('keys'))).not.toContain(key);
      for (const app of ['shop', 'blog'])
        expect(await code(auth.createKey({ app, scope: 'write', key }))).toBe('KEY_TAKEN');
      await auth.revokeKey(made.id);
      expect(await code(auth.identify(key, 'header'))).toBe('AUTH_TOKEN_INVALID');
    }
    const origins = ['https://shop.example'];
    for (const key of ['1', 'shop.example.com', 'a-much-longer-name.example.com', 'short-key', '1'.repeat(40)]) {
      await expect(auth.createKey({ app: 'shop', scope: 'write', key })).rejects.toMatchObject({
        code: 'KEY_INVALID',
        field: 'key',
      });
      await auth.createKey({ app: 'shop', scope: 'write', key, origins });
      expect(await auth.identify(key, 'header')).toMatchObject({ app: 'shop', origins });
    }
    expect(await code(auth.createKey({ app: 'shop', scope: 'read', key: brought[0]! }))).toBe('KEY_INVALID');
  });

  it('are trusted only when an admin says so, and never in a page', async () => {
    const key = await auth.createKey({ app: 'shop', scope: 'write', trusted: true });
    const plain = await auth.createKey({ app: 'shop', scope: 'write' });
    expect([key, plain].map(({ id, trusted }) => [trusted, auth.posterOf(id).isTrusted])).toEqual([
      [true, true],
      [false, false],
    ]);
    for (const wrong of [{ scope: 'read' as const }, { origins: ['https://shop.example'] }])
      await expect(auth.createKey({ app: 'shop', scope: 'write', trusted: true, ...wrong })).rejects.toMatchObject({
        code: 'KEY_INVALID',
        field: 'trusted',
      });
  });
});

describe('what callers send', () => {
  it.each([
    [NewKey, { app: '.', scope: 'write' }, 'KEY_INVALID app'],
    [NewKey, { app: 'shop', scope: 'admin' }, 'KEY_INVALID scope'],
    [NewKey, { app: 'shop' }, 'KEY_INVALID scope'],
    [NewKey, { app: 'shop', scope: 'write', eventsPerSecond: 0 }, 'KEY_INVALID eventsPerSecond'],
    [NewKey, { app: 'shop', scope: 'write', trusted: 'yes' }, 'KEY_INVALID trusted'],
    [NewKey, { app: 'shop', scope: 'write', key: '' }, 'KEY_INVALID key'],
    [NewKey, { app: 'shop', scope: 'write', key: 'with a space in it, and long' }, 'KEY_INVALID key'],
    [NewKey, { app: 'shop', scope: 'write', key: 'x'.repeat(257) }, 'KEY_INVALID key'],
    [NewUser, { name: '-eve', password: PASSWORD }, 'USER_INVALID name'],
    [NewUser, { name: 'eve', password: 'short' }, 'USER_INVALID password'],
    [NewUser, { name: 'eve', password: PASSWORD, role: 'boss' }, 'USER_INVALID role'],
    [UserChange, { role: 'boss' }, 'USER_INVALID role'],
    [UserChange, {}, 'USER_INVALID undefined'],
    [SignIn, { username: 5, password: PASSWORD }, 'REQUEST_INVALID username'],
    ...['gho_octocat', 'ghu_octocat', 'ghs_octocat', 'ghr_octocat', 'octocat', 'ghp_', 'ghp_a b'].map(
      (token) => [SignIn, { token }, 'REQUEST_INVALID token'] as const,
    ),
    [SignIn, { token: `ghp_${'x'.repeat(300)}` }, 'REQUEST_INVALID token'],
  ] as const)('%# is rejected when it is not as its schema says: %o is %s', (schema, sent, expected) => {
    let problem: unknown;
    try {
      parse(schema, sent);
    } catch (error) {
      problem = error;
    }
    const { code, field } = problem as SeismoError;
    expect(`${code} ${field}`).toBe(expected);
  });
});

describe('the first start', () => {
  it('makes a key of 32 bytes (0600) and one admin, once', async () => {
    const key = signingKey(folder, undefined);
    expect(key.length).toBe(32);
    expect(statSync(join(folder, 'auth.key')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, 'auth.key'), 'utf8')).toContain(key.toString('hex'));
    expect(signingKey(folder, undefined).equals(key)).toBe(true);
    const config = { users: {}, auth: { users: [] } };
    const admin = await (await firstAdmin(registry, config))?.store();
    expect(admin?.password.length).toBe(20);
    expect(await firstAdmin(registry, config)).toBeUndefined();
    expect(await auth.signInWithPassword(admin!.user, admin!.password, { address: '10.0.0.1' })).toMatchObject({
      role: 'admin',
    });
    expect(JSON.stringify(registry.list('users'))).not.toContain(admin!.password);
  });

  it('makes none when the configuration names somebody', async () => {
    expect(await firstAdmin(registry, { users: {}, auth: { users: ['octocat'] } })).toBeUndefined();
  });
});

it('limits IPv6 by its first 64 bits', () => {
  expect([
    addressKey('2001:db8::1'),
    addressKey('2001:db8:0:0:ffff::'),
    addressKey('::1'),
    addressKey('::ffff:10.0.0.1'),
    addressKey('10.0.0.1'),
  ]).toEqual(['2001:db8:0:0::/64', '2001:db8:0:0::/64', '0:0:0:0::/64', '10.0.0.1', '10.0.0.1']);
});

it('remembers 50,000 names and addresses, and forgets the oldest', () => {
  const limiter = new FailureLimiter(() => 0);
  for (let i = 0; i < 60_000; i++) limiter.failed([{ key: `address ${i}`, max: 10 }]);
  expect(limiter.size).toBe(50_000);
});
