import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import express5 from 'express';
// @ts-expect-error there are no types of this name
import express4 from 'express4';
import { describe, expect, it } from 'vitest';
import { type ExpressRequest, seismoExpress } from '../src/express.ts';
import { createClient } from '../src/node.ts';
import type { RequestOptions } from '../src/requests.ts';
import { aServer, atEnd } from './support/fake-server.ts';

/** Express 4 and 5 as the tests use them; `@types/express` speaks of 5. */
type Express = typeof express5;

describe.each<[string, Express]>([
  ['4', express4 as unknown as Express],
  ['5', express5],
])('Express %s', (_, express) => {
  /** An application with the middleware, and what it sent. */
  async function anApp(options: RequestOptions<ExpressRequest> = {}) {
    const { url: server, received } = await aServer();
    const client = createClient({ server, app: 'shop', key: 'sk_x', batchMaxWaitMs: 60_000 });
    atEnd(() => client.close({ timeoutMs: 100 }));
    const seismo = seismoExpress({ client });
    const app = express();
    app.use(seismo.requests(options));
    const listener = createServer(app as unknown as RequestListener).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    atEnd(async () => {
      listener.closeAllConnections();
      listener.close();
    });
    const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
    return {
      app,
      seismo,
      url,
      async sent(count: number) {
        await expect.poll(() => client.pending).toBe(count);
        await client.flush();
        return received.flatMap(({ events }) => events);
      },
    };
  }

  it('sends one event a request, with the pattern and never the address', async () => {
    const { app, url, sent } = await anApp({ user: (request) => request.headers['x-user']?.toString() });
    const items = express.Router({ mergeParams: true });
    const parts = express.Router();
    parts.get('/:part', (_request, response) => void response.send('part'));
    items.get('/', (_request, response) => void response.send('all'));
    items.get('/:item', (_request, response) => void response.status(201).json({ a: 'x'.repeat(1_000) }));
    items.use('/:item/parts', parts);
    app.use('/shops/:shop/items', items);
    app.get('/', (_request, response) => void response.send('home'));
    app.post(['/a', '/b'], (_request, response) => void response.send('ab'));
    app.get(/^\/re(x+)$/, (_request, response) => void response.send('re'));
    for (const path of [
      '/',
      '/shops/42/items',
      '/shops/42/items/7?secret=1',
      '/shops/a%20b/items/7/parts/9',
      '/rexx',
      '/secret/42',
    ])
      await (await fetch(url + path, { headers: { 'x-user': 'ann' } })).text();
    await (await fetch(`${url}/b`, { method: 'POST' })).text();
    const events = await sent(7);
    expect(events.map(({ data }) => [data!['method'], data!['route'], data!['status']])).toEqual([
      ['GET', '/', 200],
      ['GET', '/shops/:shop/items', 200],
      ['GET', '/shops/:shop/items/:item', 201],
      ['GET', '/shops/:shop/items/:item/parts/:part', 200],
      ['GET', '/^\\/re(x+)$/', 200],
      ['GET', '(unmatched)', 404],
      ['POST', '/a,/b', 200],
    ]);
    expect(events.map(({ event, user }) => [event, user])).toEqual([
      ...Array(6).fill(['request', 'ann']),
      ['request', undefined],
    ]);
    for (const { data } of events) expect(data!['ms']).toBeGreaterThan(0);
    // The JSON has 1,008 bytes, the headers some hundred.
    expect(data(events[2])['bytes']).toBeGreaterThan(1_008);
    expect(data(events[2])['bytes']).toBeLessThan(1_600);
    expect(JSON.stringify(events)).not.toMatch(/secret|\/42/);
  });

  const data = (event: { readonly data?: Readonly<Record<string, unknown>> } | undefined) => event?.data ?? {};

  it('counts each request of a kept connection for itself', async () => {
    const { app, url, sent } = await anApp();
    app.get('/:size', (request, response) => void response.send('x'.repeat(Number(request.params['size']))));
    for (const size of [10_000, 10, 5_000]) await (await fetch(`${url}/${size}`)).text();
    const [big, small, middle] = (await sent(3)).map((event) => Number(data(event)['bytes']));
    expect(big! - small!).toBeGreaterThan(9_900);
    expect(big! - middle!).toBeGreaterThan(4_900);
    expect(small!).toBeLessThan(500);
  });

  it('sends an event of its own for one route, when it went well', async () => {
    const { app, seismo, url, sent } = await anApp({ skip: ['/login'], user: () => 'ann' });
    app.post(
      '/login',
      seismo.trackEvent('user logged on', { data: (request) => ({ by: request.headers['x-by'] }) }),
      (request, response) => void response.sendStatus(request.headers['x-by'] === 'nobody' ? 401 : 204),
    );
    for (const by of ['password', 'nobody', 'token'])
      await (await fetch(`${url}/login`, { method: 'POST', headers: { 'x-by': by } })).text();
    const events = await sent(2);
    expect(events.map(({ event, user, data }) => [event, user, data])).toEqual([
      ['user logged on', 'ann', { by: 'password' }],
      ['user logged on', 'ann', { by: 'token' }],
    ]);
  });

  it('sends errors with a hash of their stack, the pattern of the route, and lets them pass', async () => {
    const { app, seismo, url, sent } = await anApp();
    const router = express.Router();
    function fail(text: string): never {
      throw Object.assign(new RangeError(text), { code: 'E_ODD' });
    }
    router.get('/:id', (request) => fail(`No item ${request.params.id}`));
    app.get('/other', () => {
      throw new RangeError('elsewhere');
    });
    app.use('/items', router);
    app.use(seismo.errors());
    const seen: string[] = [];
    app.use(((error, _request, response, _next) => {
      seen.push(error.message);
      response.status(500).send('sorry');
    }) as express5.ErrorRequestHandler);
    for (const path of ['/items/1', '/items/2', '/other']) await (await fetch(url + path)).text();
    const events = await sent(6);
    expect(seen).toEqual(['No item 1', 'No item 2', 'elsewhere']);
    const errors = events.filter(({ event }) => event === 'error').map(({ data }) => data!);
    expect(errors[0]).toMatchObject({
      name: 'RangeError',
      code: 'E_ODD',
      message: 'No item 1',
      method: 'GET',
      route: '/items/:id',
    });
    expect(errors[0]!['at']).toMatch(/^express\.test\.ts:\d+$/);
    expect(errors[0]!['stack']).toMatch(/^[\da-f]{14}$/);
    expect(errors[1]!['stack']).toBe(errors[0]!['stack']);
    expect(errors[2]!['stack']).not.toBe(errors[0]!['stack']);
    // An error leaves the router, and Express forgets where it was mounted.
    expect(
      events.filter(({ event }) => event === 'request').map(({ data }) => [data!['route'], data!['status']]),
    ).toEqual([
      ['/items/:id', 500],
      ['/items/:id', 500],
      ['/other', 500],
    ]);
  });

  it('skips, samples and adds as told, and serves on when what it was told fails', async () => {
    const fails = (): never => {
      throw new Error('The host has a bug.');
    };
    const { app, url, sent } = await anApp({
      event: 'http',
      skip: ['/health', '/static/*', /\.ico$/],
      data: ({ headers }) => (headers['x-fail'] ? fails() : { region: 'eu' }),
      user: fails,
    });
    app.use((_request, response) => void response.send('ok'));
    for (const path of ['/health', '/static/a.js', '/favicon.ico', '/health/deep'])
      expect(await (await fetch(url + path)).text()).toBe('ok');
    expect(await (await fetch(url, { headers: { 'x-fail': '1' } })).text()).toBe('ok');
    const events = await sent(2);
    expect(events.map(({ event, data }) => [event, data!['region']])).toEqual([
      ['http', 'eu'],
      ['http', undefined],
    ]);
    const none = await anApp({ sample: 1e-9 });
    none.app.use((_request, response) => void response.send('ok'));
    for (let i = 0; i < 20; i++) await (await fetch(none.url)).text();
    expect(await none.sent(0)).toEqual([]);
  });

  it('says of a request that the caller gave up that it was aborted', async () => {
    const { app, url, sent } = await anApp();
    app.get('/slow', () => {});
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'connect');
    setTimeout(() => socket.destroy(), 50);
    const [event] = await sent(1);
    expect(data(event)).toMatchObject({ route: '/slow', aborted: true });
  });
});
