import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { socketPathOf } from '../../src/app/data-directory-lock.ts';
import { hashPassword } from '../../src/app/hash-password.ts';
import type { SeismoServer } from '../../src/index.ts';
import { start } from '../support/start.ts';

const PASSWORD = 'correct horse battery';

let dataDir: string;
let server: SeismoServer;
let headers: Record<string, string>;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'seismo-cache-'));
  const users = { admin: await hashPassword(PASSWORD) };
  server = await start({ dataDir, port: 0, logLevel: 'silent', users });
  const body = JSON.stringify({ username: 'admin', password: PASSWORD });
  const { token } = (await (await fetch(`${server.url}/auth`, { method: 'POST', body })).json()) as { token: string };
  headers = { 'x-access-token': token };
});
afterAll(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true, force: true });
});

let apps = 0;
/** Two events by two devices on each of the first three days of March 2026. */
async function anApp(): Promise<string> {
  const app = `cache${++apps}`;
  await post(
    app,
    [1, 2, 3].flatMap((day) => [paid(`2026-03-0${day}T10:00:00Z`, 'd1'), paid(`2026-03-0${day}T11:00:00Z`, 'd2')]),
  );
  return app;
}
const paid = (timestamp: string, device: string) => ({ event: 'paid', timestamp, device, data: { amount: 2 } });

async function post(app: string, events: unknown): Promise<void> {
  const body = JSON.stringify(events);
  const type = { 'content-type': 'application/json' };
  const answer = await fetch(`${server.url}/api/events/${app}`, {
    method: 'POST',
    headers: { ...headers, ...type },
    body,
  });
  expect(answer.status).toBeLessThan(300);
}

interface Asked {
  readonly isKept: boolean;
  readonly body: { readonly from: string; readonly result: { readonly series: readonly { readonly total: number }[] } };
}

/** Whether the answer was known already, and the answer. */
async function ask(app: string, question: object, search = ''): Promise<Asked> {
  const answer = await fetch(`${server.url}/api/query/${app}${search}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(question),
  });
  expect(answer.status).toBe(200);
  const timing = answer.headers.get('server-timing') ?? '';
  expect(timing).toMatch(/total;dur=[\d.]+$/);
  return { isKept: timing.startsWith('cache;desc="hit", '), body: (await answer.json()) as Asked['body'] };
}
const kept = async (app: string, question: object): Promise<boolean> => (await ask(app, question)).isKept;
/** The total, and whether it was known already. */
const total = async (app: string, question: object): Promise<[number, boolean]> => {
  const { isKept, body } = await ask(app, question);
  return [body.result.series[0]!.total, isKept];
};

const MARCH = { from: '2026-03-01', to: '2026-03-31' };
const COUNT = { kind: 'trend', ...MARCH, series: [{ event: 'paid' }], interval: 'day' };
const USERS = { kind: 'trend', ...MARCH, series: [{ measure: 'users' }] };

describe('an answer about a time that is over', () => {
  it('is known when it is asked again, in any form, also without waiting', async () => {
    const app = await anApp();
    const first = await ask(app, COUNT);
    expect([first.isKept, first.body.result.series[0]!.total]).toEqual([false, 6]);
    expect(await ask(app, COUNT)).toEqual({ isKept: true, body: first.body });
    expect(await ask(app, COUNT, '?fresh=false')).toEqual({ isKept: true, body: first.body });
    const csv = await fetch(`${server.url}/api/query/${app}?q=${encodeURIComponent(JSON.stringify(COUNT))}`, {
      headers: { ...headers, accept: 'text/csv' },
    });
    expect(csv.headers.get('server-timing')).toMatch(/^cache;desc="hit", total;dur=/);
    expect((await csv.text()).split('\r\n')[1]).toBe('paid,count,2026-03-01T00:00:00.000Z,2');
  });

  it('stays known while events of today arrive, and is asked anew when one of its time does', async () => {
    const app = await anApp();
    expect(await total(app, COUNT)).toEqual([6, false]);
    await post(app, { event: 'paid' });
    await post(app, [{ event: 'paid' }, paid('2026-04-01T00:00:00Z', 'd1')]);
    expect(await total(app, COUNT)).toEqual([6, true]);
    await post(app, paid('2026-03-31T23:59:59.999Z', 'd1'));
    expect(await total(app, COUNT)).toEqual([7, false]);
    expect(await total(app, COUNT)).toEqual([7, true]);
    await post(app, [{ event: 'paid' }, paid('2026-03-05T00:00:00Z', 'd1')]);
    expect(await total(app, COUNT)).toEqual([8, false]);
    // NDJSON, and other apps in the same transaction or not.
    await post(`${app}b`, paid('2026-03-05T00:00:00Z', 'd1'));
    expect(await total(app, COUNT)).toEqual([8, true]);
    await fetch(`${server.url}/api/events/${app}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/x-ndjson' },
      body: `${JSON.stringify(paid('2026-03-06T00:00:00Z', 'd1'))}\n`,
    });
    expect(await total(app, COUNT)).toEqual([9, false]);
  });

  it('is asked anew after $identify, of whatever time it is', async () => {
    const app = await anApp();
    expect(await total(app, USERS)).toEqual([2, false]);
    expect(await total(app, USERS)).toEqual([2, true]);
    await post(app, { event: '$identify', id: '$identify', user: 'ann', device: 'd1' });
    expect((await total(app, USERS))[1]).toBe(false);
    await post(app, { event: '$identify', id: '$identify', user: 'ann', device: 'd2' });
    // Both devices are hers now.
    expect(await total(app, USERS)).toEqual([1, false]);
  });

  it('is asked anew after an erasure, of some or of all', async () => {
    const app = await anApp();
    expect(await total(app, COUNT)).toEqual([6, false]);
    const erase = async (search: string): Promise<void> => {
      const answer = await fetch(`${server.url}/api/events/${app}?${search}`, { method: 'DELETE', headers });
      expect(answer.status).toBe(200);
    };
    await erase('device=d2');
    expect(await total(app, COUNT)).toEqual([3, false]);
    expect(await total(app, COUNT)).toEqual([3, true]);
    // As retention does.
    await erase('to=2026-03-02T00:00:00Z');
    expect(await total(app, COUNT)).toEqual([2, false]);
    await erase('all=true');
    expect(await total(app, COUNT)).toEqual([0, false]);
  });

  it('is another one in another zone', async () => {
    const app = await anApp();
    const day = { kind: 'trend', from: '2026-03-01', to: '2026-03-01', series: [{}] };
    expect((await ask(app, day)).body.from).toBe('2026-03-01T00:00:00.000Z');
    const answer = await fetch(`${server.url}/api/apps/${app}`, {
      method: 'PATCH',
      headers,
      body: JSON.stringify({ timeZone: 'Asia/Tokyo' }),
    });
    expect(answer.status).toBe(200);
    const moved = await ask(app, day);
    expect([moved.isKept, moved.body.from]).toEqual([false, '2026-02-28T15:00:00.000Z']);
    expect(await kept(app, { ...day, timeZone: 'UTC' })).toBe(false);
  });

  it('is asked anew after an import', async () => {
    const app = await anApp();
    expect(await total(app, COUNT)).toEqual([6, false]);
    const body = `${JSON.stringify(paid('2026-03-09T00:00:00Z', 'd9'))}\n`;
    const status = await new Promise((resolve) => {
      const path = `/admin/import/${app}?fingerprint=f1&rowsFrom=0&rowsDone=1`;
      const type = { 'content-type': 'application/x-ndjson', 'content-length': Buffer.byteLength(body) };
      httpRequest({ socketPath: socketPathOf(dataDir), path, method: 'POST', headers: type }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode));
      }).end(body);
    });
    expect(status).toBe(200);
    expect(await total(app, COUNT)).toEqual([7, false]);
  });
});

