import fastify5 from 'fastify';
import fastify4 from 'fastify4';
import { describe, expect, it } from 'vitest';
import { type SeismoFastify, seismoFastify } from '../src/fastify.ts';
import { createClient } from '../src/node.ts';
import { aServer, atEnd } from './support/fake-server.ts';

/** The versions as the tests use them. */
type Fastify = typeof fastify5;

describe.each<[string, Fastify]>([
  ['4', fastify4 as unknown as Fastify],
  ['5', fastify5],
])('Fastify %s', (_, fastify) => {
  it('sends requests with their patterns, errors, and events of one route', async () => {
    const { url: server, received } = await aServer();
    const client = createClient({ server, app: 'shop', key: 'sk_x', batchMaxWaitMs: 60_000 });
    atEnd(() => client.close({ timeoutMs: 100 }));
    const app = fastify();
    atEnd(() => app.close());
    await app.register(seismoFastify, { client, skip: ['/health'], user: (request) => request.method.toLowerCase() });
    const { trackEvent } = (app as unknown as { seismo: SeismoFastify }).seismo;
    app.get('/health', async () => 'ok');
    await app.register(
      async (inner) => {
        inner.get('/items/:item', async () => 'x'.repeat(1_000));
        inner.get('/broken/:id', async () => {
          throw new RangeError('No such thing.');
        });
      },
      { prefix: '/shops/:shop' },
    );
    app.post('/login', { onResponse: trackEvent('user logged on') }, async (request, reply) =>
      reply.status(request.url.endsWith('?bad') ? 401 : 200).send('hi'),
    );
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    for (const path of ['/health', '/shops/42/items/7?secret=1', '/shops/42/broken/3', '/secret/42'])
      await (await fetch(url + path)).text();
    for (const path of ['/login', '/login?bad']) await (await fetch(url + path, { method: 'POST' })).text();
    await expect.poll(() => client.pending).toBe(7);
    await client.flush();
    const events = received.flatMap((one) => one.events);
    expect(
      events
        .filter(({ event }) => event === 'request')
        .map(({ data, user }) => [data!['method'], data!['route'], data!['status'], user]),
    ).toEqual([
      ['GET', '/shops/:shop/items/:item', 200, 'get'],
      ['GET', '/shops/:shop/broken/:id', 500, 'get'],
      ['GET', '(unmatched)', 404, 'get'],
      ['POST', '/login', 200, 'post'],
      ['POST', '/login', 401, 'post'],
    ]);
    expect(events[0]!.data!['bytes']).toBeGreaterThan(1_000);
    expect(events[0]!.data!['ms']).toBeGreaterThan(0);
    const named = events.filter(({ event }) => event !== 'request');
    expect(named.map(({ event }) => event).toSorted()).toEqual(['error', 'user logged on']);
    expect(named.find(({ event }) => event === 'error')!.data).toMatchObject({
      name: 'RangeError',
      message: 'No such thing.',
      route: '/shops/:shop/broken/:id',
      stack: expect.stringMatching(/^[\da-f]{14}$/),
    });
    expect(JSON.stringify(events)).not.toMatch(/secret|\/42/);
  });

  it('sends what waits when the application closes, with a client of its own', async () => {
    const { url: server, received } = await aServer();
    const app = fastify();
    await app.register(seismoFastify, { server, app: 'shop', key: 'sk_x' });
    app.get('/', async () => 'ok');
    expect((await app.inject('/')).body).toBe('ok');
    await app.close();
    expect(received.flatMap(({ events }) => events.map(({ data }) => data!['route']))).toEqual(['/']);
  });
});
