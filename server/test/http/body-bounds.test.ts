import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { BodyBudget } from '../../src/http/body-budget.ts';
import { aHttp, type Double, type DoubleOptions } from './doubles.ts';

const MIB = 1024 * 1024;
const opened: Double[] = [];
const sockets: Socket[] = [];
const open = (options?: DoubleOptions): Double => {
  const double = aHttp(options);
  opened.push(double);
  return double;
};
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const { http } of opened.splice(0)) await http.close();
});

async function connection(double: Double, from = '127.0.0.1'): Promise<Socket> {
  if (!double.http.server.listening) await double.http.listen({ port: 0, host: '127.0.0.1' });
  const { port } = double.http.server.address() as AddressInfo;
  const socket = connect({ port, host: '127.0.0.1', localAddress: from });
  socket.on('error', () => {});
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

/** All that comes back until it holds what is waited for, or the end. */
async function answer(socket: Socket, until: RegExp): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  const isClosed = once(socket, 'close').then(() => true);
  await expect.poll(async () => until.test(text) || (await Promise.race([isClosed, false]))).toBe(true);
  return text;
}

const post = (double: Double, payload: string | Buffer, headers: Record<string, string> = {}) =>
  double.http.inject({
    method: 'POST',
    url: '/api/events/shop',
    payload,
    headers: { 'x-access-token': 'write', ...headers },
  });

describe('a compressed body', () => {
  const config = { bodyMaxBytes: 10 * MIB };
  /** Once what fits a hundredfold, and once what does not. */
  const dense = Buffer.alloc(2 * MIB, 'a');

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ] as const)(
    'of %s may inflate to 1 MiB whatever was sent, and beyond to a hundred times that',
    async (encoding, pack) => {
      const double = open({ config });
      const headers = { 'content-encoding': encoding };
      expect((await post(double, pack(dense.subarray(0, MIB)), headers)).statusCode).toBe(201);
      const rejections = await post(double, pack(dense), headers);
      expect([rejections.statusCode, rejections.json().code]).toEqual([413, 'BODY_TOO_LARGE']);
      expect(rejections.json().detail).toContain('100 times');
      // 25,000 bytes that no packer makes smaller, and what is dense: 2 MiB of 25 kB are eighty-fold.
      const noise = createHash('shake256', { outputLength: 25_000 }).update('noise').digest();
      expect((await post(double, pack(Buffer.concat([noise, dense])), headers)).statusCode).toBe(201);
    },
  );

  it('of lines ends where it inflates more than that, and the lines before are told', async () => {
    let seen = 0;
    const double = open({
      config,
      ingest: {
        async postLines(_app, chunks) {
          for await (const chunk of chunks) seen += chunk.length;
          return { status: 200, body: '{}', events: 0 };
        },
      },
    });
    // 400 MB in some hundred bytes; what comes out first is handed on.
    const bomb = brotliCompressSync(Buffer.alloc(100_000_000, 'x'));
    const headers = { 'content-encoding': 'br', 'content-type': 'application/x-ndjson' };
    const rejections = await post(double, bomb, headers);
    expect(rejections.json().code).toBe('BODY_TOO_LARGE');
    expect(seen).toBeLessThanOrEqual(MIB);
  });

  it('is charged to the key also when it is refused before anybody looks into it', async () => {
    const charged: number[] = [];
    const allowance = {
      bytesPerSecond: 1,
      checkOpen: () => {},
      takeBytes: () => {},
      takeEvents: () => {},
      streamBytes: (bytes: number) => charged.push(bytes) > 0,
      streamEvents: (events: number) => events,
      limited: () => new Error('limited'),
    };
    const double = open({
      config,
      auth: { posterOf: () => ({ keyId: 'k1', isTrusted: false, allowance }) },
    });
    await post(double, gzipSync(dense), { 'content-encoding': 'gzip' });
    expect(charged).toEqual([MIB]);
  });
});

describe('signing in', () => {
  it('takes a body of 4 KiB at most', async () => {
    const double = open();
    const body = (length: number): string => {
      const start = '{"username":"ada","password":"right","token":null}';
      return start + ' '.repeat(length - start.length);
    };
    const ask = (payload: string) =>
      double.http.inject({ method: 'POST', url: '/auth', payload, headers: { 'content-type': 'application/json' } });
    expect((await ask(body(4_097))).json().code).toBe('BODY_TOO_LARGE');
    expect((await ask(body(4_096))).json().code).not.toBe('BODY_TOO_LARGE');
  });
});

it('a question that is nested for its own sake, or has more brackets than any, is not parsed', async () => {
  const double = open();
  const ask = (payload: string) =>
    double.http.inject({ method: 'POST', url: '/api/query/shop', payload, headers: { 'x-access-token': 'read' } });
  const deep = (depth: number): string => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
  expect((await ask(deep(100))).statusCode).toBe(200);
  expect((await ask(deep(101))).json().code).toBe('REQUEST_INVALID');
  expect((await ask(`[${','.repeat(99_999)}]`)).json().code).toBe('BODY_NOT_JSON');
  expect((await ask(`[${','.repeat(100_000)}]`)).json().code).toBe('BODY_TOO_LARGE');
});

