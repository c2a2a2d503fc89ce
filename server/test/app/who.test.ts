import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aRealServer, type RealServer } from './real-server.ts';

let server: RealServer;
let github: Server;
let isGitHubAway = false;
/** Whatever nobody may find in the log. */
const secrets: string[] = [];

beforeAll(async () => {
  github = createServer((request, response) => {
    if (isGitHubAway) response.writeHead(502).end();
    else if (request.headers.authorization === 'Bearer ghp_right') response.end('{"login":"OctoCat"}');
    else response.writeHead(401).end('{"message":"Bad credentials"}');
  });
  github.listen(0, '127.0.0.1');
  await once(github, 'listening');
  server = await aRealServer({ args: ['--log-level', 'debug'] });
  secrets.push(server.headers['x-access-token']!);
});
afterAll(async () => {
  github.close();
  await server.remove();
});

/** Of the session, and to recognize the browser at its next sign-in. */
const COOKIES = [
  expect.stringMatching(/^token=[\w.-]+; Path=\/; Max-Age=3[56]\d\d; HttpOnly; SameSite=Lax$/),
  expect.stringMatching(/^seismo-browser=[\w.-]+; Path=\/; Max-Age=34560000; HttpOnly; SameSite=Lax$/),
];

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, string>>;
  readonly headers: Headers;
}

