import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { aRealServer, type RealServer } from '../app/real-server.ts';
import { Listener } from './listener.ts';

let server: RealServer;
let admin: Readonly<Record<string, string>>;
beforeAll(async () => {
  server = await aRealServer();
  admin = server.headers;
});
afterAll(async () => {
  await server.remove();
});

let apps = 0;
const anApp = (): string => `live${++apps}`;

const PLAIN = { 'content-type': 'application/json' };
/** Not so plain: goes through the framework. */
const ORDINARY = { 'content-type': 'application/json; charset=utf-8' };
const LINES = { 'content-type': 'application/x-ndjson' };

async function post(app: string, body: unknown, headers: Record<string, string> = PLAIN): Promise<Response> {
  return await fetch(`${server.url}/api/events/${app}`, {
    method: 'POST',
    headers: { ...admin, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

const followed: Listener[] = [];
async function follow(app: string, search = '', headers: Record<string, string> = admin): Promise<Listener> {
  const listener = await Listener.at(`${server.url}/api/live/${app}${search}`, { ...headers });
  followed.push(listener);
  return listener;
}
afterEach(() => {
  for (const listener of followed.splice(0)) listener.close();
});

async function aKey(app: string, scope: string): Promise<{ id: string; key: string }> {
  const answer = await fetch(`${server.url}/api/keys`, {
    method: 'POST',
    headers: { ...admin, ...PLAIN },
    body: JSON.stringify({ app, scope }),
  });
  return (await answer.json()) as { id: string; key: string };
}

describe('following', () => {
  it('tells what is posted in any form, once and in order, with headers for proxies', async () => {
    const app = anApp();
    const listener = await follow(app);
    expect(listener.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
      'cache-control': 'no-store, no-transform',
      'x-content-type-options': 'nosniff',
    });
    const uuid = '00000000-0000-4000-8000-0000000000aa';
    const stored = (await (await post(app, { event: 'one', uuid, user: 'ada', data: { n: 1 } })).json()) as object;
    await post(app, { event: 'one again', uuid });
    await post(app, { event: 'two' }, ORDINARY);
    await post(app, [{ event: 'three' }, { event: 5 }, { event: 'four' }]);
    await post(app, '{"event":"five"}\n{"event":"six"}\n', LINES);
    await post('another', { event: 'elsewhere' });
    await listener.until(() => listener.heard.length >= 6);
    expect(listener.names).toEqual(['one', 'two', 'three', 'four', 'five', 'six']);
    expect(listener.heard[0]!.data).toEqual(stored);
    const seqs = listener.heard.map(({ id }) => Number(/^(\d+)-[0-9a-f]{32}$/.exec(id ?? '')?.[1]));
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect(new Set(seqs).size).toBe(6);
    listener.close();
  });

  it('tells only what the filters find', async () => {
    const app = anApp();
    const search = `?event[in]=paid,refunded&data.amount[gte]=10&data.plan=pro`;
    const listener = await follow(app, search);
    const all = await follow(app);
    const paid = (amount: unknown, plan: string, event = 'paid') => ({ event, data: { amount, plan } });
    await post(app, [paid(9, 'pro'), paid(10, 'pro'), paid('11', 'pro'), paid(12, 'free'), paid(13, 'pro', 'seen')]);
    await post(app, [paid(14, 'pro', 'refunded')]);
    await all.until(() => all.heard.length === 6);
    await listener.until(() => listener.heard.length === 2);
    expect(listener.heard.map(({ data }) => (data['data'] as { amount: number }).amount)).toEqual([10, 14]);
    listener.close();
    all.close();
  });

  it('goes on behind the last message: nothing twice, nothing left out', async () => {
    const app = anApp();
    const first = await follow(app, '?data.keep=true');
    await post(app, [{ event: 'a', data: { keep: true } }, { event: 'b' }, { event: 'c', data: { keep: true } }]);
    await first.until(() => first.names.length === 2);
    first.close();
    // Some of it is in the store already, some in the journal alone.
    await post(app, [{ event: 'd', data: { keep: true } }, { event: 'e' }]);
    expect((await fetch(`${server.url}/api/events/${app}`, { headers: admin })).status).toBe(200);
    await post(app, [{ event: 'f', data: { keep: true } }]);
    const second = await follow(app, '?data.keep=true', { ...admin, 'last-event-id': first.lastId! });
    await post(app, [{ event: 'g', data: { keep: true } }]);
    await second.until(() => second.names.length >= 3);
    await post(app, [{ event: 'h', data: { keep: true } }]);
    await second.until(() => second.names.length >= 4);
    expect(second.names).toEqual(['d', 'f', 'g', 'h']);
    second.close();
    // A page whose first connection is to go on can only say it in the address.
    const third = await follow(app, `?data.keep=true&lastEventId=${second.heard[1]!.id}`);
    await third.until(() => third.names.length >= 2);
    expect(third.names).toEqual(['g', 'h']);
    expect(third.heard.map(({ id }) => id)).toEqual(second.heard.slice(2).map(({ id }) => id));
    third.close();
  });

  it('goes on exactly wherever it is cut off, while events keep coming', { timeout: 240_000 }, async () => {
    const app = anApp();
    const [count, posters] = [1_500, 3];
    const heard: string[] = [];
    // It is told what comes from now on: nothing may come before it follows.
    const first = await follow(app);
    const posting = Promise.all(
      Array.from({ length: posters }, async (_, poster) => {
        for (let n = poster; n < count; ) {
          const size = Math.min(1 + (n % 23), Math.ceil((count - n) / posters));
          const events = Array.from({ length: size }, (_, i) => ({ event: `e${n + i * posters}` }));
          const isOne = size === 1;
          expect((await post(app, isOne ? events[0] : events, n % 2 === 0 ? PLAIN : ORDINARY)).ok).toBe(true);
          n += size * posters;
        }
      }),
    );
    let lastId: string | undefined;
    let cuts = 0;
    for (let listener = first; heard.length < count; cuts++) {
      // Cut off after 1 to 200 events.
      const wanted = Math.min(1 + ((cuts * 37) % 200), count - heard.length);
      await listener.until(() => listener.heard.length >= wanted);
      listener.close();
      heard.push(...listener.heard.map(({ data }) => String(data['event'])));
      lastId = listener.heard.at(-1)!.id;
      listener = await follow(app, '', { ...admin, 'last-event-id': lastId! });
      if (heard.length >= count) listener.close();
    }
    await posting;
    // How many there are, the pace of the disk decides.
    expect(cuts).toBeGreaterThan(3);
    expect(heard.length).toBe(count);
    expect(new Set(heard).size).toBe(count);
  });

  it('says so when the place is not known, and tells what comes from now on', async () => {
    const app = anApp();
    await post(app, { event: 'before' });
    for (const lastId of ['12-00000000000000000000000000000000', 'nonsense']) {
      const listener = await follow(app, '', { ...admin, 'last-event-id': lastId });
      await post(app, { event: 'after' });
      await listener.until(() => listener.heard.length === 2);
      expect(listener.heard.map(({ event }) => event)).toEqual(['gap', 'message']);
      expect(listener.names).toEqual(['after']);
      listener.close();
    }
  });

  it('tells more at once than it would hold in memory, whole and in order', { timeout: 120_000 }, async () => {
    const app = anApp();
    const listener = await follow(app);
    const events = Array.from({ length: 6_000 }, (_, n) => ({ event: 'burst', data: { n, filler: 'x'.repeat(500) } }));
    expect((await post(app, events)).status).toBe(200);
    await post(app, { event: 'last', data: { n: 6_000 } });
    await listener.until(() => listener.heard.length >= 6_001);
    const numbers = listener.heard.map(({ data }) => (data['data'] as { n: number }).n);
    expect(numbers).toEqual(Array.from({ length: 6_001 }, (_, n) => n));
    listener.close();
  });
});

describe('what was refused', () => {
  it('is told with its reason and what was sent, first what is kept, then what comes', async () => {
    const app = anApp();
    await post(app, { event: '' });
    await post(app, { event: 'x', nope: 1 }, ORDINARY);
    await post(app, [{ event: 'good' }, { event: 'bad', data: [1] }]);
    await post(app, `{"event":"good"}\n{"event":\n`, LINES);
    await post(app, '{"event"');
    await post('another', { event: '' });
    const listener = await follow(app, '?rejected=true');
    await post(app, { event: 'late', data: { password: 'x'.repeat(9_000), key: 'sk_abcdefghijklmnop' }, user: true });
    await listener.until(() => listener.heard.length === 6);
    const told = listener.heard.map(({ event, data: { code, field, index, app: of } }) => [
      event,
      of,
      code,
      field,
      index,
    ]);
    expect(told).toEqual([
      ['rejected', app, 'EVENT_NAME_MISSING', 'event', undefined],
      ['rejected', app, 'EVENT_FIELD_UNKNOWN', 'nope', undefined],
      ['rejected', app, 'EVENT_DATA_INVALID', 'data', 1],
      ['rejected', app, 'BODY_NOT_JSON', undefined, 1],
      ['rejected', app, 'BODY_NOT_JSON', undefined, undefined],
      ['rejected', app, 'EVENT_USER_INVALID', 'user', undefined],
    ]);
    expect(listener.heard[2]!.data).toMatchObject({ excerpt: '{"event":"bad","data":[1]}', cut: false });
    expect(listener.heard[3]!.data).toMatchObject({ excerpt: '{"event":' });
    const last = listener.heard[5]!.data;
    expect(last).toMatchObject({ cut: true, at: expect.stringMatching(/^\d{4}-.*Z$/), detail: expect.any(String) });
    expect(Buffer.byteLength(JSON.stringify(last))).toBeLessThanOrEqual(2_048);
    listener.close();
    const again = await follow(app, '?rejected=true', { ...admin, 'last-event-id': listener.heard[3]!.id! });
    await again.until(() => again.heard.length === 2);
    expect(again.heard.map(({ data }) => data['code'])).toEqual(['BODY_NOT_JSON', 'EVENT_USER_INVALID']);
    again.close();
  });

  it('masks keys and tokens in what was sent', async () => {
    const app = anApp();
    await post(app, { event: '', data: { key: 'sk_abcdefghijklmnop', url: 'http://x/?access_token=eyJ.a-b_c&y=1' } });
    const listener = await follow(app, '?rejected=true');
    await listener.until(() => listener.heard.length === 1);
    expect(listener.heard[0]!.data['excerpt']).toBe(
      '{"event":"","data":{"key":"sk_…","url":"http://x/?access_token=…&y=1"}}',
    );
    listener.close();
  });

  it('is gone after an erasure', async () => {
    const app = anApp();
    await post(app, { event: '' });
    await post(app, { event: 'paid' });
    expect(
      (await fetch(`${server.url}/api/events/${app}?event=paid`, { method: 'DELETE', headers: admin })).status,
    ).toBe(200);
    const listener = await follow(app, '?rejected=true');
    await post(app, { event: 5 });
    await listener.until(() => listener.heard.length === 1);
    expect(listener.heard[0]!.data['excerpt']).toBe('{"event":5}');
    listener.close();
  });
});

describe('who may follow', () => {
  it('is whoever may read the app; a token may stand in the address', async () => {
    const app = anApp();
    const [read, write] = [await aKey(app, 'read'), await aKey(app, 'write')];
    const status = async (path: string, headers: Record<string, string> = {}): Promise<number> => {
      const listener = await Listener.at(`${server.url}/api/live/${path}`, headers);
      listener.close();
      return listener.response.statusCode!;
    };
    expect([
      await status(app),
      await status(app, { 'x-access-token': write.key }),
      await status('another', { 'x-access-token': read.key }),
      await status(app, { 'x-access-token': read.key }),
      await status(`${app}?access_token=${read.key}`),
      await status(`${app}?rejected=true`, { 'x-access-token': read.key }),
      await status(`${app}?rejected=true&event=paid`, admin),
      await status(`${app}?limit=3`, admin),
      await status(`${app}?data.ms[gte]=x`, admin),
    ]).toEqual([401, 403, 403, 200, 200, 200, 400, 400, 400]);
  });

  it('may no more when the key is revoked', async () => {
    const app = anApp();
    const { id, key } = await aKey(app, 'read');
    const listener = await follow(app, `?access_token=${key}`, {});
    await fetch(`${server.url}/api/keys/${id}`, { method: 'DELETE', headers: admin });
    await post(app, { event: 'secret' });
    await listener.untilEnded();
    expect(listener.heard.map(({ event, data }) => [event, data['code']])).toEqual([['end', 'AUTH_TOKEN_INVALID']]);
  });

  it('answers HEAD with the head alone', async () => {
    const answer = await fetch(`${server.url}/api/live/x`, { method: 'HEAD', headers: admin });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  });
});

describe('a reader that does not read', () => {
  it('is dropped, while the server keeps little for it, and others hear everything', { timeout: 180_000 }, async () => {
    const app = anApp();
    const untilReaders = async (count: number): Promise<void> => {
      const deadline = Date.now() + 120_000;
      for (let readers = -1; readers !== count; ) {
        expect(Date.now()).toBeLessThan(deadline);
        const text = await (await fetch(`${server.url}/metrics`, { headers: admin })).text();
        readers = Number(/^seismo_live_readers (\d+)$/m.exec(text)?.[1]);
      }
    };
    await untilReaders(0);
    const stuck = await follow(app);
    stuck.response.pause();
    stuck.response.socket.pause();
    const other = await follow(app);
    // 40 MB: more than both kernels hold for a connection.
    for (let n = 0; n < 400; n++) {
      const answer = await post(app, { event: 'large', data: { n, filler: 'x'.repeat(100_000) } });
      expect(answer.status).toBe(201);
    }
    await other.until(() => other.heard.length === 400);
    await untilReaders(1);
    expect(server.peakBytes() ?? 0).toBeLessThan(600 * 1024 * 1024);
    other.close();
    stuck.close();
  });
});

describe('the end of the server', () => {
  it('sends all away in its time, and whoever comes back after the start misses nothing', {
    timeout: 120_000,
  }, async () => {
    const app = anApp();
    const first = await follow(app);
    await post(app, [{ event: 'a' }, { event: 'b' }]);
    await first.until(() => first.names.length === 2);
    const place = first.heard[0]!.id!;
    expect(await server.stop()).toBe(0);
    await first.untilEnded();
    expect(first.heard.at(-1)).toMatchObject({ event: 'end', data: { code: 'SERVER_STOPPING' } });
    server = await aRealServer({ dataDir: server.dataDir });
    await post(app, { event: 'c' });
    const second = await follow(app, '', { ...admin, 'last-event-id': place });
    await post(app, { event: 'd' });
    await second.until(() => second.names.length >= 3);
    expect(second.names).toEqual(['b', 'c', 'd']);
    expect(second.heard[0]!.id).toBe(first.heard[1]!.id);
    second.close();
  });
});