describe('bodies in flight', () => {
  const head = (length: number): string =>
    `POST /api/events/shop HTTP/1.1\r\nHost: a\r\nX-Access-Token: write\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;

  it('are refused with 503 beyond the budget, and free again when their senders have gone', async () => {
    const bodies = new BodyBudget(MIB, 300_000);
    const double = open({ bodies, config: { bodyMaxBytes: MIB } });
    const first = await connection(double);
    first.write(head(400_000));
    first.write(Buffer.alloc(200_000, ' '));
    await expect.poll(() => bodies.left).toBeLessThanOrEqual(100_000);
    const second = await connection(double);
    second.write(head(400_000));
    second.write(Buffer.alloc(200_000, ' '));
    const text = await answer(second, /SERVER_BUSY/);
    expect(text).toMatch(/^HTTP\/1\.1 503 [\s\S]*retry-after: 1/i);
    // What comes in one piece needs none of it.
    expect((await post(double, '{"event":"paid"}')).statusCode).toBe(201);
    first.destroy();
    await expect.poll(() => bodies.left).toBe(300_000);
  });

  it('count until they are worked on to the end', async () => {
    const bodies = new BodyBudget(MIB, 300_000);
    let seen = 0;
    const double = open({
      bodies,
      config: { bodyMaxBytes: MIB },
      ingest: {
        async post() {
          seen = bodies.left;
          return { status: 201, body: '{}', events: 1 };
        },
      },
    });
    const packed = gzipSync(Buffer.alloc(100_000, ' '));
    expect((await post(double, packed, { 'content-encoding': 'gzip' })).statusCode).toBe(201);
    expect([seen, bodies.left]).toEqual([200_000, 300_000]);
  });

  it('inflate four at a time', async () => {
    const bodies = new BodyBudget(MIB);
    let running = 0;
    let most = 0;
    const end: (() => void)[] = [];
    const all = Array.from({ length: 10 }, () =>
      bodies.inflating(async () => {
        most = Math.max(most, ++running);
        await new Promise<void>((resolve) => end.push(resolve));
        running--;
      }),
    );
    for (let ended = 0; ended < 10; ended++) {
      await expect.poll(() => end.length).toBeGreaterThan(ended);
      end[ended]!();
    }
    await Promise.all(all);
    expect([most, running]).toEqual([4, 0]);
  });
});

describe('connections', () => {
  it('of one address are half of all, and those beyond are closed', async () => {
    const double = open({ config: { connectionsMax: 10 } });
    const kept = [];
    for (let i = 0; i < 5; i++) kept.push(await connection(double));
    const sixth = await connection(double);
    await once(sixth, 'close');
    expect(kept.map(({ destroyed }) => destroyed)).toEqual(Array(5).fill(false));
    kept[0]!.destroy();
    // Its place is free again.
    await expect
      .poll(async () => {
        const next = await connection(double);
        next.write('GET /health HTTP/1.1\r\nHost: a\r\n\r\n');
        return (await answer(next, /"ok"/)).includes('200 OK');
      })
      .toBe(true);
  });

  it('are bounded in all, from however many addresses', async () => {
    const double = open({ config: { connectionsMax: 10 } });
    for (let i = 0; i < 10; i++) await connection(double, i < 5 ? '127.0.0.2' : '127.0.0.3');
    await once(await connection(double, '127.0.0.4'), 'close');
  });

  it('may all come from one address behind a proxy, and are bounded all the same', async () => {
    const double = open({ config: { connectionsMax: 10, trustProxy: true } });
    const kept = [];
    for (let i = 0; i < 10; i++) kept.push(await connection(double));
    await once(await connection(double), 'close');
    expect(kept.map(({ destroyed }) => destroyed)).toEqual(Array(10).fill(false));
  });
});

describe('the head of a request', () => {
  const ask = async (double: Double, lines: readonly string[]): Promise<string> => {
    const socket = await connection(double);
    socket.write(`${[...lines, 'Connection: close', '', ''].join('\r\n')}`);
    return await answer(socket, /\}$/);
  };

  it.each([
    ['GET /health HTTP/1.1', []],
    // The way past the framework as well.
    [
      'POST /api/events/shop HTTP/1.1',
      ['X-Access-Token: write', 'Content-Type: application/json', 'Content-Length: 0'],
    ],
  ])('with two Host headers is refused: %s', async (line, more) => {
    const text = await ask(open(), [line, 'Host: a', 'hOST: b', ...more]);
    expect(text).toMatch(/^HTTP\/1\.1 400 [\s\S]*more than one `Host`/);
  });

  it('may have 200 headers, and is answered 431 for more, or for more than 32 KiB', async () => {
    const double = open();
    const some = (count: number): string[] => Array.from({ length: count }, (_, i) => `x-${i}: 1`);
    // With Host and Connection.
    expect(await ask(double, ['GET /health HTTP/1.1', 'Host: a', ...some(198)])).toMatch(/^HTTP\/1\.1 200 /);
    for (const count of [199, 3_000]) {
      const text = await ask(double, ['GET /health HTTP/1.1', 'Host: a', ...some(count)]);
      expect(text).toMatch(/^HTTP\/1\.1 431 Request Header Fields Too Large[\s\S]*HEADERS_TOO_LARGE/);
    }
    const long = await ask(double, ['GET /health HTTP/1.1', 'Host: a', `x: ${'y'.repeat(40_000)}`]);
    expect(long).toMatch(/^HTTP\/1\.1 431 [\s\S]*HEADERS_TOO_LARGE/);
  });
});
