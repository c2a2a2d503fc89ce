import { afterAll, expect, it } from 'vitest';
import { aRealServer, type RealServer } from './real-server.ts';

// And a busy machine may take longer than a question usually waits for the store.
const args = ['--event-names-max', '3', '--property-names-max', '4', '--fresh-timeout-ms', '60000'];
let server: RealServer | undefined;
afterAll(async () => {
  await server?.remove();
});

it('an erasure gives back the names that no event has any more, also over a restart; answers name what is not indexed', async () => {
  server = await aRealServer({ args });
  const { headers, dataDir } = server;
  const ask = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${server!.url}${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return (await answer.json()) as Record<string, unknown>;
  };
  const post = (event: string, data: object) => ask('POST', '/api/events/shop', { event, data });
  // The longest that an answer waits for the end: one that is given before it gives no name back yet.
  const erase = (filter: string) => ask('DELETE', `/api/events/shop?${filter}&wait=60`);
  await post('a', { p: 1 });
  await post('b', { q: 1, n: { r: 'x' } });
  await post('c', { n: { r: 'y' } });
  expect(await post('d', {})).toMatchObject({ code: 'EVENT_NAMES_TOO_MANY' });
  expect(await post('a', { s: 1, p: 2, t: { u: 1 } })).toMatchObject({ event: 'a', notIndexed: ['s', 't.u', 't'] });
  expect(await ask('POST', '/api/events/shop', [{ event: 'a', data: { s: 1 } }])).toEqual({
    accepted: 1,
    duplicates: 0,
    rejectedTotal: 0,
    rejected: [],
    notIndexed: ['s'],
  });

  expect(await erase('event=b')).toMatchObject({ erased: 1 });
  // One name and one property are given back, and no more: another event has `n.r`, and so the object `n`.
  expect(await post('d', { s: 1 })).not.toHaveProperty('notIndexed');
  expect(await post('e', {})).toMatchObject({ code: 'EVENT_NAMES_TOO_MANY' });
  expect(await post('d', { v: 1, n: { r: 'z' } })).toMatchObject({ notIndexed: ['v'] });

  await erase('all=true');
  await server.stop();
  server = await aRealServer({ args, dataDir });
  for (const event of ['x', 'y', 'z']) expect(await post(event, { [event]: 1 })).not.toHaveProperty('notIndexed');
  expect(await post('d', {})).toMatchObject({ code: 'EVENT_NAMES_TOO_MANY' });
  const names = (await ask('GET', '/api/apps/shop/events')) as unknown as { event: string }[];
  expect(names.map(({ event }) => event).sort()).toEqual(['x', 'y', 'z']);
});
