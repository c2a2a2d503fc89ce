/** What the dashboard asks of a server, as its pages do: with the cookie of a browser. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashPassword } from '../../src/app/hash-password.ts';
import type { SeismoServer } from '../../src/index.ts';
import { start } from '../support/start.ts';

const PASSWORD = 'correct horse battery';
const DAY_MS = 86_400_000;
let dataDir: string;
let server: SeismoServer;
let admin: string;
let viewer: string;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'seismo-dashboard-'));
  const users = { ada: await hashPassword(PASSWORD) };
  server = await start({ dataDir, port: 0, logLevel: 'silent', users, timeZone: 'Asia/Tokyo' });
  admin = await cookieOf('ada');
  expect((await page(admin, 'POST', '/api/users', { name: 'vic', password: PASSWORD })).status).toBe(201);
  viewer = await cookieOf('vic');
  const at = Date.now();
  const posted = await page(admin, 'POST', '/api/events/shop', [
    { event: 'bought', user: 'ann', timestamp: at - DAY_MS, data: { plan: 'pro', price: 20 } },
    { event: 'bought', user: 'bob', timestamp: at, data: { plan: 'Premium', price: 5 } },
    { event: 'bought', user: 'bob', timestamp: at, data: { plan: 'Premium', price: 1 } },
    { event: 'visited', device: 'd-1', timestamp: at, data: { plan: 'free', page: '/pro' } },
  ]);
  expect(posted.body).toMatchObject({ accepted: 4 });
}, 60_000);
afterAll(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function cookieOf(username: string): Promise<string> {
  const answer = await fetch(`${server.url}/auth`, {
    method: 'POST',
    headers: { 'sec-fetch-site': 'same-origin', origin: server.url },
    body: JSON.stringify({ username, password: PASSWORD }),
  });
  return /^token=[^;]+/.exec(answer.headers.get('set-cookie')!)![0];
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** As `fetch` in a page of the server sends it. */
async function page(cookie: string, method: string, path: string, body?: unknown, more: object = {}): Promise<Answer> {
  const answer = await fetch(`${server.url}${path}`, {
    method,
    headers: { cookie, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json', ...more },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}
const codeOf = ({ status, body }: Answer): unknown[] => [status, (body as { code?: string }).code];

describe('a page of the server', () => {
  it('changes things with its cookie, and pages elsewhere do not', async () => {
    const made = await page(admin, 'POST', '/api/keys', { app: 'shop', scope: 'write' });
    expect(made).toMatchObject({ status: 201, body: { key: expect.stringMatching(/^sk_/) } });
    const { id } = made.body as { id: string };
    expect(
      codeOf(await page(admin, 'DELETE', `/api/keys/${id}`, undefined, { 'sec-fetch-site': 'cross-site' })),
    ).toEqual([403, 'AUTH_CROSS_SITE']);
    expect((await page(admin, 'DELETE', `/api/keys/${id}`)).status).toBe(204);
  });

  it('can tell who is not signed in from who may not', async () => {
    expect(codeOf(await page('', 'GET', '/api/apps'))).toEqual([401, 'AUTH_REQUIRED']);
    expect(codeOf(await page('token=x.y.z', 'GET', '/api/apps'))).toEqual([401, 'AUTH_TOKEN_INVALID']);
    for (const [method, path, body] of [
      ['GET', '/api/stats', undefined],
      ['POST', '/api/keys', { app: 'shop', scope: 'write' }],
      ['PATCH', '/api/apps/shop', { name: 'x' }],
      ['DELETE', '/api/events/shop?user=ann', undefined],
    ] as const)
      expect([path, ...codeOf(await page(viewer, method, path, body))]).toEqual([path, 403, 'AUTH_FORBIDDEN']);
  });

  it('knows before anybody signed in how that is done', async () => {
    expect((await page('', 'GET', '/')).body).toMatchObject({ app: 'seismo', signIn: ['password'] });
  });
});

it('apps are listed with their calendars, also before their first event, for viewers too', async () => {
  const settings = { name: 'The blog', timeZone: 'Europe/Zurich', weekStart: 'monday' };
  await page(admin, 'PATCH', '/api/apps/blog', settings);
  const { id } = (await page(admin, 'POST', '/api/keys', { app: 'new', scope: 'write' })).body as { id: string };
  expect((await page(viewer, 'GET', '/api/apps')).body).toEqual([
    { app: 'blog', total: 0, ...settings },
    { app: 'new', total: 0, timeZone: 'Asia/Tokyo', weekStart: 'sunday' },
    {
      app: 'shop',
      total: 4,
      firstSeen: expect.stringMatching(/Z$/),
      lastSeen: expect.stringMatching(/Z$/),
      timeZone: 'Asia/Tokyo',
      weekStart: 'sunday',
    },
  ]);
  await page(admin, 'DELETE', `/api/keys/${id}`);
  await page(admin, 'PATCH', '/api/apps/blog', { name: null, timeZone: null, weekStart: null });
  expect((await page(viewer, 'GET', '/api/apps')).body).toMatchObject([{ app: 'shop' }]);
});

it('stats tell what each app takes, what the disk has left, and since when', async () => {
  const before = new Date(Date.now() - 600_000).toISOString();
  await page(admin, 'GET', '/api/apps');
  const { body } = await page(admin, 'GET', '/api/stats');
  const stats = body as {
    version: string;
    startedAt: string;
    memoryBytes: number;
    store: { events: number; bytesOnDisk: number; memoryBytes: number };
    apps: { app: string; events: number; bytesOnDisk: number }[];
    disk: { freeBytes: number; totalBytes: number };
    ingest: { journalBytes: number; journalEvents: number };
  };
  expect(stats.version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(stats.startedAt > before).toBe(true);
  expect(stats.store.events).toBe(4);
  // One app has all the bytes there are.
  expect(stats.apps).toEqual([{ app: 'shop', events: 4, bytesOnDisk: stats.store.bytesOnDisk }]);
  expect(stats.disk.freeBytes).toBeGreaterThan(0);
  expect(stats.disk.totalBytes).toBeGreaterThanOrEqual(stats.disk.freeBytes);
  expect([stats.ingest.journalEvents, stats.memoryBytes > 0, stats.store.memoryBytes > 0]).toEqual([0, true, true]);
});

describe('values to choose from', () => {
  const values = async (search: string): Promise<unknown> =>
    (await page(viewer, 'GET', `/api/apps/shop/values?${search}`)).body;

  it('are the most frequent, with counts, of the events that match', async () => {
    expect(await values('field=data.plan')).toEqual({
      field: 'data.plan',
      values: [
        { value: 'Premium', total: 2 },
        { value: 'free', total: 1 },
        { value: 'pro', total: 1 },
      ],
      more: false,
      events: 4,
      sample: false,
    });
    expect(await values('field=data.plan&event=bought&limit=1')).toMatchObject({
      values: [{ value: 'Premium', total: 2 }],
      more: true,
      events: 3,
    });
    expect(await values('field=user&data.price[gte]=5')).toMatchObject({
      values: [
        { value: 'ann', total: 1 },
        { value: 'bob', total: 1 },
      ],
    });
    expect(await values('field=data.price')).toMatchObject({ values: [{ value: 1 }, { value: 20 }, { value: 5 }] });
  });

  it('hold what is typed, whatever its case; those that begin with it come first', async () => {
    expect(await values('field=data.plan&search=PR')).toMatchObject({
      values: [{ value: 'Premium' }, { value: 'pro' }],
    });
    expect(await values('field=data.plan&search=re')).toMatchObject({
      values: [{ value: 'Premium' }, { value: 'free' }],
    });
    expect(await values('field=event&search=it')).toMatchObject({ values: [{ value: 'visited' }] });
    expect(await values('field=data.plan&search=%25')).toMatchObject({ values: [], events: 4 });
    expect(await values('field=data.plan&event=nothing')).toMatchObject({ values: [], events: 0 });
  });

  it('need a field', async () => {
    expect(codeOf(await page(viewer, 'GET', '/api/apps/shop/values?field=plan'))).toEqual([400, 'PARAMETER_INVALID']);
    expect(codeOf(await page(viewer, 'GET', '/api/apps/shop/values'))).toEqual([400, 'PARAMETER_INVALID']);
    expect(codeOf(await page('', 'GET', '/api/apps/shop/values?field=user'))).toEqual([401, 'AUTH_REQUIRED']);
  });
});

it('properties are those of all events, or of one', async () => {
  const names = async (search: string): Promise<string[]> =>
    ((await page(viewer, 'GET', `/api/apps/shop/properties${search}`)).body as { name: string }[]).map(
      ({ name }) => name,
    );
  expect(await names('')).toEqual(['plan', 'price', 'page']);
  expect(await names('?event=visited')).toEqual(['page', 'plan']);
  expect(await names('?event=nothing')).toEqual([]);
});

it('a viewer sees the SQL of a question; a read key, which may be anybody’s, does not', async () => {
  const question = { kind: 'trend', last: '7d', series: [{ event: 'bought' }] };
  expect(await page(viewer, 'POST', '/api/query/shop/sql', question)).toMatchObject({
    status: 200,
    body: {
      kind: 'trend',
      statements: expect.arrayContaining([{ sql: expect.any(String), parameters: expect.any(Object) }]),
    },
  });
  const made = await page(admin, 'POST', '/api/keys', { app: 'shop', scope: 'read' });
  const { key } = made.body as { key: string };
  const refused = await page('', 'POST', '/api/query/shop/sql', question, { 'x-access-token': key });
  expect(codeOf(refused)).toEqual([403, 'AUTH_FORBIDDEN']);
});

it('a link tells what drawing takes, and nothing of whom the question asks about', async () => {
  const question = {
    ...{ kind: 'trend', last: '7d', interval: 'day', movingAverage: 3, series: [{ event: 'bought', name: 'Sales' }] },
    filters: [{ field: 'user', operator: 'isNot', value: 'ann' }],
    segment: { did: { event: 'visited' }, atMost: 3 },
  };
  const report = (await page(admin, 'POST', '/api/apps/shop/reports', { name: 'Sales', chart: 'bar', question }))
    .body as { id: string };
  const shared = (await page(admin, 'POST', `/api/apps/shop/reports/${report.id}/share`, {})).body as { url: string };
  const { body } = await page('', 'GET', shared.url);
  expect(body).toMatchObject({
    kind: 'report',
    name: 'Sales',
    parts: [
      { chart: 'bar', question: { kind: 'trend', interval: 'day', movingAverage: 3 }, answer: { kind: 'trend' } },
    ],
  });
  expect(JSON.stringify(body)).not.toMatch(/ann|visited|filters|segment/);
});
