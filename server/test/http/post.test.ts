import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { SeismoError } from '../../src/model/errors.ts';
import { aHttp, type Double, type DoubleOptions, IN_DEBT } from './doubles.ts';

const URL_SHOP = '/api/events/shop';
const WITH_KEY = { 'x-access-token': 'write' };
const opened: Double[] = [];
const open = (options?: DoubleOptions): Double => {
  const double = aHttp(options);
  opened.push(double);
  return double;
};
afterEach(async () => {
  for (const { http } of opened.splice(0)) await http.close();
});

const post = (double: Double, payload: string | Buffer, headers: Record<string, string> = {}) =>
  double.http.inject({ method: 'POST', url: URL_SHOP, payload, headers: { ...WITH_KEY, ...headers } });

/** A real connection: what it sent is `request`, what came back is resolved when the server ends it. */
async function talk(double: Double, request: string, thenCut = false): Promise<string> {
  if (!double.http.server.listening) await double.http.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect((double.http.server.address() as AddressInfo).port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => {});
  socket.write(request);
  if (thenCut) socket.end();
  await once(socket, 'close');
  return text;
}

describe('a connection whose body was refused in its middle', () => {
  // More than what comes in one piece, so that some of it is left when the inflater fails.
  const nonsense = Buffer.alloc(400_000, 'not compressed');
  it.each(['gzip', 'br', 'deflate'])('serves the next request: %s that is none', async (encoding) => {
    const double = open();
    const head = (headers: readonly string[]): string =>
      ['POST /api/events/shop HTTP/1.1', 'host: x', 'x-access-token: write', ...headers, '', ''].join('\r\n');
    const first = head([
      'content-type: application/x-ndjson',
      `content-encoding: ${encoding}`,
      `content-length: ${nonsense.length}`,
    ]);
    const second = `${head(['content-type: application/json', 'content-length: 16', 'connection: close'])}{"event":"paid"}`;
    const text = await talk(double, first + nonsense.toString('latin1') + second);
    expect([...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status)).toEqual(['400', '201']);
  });
});

