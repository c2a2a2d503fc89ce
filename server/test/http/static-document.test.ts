import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { encodingFor, negotiate } from '../../src/http/negotiate.ts';
import type { Call, Route } from '../../src/http/route.ts';
import { docsRoutes } from '../../src/http/routes/docs.ts';
import { healthRoutes } from '../../src/http/routes/health.ts';
import { MountedDocument, StaticDocument } from '../../src/http/static-document.ts';
import { aHttp, type Double } from './doubles.ts';

const opened: (Double['http'] | FastifyInstance)[] = [];
afterEach(async () => {
  for (const http of opened.splice(0)) await http.close();
});

describe.each(['/openapi.json', '/docs', '/docs/errors', '/seismo.js'])('GET %s', (url) => {
  it('is sent compressed to identity can read it, and not again to identity has it', async () => {
    const { http } = aHttp();
    opened.push(http);
    const plain = await http.inject(url);
    expect(plain.statusCode).toBe(200);
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.headers).toMatchObject({
      etag: expect.stringMatching(/^W\/"[0-9a-f]{16}"$/),
      vary: 'Accept-Encoding',
      'cache-control': expect.stringMatching(/^public, max-age=\d+/),
    });
    const gzip = await http.inject({ url, headers: { 'accept-encoding': 'gzip' } });
    expect([gzip.headers['content-encoding'], gunzipSync(gzip.rawPayload)]).toEqual(['gzip', plain.rawPayload]);
    const br = await http.inject({ url, headers: { 'accept-encoding': 'gzip, br' } });
    expect([br.headers['content-encoding'], brotliDecompressSync(br.rawPayload)]).toEqual(['br', plain.rawPayload]);
    const known = await http.inject({ url, headers: { 'if-none-match': plain.headers.etag! } });
    expect([known.statusCode, known.body, known.headers.etag]).toEqual([304, '', plain.headers.etag]);
    expect((await http.inject({ url, headers: { 'if-none-match': 'W/"other"' } })).statusCode).toBe(200);
  });
});

it.each(['/openapi.json', '/docs'])('%s is made once, however often it is asked for', async (url) => {
  let made = 0;
  const documented = healthRoutes({} as Parameters<typeof healthRoutes>[0]);
  const routes = docsRoutes('2.0.0', () => {
    made++;
    return documented;
  });
  const http = Fastify();
  opened.push(http);
  const route = routes.find((each: Route) => each.url === url)!;
  http.get(url, (request, reply) => route.handler({ request, reply } as Call));
  for (let i = 0; i < 3; i++) expect((await http.inject(url)).statusCode).toBe(200);
  expect(made).toBe(1);
});

it('compresses once for callers that come at the same time', async () => {
  const document = new StaticDocument('text '.repeat(1_000));
  const [first, second] = await Promise.all([document.bytes('br'), document.bytes('br')]);
  expect(second).toBe(first);
});

it('keeps one document a mount, and of sixteen mounts at most', () => {
  let made = 0;
  const document = new MountedDocument((mount) => `${mount} ${++made}`);
  expect(document.at('/a')).toBe(document.at('/a'));
  for (let i = 0; i < 16; i++) document.at(`/m${i}`);
  expect(made).toBe(17);
  // The oldest made way.
  expect(document.at('/m15').plain.toString()).toBe('/m15 17');
  expect(document.at('/a').plain.toString()).toBe('/a 18');
});

it('reads no more of Accept and Accept-Encoding than a browser sends', () => {
  expect(encodingFor(`${'x,'.repeat(450)}br`)).toBe('br');
  expect(encodingFor(`${'x,'.repeat(600)}br`)).toBeUndefined();
  expect(negotiate(`${'x/y,'.repeat(200)}text/html`, ['application/json', 'text/html'])).toBe('text/html');
  expect(negotiate(`${'x/y,'.repeat(400)}text/html`, ['application/json', 'text/html'])).toBe('application/json');
});

it.each([
  [undefined, undefined],
  ['', undefined],
  ['gzip', 'gzip'],
  ['gzip, deflate, br, zstd', 'br'],
  ['br;q=0, gzip', 'gzip'],
  ['gzip;q=1.0, br;q=0.5', 'gzip'],
  ['identity, gzip;q=0.5', undefined],
  ['*', 'br'],
  ['gzip;q=0, *;q=0', undefined],
] as const)('Accept-Encoding %j gets %s', (accepted, encoding) => {
  expect(encodingFor(accepted)).toBe(encoding);
});