describe('an answer is never kept', () => {
  it.each([
    ['whose time is not over', { ...COUNT, to: 'today' }],
    ['whose time lies ahead', { ...COUNT, interval: 'month', to: '2099-12-31' }],
    ['of the last days', { kind: 'trend', last: '300d', series: [{}] }],
    [
      'compared with a time that is not over',
      { ...COUNT, interval: 'month', compare: { from: '2026-10-01', to: 'today' } },
    ],
    [
      'about those last seen at some time',
      { ...COUNT, segment: { lastSeen: { from: '2026-01-01', to: '2026-04-01' } } },
    ],
    ['about those first seen since', { ...COUNT, segment: { not: { firstSeen: { from: '2026-01-01' } } } }],
    ['about those who did something lately', { ...COUNT, segment: { did: { event: 'paid' }, to: 'today' } }],
    ['of SQL that asks the clock', { kind: 'sql', ...MARCH, sql: 'SELECT count(), now() FROM events' }],
  ])('%s', async (_what, question) => {
    const app = await anApp();
    expect([await kept(app, question), await kept(app, question)]).toEqual([false, false]);
  });

  it.each([
    ['compared with the period before', { ...COUNT, compare: 'previousPeriod' }],
    ['about those first seen then', { ...COUNT, segment: { firstSeen: { from: '2026-03-02', to: '2026-03-08' } } }],
    ['of SQL', { kind: 'sql', ...MARCH, sql: 'SELECT count() FROM events' }],
    ['of users', { kind: 'users', ...MARCH }],
    ['of a funnel', { kind: 'funnel', ...MARCH, steps: [{ event: 'paid' }, { event: 'paid' }], window: '1d' }],
  ])('but that %s is', async (_what, question) => {
    const app = await anApp();
    expect([await kept(app, question), await kept(app, question)]).toEqual([false, true]);
  });
});
