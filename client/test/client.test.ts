import { describe, expect, it, vi } from 'vitest';
import type { Client } from '../src/client.ts';
import type { Drop } from '../src/delivery/queue.ts';
import type { SentEvent } from '../src/event.ts';
import { createClient as createNodeClient, SeismoError, seismo } from '../src/node.ts';
import type { ClientOptions } from '../src/options.ts';
import { createClient as createPortableClient } from '../src/portable.ts';
import { aServer, atEnd, problem, stored } from './support/fake-server.ts';

const KEY = 'sk_write';
/** Spread over options with a key. */
const NO_KEY = { key: undefined } as object;

describe.each([
  ['node', createNodeClient],
  ['portable', createPortableClient],
])('the %s client', (_, createClient) => {
  function aClient(server: string, options: Partial<ClientOptions> = {}) {
    const dropped: [SentEvent, Drop][] = [];
    const client: Client = createClient({
      server,
      app: 'shop',
      key: KEY,
      retryMinMs: 5,
      retryMaxMs: 10,
      onDrop: (event, drop) => dropped.push([event, drop]),
      ...options,
    });
    atEnd(() => client.close({ timeoutMs: 1 }));
    return { client, dropped };
  }

  it('sends what was tracked as one batch, as it was at the time', async () => {
    const { url, received } = await aServer();
    const { client } = aClient(url);
    const data = { plan: 'pro', ms: 12.5, text: 'Zoë 🦊 "\\\n\u2028', list: [1, null] };
    const before = Date.now();
    client.track('order paid', data, { user: 'ann', session: 's1', device: 'd1' });
    data.plan = 'changed later';
    client.track({ id: 'x', event: 'X Y' });
    client.track('backdated', undefined, { id: 'b', timestamp: new Date(0), uuid: 'my-own-id' });
    client.identify('ann', { name: 'Ann' }, { device: 'd1' });
    expect(client.pending).toBe(4);
    expect(await client.flush()).toBe(true);
    expect(client.pending).toBe(0);
    const [request] = received;
    expect(received).toHaveLength(1);
    expect(request).toMatchObject({ method: 'POST', url: '/api/events/shop' });
    expect(request!.headers).toMatchObject({ 'content-type': 'application/json', 'x-access-token': KEY });
    expect(request!.sentAt).toBeGreaterThanOrEqual(before);
    const uuid = expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    const timestamp = expect.any(Number);
    expect(request!.events).toEqual([
      {
        uuid,
        timestamp,
        event: 'order paid',
        user: 'ann',
        session: 's1',
        device: 'd1',
        data: { ...data, plan: 'pro' },
      },
      { uuid, timestamp, event: 'X Y', id: 'x' },
      { uuid: 'my-own-id', timestamp: '1970-01-01T00:00:00.000Z', event: 'backdated', id: 'b' },
      { uuid, timestamp, event: '$identify', id: '$identify', user: 'ann', device: 'd1', data: { name: 'Ann' } },
    ]);
  });

  it('compresses larger bodies, unless told not to', async () => {
    const { url, received } = await aServer();
    for (const gzip of [true, false]) {
      const { client } = aClient(url, { gzip });
      client.track('a', { text: 'x'.repeat(2_000) });
      await client.flush();
    }
    expect(received.map(({ headers }) => headers['content-encoding'])).toEqual(['gzip', undefined]);
    expect(Number(received[0]!.headers['content-length'] ?? 0)).toBeLessThan(500);
    expect(received.map(({ events }) => events[0]!.data)).toEqual(Array(2).fill({ text: 'x'.repeat(2_000) }));
  });

  it('sends an event again with the uuid it had, after a cut, a 503, an answer cut short and no answer in time', async () => {
    const { url, received } = await aServer((request, index) =>
      index === 0
        ? 'reset'
        : index === 1
          ? problem(503, 'JOURNAL_FULL', { 'retry-after': '0' })
          : index === 2
            ? { headers: { 'content-length': '1000' }, body: '{"accepted"' }
            : index === 3
              ? 'hang'
              : stored(request),
    );
    const { client, dropped } = aClient(url, { timeoutMs: 200 });
    client.track('a');
    client.track('b');
    expect(await client.flush()).toBe(true);
    expect(received).toHaveLength(5);
    expect(new Set(received.map(({ events }) => JSON.stringify(events))).size).toBe(1);
    expect(dropped).toEqual([]);
  });

  it('tells of each event that the server refuses, with its code', async () => {
    const { url } = await aServer(() => ({
      body: { accepted: 1, rejectedTotal: 1, rejected: [{ index: 1, code: 'EVENT_TOO_OLD', detail: 'Old.' }] },
    }));
    const { client, dropped } = aClient(url);
    client.track('a');
    client.track('b', { n: 1 });
    await client.flush();
    expect(dropped).toEqual([
      [
        expect.objectContaining({ event: 'b', data: { n: 1 } }),
        { reason: 'refused', code: 'EVENT_TOO_OLD', detail: 'Old.' },
      ],
    ]);
  });

  it('tells of what JSON cannot hold, and never throws, whatever the callbacks do', async () => {
    const { url, received } = await aServer();
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const onDrop = vi.fn(() => {
      throw new Error('The host has a bug.');
    });
    const { client } = aClient(url, { onDrop, queueMaxEvents: 2 });
    client.track('a', circular, { user: 'ann' });
    client.track('b', { n: 10n });
    expect(onDrop.mock.calls).toEqual([
      [
        expect.objectContaining({ event: 'a', user: 'ann' }),
        { reason: 'invalid', detail: expect.stringContaining('circular') },
      ],
      [expect.objectContaining({ event: 'b' }), { reason: 'invalid', detail: expect.stringContaining('BigInt') }],
    ]);
    for (const event of ['c', 'd', 'e']) client.track(event);
    expect(onDrop).toHaveBeenCalledTimes(3);
    await client.flush();
    expect(received[0]!.events.map(({ event }) => event)).toEqual(['d', 'e']);
  });

  it('does not fall into a loop when a drop is tracked', async () => {
    const { url } = await aServer(() => 'hang');
    const seen: unknown[] = [];
    const { client } = aClient(url, {
      queueMaxEvents: 3,
      onDrop: (event, { reason }) => {
        seen.push([event.event, reason]);
        client.track('event dropped');
      },
    });
    for (const event of ['a', 'b', 'c', 'd']) client.track(event);
    expect(seen).toEqual([['a', 'queueFull']]);
    expect(client.pending).toBe(3);
  });

  it('waits for its place with block', async () => {
    const { url, received } = await aServer();
    const { client, dropped } = aClient(url, { queueMaxEvents: 10, batchMaxEvents: 5, whenFull: 'block' });
    for (let n = 0; n < 100; n++) {
      await client.track('a', { n });
      expect(client.pending).toBeLessThanOrEqual(10);
    }
    await client.flush();
    expect(received.flatMap(({ events }) => events.map(({ data }) => data?.['n']))).toEqual([...Array(100).keys()]);
    expect(dropped).toEqual([]);
  });

  it('hands the platform a promise for all that one turn tracked', async () => {
    const { url, received } = await aServer();
    const handed: Promise<unknown>[] = [];
    const { client } = aClient(url, { batchMaxWaitMs: 60_000, waitUntil: (promise) => handed.push(promise) });
    client.track('a');
    client.track('b');
    expect(handed).toHaveLength(1);
    await handed[0];
    expect(received.map(({ events }) => events.length)).toEqual([2]);
    const own: Promise<unknown>[] = [];
    client.track('c', undefined, { waitUntil: (promise) => own.push(promise) });
    expect([handed.length, own.length]).toEqual([1, 1]);
    expect(await own[0]).toBe(true);
    expect(received).toHaveLength(2);
    expect(received[1]!.events[0]).not.toHaveProperty('waitUntil');
  });

  it('gives up a flush in time, and drops at the end what could not be sent', async () => {
    const { url } = await aServer(() => 'hang');
    const { client, dropped } = aClient(url);
    client.track('a');
    expect(await client.flush({ timeoutMs: 20 })).toBe(false);
    expect(client.pending).toBe(1);
    expect(await client.close({ timeoutMs: 20 })).toBe(false);
    client.track('b');
    expect(dropped.map(([{ event }, { reason }]) => [event, reason])).toEqual([
      ['a', 'closed'],
      ['b', 'closed'],
    ]);
  });

  it('logs when asked, and not otherwise', async () => {
    const { url } = await aServer((request, index) => (index === 0 ? problem(500, 'BUG') : stored(request)));
    const log = vi.fn();
    const { client } = aClient(url, { log });
    client.track('a');
    await client.flush();
    expect(log.mock.calls).toEqual([
      [
        'posting failed, will be tried again',
        { status: 500, code: 'BUG', detail: 'Refused: BUG.', waitMs: expect.any(Number) },
      ],
    ]);
  });

  it('signs in, again when the token ends on the other side, and drops when it may not', async () => {
    let token = 0;
    const { url, received } = await aServer((request) => {
      if (request.url === '/auth') {
        const { password } = JSON.parse(request.text);
        if (password !== 'right') return problem(401, 'AUTH_FAILED');
        return { body: { token: `t${++token}`, expiresAt: new Date(Date.now() + 3_600_000).toISOString() } };
      }
      return request.headers['x-access-token'] === `t${token}` ? stored(request) : problem(401, 'AUTH_TOKEN_INVALID');
    });
    const { client, dropped } = aClient(url, { ...NO_KEY, credentials: { username: 'ann', password: 'right' } });
    client.track('a');
    await client.flush();
    token++;
    client.track('b');
    await client.flush();
    expect(received.map((one) => `${one.url} ${one.headers['x-access-token'] ?? '-'}`)).toEqual([
      '/auth -',
      '/api/events/shop t1',
      '/api/events/shop t1',
      '/auth -',
      '/api/events/shop t3',
    ]);
    expect(dropped).toEqual([]);
    const wrong = aClient(url, { ...NO_KEY, credentials: { username: 'ann', password: 'wrong' } });
    wrong.client.track('c');
    await wrong.client.flush();
    expect(wrong.dropped[0]![1]).toMatchObject({ reason: 'refused', code: 'AUTH_FAILED' });
  });

  it('renews a token before it ends, once for all that ask meanwhile', async () => {
    let signIns = 0;
    const { url } = await aServer(({ url: path }) =>
      path === '/auth'
        ? { body: { token: `t${++signIns}`, expiresAt: new Date(Date.now() + 9_000).toISOString() } }
        : { body: [] },
    );
    const { client } = aClient(url, { ...NO_KEY, credentials: { token: 'ghp_x' } });
    await Promise.all([client.query(), client.query(), client.query()]);
    expect(signIns).toBe(1);
    await client.query();
    expect(signIns).toBe(2);
  });

  it('asks with the spelling of the server', async () => {
    const { url, received } = await aServer(({ url: path }) => ({ body: path.startsWith('/api/events') ? [] : {} }));
    const { client } = aClient(url, { readKey: 'sk_read' });
    await client.query({
      event: 'order paid',
      limit: 5,
      data: {
        plan: 'pro',
        n: '1',
        ok: true,
        ms: { gte: 500, lt: 900 },
        address: { city: 'Bern' },
        'a.b': 1,
        tags: ['x', 'y,z', '2'],
      },
    });
    await client.report({ report: 'day', date: '2026-01-02', 'data.plan': 'free' });
    await client.groups({ attr: 'address.city', from: '2026-01-01', fresh: false });
    await client.analyze({ kind: 'trend', series: [{ event: 'order paid' }] });
    expect(received.map((one) => `${one.method} ${decodeURIComponent(one.url.replaceAll('+', ' '))}`)).toEqual([
      'GET /api/events/shop?event=order paid&limit=5&data.plan=pro&data.n="1"&data.ok=true&data.ms[gte]=500&data.ms[lt]=900&data.address.city=Bern&data["a.b"]=1&data.tags[in]=x,"y,z","2"',
      'GET /api/reports/day/shop?date=2026-01-02&data.plan=free',
      'GET /api/groups/shop?attr=address.city&from=2026-01-01&fresh=false',
      'POST /api/query/shop',
    ]);
    expect(received[3]!.text).toBe('{"kind":"trend","series":[{"event":"order paid"}]}');
    expect(new Set(received.map(({ headers }) => headers['x-access-token']))).toEqual(new Set(['sk_read']));
  });

  it('follows the pages of events', async () => {
    const { url, received } = await aServer(({ url: path }) =>
      path.includes('cursor')
        ? { body: [{ uuid: '3' }] }
        : {
            headers: { link: '</elsewhere/api/events/shop?limit=2&cursor=c2>; rel="next"' },
            body: [{ uuid: '1' }, { uuid: '2' }],
          },
    );
    const { client } = aClient(`${url}/mounted/`);
    const uuids: string[] = [];
    for await (const { uuid } of client.events({ limit: 2 })) uuids.push(uuid);
    expect(uuids).toEqual(['1', '2', '3']);
    expect(received.map((one) => one.url)).toEqual([
      '/mounted/api/events/shop?limit=2',
      '/mounted/api/events/shop?limit=2&cursor=c2',
    ]);
  });

  it('rejects a question with what the server said, or that it said nothing', async () => {
    const { url } = await aServer((_, index) =>
      index === 0
        ? { status: 400, body: { code: 'PARAMETER_INVALID', detail: 'date is not a day.', field: 'date' } }
        : index === 1
          ? { status: 502, body: '<html>' }
          : 'reset',
    );
    const { client } = aClient(url);
    const failures: unknown[] = [];
    for (let i = 0; i < 3; i++) await client.query({ date: 'x' }).catch((error) => failures.push(error));
    expect(failures.every((error) => error instanceof Error)).toBe(true);
    expect(failures).toMatchObject([
      { name: 'SeismoError', status: 400, code: 'PARAMETER_INVALID', field: 'date', message: 'date is not a day.' },
      { status: 502, code: undefined, message: 'The server answered 502.' },
      { status: 0, message: 'The server did not answer.' },
    ]);
  });

  it.each<[string, object]>([
    ['server', { server: 'seismo.example.com' }],
    ['server', { server: undefined }],
    ['app', { app: 'no spaces' }],
    ['whenFull', { whenFull: 'explode' }],
    ['batchMaxEvents', { batchMaxEvents: 0 }],
    ['timeoutMs', { timeoutMs: '10' }],
  ])('is not made with an unusable %s', (name, options) => {
    const given = { server: 'http://127.0.0.1', app: 'shop', ...options } as ClientOptions;
    expect(() => createClient(given)).toThrow(TypeError);
    expect(() => createClient(given)).toThrow(`seismo-client: \`${name}\` must`);
  });
});

