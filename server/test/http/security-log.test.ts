import { afterEach, expect, it } from 'vitest';
import { SeismoError } from '../../src/model/errors.ts';
import { aHttp, type Double, type DoubleOptions } from './doubles.ts';

const opened: Double[] = [];
const open = (options?: DoubleOptions): Double => {
  const double = aHttp(options);
  opened.push(double);
  return double;
};
afterEach(async () => {
  for (const { http } of opened.splice(0)) await http.close();
});

type Line = Readonly<Record<string, unknown>>;
const linesOf = ({ logged }: Double): Line[] =>
  logged
    .map((line) => JSON.parse(line) as Line)
    .filter(({ msg }) => msg === 'security')
    .map(({ level: _level, time: _time, pid: _pid, hostname: _host, msg: _msg, ...line }) => line);

const ask = (double: Double, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, token = '', body?: object) =>
  double.http.inject({
    method,
    url,
    headers: token === '' ? {} : { 'x-access-token': token },
    ...(body !== undefined && { payload: JSON.stringify(body) }),
  });

it('has one line for each sign-in, failure, change of a user or a key, and erasure: identity, from where, what, how many', async () => {
  const double = open({
    auth: {
      addUser: async () => ({ name: 'eve', role: 'viewer', source: 'stored' }),
      changeUser: async () => {},
      removeUser: async () => {
        throw new SeismoError('USER_UNKNOWN', 'There is no such user.');
      },
      createKey: async () => ({
        ...{
          id: '0123456789ab',
          app: 'shop',
          scope: 'write',
          origins: [],
          eventsPerSecond: 1,
          bytesPerSecond: 1,
          trusted: false,
          createdAt: 0,
          key: 'sk_secret',
        },
      }),
      revokeKey: async () => {},
    },
  });
  await ask(double, 'POST', '/auth', '', { username: 'ada', password: 'right' });
  await ask(double, 'POST', '/auth', '', { username: 'ada', password: 'wrong-secret' });
  await ask(double, 'POST', '/auth', '', { username: 'typed-password-here', password: 'x' });
  await ask(double, 'POST', '/api/users', 'admin', { name: 'eve', password: 'the new secret' });
  await ask(double, 'PATCH', '/api/users/eve', 'admin', { password: 'the new secret', role: 'admin' });
  await ask(double, 'DELETE', '/api/users/bob', 'admin');
  await ask(double, 'POST', '/api/keys', 'admin', { app: 'shop', scope: 'write' });
  await ask(double, 'DELETE', '/api/keys/0123456789ab', 'admin');
  await ask(double, 'DELETE', '/api/events/shop?user=eve', 'admin');
  await ask(double, 'PATCH', '/api/apps/shop', 'admin', { retentionDays: 30 });
  await ask(double, 'DELETE', '/api/events/shop?user=eve', 'viewer');
  await ask(double, 'GET', '/api/apps', 'guessed-token');
  const by = 'user ada';
  const from = '127.0.0.1';
  expect(linesOf(double)).toEqual([
    { security: 'sign in', from, route: 'POST /auth', user: 'ada', outcome: 'done' },
    { security: 'sign in', from, route: 'POST /auth', user: 'ada', outcome: 'AUTH_FAILED' },
    // People type their password where the name belongs: an unknown name is not written.
    { security: 'sign in', from, route: 'POST /auth', user: 'unknown', outcome: 'AUTH_FAILED' },
    { security: 'add user', by, from, route: 'POST /api/users', user: 'eve', role: 'viewer', outcome: 'done' },
    {
      ...{ security: 'change user', by, from, route: 'PATCH /api/users/:name', name: 'eve' },
      ...{ changed: ['password', 'role'], role: 'admin', outcome: 'done' },
    },
    { security: 'remove user', by, from, route: 'DELETE /api/users/:name', name: 'bob', outcome: 'USER_UNKNOWN' },
    {
      ...{ security: 'create key', by, from, route: 'POST /api/keys' },
      ...{ key: '0123456789ab', app: 'shop', scope: 'write', outcome: 'done' },
    },
    { security: 'revoke key', by, from, route: 'DELETE /api/keys/:id', id: '0123456789ab', outcome: 'done' },
    { security: 'erase events', by, from, route: 'DELETE /api/events/:app', app: 'shop', erased: 4, outcome: 'done' },
    {
      ...{ security: 'change app settings', by, from, route: 'PATCH /api/apps/:app', app: 'shop' },
      ...{ changed: ['retentionDays'], outcome: 'done' },
    },
    {
      ...{ security: 'erase events', by: 'user vic', from, route: 'DELETE /api/events/:app', app: 'shop' },
      outcome: 'AUTH_FORBIDDEN',
    },
    { security: 'access', from, route: 'GET /api/apps', outcome: 'AUTH_TOKEN_INVALID' },
  ]);
  expect(double.logged.join('')).not.toMatch(/secret|typed-password|guessed-token/);
});

it('says of an export how many events went out', async () => {
  const double = open();
  await ask(double, 'GET', '/api/events/shop?format=csv', 'read');
  expect(linesOf(double)).toEqual([
    {
      ...{ security: 'export events', by: 'key k3', from: '127.0.0.1', route: 'GET /api/events/:app', app: 'shop' },
      ...{ format: 'csv', events: 3, outcome: 'done' },
    },
  ]);
});

it('is not filled by a flood of refused tokens', async () => {
  const double = open();
  for (let i = 0; i < 150; i++) await ask(double, 'GET', '/api/apps', `guess${i}`);
  expect(linesOf(double)).toHaveLength(100);
});

it('is not filled by a flood of sign-ins that nobody can read', async () => {
  const double = open();
  for (let i = 0; i < 150; i++) await double.http.inject({ method: 'POST', url: '/auth', payload: 'x'.repeat(5_000) });
  const lines = linesOf(double);
  expect(lines).toHaveLength(100);
  expect(lines[0]).toMatchObject({ security: 'sign in', outcome: 'BODY_TOO_LARGE' });
});

it('gives every answer a policy under which a browser runs nothing of it', async () => {
  const double = open();
  const policy = "default-src 'none'; frame-ancestors 'none'";
  for (const [url, token] of [
    ['/api/apps', 'admin'],
    ['/api/apps', ''],
    ['/nowhere', ''],
    ['/api/events/shop?format=csv', 'read'],
    ['/health', ''],
  ] as const)
    expect((await ask(double, 'GET', url, token)).headers['content-security-policy']).toBe(policy);
});