describe('bodies', () => {
  it.each(['application/json', 'application/json; charset=UTF-8', 'text/plain;charset=UTF-8', undefined])(
    'takes JSON as %s',
    async (type) => {
      const double = open();
      const answer = await post(double, '{"event":"paid"}', type === undefined ? {} : { 'content-type': type });
      expect(answer.statusCode).toBe(201);
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(answer.body).toBe('{"uuid":"u"}');
      expect(double.posted).toEqual([{ app: 'shop', form: 'json', body: '{"event":"paid"}', keyId: 'k1' }]);
    },
  );

  it.each([
    ['application/x-www-form-urlencoded', 'BODY_TYPE_UNSUPPORTED'],
    ['application/json; charset=utf-16', 'BODY_TYPE_UNSUPPORTED'],
    ['nonsense', 'BODY_TYPE_UNSUPPORTED'],
  ])('answers 415 to %s', async (type, code) => {
    const answer = await post(open(), '{}', { 'content-type': type });
    expect([answer.statusCode, answer.json().code]).toEqual([415, code]);
  });

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
  ] as const)('inflates %s, as JSON and as lines', async (encoding, compress) => {
    const double = open();
    await post(double, compress('{"event":"paid"}'), { 'content-encoding': encoding });
    const lines = { 'content-encoding': encoding, 'content-type': 'application/x-ndjson' };
    expect((await post(double, compress('{"event":"a"}\n{"event":"b"}\n'), lines)).json()).toEqual({ accepted: 2 });
    expect(double.posted.map(({ body }) => body)).toEqual(['{"event":"paid"}', '{"event":"a"}\n{"event":"b"}\n']);
  });

  it('answers 415 to an unknown and 400 to a broken encoding', async () => {
    const double = open();
    const whole = gzipSync('{"event":"paid"}');
    for (const [encoding, body, code] of [
      ['zstd', 'x', 'BODY_ENCODING_UNKNOWN'],
      ['gzip, br', 'x', 'BODY_ENCODING_UNKNOWN'],
      ['gzip', 'not gzip', 'BODY_ENCODING_BROKEN'],
      ['gzip', whole.subarray(0, 12), 'BODY_ENCODING_BROKEN'],
      ['br', Buffer.from('not brotli at all'), 'BODY_ENCODING_BROKEN'],
    ] as const)
      for (const type of ['application/json', 'application/x-ndjson'])
        expect((await post(double, body, { 'content-encoding': encoding, 'content-type': type })).json().code).toBe(
          code,
        );
    expect(double.posted).toEqual([]);
  });

  it('answers 413 past bodyMaxBytes, announced, flowing or inflated, and takes exactly as many', async () => {
    const double = open();
    expect((await post(double, 'x'.repeat(1000))).statusCode).toBe(201);
    expect((await post(double, 'x'.repeat(1001))).json().code).toBe('BODY_TOO_LARGE');
    // 50 MB of zeros in some kilobytes.
    const bomb = gzipSync(Buffer.alloc(50_000_000)).subarray(0, 900);
    const before = process.memoryUsage().arrayBuffers;
    expect((await post(double, bomb, { 'content-encoding': 'gzip' })).json().code).toBe('BODY_TOO_LARGE');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
    const chunk = `400\r\n${'x'.repeat(1024)}\r\n`;
    const flowing = await talk(
      double,
      `POST ${URL_SHOP} HTTP/1.1\r\nHost: a\r\nX-Access-Token: write\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n${chunk}0\r\n\r\n`,
    );
    expect(flowing).toContain('BODY_TOO_LARGE');
    expect(double.posted).toHaveLength(1);
  });

  it('stores nothing of a JSON body that was cut short', async () => {
    const double = open();
    await talk(
      double,
      `POST ${URL_SHOP} HTTP/1.1\r\nHost: a\r\nX-Access-Token: write\r\nContent-Length: 100\r\n\r\n{"event":"paid"}`,
      true,
    );
    expect(double.posted).toEqual([]);
  });

  it('tells the lines before the cut apart from a whole body', async () => {
    const seen: unknown[] = [];
    const double = open({
      ingest: {
        async postLines(_app, chunks) {
          try {
            for await (const chunk of chunks) seen.push(Buffer.from(chunk).toString());
          } catch (error) {
            seen.push((error as SeismoError).code);
            throw error;
          }
          return { status: 200, body: '{}', events: 0 };
        },
      },
    });
    await talk(
      double,
      `POST ${URL_SHOP} HTTP/1.1\r\nHost: a\r\nX-Access-Token: write\r\nContent-Type: application/x-ndjson\r\nContent-Length: 100\r\n\r\n{"event":"paid"}\n`,
      true,
    );
    await expect.poll(() => seen).toEqual(['{"event":"paid"}\n', 'BODY_CUT_SHORT']);
  });

  it('still answers when a flow of lines is refused on its way', async () => {
    const double = open({
      ingest: {
        async postLines(_app, chunks) {
          for await (const _ of chunks)
            throw new SeismoError('JOURNAL_FULL', 'Full.', { extra: { accepted: 5, nextIndex: 5 } });
          throw new Error('no chunk came');
        },
      },
    });
    const text = await talk(
      double,
      `POST ${URL_SHOP} HTTP/1.1\r\nHost: a\r\nX-Access-Token: write\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a"}\r\n`,
    );
    expect(text).toContain('503 Service Unavailable');
    expect(text.toLowerCase()).toContain('retry-after: 5');
    expect(text).toContain('"accepted":5,"nextIndex":5');
  });

  it('gives lines no faster than they are taken', async () => {
    let release = (): void => {};
    let taken = 0;
    const double = open({
      ingest: {
        async postLines(_app, chunks) {
          for await (const chunk of chunks) {
            taken += chunk.length;
            if (taken === chunk.length)
              await new Promise<void>((resolve) => {
                release = resolve;
              });
          }
          return { status: 200, body: `{"bytes":${taken}}`, events: 1 };
        },
      },
    });
    await double.http.listen({ port: 0, host: '127.0.0.1' });
    const total = 64 * 1024 * 1024;
    const socket = connect((double.http.server.address() as AddressInfo).port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.write(
      `POST ${URL_SHOP} HTTP/1.1\r\nHost: a\r\nX-Access-Token: write\r\nContent-Type: application/x-ndjson\r\nContent-Length: ${total}\r\nConnection: close\r\n\r\n`,
    );
    socket.write(Buffer.alloc(total, 10));
    await expect.poll(() => taken).toBeGreaterThan(0);
    // Most of it waits on the caller's side while the first chunk is being worked on.
    expect(socket.bytesWritten - socket.writableLength).toBeLessThan(total / 2);
    release();
    await once(socket, 'close');
    expect(text).toContain(`{"bytes":${total}}`);
  });
});

describe('rates', () => {
  it('posts every form of body under the name of its key', async () => {
    const double = open();
    await post(double, '{}\n{}\n{}\n', { 'content-type': 'application/x-ndjson' });
    await post(double, '{"event":"paid"}');
    expect(double.posted.map(({ keyId }) => keyId)).toEqual(['k1', 'k1']);
  });

  it('answers 429 with the seconds to wait and stores nothing', async () => {
    const double = open({ auth: IN_DEBT });
    const answer = await post(double, '{"event":"paid"}');
    expect([answer.statusCode, answer.json().code, answer.headers['retry-after']]).toEqual([429, 'RATE_LIMITED', '3']);
    expect(double.posted).toEqual([]);
  });
});

it('refuses a parameter that posting does not know, except the token', async () => {
  const double = open();
  const url = `${URL_SHOP}?access_token=write`;
  expect((await double.http.inject({ method: 'POST', url, payload: '{}' })).statusCode).toBe(201);
  const answer = await double.http.inject({ method: 'POST', url: `${url}&app=x`, payload: '{}' });
  expect(answer.json()).toMatchObject({ code: 'PARAMETER_UNKNOWN', field: 'app' });
});
