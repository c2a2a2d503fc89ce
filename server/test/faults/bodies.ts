/** Requests to post events, from right to nonsense: the same each time for the same numbers. */
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { someEvents } from './harness.ts';

export interface Posted {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

type Random = () => number;
const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
const upTo = (random: Random, end: number): number => Math.floor(random() * end);

/** Values that are seldom what somebody meant. */
const ODD: readonly unknown[] = [
  ...[null, true, false, 0, -0, -1, 1e300, 5e-324, 2 ** 53, -(2 ** 63), 1.5, '', ' ', '\u0000', '\ud800', 'é\u0301'],
  ...['😀'.repeat(90), 'x'.repeat(300), 'x'.repeat(70_000), '1970-01-01', '9999-12-31T23:59:59.999Z', '-271821-04-20'],
  ...["'; DROP TABLE events; --", '../../etc/passwd', '%{jndi:ldap://a}', '\\', '\u202e', '\r\n', 'NaN', '{{7*7}}'],
  ...[
    [],
    {},
    [[[]]],
    { '': '' },
    { __proto__: { a: 1 } },
    { constructor: 1, toString: 2 },
    { 'a.b': { c: [1, { d: 2 }] } },
  ],
  ...[Date.UTC(2026, 2, 10), -62_135_596_800_000, 8_640_000_000_000_001, '1e999', [1, 'a', null], { $ne: null }],
];
const FIELDS = [
  'event',
  'id',
  'uuid',
  'user',
  'device',
  'session',
  'timestamp',
  'sentAt',
  'data',
  '__proto__',
  'Event',
];
/** Texts that no serialiser makes. */
const RAW: readonly string[] = [
  ...['{"event":"a","event":"b"}', '{"event":"a","data":{"a":1,"a":2}}', '{"event":"\\ud800"}', '{"event":1e400}'],
  ...['', ' ', '[', '{', '"', 'null', '0', '[]', '{}', '[[]]', '{"events":[]}', '{"events":{}}', '\ufeff{"event":"a"}'],
  ...[`${'['.repeat(50_000)}${']'.repeat(50_000)}`, `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`],
  ...[
    '{"event":"a"}\n\n\r\n{"event":"b"}\n',
    '{"event":"a"}{"event":"b"}',
    '\n\n\n',
    '{"event":"a"}\u0000',
    'NaN',
    "{'event':'a'}",
  ],
  ...['{"event":"a","data":{"n":-0.0e-5,"m":123456789012345678901234567890}}', '{"event":"a","timestamp":1e22}'],
];
const TYPES = [
  ...['application/json', 'application/json; charset=utf-8', 'application/x-ndjson', 'application/jsonl', 'text/plain'],
  ...[
    'text/plain;charset=UTF-8',
    'application/json; charset=latin1',
    'text/html',
    'multipart/form-data; boundary=x',
    '',
  ],
  ...['application/x-www-form-urlencoded', 'application/json;;;', ';', 'application/json; charset="', 'x'.repeat(500)],
];
const ENCODINGS = ['gzip', 'x-gzip', 'deflate', 'br', 'identity', 'zstd', 'gzip, br', '', 'GZIP'];

function pack(random: Random, encoding: string, bytes: Buffer): Buffer {
  if (encoding === 'br') return brotliCompressSync(bytes, { params: {} });
  if (encoding === 'deflate') return random() < 0.5 ? deflateSync(bytes) : deflateRawSync(bytes);
  return encoding.toLowerCase().endsWith('gzip') ? gzipSync(bytes, { level: 1 }) : bytes;
}

/** An event as callers send it, sometimes with one thing that is odd. */
function anEvent(random: Random): unknown {
  const [plain] = someEvents(random, 1);
  const event: Record<string, unknown> = { ...plain };
  if (random() < 0.5) delete event['uuid'];
  if (random() < 0.7)
    event['data'] = { n: upTo(random, 100), plan: pick(random, ['pro', 'free']), deep: { list: [1, 'a'] } };
  if (random() < 0.25) {
    const value = pick(random, ODD);
    if (random() < 0.5) event[pick(random, FIELDS)] = value;
    else event['data'] = { [pick(random, ['a', 'b', 'a.b', '', 'ü'])]: value };
  }
  return random() < 0.02 ? pick(random, ODD) : event;
}

function aText(random: Random): { text: string; isLines: boolean } {
  const dice = random();
  if (dice < 0.12) return { text: pick(random, RAW), isLines: random() < 0.5 };
  if (dice < 0.4) return { text: JSON.stringify(anEvent(random)) ?? '', isLines: false };
  const events = Array.from({ length: 1 + upTo(random, 12) }, () => anEvent(random));
  if (dice < 0.6) return { text: JSON.stringify(events), isLines: false };
  if (dice < 0.75)
    return { text: JSON.stringify({ events, ...(random() < 0.3 && { sentAt: pick(random, ODD) }) }), isLines: false };
  return {
    text: events.map((event) => JSON.stringify(event)).join(pick(random, ['\n', '\r\n', '\n\n'])),
    isLines: true,
  };
}

/** Bytes changed, doubled, left out, or put in. */
export function mutateBytes(random: Random, bytes: Buffer): Buffer {
  let all = Buffer.from(bytes);
  for (let times = 1 + upTo(random, 4); times > 0 && all.length > 0; times--) {
    const at = upTo(random, all.length);
    const end = Math.min(all.length, at + 1 + upTo(random, 20));
    switch (upTo(random, 5)) {
      case 0:
        all[at] = upTo(random, 256);
        break;
      case 1:
        all = Buffer.concat([all.subarray(0, at), all.subarray(end)]);
        break;
      case 2:
        all = Buffer.concat([all.subarray(0, end), all.subarray(at)]);
        break;
      case 3:
        all[at] = all[at]! ^ (1 << upTo(random, 8));
        break;
      default:
        all = Buffer.concat([
          all.subarray(0, at),
          Buffer.from(Array.from({ length: 1 + upTo(random, 6) }, () => upTo(random, 256))),
          all.subarray(at),
        ]);
    }
  }
  return all;
}

const PATHS = [
  ...['/api/events/shop?device=daily', '/api/events/shop?a=b', '/api/events/', '/api/events/UPPER', '/api/events/%00'],
  ...[
    '/api/events/shop/',
    '/api/events/..%2fadmin',
    `/api/events/${'x'.repeat(300)}`,
    '/api/events/shop?device=daily&device=x',
  ],
  '/api/events/%ff',
];

export function aBody(random: Random): Posted {
  const { text, isLines } = aText(random);
  let body: Buffer = Buffer.from(text, 'utf8');
  const headers: Record<string, string> = { 'content-type': isLines ? 'application/x-ndjson' : 'application/json' };
  if (random() < 0.2) body = mutateBytes(random, body);
  if (random() < 0.08) body = body.subarray(0, upTo(random, body.length + 1));
  if (random() < 0.03) body = Buffer.from(Array.from({ length: upTo(random, 400) }, () => upTo(random, 256)));
  if (random() < 0.15) {
    const encoding = pick(random, ENCODINGS);
    headers['content-encoding'] = encoding;
    // Mostly what it says; else bytes of no or of another kind.
    if (random() < 0.8) body = pack(random, encoding, body);
    const dice = random();
    if (dice < 0.15) body = mutateBytes(random, body);
    else if (dice < 0.3) body = body.subarray(0, upTo(random, body.length + 1));
    else if (dice < 0.35) body = Buffer.concat([body, body]);
  }
  // Twenty megabytes of nothing in twenty kilobytes.
  if (random() < 0.0005) {
    headers['content-encoding'] = 'gzip';
    body = BOMB;
  }
  if (random() < 0.08) headers['content-type'] = pick(random, TYPES);
  if (random() < 0.02) headers['origin'] = pick(random, ['https://shop.example', 'null', 'x', '']);
  if (random() < 0.02) headers['x-request-id'] = pick(random, ['a', 'x'.repeat(2_000), '"; --', '']);
  const path = random() < 0.03 ? pick(random, PATHS) : `/api/events/${pick(random, ['shop', 'blog'])}`;
  return { path, headers, body };
}

const BOMB = gzipSync(Buffer.alloc(20 * 1024 * 1024, 0x20));

/** The same as bytes on a connection, with what no client library sends: broken heads, wrong lengths, torn ends. */
export function aRawRequest(random: Random, token: string): Buffer {
  const { path, headers, body } = aBody(random);
  const isChunked = random() < 0.3;
  const length =
    random() < 0.6 ? body.length : pick(random, [0, -1, 1e15, body.length + 5, body.length - 1, 'x', '0x10', '']);
  const lines = [
    `${random() < 0.95 ? 'POST' : pick(random, ['PUT', 'post', 'PRI', 'OPTIONS', 'HEAD'])} ${path} HTTP/1.1`,
    'host: localhost',
    `x-access-token: ${random() < 0.95 ? token : mutateBytes(random, Buffer.from(token)).toString('latin1')}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    isChunked ? 'transfer-encoding: chunked' : `content-length: ${length}`,
  ];
  if (isChunked && random() < 0.1) lines.push(`content-length: ${body.length}`);
  if (random() < 0.05) lines.push(`expect: ${pick(random, ['100-continue', 'x'])}`);
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  const cut = upTo(random, body.length + 1);
  const chunked = [body.subarray(0, cut), body.subarray(cut)]
    .filter((piece) => piece.length > 0)
    .flatMap((piece) => [Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]);
  let all: Buffer = Buffer.concat([
    random() < 0.15 ? mutateBytes(random, head) : head,
    ...(isChunked ? [...chunked, Buffer.from('0\r\n\r\n')] : [body]),
  ]);
  if (random() < 0.1) all = mutateBytes(random, all);
  if (random() < 0.3) all = all.subarray(0, upTo(random, all.length + 1));
  return all;
}