async function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: object,
  of = server,
): Promise<Answer> {
  const answer = await fetch(`${of.url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  const text = await answer.text();
  const parsed = text.startsWith('{') ? (JSON.parse(text) as Answer['body']) : {};
  for (const name of ['token', 'key']) if (parsed[name] !== undefined) secrets.push(parsed[name]!);
  return { status: answer.status, body: parsed, headers: answer.headers };
}
const admin = (method: string, path: string, body?: object): Promise<Answer> => ask(method, path, server.headers, body);
const signIn = (username: string, password: string): Promise<Answer> =>
  ask('POST', '/auth', {}, { username, password });

it('a user signs in by cookie, and is out at once when the password changes, the user goes, or signs out', async () => {
  const [first, second] = ['a first long password', 'a second long password'];
  secrets.push(first, second);
  expect((await admin('POST', '/api/users', { name: 'vic', password: first })).status).toBe(201);
  const one = await signIn('vic', first);
  expect(one.headers.getSetCookie()).toEqual(COOKIES);
  const cookie = { cookie: `token=${one.body['token']}` };
  expect((await ask('GET', '/auth', cookie)).body).toMatchObject({ user: 'vic', role: 'viewer' });
  expect((await ask('GET', '/api/apps', cookie)).status).toBe(200);
  expect((await ask('DELETE', '/auth', cookie)).body['code']).toBe('AUTH_CROSS_SITE');
  expect((await ask('DELETE', '/auth', { ...cookie, 'sec-fetch-site': 'same-origin' })).status).toBe(204);
  expect((await ask('GET', '/auth', cookie)).body['code']).toBe('AUTH_TOKEN_INVALID');

  const two = { 'x-access-token': (await signIn('vic', first)).body['token']! };
  expect((await ask('GET', '/auth', two)).status).toBe(200);
  expect((await admin('PATCH', '/api/users/vic', { password: second })).status).toBe(204);
  expect((await ask('GET', '/auth', two)).status).toBe(401);
  expect((await signIn('vic', first)).body['code']).toBe('AUTH_FAILED');

  const three = { authorization: `Bearer ${(await signIn('vic', second)).body['token']}` };
  expect((await ask('GET', '/auth', three)).status).toBe(200);
  expect((await ask('PATCH', '/api/users/vic', three, { password: first })).body['code']).toBe('AUTH_FORBIDDEN');
  const own = { present: second, password: 'a third long password' };
  secrets.push(own.password);
  const changed = await ask('PUT', '/auth/password', three, own);
  expect(changed.status).toBe(200);
  expect(changed.headers.getSetCookie()).toEqual(COOKIES);
  expect((await ask('GET', '/auth', three)).status).toBe(401);
  const four = { authorization: `Bearer ${changed.body['token']}` };
  expect((await admin('PATCH', '/api/users/vic', { role: 'admin' })).status).toBe(204);
  expect((await ask('GET', '/api/users', four)).status).toBe(200);
  expect((await admin('DELETE', '/api/users/vic')).status).toBe(204);
  expect((await ask('GET', '/auth', four)).status).toBe(401);
});

it('a key posts to its app alone, at its rate, from its origins, until it is revoked', async () => {
  const made = (body: object) => admin('POST', '/api/keys', { app: 'shop', ...body });
  const [write, read, bound] = [
    await made({ scope: 'write', eventsPerSecond: 3 }),
    await made({ scope: 'read' }),
    await made({ scope: 'write', origins: ['https://shop.example'] }),
  ].map(({ body }) => body);
  const post = async (key: string, app = 'shop', headers: Record<string, string> = {}) => {
    const answer = await ask(
      'POST',
      `/api/events/${app}?access_token=${key}`,
      { 'content-type': 'text/plain', ...headers },
      { event: 'a' },
    );
    return answer.body['code'] ?? answer.status;
  };
  expect([await post(write!['key']!, 'blog'), await post(read!['key']!)]).toEqual(['AUTH_FORBIDDEN', 'AUTH_FORBIDDEN']);
  const rated = await Promise.all(Array.from({ length: 20 }, () => post(write!['key']!)));
  expect(rated).toContain(201);
  expect(rated).toContain('RATE_LIMITED');
  expect(await post(bound!['key']!, 'shop', { origin: 'https://evil.example' })).toBe('AUTH_ORIGIN_REFUSED');
  expect(await post(bound!['key']!, 'shop', { origin: 'https://shop.example' })).toBe(201);
  const reading = { 'x-access-token': read!['key']! };
  expect((await ask('GET', '/api/reports/day/shop', reading)).status).toBe(200);
  expect((await ask('GET', '/api/reports/day/blog', reading)).status).toBe(403);
  for (const { id, key } of [write!, bound!] as { id: string; key: string }[]) {
    expect((await admin('DELETE', `/api/keys/${id}`)).status).toBe(204);
    expect(await post(key, 'shop', { origin: 'https://shop.example' })).toBe('AUTH_TOKEN_INVALID');
  }
});

it('GitHub logins that the configuration names sign in; while GitHub is away it is 503', async () => {
  const { port } = github.address() as AddressInfo;
  const other = await aRealServer({
    args: ['--github-url', `http://127.0.0.1:${port}`, '--auth', '{"users":["octocat"]}', '--log-level', 'debug'],
  });
  try {
    secrets.push('ghp_right', 'ghp_wrong');
    // Somebody is named, so there is no first admin.
    expect(other.password).toBe('');
    const signInWith = (token: string) => ask('POST', '/auth', {}, { token }, other);
    expect((await signInWith('ghp_right')).body).toMatchObject({ user: 'OctoCat', role: 'admin' });
    expect((await signInWith('ghp_wrong')).body['code']).toBe('AUTH_FAILED');
    isGitHubAway = true;
    const away = await signInWith('ghp_right');
    expect([away.status, away.body['code'], away.headers.get('retry-after')]).toEqual([
      503,
      'GITHUB_UNAVAILABLE',
      '10',
    ]);
    for (const secret of secrets) expect(other.log.join('\n')).not.toContain(secret);
  } finally {
    await other.remove();
  }
});

it('ten failures a minute are enough, and no secret is in the log', async () => {
  const wrong = 'a wrong long password';
  secrets.push(wrong);
  let answer = await signIn('nobody', wrong);
  for (let i = 0; i < 10 && answer.status === 401; i++) answer = await signIn(`nobody ${i}`, wrong);
  expect([answer.status, answer.body['code']]).toEqual([429, 'AUTH_TOO_MANY']);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await signIn('somebody else', wrong)).status).toBe(429);
  // The admin has signed in from here before: the guesses of others at this address keep nobody out who is known there.
  expect((await signIn('admin', server.password)).status).toBe(200);
  await ask('GET', `/nowhere?access_token=${secrets[0]}`);
  await ask('GET', `/api/events/-x?access_token=${secrets[0]}`);
  const text = server.log.slice(1).join('\n');
  expect(text).toContain('"code":"AUTH_TOO_MANY"');
  for (const secret of secrets) expect(text).not.toContain(secret);
});
