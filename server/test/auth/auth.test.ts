import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Auth } from '../../src/auth/auth.ts';
import { createAuth } from '../../src/auth/create-auth.ts';
import { firstAdmin, signingKey } from '../../src/auth/first-start.ts';
import { addressKey } from '../../src/auth/limiter.ts';
import { SeismoError } from '../../src/errors.ts';
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

function anAuth(secret = SECRET): Auth {
  const port = (github.address() as AddressInfo).port;
  return createAuth({
    registry,
    secret,
    now: () => now,
    fetch,
    config: {
      tokenTtl: 60,
      users: {},
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
    const session = await auth.signInWithPassword('ann', PASSWORD, '10.0.0.1');
    expect(session).toMatchObject({ user: 'ann', role: 'admin', expiresAt: now + 3_600_000 });
    expect(await auth.identify(session.token, 'header')).toMatchObject({ kind: 'user', name: 'ann', role: 'admin' });
    now += 3_600_001;
    expect(await code(auth.identify(session.token, 'header'))).toBe('AUTH_TOKEN_INVALID');
  });

  it('answers a wrong password, an unknown user and a password over 72 bytes alike', async () => {
    await auth.addUser({ name: 'ann', password: PASSWORD });
    expect(await code(auth.signInWithPassword('ann', 'wrong', '10.0.0.1'))).toBe('AUTH_FAILED');
    expect(await code(auth.signInWithPassword('bob', PASSWORD, '10.0.0.1'))).toBe('AUTH_FAILED');
    expect(await code(auth.signInWithPassword('ann', PASSWORD + 'x'.repeat(60), '10.0.0.1'))).toBe('AUTH_FAILED');
    expect(await code(auth.addUser({ name: 'eve', password: 'x'.repeat(73) }))).toBe('USER_INVALID');
  });

  it('refuses the eleventh attempt of a minute from one address or for one name, without asking bcrypt', async () => {
    for (let i = 0; i < 10; i++) await code(auth.signInWithPassword(`user${i}`, 'wrong', '2001:db8::1'));
    expect(await code(auth.signInWithPassword('ann', 'wrong', '2001:db8::2'))).toBe('AUTH_TOO_MANY');
    expect(await code(auth.signInWithPassword('ann', 'wrong', '2001:db8:0:1::1'))).toBe('AUTH_FAILED');
    now += 61_000;
    expect(await code(auth.signInWithPassword('ann', 'wrong', '2001:db8::2'))).toBe('AUTH_FAILED');
  });

  it('ends sessions at once when the user is removed, the password changes, or who it is signs out', async () => {
    await auth.addUser({ name: 'ann', password: PASSWORD });
    const signIn = (password: string) => auth.signInWithPassword('ann', password, '10.0.0.1');
    const [first, second] = [await signIn(PASSWORD), await signIn(PASSWORD)];
    await auth.signOut(first.token);
    expect(await code(auth.identify(first.token, 'header'))).toBe('AUTH_TOKEN_INVALID');
    expect(await code(auth.identify(second.token, 'header'))).toBe('fine');
    now += 1;
    await auth.setPassword('ann', `${PASSWORD} 2`);
    expect(await code(auth.identify(second.token, 'header'))).toBe('AUTH_TOKEN_INVALID');
    const third = await signIn(`${PASSWORD} 2`);
    await auth.removeUser('ann');
    expect(await code(auth.identify(third.token, 'header'))).toBe('AUTH_TOKEN_INVALID');
    expect(await code(auth.removeUser('ann'))).toBe('USER_UNKNOWN');
  });
});

describe('tokens', () => {
  it('are refused when signed by another key, cut, changed, unsigned or of another algorithm', async () => {
    await auth.addUser({ name: 'ann', password: PASSWORD });
    const { token } = await auth.signInWithPassword('ann', PASSWORD, '10.0.0.1');
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
    let { token } = await auth.signInWithPassword('ann', PASSWORD, '10.0.0.1');
    const renewal = async (via: 'cookie' | 'header') => {
      const identity = await auth.identify(token, via);
      return identity.kind === 'user' ? identity.renewed : undefined;
    };
    expect(await renewal('cookie')).toBeUndefined();
    now += 31 * 60_000;
    expect(await renewal('header')).toBeUndefined();
    const start = now;
    for (let next = await renewal('cookie'); next; next = await renewal('cookie')) {
      token = next.token;
      now += 59 * 60_000;
    }
    expect(Math.round((now - start) / 86_400_000)).toBe(30);
  });
});

describe('GitHub', () => {
  it('admits the logins named, whatever their case', async () => {
    githubAnswer = (authorization) => ({ status: 200, body: `{"login":"${authorization.split('_')[1]}"}` });
    const session = await auth.signInWithGitHub('ghp_octocat', '10.0.0.1');
    expect(session).toMatchObject({ user: 'octocat', role: 'admin' });
    expect(await auth.identify(session.token, 'header')).toMatchObject({ name: 'octocat', role: 'admin' });
    expect(await code(auth.signInWithGitHub('ghp_stranger', '10.0.0.1'))).toBe('AUTH_FAILED');
  });

  it('says when GitHub is away, and when it does not know the token', async () => {
    githubAnswer = () => ({ status: 401, body: '{}' });
    expect(await code(auth.signInWithGitHub('ghp_x', '10.0.0.1'))).toBe('AUTH_FAILED');
    githubAnswer = () => ({ status: 502, body: 'bad gateway' });
    expect(await code(auth.signInWithGitHub('ghp_x', '10.0.0.1'))).toBe('GITHUB_UNAVAILABLE');
    github.closeAllConnections();
    await new Promise((resolve) => github.close(resolve));
    expect(await code(auth.signInWithGitHub('ghp_x', '10.0.0.1'))).toBe('GITHUB_UNAVAILABLE');
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

  it.each([
    [{ app: '.', scope: 'write' }],
    [{ app: 'shop', scope: 'admin' }],
    [{ app: 'shop', scope: 'write', origins: ['https://shop.example/path'] }],
    [{ app: 'shop', scope: 'write', eventsPerSecond: 0 }],
  ])('refuses %o', async (request) => {
    expect(await code(auth.createKey(request))).toBe('KEY_INVALID');
  });

  it('hold to their rate', async () => {
    const { id } = await auth.createKey({ app: 'shop', scope: 'write', eventsPerSecond: 100 });
    expect([auth.takeRate(id, 60), auth.takeRate(id, 240), auth.takeRate(id, 1)]).toEqual([0, 0, 2]);
    now += 2_100;
    expect(auth.takeRate(id, 1)).toBe(0);
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
    expect(await auth.signInWithPassword(admin!.user, admin!.password, '10.0.0.1')).toMatchObject({ role: 'admin' });
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
