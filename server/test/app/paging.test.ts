import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SeismoServer } from '../../src/index.ts';
import { start } from '../support/start.ts';

let dataDir: string;
let server: SeismoServer;
let headers: Record<string, string>;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'seismo-paging-'));
  server = await start({ dataDir, port: 0, logLevel: 'silent', flushIntervalMs: 20 });
  const { user, password } = server.firstAdmin!;
  const body = JSON.stringify({ username: user, password });
  const signedIn = await fetch(`${server.url}/auth`, { method: 'POST', body });
  headers = { 'x-access-token': ((await signedIn.json()) as { token: string }).token };
});
afterAll(async () => {
  await server?.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const T0 = Date.UTC(2026, 0, 1);
interface Event {
  readonly uuid: string;
  readonly user?: string;
  readonly timestamp: string;
}

async function post(app: string, events: readonly object[]): Promise<void> {
  const answer = await fetch(`${server.url}/api/events/${app}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(events),
  });
  expect(((await answer.json()) as { accepted: number }).accepted).toBe(events.length);
}

/** From page to page by the Link header alone. */
async function follow(path: string, onPage: (events: readonly Event[]) => void): Promise<void> {
  for (let next: string | undefined = path; next !== undefined; ) {
    const answer: Response = await fetch(`${server.url}${next}`, { headers });
    expect(answer.status).toBe(200);
    onPage((await answer.json()) as Event[]);
    next = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
  }
}

it.each(['desc', 'asc'])(
  'a cursor (%s) neither skips nor repeats while events of the same, of newer and of older times arrive',
  async (order) => {
    const app = `busy-${order}`;
    // 600 events at 20 instants, so that thirty share each.
    await post(
      app,
      Array.from({ length: 600 }, (_, i) => ({ event: 'old', user: `old ${i}`, timestamp: T0 + (i % 20) * 1_000 })),
    );
    let isReading = true;
    let arrived = 0;
    const posting = (async () => {
      // So many, that reading comes to an end.
      while (isReading && arrived < 500) {
        const times = [0, 5_000, 19_000, -60_000, 60_000].map((ms) => T0 + ms);
        await post(
          app,
          times.map((timestamp) => ({ event: 'new', user: `new ${arrived++}`, timestamp })),
        );
      }
    })();
    const seen: Event[] = [];
    let pages = 0;
    await follow(`/api/events/${app}?order=${order}&limit=25`, (events) => {
      seen.push(...events);
      pages++;
    });
    isReading = false;
    await posting;
    expect(pages).toBeGreaterThan(600 / 25);
    expect(arrived).toBeGreaterThan(50);
    const users = seen.map(({ user }) => user!);
    expect(new Set(users).size).toBe(users.length);
    expect(new Set(seen.map(({ uuid }) => uuid)).size).toBe(seen.length);
    const old = users.filter((user) => user.startsWith('old')).sort();
    expect(old).toEqual(Array.from({ length: 600 }, (_, i) => `old ${i}`).sort());
    const times = seen.map(({ timestamp }) => timestamp);
    expect(times).toEqual(times.toSorted((a, b) => (order === 'asc' ? 1 : -1) * a.localeCompare(b)));
  },
);

it('the link keeps filters, order and limit, and leads nowhere after the last page', async () => {
  await post(
    'linked',
    Array.from({ length: 25 }, (_, i) => ({ event: 'a b', user: `u${i % 2}`, timestamp: T0 + i, data: { 'x&y': i } })),
  );
  const sizes: number[] = [];
  const query = new URLSearchParams({ event: 'a b', user: 'u1', 'data.x&y[gte]': '5', limit: '4' });
  await follow(`/api/events/linked?${query}`, (events) => sizes.push(events.length));
  // The odd ones from 5 to 23 are ten.
  expect(sizes).toEqual([4, 4, 2]);
});

it('a stream ends where it was asked to, and can be continued by a cursor', async () => {
  const get = async (query: string, accept = 'application/x-ndjson') =>
    (await (await fetch(`${server.url}/api/events/linked?${query}`, { headers: { ...headers, accept } })).text())
      .split('\n')
      .filter((line) => line !== '');
  expect(await get('limit=3&order=asc')).toHaveLength(3);
  const page = await fetch(`${server.url}/api/events/linked?order=asc&limit=20`, { headers });
  const cursor = /cursor=([\w-]+)/.exec(page.headers.get('link') ?? '')?.[1];
  expect(await get(`order=asc&cursor=${cursor}`)).toHaveLength(5);
  expect(await get(`order=asc&cursor=${cursor}`, 'text/csv')).toHaveLength(6);
});

it('an event is found by its uuid in whatever case, or by the id that it was posted with, and an unknown app is empty', async () => {
  const uuid = 'ABCDEF01-2345-4678-9ABC-DEF012345678';
  await post('named', [{ event: 'a', uuid }, { event: 'b' }]);
  const find = async (query: string) =>
    (await (await fetch(`${server.url}/api/events/named?${query}`, { headers })).json()) as Event[];
  for (const text of [uuid, uuid.toLowerCase()])
    expect(await find(`uuid=${text}`)).toMatchObject([{ uuid: uuid.toLowerCase() }]);
  expect(await find(`uuid[in]=${uuid},nonsense`)).toHaveLength(1);
  expect(await find(`uuid[isNot]=${uuid}`)).toHaveLength(1);
  expect(await find('uuid=nonsense')).toEqual([]);
  // An id of an SDK's that is no UUID: SHA-256 of app, a zero byte and the id, as UUIDv8 (worked out with Python's hashlib).
  await post('named', [{ event: 'c', uuid: 'msg/77 é' }]);
  const given = encodeURIComponent('msg/77 é');
  const stored = { event: 'c', uuid: '0cc8a3b4-88f0-8c86-b5d6-66cd29577754' };
  expect(await find(`uuid=${given}`)).toMatchObject([stored]);
  expect(await find(`uuid=${stored.uuid}`)).toMatchObject([stored]);
  expect(await find(`uuid[in]=${given},nonsense`)).toMatchObject([stored]);
  expect(await find(`uuid[isNot]=${given}`)).toHaveLength(2);
  expect(await (await fetch(`${server.url}/api/events/never`, { headers })).json()).toEqual([]);
  const report = await fetch(`${server.url}/api/reports/day/never?interval=hour`, { headers });
  expect(await report.json()).toMatchObject({ total: 0, users: 0, usersExact: true });
  expect(await (await fetch(`${server.url}/api/apps/never/events`, { headers })).json()).toEqual([]);
});
