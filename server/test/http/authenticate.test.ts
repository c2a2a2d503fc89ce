import { afterEach, describe, expect, it } from 'vitest';
import { SeismoError } from '../../src/model/errors.ts';
import { aHttp, type Double, type DoubleOptions, NOW, PEOPLE } from './doubles.ts';

const opened: Double[] = [];
const open = (options?: DoubleOptions): Double => {
  const double = aHttp(options);
  opened.push(double);
  return double;
};
afterEach(async () => {
  for (const { http } of opened.splice(0)) await http.close();
});

type Headers = Record<string, string>;
type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'OPTIONS' | 'HEAD';
async function ask(double: Double, method: Method, url: string, headers: Headers = {}, payload?: string) {
  const answer = await double.http.inject({ method, url, headers, ...(payload !== undefined && { payload }) });
  const isProblem = String(answer.headers['content-type']).startsWith('application/problem+json');
  return {
    status: answer.statusCode,
    code: isProblem ? answer.json().code : undefined,
    headers: answer.headers,
    answer,
  };
}

describe('the token', () => {
  it.each([
    [{ 'x-access-token': 'viewer' }, ''],
    [{ authorization: 'Bearer viewer' }, ''],
    [{ authorization: 'bearer  viewer ' }, ''],
    [{}, '?access_token=viewer'],
    [{ cookie: 'a=b; token=viewer; c=d' }, ''],
    // A proxy's own sign-in beside ours.
    [{ authorization: 'Basic eDp5', cookie: 'token=viewer' }, ''],
  ] as [Headers, string][])('is read from %j %s', async (headers, query) => {
    const double = open();
    expect((await ask(double, 'GET', `/api/reports/day/shop${query}`, headers)).status).toBe(200);
    expect(double.asked).toEqual(['day shop {"fresh":true,"csvSafe":false}']);
  });

  it('is refused when wrong, whatever the cookie says, and asked for when absent', async () => {
    const double = open();
    const wrong = await ask(double, 'GET', '/api/apps', { 'x-access-token': 'x', cookie: 'token=admin' });
    expect([wrong.status, wrong.code, wrong.headers['www-authenticate']]).toEqual([
      401,
      'AUTH_TOKEN_INVALID',
      'Bearer realm="seismo"',
    ]);
    expect((await ask(double, 'GET', '/api/apps')).code).toBe('AUTH_REQUIRED');
    expect((await ask(double, 'GET', '/api/apps', { cookie: 'token=read' })).code).toBe('AUTH_TOKEN_INVALID');
  });

  it('appears in no log', async () => {
    const double = open({ reports: { report: async () => Promise.reject(new Error('odd')) } });
    await ask(double, 'GET', '/api/reports/day/shop?access_token=viewer');
    await ask(double, 'GET', '/nowhere?access_token=viewer');
    await ask(double, 'GET', '/api/reports/day/shop?access_token=secret-token');
    expect(double.logged.length).toBeGreaterThan(1);
    expect(double.logged.join('')).not.toMatch(/access_token|secret-token|viewer/);
  });
});

/** Rows: a request; columns: what each of the people is answered. Written down from API.md, Who. */
const REQUESTS: [Method, string, string | undefined, Record<string, number>][] = [
  ['POST', '/api/events/shop', '{"event":"a"}', { admin: 201, viewer: 403, write: 201, read: 403, nobody: 401 }],
  ['POST', '/api/events/blog', '{"event":"a"}', { admin: 201, viewer: 403, write: 403, read: 403, nobody: 401 }],
  ['GET', '/api/events/shop', undefined, { admin: 200, viewer: 200, write: 403, read: 200, nobody: 401 }],
  ['GET', '/api/events/blog', undefined, { admin: 200, viewer: 200, write: 403, read: 403, nobody: 401 }],
  ['DELETE', '/api/events/shop?user=u', undefined, { admin: 200, viewer: 403, write: 403, read: 403, nobody: 401 }],
  ['GET', '/api/reports/month/shop', undefined, { admin: 200, viewer: 200, write: 403, read: 200, nobody: 401 }],
  ['GET', '/api/groups/blog?attr=a', undefined, { admin: 200, viewer: 200, write: 403, read: 403, nobody: 401 }],
  ['GET', '/api/apps', undefined, { admin: 200, viewer: 200, write: 403, read: 200, nobody: 401 }],
  ['GET', '/api/apps/shop/events', undefined, { admin: 200, viewer: 200, write: 403, read: 200, nobody: 401 }],
  ['GET', '/api/apps/shop', undefined, { admin: 200, viewer: 403, write: 403, read: 403, nobody: 401 }],
  ['PATCH', '/api/apps/shop', '{"name":"S"}', { admin: 200, viewer: 403, write: 403, read: 403, nobody: 401 }],
  ['GET', '/api/keys', undefined, { admin: 200, viewer: 403, write: 403, read: 403, nobody: 401 }],
  ['GET', '/api/users', undefined, { admin: 200, viewer: 403, write: 403, read: 403, nobody: 401 }],
  ['GET', '/api/stats', undefined, { admin: 200, viewer: 403, write: 403, read: 403, nobody: 401 }],
  ['POST', '/admin/retry', undefined, { admin: 200, viewer: 403, write: 403, read: 403, nobody: 401 }],
  ['GET', '/auth', undefined, { admin: 200, viewer: 200, write: 403, read: 403, nobody: 401 }],
  ['GET', '/health', undefined, { admin: 200, viewer: 200, write: 200, read: 200, nobody: 200 }],
];

