/** Requests that are small to send and were dear to refuse: the list of the security review (C1, M1, L11, H1), and what is near it. */
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

export interface Attack {
  readonly name: string;
  readonly method: 'POST' | 'GET';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  /** What one of them is answered. */
  readonly codes: readonly string[];
  /** So many are sent, so many at once. */
  readonly times?: number;
  readonly atOnce?: number;
}

const MAX = 10 * 1024 * 1024;
const POST = '/api/events/freeze';

/** `unit` as often as it fits between the two ends. */
function filled(start: string, unit: string, end: string, size = MAX): Buffer {
  const bytes = Buffer.alloc(size, ' ');
  bytes.write(start, 0, 'latin1');
  const times = Math.floor((size - start.length - end.length) / unit.length);
  bytes.fill(unit, start.length, start.length + times * unit.length, 'latin1');
  // No comma before the end.
  const at = start.length + times * unit.length - (unit.endsWith(',') ? 1 : 0);
  bytes.write(end, at, 'latin1');
  return bytes.subarray(0, at + end.length);
}

function distinct(size: number): Buffer {
  const parts = ['{"event":"x","data":{'];
  for (let length = 40, i = 0; length < size; i++) {
    const part = `"${i.toString(36)}":1,`;
    parts.push(part);
    length += part.length;
  }
  return Buffer.from(`${parts.join('')}"END":1}}`);
}

function usual(size: number): Buffer {
  const parts: string[] = [];
  for (let length = 0, i = 0; length < size - 300; i++) {
    const event = { event: `viewed ${i % 7}`, user: `user-${i % 997}`, data: { page: `/p/${i}`, n: i, plan: 'pro' } };
    const part = JSON.stringify(event);
    parts.push(part);
    length += part.length + 1;
  }
  return Buffer.from(`[${parts.join(',')}]`);
}

const deep = (open: string, close: string, size: number): Buffer => {
  const times = Math.floor(size / (open.length + close.length));
  return Buffer.from(open.repeat(times) + close.repeat(times));
};

const json = (
  name: string,
  body: Buffer,
  codes: readonly string[],
  more: Partial<Attack> & { readonly plain?: boolean } = {},
): Attack => ({
  name,
  method: 'POST',
  path: POST,
  headers: { 'content-type': 'application/json', ...(more.plain !== true && { 'content-encoding': 'gzip' }) },
  body: more.plain === true ? body : gzipSync(body, { level: 9 }),
  codes,
  ...more,
});

const lines = (name: string, body: Buffer, codes: readonly string[], encoding?: 'gzip' | 'br'): Attack => ({
  name,
  method: 'POST',
  path: POST,
  headers: { 'content-type': 'application/x-ndjson', ...(encoding && { 'content-encoding': encoding }) },
  body,
  codes,
});

const gzipOf = (body: Buffer): Buffer => gzipSync(body, { level: 9 });
const brotliOf = (body: Buffer): Buffer =>
  brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 24 } });

/** The bodies of C1, as the review sent them, and the same uncompressed: those cost what they weigh. */
const C1: readonly (readonly [string, () => Buffer])[] = [
  ['"a":1,"a":1,…', () => filled('{"event":"x","data":{', '"a":1,', '}}')],
  ['"":1,"":1,…', () => filled('{"event":"x","data":{', '"":1,', '}}')],
  ['9e-999,9e-999,…', () => filled('{"event":"x","data":{"a":[', '9e-999,', ']}}')],
  ['1e-400,1e-400,…', () => filled('{"event":"x","data":{"a":[', '1e-400,', ']}}')],
  ['"\\u0061":1,…', () => filled('{"event":"x","data":{', '"\\u0061":1,', '}}')],
  ['distinct keys', () => distinct(MAX - 60)],
  ['two "event", then [{},{},…', () => filled('{"event":"x","event":"y","data":{"a":[', '{},', ']}}')],
  ['"data":{"a":[[],[],…', () => filled('{"event":"x","data":{"a":[', '[],', ']}}')],
  ['[[[[…]]]]', () => deep('[', ']', MAX - 2)],
  ['[{},{},…', () => filled('[', '{},', ']')],
];

const REFUSED = [
  ...['BODY_TOO_LARGE', 'EVENT_TOO_LARGE', 'EVENT_KEY_REPEATED', 'EVENT_NUMBER_UNSAFE', 'EVENT_PROPERTIES_TOO_MANY'],
  ...['EVENT_TOO_DEEP', 'EVENT_NOT_OBJECT', 'BATCH_ALL_REJECTED', 'SERVER_BUSY'],
];

