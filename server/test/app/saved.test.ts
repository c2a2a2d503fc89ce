/** What is saved and shared, over HTTP and the built server's process. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Servers } from '../faults/harness.ts';

const TREND = { kind: 'trend', from: '2026-03-01', to: '2026-03-31', series: [{ event: 'paid', measure: 'users' }] };
const servers = new Servers();
beforeAll(async () => {
  await servers.start();
  const events = ['ann', 'ann', 'bob'].map((user, i) => ({
    event: 'paid',
    user,
    timestamp: `2026-03-0${i + 2}T09:00:00Z`,
  }));
  expect((await servers.ask('POST', '/api/events/shop', JSON.stringify(events))).status).toBe(200);
  await servers.drained();
});
afterAll(() => servers.remove());

interface Made {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly url: string;
}
async function ask(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
  const { status, text, headers: answered } = await servers.ask(method, path, body && JSON.stringify(body), headers);
  return { status, headers: answered, text, body: (text === '' ? {} : JSON.parse(text)) as Made & { code: string } };
}
const nobody = { 'x-access-token': '' };
const tokenOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1);

async function aLink(): Promise<{ report: string; url: string; share: string }> {
  const { id } = (await ask('POST', '/api/apps/shop/reports', { name: 'Buyers', question: TREND })).body;
  const { url, id: share } = (await ask('POST', `/api/apps/shop/reports/${id}/share`, {})).body;
  return { report: id, url, share };
}

it('a link shows the answer of its question and nobody’s name, is no credential anywhere, and ends at once', async () => {
  const { report, url, share } = await aLink();
  const shown = await ask('GET', url, undefined, nobody);
  expect(shown.status).toBe(200);
  // Ann and Bob paid in March.
  expect(shown.body).toMatchObject({
    kind: 'report',
    name: 'Buyers',
    parts: [{ answer: { kind: 'trend', result: { series: [{ name: 'paid', total: 2 }] } } }],
  });
  expect(shown.text).not.toMatch(/ann|bob|shop/);
  expect(shown.headers).toMatchObject({
    'x-robots-tag': 'noindex, nofollow',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  });
  expect(shown.headers['set-cookie']).toBeUndefined();

  const within = async (search: string) => (await ask('GET', `${url}?${search}`, undefined, nobody)).text;
  // On the 2nd and the 3rd it was Ann alone; before March nothing is shown, though asked for.
  expect(JSON.parse(await within('from=2026-03-02&to=2026-03-03'))).toMatchObject({
    parts: [
      {
        answer: {
          from: '2026-03-02T00:00:00.000Z',
          to: '2026-03-04T00:00:00.000Z',
          result: { series: [{ total: 1 }] },
        },
      },
    ],
  });
  expect(JSON.parse(await within('from=2020-01-01&to=2030-01-01'))).toMatchObject({
    parts: [{ answer: { from: '2026-03-01T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z' } }],
  });
  expect(JSON.parse(await within('from=soon'))).toMatchObject({ code: 'PARAMETER_INVALID', field: 'from' });
  expect(JSON.parse(await within('q=%7B%7D'))).toMatchObject({ code: 'PARAMETER_UNKNOWN', field: 'q' });

  const token = tokenOf(url);
  const { paths } = await servers.json<{ paths: Record<string, Record<string, { security?: unknown }>> }>(
    '/openapi.json',
  );
  const guarded = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { security }]) => security !== undefined)
      .map(([method]) => [method.toUpperCase(), path] as const),
  );
  expect(guarded.length).toBeGreaterThan(50);
  for (const [method, template] of guarded) {
    const path = template
      .replace('{app}', 'shop')
      .replace('{id}', report)
      .replace(/\{\w+\}/g, share);
    const body = method === 'POST' || method === 'PATCH' ? {} : undefined;
    for (const [at, headers] of [
      [path, { 'x-access-token': token }],
      [path, { ...nobody, authorization: `Bearer ${token}` }],
      [`${path}?access_token=${token}`, nobody],
      [path, { ...nobody, cookie: `token=${token}`, 'sec-fetch-site': 'same-origin' }],
    ] as const) {
      const { status } = await ask(method, at, body, headers);
      expect([method, at.replace(token, 'TOKEN'), status]).toEqual([method, at.replace(token, 'TOKEN'), 401]);
    }
  }
  expect((await ask('POST', url, {}, nobody)).status).toBe(405);

  expect((await ask('DELETE', `/api/apps/shop/reports/${report}/share/${share}`)).status).toBe(204);
  const ended = await ask('GET', url, undefined, nobody);
  expect([ended.status, ended.body.code]).toEqual([404, 'SHARE_UNKNOWN']);
  expect(servers.log.join('\n')).not.toContain(token);
});

it('is changed by admins alone, read by viewers and a read key of the app, and not at all by others', async () => {
  const made = (await ask('POST', '/api/apps/shop/reports', { name: 'Who may', question: TREND })).body;
  const password = 'a viewer who looks';
  await ask('POST', '/api/users', { name: 'vic', password, role: 'viewer' });
  const viewer = JSON.parse(
    (await servers.ask('POST', '/auth', JSON.stringify({ username: 'vic', password }), nobody)).text,
  ) as { token: string };
  const key = async (app: string, scope: string) =>
    ((await ask('POST', '/api/keys', { app, scope })).body as unknown as { key: string }).key;
  const who = {
    nobody: '',
    viewer: viewer.token,
    read: await key('shop', 'read'),
    write: await key('shop', 'write'),
    otherRead: await key('blog', 'read'),
  };
  const one = `/api/apps/shop/reports/${made.id}`;
  const tries: [string, string, object?][] = [
    ...['reports', 'dashboards', 'segments', 'annotations'].map((kind): [string, string] => [
      'GET',
      `/api/apps/shop/${kind}`,
    ]),
    ['GET', one],
    ['GET', `${one}/share`],
    ['POST', '/api/apps/shop/annotations', { date: 'today', text: 'a' }],
    ['PATCH', one, { version: 1, name: 'b' }],
    ['POST', `${one}/share`, {}],
    ['DELETE', `${one}/share`],
    ['DELETE', one],
  ];
  for (const [method, path, body] of tries) {
    const statuses: number[] = [];
    for (const token of Object.values(who))
      statuses.push((await ask(method, path, body, { 'x-access-token': token })).status);
    const [seen, keySeen] = method !== 'GET' ? [403, 403] : [200, path.endsWith('/share') ? 403 : 200];
    expect([method, path, statuses]).toEqual([method, path, [401, seen, keySeen, 403, 403]]);
  }
  // A cookie changes something only from a page of this server.
  const cookie = { ...nobody, cookie: `token=${servers.token}` };
  const from = async (site: object) =>
    (await ask('PATCH', one, { version: 1, name: 'c' }, { ...cookie, ...site })).status;
  expect([
    await from({}),
    await from({ 'sec-fetch-site': 'cross-site' }),
    await from({ origin: 'https://elsewhere.example' }),
    await from({ 'sec-fetch-site': 'same-origin' }),
  ]).toEqual([403, 403, 403, 200]);
});

it('takes the version from the body or from If-Match', async () => {
  const { id } = (await ask('POST', '/api/apps/shop/reports', { name: 'Versions', question: TREND })).body;
  const one = `/api/apps/shop/reports/${id}`;
  const read = await ask('GET', one);
  expect([read.headers.etag, read.body.version]).toEqual(['"1"', 1]);
  const change = async (body: object, ifMatch?: string) => {
    const { status, body: answer, headers } = await ask('PATCH', one, body, ifMatch ? { 'if-match': ifMatch } : {});
    return [status, answer.code ?? headers.etag];
  };
  expect(await change({ name: 'x' })).toEqual([428, 'VERSION_MISSING']);
  expect(await change({ name: 'x' }, '"1"')).toEqual([200, '"2"']);
  expect(await change({ name: 'x' }, '"1"')).toEqual([409, 'VERSION_STALE']);
  expect(await change({ name: 'x', version: 1 })).toEqual([409, 'VERSION_STALE']);
  expect(await change({ name: 'x' }, 'W/"2"')).toEqual([200, '"3"']);
  expect(await change({ name: 'x' }, '*')).toEqual([200, '"4"']);
  expect(await change({ name: 'x', version: 3 }, '"4"')).toEqual([400, 'REQUEST_INVALID']);
  expect(await change({ name: 'x' }, '4')).toEqual([400, 'REQUEST_INVALID']);
  expect(await change({ name: 'x', version: '4' })).toEqual([400, 'REQUEST_INVALID']);
  expect(await change({ name: null, version: 4 })).toEqual([400, 'REQUEST_INVALID']);
  expect(await change({ nam: 'x', version: 4 })).toEqual([400, 'REQUEST_INVALID']);
  expect((await ask('DELETE', one, undefined, { 'if-match': '"3"' })).body.code).toBe('VERSION_STALE');
  expect((await ask('DELETE', one, undefined, { 'if-match': '"4"' })).status).toBe(204);
});

it('what was answered is there after kill -9, what was deleted or revoked is not', async () => {
  const kept = await aLink();
  const revoked = await aLink();
  await ask('DELETE', `/api/apps/shop/reports/${revoked.report}/share`);
  const gone = (await ask('POST', '/api/apps/shop/annotations', { date: 'today', text: 'a' })).body.id;
  await ask('DELETE', `/api/apps/shop/annotations/${gone}`);
  await ask('PATCH', '/api/apps/shop', {
    name: 'The shop',
    weekStart: 'monday',
    timeZone: 'Asia/Kathmandu',
    retentionDays: 30_000,
  });
  // Killed the moment the answer to the last of many at once is there.
  const many = await Promise.all(
    Array.from({ length: 30 }, async (_, i) => {
      const made = (await ask('POST', '/api/apps/shop/reports', { name: `many ${i}`, question: TREND })).body;
      return (await ask('PATCH', `/api/apps/shop/reports/${made.id}`, { version: 1, name: `more ${i}` })).body;
    }),
  );
  await servers.kill('all');
  await servers.start();
  for (const { id, name } of many)
    expect((await ask('GET', `/api/apps/shop/reports/${id}`)).body).toMatchObject({ name, version: 2 });
  expect((await ask('GET', `/api/apps/shop/annotations/${gone}`)).body.code).toBe('SAVED_UNKNOWN');
  expect((await ask('GET', kept.url, undefined, nobody)).status).toBe(200);
  expect((await ask('GET', revoked.url, undefined, nobody)).status).toBe(404);
  expect((await ask('GET', '/api/apps/shop')).body).toEqual({
    name: 'The shop',
    weekStart: 'monday',
    timeZone: 'Asia/Kathmandu',
    retentionDays: 30_000,
    defaults: { timeZone: 'UTC', weekStart: 'sunday' },
  });
});

it('an erased event is gone from what a link shows', async () => {
  const { url } = await aLink();
  const total = async () => {
    const { body } = await ask('GET', url, undefined, nobody);
    return (body as unknown as { parts: { answer: { result: { series: { total: number }[] } } }[] }).parts[0]!.answer
      .result.series[0]!.total;
  };
  expect(await total()).toBe(2);
  await ask('DELETE', '/api/events/shop?user=bob');
  expect(await total()).toBe(1);
});
