import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { SeismoError } from '../../src/model/errors.ts';
import { aHttp, type Double, type DoubleOptions, IN_DEBT } from './doubles.ts';

const opened: Double[] = [];
afterEach(async () => {
  for (const { http } of opened.splice(0)) await http.close();
});

const PLAIN = 'application/json';
/** Not so plain a type goes the ordinary way. */
const ORDINARY = 'application/json; charset=utf-8';

/** The same request both ways, each to a server of its own: what was answered and posted. */
async function bothWays(
  options: DoubleOptions,
  headers: Record<string, string>,
  body: string,
  url = '/api/events/shop',
) {
  const seen = [];
  for (const type of [PLAIN, ORDINARY]) {
    const double = aHttp(options);
    opened.push(double);
    await double.http.listen({ port: 0, host: '127.0.0.1' });
    const { port } = double.http.server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}${url}`, {
      method: 'POST',
      headers: { 'content-type': type, ...headers },
      body,
    });
    const { date: _, ...known } = Object.fromEntries(answer.headers);
    const text = (await answer.text()).replace(/urn:seismo:request:[\w-]+/, 'urn');
    const { 'content-length': length, ...rest } = known;
    // The instance's number is in problems alone, and differs in length.
    const said: Record<string, string | undefined> = answer.ok ? { ...rest, 'content-length': length } : rest;
    seen.push({ status: answer.status, headers: said, text, posted: double.posted });
  }
  return seen;
}

const refusing = (error: SeismoError, calls: number[]): DoubleOptions => ({
  ingest: {
    async post() {
      calls.push(1);
      throw error;
    },
  },
});

describe('the plainest of posts', () => {
  it.each([
    ['an admin', 'admin', 201],
    ['a write key', 'write', 201],
    ['a viewer', 'viewer', 403],
    ['a read key', 'read', 403],
    ['a key bound to origins', 'bound', 403],
    ['nobody known', 'nobody', 401],
  ])('answers as the ordinary way does to %s', async (_who, token, status) => {
    const [plain, ordinary] = await bothWays({}, { 'x-access-token': token }, '{"event":"paid"}');
    expect(plain).toEqual(ordinary);
    expect(plain!.status).toBe(status);
  });

  it('answers as the ordinary way does for an app that is not the key’s, and for a name that is none', async () => {
    for (const [url, status] of [
      ['/api/events/blog', 403],
      ['/api/events/%20', 400],
    ] as const) {
      const [plain, ordinary] = await bothWays(
        {},
        { 'x-access-token': url.endsWith('g') ? 'write' : 'admin' },
        '{}',
        url,
      );
      expect([url, plain]).toEqual([url, ordinary]);
      expect([url, plain!.status]).toEqual([url, status]);
    }
  });

  it('refuses once: the event is not posted again, nor the key charged twice', async () => {
    const calls: number[] = [];
    const error = new SeismoError('EVENT_NAME_MISSING', 'Send the name.', { field: 'event' });
    const [plain, ordinary] = await bothWays(refusing(error, calls), { 'x-access-token': 'write' }, '{}');
    expect(plain!.status).toBe(400);
    expect(JSON.parse(plain!.text)).toMatchObject({ code: 'EVENT_NAME_MISSING', field: 'event', instance: 'urn' });
    expect([plain!.headers, plain!.text]).toEqual([ordinary!.headers, ordinary!.text]);
    expect(calls).toHaveLength(2);
  });

  it('posts under the name of the key, as the ordinary way does', async () => {
    const [plain, ordinary] = await bothWays({}, { 'x-access-token': 'write' }, '[]');
    expect(plain!.posted.map(({ keyId }) => keyId)).toEqual(['k1']);
    expect(plain).toEqual(ordinary);
  });

  it('answers 413 past bodyMaxBytes and 429 past the key’s rate, as the ordinary way does', async () => {
    const big = JSON.stringify({ event: 'x'.repeat(3_000) });
    const limited = await bothWays({ config: { bodyMaxBytes: 2_000 } }, { 'x-access-token': 'write' }, big);
    expect(limited.map(({ status }) => status)).toEqual([413, 413]);
    expect(limited[0]!.text).toBe(limited[1]!.text);
    const fast = await bothWays({ auth: IN_DEBT }, { 'x-access-token': 'write' }, '{"event":"paid"}');
    expect(fast.map(({ status, headers }) => [status, headers['retry-after']])).toEqual([
      [429, '3'],
      [429, '3'],
    ]);
    expect(fast[0]!.posted).toEqual([]);
  });
});