describe('the call style of the first client', () => {
  it('sends, asks and reports with callbacks', async () => {
    const { url, received } = await aServer((request) => {
      if (request.url === '/auth') return { body: { token: 't', expiresAt: '2100-01-01T00:00:00Z' } };
      if (request.url.startsWith('/api/reports')) return { body: { total: 3 } };
      if (request.method === 'GET')
        return request.url.includes('bad') ? problem(400, 'PARAMETER_INVALID') : { body: [{ uuid: 'u' }] };
      const rejected = request.events.flatMap(({ event }, index) =>
        event === 'refused' ? [{ index, code: 'EVENT_TOO_OLD', detail: 'Old.' }] : [],
      );
      return { body: { accepted: request.events.length - rejected.length, rejected } };
    });
    const events = seismo('my-web-app', {
      server: url,
      credentials: { username: 'u', password: 'p' },
      batchMaxWaitMs: 5,
    });
    atEnd(() => events.client.close());
    const called = <T>(call: (callback: (error: Error | null, result?: T) => void) => void): Promise<unknown[]> =>
      new Promise((resolve) => call((...args) => resolve(args)));
    events('fire and forget');
    expect(await called((callback) => events('application started', callback))).toEqual([
      null,
      { app: 'my-web-app', event: 'application started' },
    ]);
    expect(await called((callback) => events({ id: 'x', event: 'X' }, { a: 1 }, callback))).toEqual([
      null,
      { app: 'my-web-app', event: { id: 'x', event: 'X' }, data: { a: 1 } },
    ]);
    const [refused] = await called((callback) => events('refused', {}, callback));
    expect(refused).toBeInstanceOf(SeismoError);
    expect(refused).toMatchObject({ message: 'Old.', code: 'EVENT_TOO_OLD', reason: 'refused' });
    expect(await called((callback) => events.query({ event: 'a' }, callback))).toEqual([null, [{ uuid: 'u' }]]);
    expect(await called((callback) => events.query(callback))).toEqual([null, [{ uuid: 'u' }]]);
    expect(await called((callback) => events.report({ report: 'day', date: '2026-01-02' }, callback))).toEqual([
      null,
      { total: 3 },
    ]);
    expect(await called((callback) => events.query({ event: 'bad' }, callback))).toEqual([expect.any(SeismoError)]);
    expect(received.filter(({ url: path }) => path === '/auth')).toHaveLength(1);
    expect(received[1]!.url).toBe('/api/events/my-web-app');
  });
});