it.each(REQUESTS)('%s %s is answered by identity asks', async (method, url, payload, expected) => {
  const double = open();
  const got: Record<string, number> = {};
  for (const identity of Object.keys(expected))
    got[identity] = (
      await ask(double, method, url, identity === 'nobody' ? {} : { 'x-access-token': identity }, payload)
    ).status;
  expect(got).toEqual(expected);
});

it('lists to a read key its own app alone', async () => {
  const apps = async (token: string) =>
    (await ask(open(), 'GET', '/api/apps', { 'x-access-token': token })).answer
      .json()
      .map((one: { app: string }) => one.app);
  expect(await apps('read')).toEqual(['shop']);
  expect(await apps('viewer')).toEqual(['blog', 'shop']);
});

describe('a cookie alone', () => {
  const url = '/api/events/shop?all=true';
  it.each([
    [{}, 403],
    [{ origin: 'http://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: 'https://seismo.example' }, 403],
    [{ origin: 'http://seismo.example' }, 200],
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{ 'sec-fetch-site': 'same-site', origin: 'http://seismo.example' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
  ] as [Headers, number][])('changes something with %j: %i', async (headers, status) => {
    const double = open();
    const got = await ask(double, 'DELETE', url, { cookie: 'token=admin', host: 'seismo.example', ...headers });
    expect([got.status, got.code]).toEqual([status, status === 403 ? 'AUTH_CROSS_SITE' : undefined]);
    expect(double.asked).toHaveLength(status === 200 ? 1 : 0);
  });

  it('posts events only when no Origin is there', async () => {
    const double = open();
    const headers = { cookie: 'token=admin', host: 'seismo.example' };
    const same = { ...headers, 'sec-fetch-site': 'same-origin' };
    expect((await ask(double, 'POST', '/api/events/shop', same, '{}')).status).toBe(201);
    const withOrigin = { ...same, origin: 'http://seismo.example' };
    expect((await ask(double, 'POST', '/api/events/shop', withOrigin, '{}')).code).toBe('AUTH_REQUIRED');
    expect(
      (await ask(double, 'POST', '/api/events/shop', { ...withOrigin, 'x-access-token': 'write' }, '{}')).status,
    ).toBe(201);
  });
});

describe('signing in', () => {
  const body = '{"username":"ada","password":"right"}';
  it('answers the token and a cookie that no script and no other site gets', async () => {
    const { answer } = await ask(open(), 'POST', '/auth', {}, body);
    expect(answer.json()).toEqual({
      token: 'admin',
      expiresAt: '2026-01-02T03:05:05.000Z',
      user: 'ada',
      role: 'admin',
    });
    expect(answer.headers['set-cookie']).toEqual([
      'token=admin; Path=/; Max-Age=60; HttpOnly; SameSite=Lax',
      // Recognizes the browser at its next sign-in, and signs in nobody.
      'seismo-browser=known; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax',
    ]);
  });

  it.each([
    [false, '127.0.0.1'],
    [true, '203.0.113.9'],
    [1, '203.0.113.9'],
    [2, '198.51.100.7'],
  ] as const)(
    'counts failures with trustProxy %s by the address that the trusted proxies saw',
    async (trustProxy, expected) => {
      const seen: string[] = [];
      const double = open({
        config: { trustProxy },
        auth: {
          async signInWithPassword(_name, _password, { address }) {
            seen.push(address);
            throw new SeismoError('AUTH_FAILED', 'Wrong.');
          },
        },
      });
      // The first address is what a caller makes up; each proxy adds the one it was asked from.
      await ask(double, 'POST', '/auth', { 'x-forwarded-for': '1.1.1.1, 198.51.100.7, 203.0.113.9' }, body);
      expect(seen).toEqual([expected]);
    },
  );

  it('sets Secure cookies that no other host can set over https, which a proxy reports only when it is trusted', async () => {
    const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' };
    const proxied = open({ config: { trustProxy: true } });
    const trusted = await ask(proxied, 'POST', '/auth', headers, body);
    expect(trusted.headers['set-cookie']).toEqual([
      '__Host-token=admin; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure',
      '__Host-seismo-browser=known; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax; Secure',
    ]);
    expect(trusted.headers['strict-transport-security']).toBe('max-age=31536000');
    const identity = (cookie: string) => ask(proxied, 'GET', '/auth', { ...headers, cookie });
    expect((await identity('__Host-token=admin')).status).toBe(200);
    expect((await identity('token=admin')).code).toBe('AUTH_REQUIRED');
    const plain = await ask(open(), 'POST', '/auth', headers, body);
    expect(String(plain.headers['set-cookie'])).not.toMatch(/Secure|__Host/);
    expect(plain.headers).not.toHaveProperty('strict-transport-security');
  });

  it('hands on what the browser was given before, and ends the session it had', async () => {
    const seen: unknown[] = [];
    const double = open({
      auth: {
        async signInWithPassword(_name, _password, caller) {
          seen.push(caller);
          return { token: 'new', expiresAt: NOW + 60_000, user: 'ada', role: 'admin', browser: 'next' };
        },
        signOut: async (token) => void seen.push(`ended ${token}`),
      },
    });
    const headers = { cookie: 'token=old; seismo-browser=before', 'user-agent': 'Firefox' };
    expect((await ask(double, 'POST', '/auth', headers, body)).status).toBe(200);
    expect(seen).toEqual([{ address: '127.0.0.1', agent: 'Firefox', browser: 'before' }, 'ended old']);
  });

  it('refuses a wrong password, an unknown member, a body that is no object, and a page elsewhere', async () => {
    const double = open();
    expect((await ask(double, 'POST', '/auth', {}, '{"username":"ada","password":"x"}')).code).toBe('AUTH_FAILED');
    expect((await ask(double, 'POST', '/auth', {}, '{"user":"ada"}')).answer.json()).toMatchObject({
      code: 'REQUEST_INVALID',
      field: 'user',
    });
    expect((await ask(double, 'POST', '/auth', {}, '[1]')).code).toBe('REQUEST_INVALID');
    expect((await ask(double, 'POST', '/auth', {}, '{')).code).toBe('BODY_NOT_JSON');
    expect((await ask(double, 'POST', '/auth')).code).toBe('BODY_EMPTY');
    expect((await ask(double, 'POST', '/auth', { 'sec-fetch-site': 'cross-site' }, body)).code).toBe('AUTH_CROSS_SITE');
  });

  it('renews a cookie in use, says who is signed in, and clears the cookie at the end', async () => {
    const renewed = { token: 'new', expiresAt: NOW + 120_000, user: 'ada', role: 'admin' as const };
    const ended: string[] = [];
    const double = open({
      auth: {
        identify: async () => ({ ...(PEOPLE.admin as Extract<(typeof PEOPLE)[string], { kind: 'user' }>), renewed }),
        signOut: async (token) => {
          ended.push(token);
        },
      },
    });
    const me = await ask(double, 'GET', '/auth', { cookie: 'token=old' });
    expect(me.answer.json()).toEqual({ user: 'ada', role: 'admin', expiresAt: '2026-01-02T03:06:05.000Z' });
    expect(me.headers['set-cookie']).toBe('token=new; Path=/; Max-Age=120; HttpOnly; SameSite=Lax');
    const out = await ask(double, 'DELETE', '/auth', { cookie: 'token=old', 'sec-fetch-site': 'same-origin' });
    expect([out.status, ended]).toEqual([204, ['old']]);
    expect([out.headers['set-cookie']].flat().at(-1)).toMatch(/^token=; Path=\/; Max-Age=0/);
  });
});

describe('CORS', () => {
  const origin = 'https://page.example';
  const preflight = (double: Double, url: string, method: string) =>
    ask(double, 'OPTIONS', url, { origin, 'access-control-request-method': method });
  const said = (headers: Record<string, unknown>) => ({
    origin: headers['access-control-allow-origin'],
    credentials: headers['access-control-allow-credentials'],
  });

  it('lets any page post by default, also a beacon, which always asks with credentials', async () => {
    const double = open();
    const { status, headers } = await preflight(double, '/api/events/shop', 'POST');
    expect(status).toBe(204);
    // The Fetch standard: with credentials `*` does not count, and the origin has to be said.
    expect(said(headers)).toEqual({ origin, credentials: 'true' });
    expect(headers.vary).toBe('Origin');
    expect(headers['access-control-allow-methods']).toBe('POST');
    expect(headers['access-control-allow-headers']).toBe(
      'content-type, content-encoding, x-access-token, authorization',
    );
    expect(headers['access-control-max-age']).toBe('7200');
    const posted = await ask(double, 'POST', '/api/events/shop?access_token=write', { origin }, '{}');
    expect([posted.status, said(posted.headers)]).toEqual([201, { origin, credentials: 'true' }]);
    // A page may read why it was refused, too.
    const rejections = await ask(double, 'POST', '/api/events/shop', { origin }, '{}');
    expect([rejections.status, said(rejections.headers).origin]).toEqual([401, origin]);
    expect(rejections.headers['access-control-expose-headers']).toContain('Retry-After');
  });

  it.each([
    ['sendBeacon(url, text)', { 'content-type': 'text/plain;charset=UTF-8' }],
    ['sendBeacon(url, blob of JSON)', { 'content-type': 'application/json' }],
    ['sendBeacon(url, blob without a type)', {}],
    ['fetch with keepalive from a frame without an origin', { origin: 'null', 'content-type': 'text/plain' }],
  ] as [string, Headers][])('takes %s with a key in the query, never for its cookie', async (_, headers) => {
    const double = open();
    const sent = {
      origin,
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'no-cors',
      cookie: 'token=admin',
      ...headers,
    };
    expect((await ask(double, 'POST', '/api/events/shop?access_token=write', sent, '{"event":"a"}')).status).toBe(201);
    expect((await ask(double, 'POST', '/api/events/shop', sent, '{"event":"a"}')).code).toBe('AUTH_REQUIRED');
    expect(double.posted).toHaveLength(1);
  });

  it('lets listed pages post, and says nothing to others', async () => {
    const listed = open({ config: { corsOrigins: [origin] } });
    const yes = await preflight(listed, '/api/events/shop', 'POST');
    expect(said(yes.headers)).toEqual({ origin, credentials: 'true' });
    expect(yes.headers.vary).toBe('Origin');
    const no = await preflight(
      open({ config: { corsOrigins: ['https://other.example'] } }),
      '/api/events/shop',
      'POST',
    );
    expect(said(no.headers)).toEqual({ origin: undefined, credentials: undefined });
  });

  it('lets no page read or erase, unless its origin is listed, and then only read', async () => {
    const headers = { origin, 'x-access-token': 'admin' };
    for (const url of ['/api/events/shop', '/api/apps', '/api/reports/day/shop'])
      expect(said((await ask(open(), 'GET', url, headers)).headers).origin).toBeUndefined();
    const double = open({ config: { corsReadOrigins: [origin] } });
    expect(said((await ask(double, 'GET', '/api/apps', headers)).headers).origin).toBe(origin);
    expect(said((await preflight(double, '/api/events/shop', 'GET')).headers).origin).toBe(origin);
    expect(said((await preflight(double, '/api/events/shop', 'DELETE')).headers).origin).toBeUndefined();
    expect(said((await preflight(double, '/api/keys', 'GET')).headers).origin).toBeUndefined();
  });

  it('holds a key to its origins', async () => {
    const post = async (headers: Headers) =>
      (await ask(open(), 'POST', '/api/events/shop', { 'x-access-token': 'bound', ...headers }, '{}')).code;
    expect(await post({ origin: 'https://shop.example' })).toBeUndefined();
    expect(await post({ origin })).toBe('AUTH_ORIGIN_REFUSED');
    expect(await post({})).toBe('AUTH_ORIGIN_REFUSED');
  });
});