/** @param isLong all of them, at full size */
export function* attacks(isLong: boolean): Generator<Attack> {
  for (const [name, body] of C1) yield json(`${name} gzip`, body(), REFUSED);
  if (!isLong) return;
  for (const [name, body] of C1) yield json(`${name} plain`, body(), REFUSED, { plain: true });
  yield json('[0,0,0,… plain', filled('[', '0,', ']'), REFUSED, { plain: true });
  yield json('[0,0,… 390 kB plain', filled('[', '0,', ']', 390_000), REFUSED, { plain: true });
  yield json('{"a":{"a":… plain', deep('{"a":', '}', MAX - 2), [...REFUSED, 'BODY_NOT_JSON'], { plain: true });
  yield json('a text of \\u0001 plain', filled('{"event":"x","data":{"a":"', '\\u0001', '"}}'), REFUSED, {
    plain: true,
  });
  yield json('spaces plain', Buffer.alloc(MAX, 32), ['BODY_EMPTY'], { plain: true });
  const torn = usual(MAX);
  torn[torn.length - 1] = 0x2c;
  yield json('200,000 events, torn at the end', torn, ['BODY_NOT_JSON'], { plain: true });
  yield json('a right batch of 10 MiB', usual(MAX), ['200'], { plain: true });
  yield json('three at once: "a":1,… gzip', filled('{"event":"x","data":{', '"a":1,', '}}'), REFUSED, {
    times: 3,
    atOnce: 3,
  });
  const quarter = filled('{"event":"x","data":{', '"a":1,', '}}', 250_000);
  yield json('64 at once: 250 kB of "a":1,… gzip', quarter, REFUSED, { times: 256, atOnce: 64 });
  const keys = distinct(250_000);
  yield json('64 at once: 250 kB of distinct keys plain', keys, REFUSED, { times: 256, atOnce: 64, plain: true });
  const megabyte = filled('{"event":"x","data":{"a":[', '[],', ']}}', 1_000_000);
  yield json('64 at once: 1 MB of [],[],… gzip', megabyte, REFUSED, { times: 128, atOnce: 64 });

  const line = Buffer.from(`${filled('{"event":"x","data":{', '"a":1,', '}}', 260_000).toString('latin1')}\n`);
  const repeated = Buffer.concat(Array.from({ length: 80 }, () => line));
  yield lines('NDJSON of "a":1,… gzip', gzipOf(repeated), REFUSED, 'gzip');
  yield lines('NDJSON of "a":1,… plain', repeated, REFUSED);
  yield lines('NDJSON of 0 plain', Buffer.alloc(MAX, '0\n'), REFUSED);
  yield lines('NDJSON of 0 gzip', gzipOf(Buffer.alloc(4 * MAX, '0\n')), REFUSED, 'gzip');
  yield lines('NDJSON, 100 MB of line feeds gzip', gzipOf(Buffer.alloc(100_000_000, 10)), REFUSED, 'gzip');
  yield lines('NDJSON, 20 MB of line feeds plain', Buffer.alloc(2 * MAX, 10), REFUSED);
  const event = Buffer.from(`${JSON.stringify({ event: 'x', data: { a: 'a'.repeat(250_000) } })}\n`);
  yield lines('NDJSON, 100 MB br', brotliOf(Buffer.concat(Array.from({ length: 400 }, () => event))), REFUSED, 'br');
  yield lines('NDJSON of distinct keys plain', Buffer.alloc(2 * MAX, `${distinct(260_000).toString()}\n`), REFUSED);

  const auth = { method: 'POST', path: '/auth', headers: { 'content-type': 'application/json' } } as const;
  const long = Buffer.from(JSON.stringify({ username: 'a', password: 'b'.repeat(1_000_000) }));
  yield { ...auth, name: 'POST /auth, 1 MB', body: long, codes: ['BODY_TOO_LARGE'], times: 20, atOnce: 20 };
  const get = { method: 'GET', headers: {}, body: undefined, codes: ['200'], times: 2_000, atOnce: 20 } as const;
  yield { ...get, name: 'GET /openapi.json', path: '/openapi.json' };
  yield { ...get, name: 'GET /docs', path: '/docs' };
  yield { ...get, name: 'GET /docs/errors', path: '/docs/errors' };
  yield { ...get, name: 'GET /seismo.js', path: '/seismo.js' };
}
