import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aRealServer, type RealServer } from './real-server.ts';

let server: RealServer;
beforeAll(async () => {
  server = await aRealServer();
});
afterAll(async () => {
  // No request brought it down, and it ends as it should.
  expect(await server.stop()).toBe(0);
  await server.remove();
});

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: { readonly [name: string]: unknown };
}

async function post(app: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<Answer> {
  const answer = await fetch(`${server.url}/api/events/${app}`, {
    method: 'POST',
    headers: { ...server.headers, 'content-type': 'application/json', ...headers },
    body,
  });
  const text = await answer.text();
  return { status: answer.status, text, body: JSON.parse(text) as Answer['body'] };
}

async function dataOf(app: string): Promise<string[]> {
  const answer = await fetch(`${server.url}/api/events/${app}?order=asc`, {
    headers: { ...server.headers, accept: 'application/x-ndjson' },
  });
  return (await answer.text())
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => /"data":(.*)\}$/s.exec(line)?.[1] ?? '');
}

const nested = (open: string, close: string, depth: number): string => `${open.repeat(depth)}1${close.repeat(depth)}`;
const keys = (count: number): string => `{${Array.from({ length: count }, (_, i) => `"k${i}":${i}`).join(',')}}`;

/** `data` as it is sent; it has to come back as the same text, all of these being in the shortest spelling already. */
const KEPT: readonly (readonly [string, string])[] = [
  ['NUL in a text and in a key', '{"a\\u0000b":"\\u0000x\\u0000"}'],
  ['__proto__, constructor and the like', '{"__proto__":{"admin":true},"constructor":{"prototype":1},"toString":null}'],
  ['odd keys', '{"":1,".":2,"a.b":3,"a":{"b":4},"\\\\":5,"\\"":6,"data[\\"a\\"]":7,"k[gte]":8}'],
  ['every plane of Unicode', '{"é":"ß","漢":"字","🦊":"👨‍👩‍👧","\u2028":"\u2029","\ufeff":"\ufffd"}'],
  [
    'control characters',
    `{"c":${JSON.stringify(String.fromCharCode(...Array.from({ length: 31 }, (_, i) => i + 1)))}}`,
  ],
  ['numbers at their ends', '{"n":[9007199254740991,-9007199254740991,5e-324,0.1,1e-7,-1.5,0]}'],
  ['values that look like others', '{"a":"1","b":1,"c":"true","d":true,"e":"null","f":null,"g":"","h":[],"i":{}}'],
  [
    'texts that look like tiny numbers',
    `{"1e-400":"1e-400","u":"e-4 \\" 2e-400","z":"0.${'0'.repeat(330)}1","n":1e-300}`,
  ],
  ['an array of 40,000 numbers', `{"l":[${Array.from({ length: 40_000 }, (_, i) => i).join(',')}]}`],
  ['1,000 keys', keys(1_000)],
  ['objects 32 deep', nested('{"a":', '}', 32)],
  ['SQL, a path and a template', '{"q":"\'; DROP TABLE events; --","p":"../../etc/passwd","t":"{{7*7}}%00$(id)`id`"}'],
  ['a shape that looks like a value', '{"t":"n","n":"o","o":"t","{t}":{"n":"{\\"a\\":t}"}}'],
];

/** What is refused: a body for `data`, and the code. */
const REFUSED: readonly (readonly [string, string, string])[] = [
  ['a lone surrogate', '{"s":"\\ud800"}', 'EVENT_TEXT_INVALID'],
  ['a lone surrogate in a key', '{"\\udc00":1}', 'EVENT_TEXT_INVALID'],
  ['1e400', '{"n":1e400}', 'EVENT_NUMBER_UNSAFE'],
  ['-1e400 in an array', '{"n":[[-1e400]]}', 'EVENT_NUMBER_UNSAFE'],
  ['2^53', '{"n":9007199254740992}', 'EVENT_NUMBER_UNSAFE'],
  ['1e-400', '{"n":1e-400}', 'EVENT_NUMBER_UNSAFE'],
  // Less than half of the smallest double, 4.94e-324, is 0.
  ['2e-324', '{"s":"\\"e-4","n":2e-324}', 'EVENT_NUMBER_UNSAFE'],
  ['-0.25E-0999 in an array', '{"l":[[{"n":-0.25E-0999}]]}', 'EVENT_NUMBER_UNSAFE'],
  ['a fraction of 330 zeros', `{"n":0.${'0'.repeat(330)}1}`, 'EVENT_NUMBER_UNSAFE'],
  ['a key twice', '{"a":1,"b":{"c":1,"c":2}}', 'EVENT_KEY_REPEATED'],
  ['__proto__ twice', '{"__proto__":1,"__proto__":2}', 'EVENT_KEY_REPEATED'],
  ['a key twice, once escaped', '{"a":1,"\\u0061":2}', 'EVENT_KEY_REPEATED'],
  ['10,000 keys', keys(10_000), 'EVENT_PROPERTIES_TOO_MANY'],
  ['objects 10,000 deep', nested('{"a":', '}', 10_000), 'EVENT_TOO_DEEP'],
  ['arrays 10,000 deep', `{"a":${nested('[', ']', 10_000)}}`, 'EVENT_TOO_DEEP'],
  ['objects 33 deep', nested('{"a":', '}', 33), 'EVENT_TOO_DEEP'],
  ['an array of a million numbers', `{"l":[${'1,'.repeat(999_999)}1]}`, 'EVENT_TOO_LARGE'],
  ['a key of 257 characters', `{"${'k'.repeat(257)}":1}`, 'EVENT_KEY_TOO_LONG'],
  ['an array for data', '[1]', 'EVENT_DATA_INVALID'],
  ['a text for data', '"x"', 'EVENT_DATA_INVALID'],
];

describe('one hostile event', () => {
  it.each(KEPT)('with %s is stored, and comes back the same, alone and beside others', async (name, data) => {
    const app = `kept-${KEPT.findIndex(([each]) => each === name)}`;
    const event = `{"event":"odd","data":${data}}`;
    expect((await post(app, event)).status).toBe(201);
    expect((await post(app, `[{"event":"good","data":{"n":1}},${event}]`)).body).toMatchObject({ accepted: 2 });
    const lines = await post(app, `${event}\n{"event":"good","data":{"n":2}}\n`, {
      'content-type': 'application/x-ndjson',
    });
    expect(lines.body).toMatchObject({ accepted: 2, rejectedTotal: 0 });
    expect((await dataOf(app)).filter((each) => each !== '{"n":1}' && each !== '{"n":2}')).toEqual([data, data, data]);
  });

  it.each(REFUSED)('with %s is refused, and costs itself alone', async (name, data, code) => {
    const app = `refused-${REFUSED.findIndex(([each]) => each === name)}`;
    const event = `{"event":"odd","data":${data}}`;
    const alone = await post(app, event);
    expect([alone.body['code'], String(alone.status)[0]]).toEqual([code, '4']);
    const beside = await post(app, `[{"event":"good"},${event},{"event":"good"}]`);
    expect([beside.status, beside.body]).toMatchObject([
      200,
      { accepted: 2, rejectedTotal: 1, rejected: [{ index: 1, code }] },
    ]);
    const lines = await post(app, `{"event":"good"}\n${event}\n{"event":"good"}`, {
      'content-type': 'application/x-ndjson',
    });
    // A line has a limit of its own, which only the longest of them meets.
    const expected = event.length > 256 * 1024 ? 'EVENT_TOO_LARGE' : code;
    expect(lines.body).toMatchObject({ accepted: 2, rejectedTotal: 1, rejected: [{ index: 1, code: expected }] });
    expect(await dataOf(app)).toEqual(['', '', '', '']);
  });
});

describe('a hostile body', () => {
  const spaces = Buffer.alloc(200_000_000, 32);
  const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
  const invalidUtf8 = Buffer.concat([Buffer.from('{"event":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);

  it.each([
    ['a bomb of gzip', () => gzipSync(spaces, { level: 1 }), { 'content-encoding': 'gzip' }, 413, 'BODY_TOO_LARGE'],
    ['a bomb of brotli', () => brotliCompressSync(spaces, quick), { 'content-encoding': 'br' }, 413, 'BODY_TOO_LARGE'],
    ['invalid UTF-8', () => invalidUtf8, {}, 400, 'BODY_NOT_UTF8'],
    ['UTF-16', () => Buffer.from('\ufeff{"event":"a"}', 'utf16le'), {}, 400, 'BODY_NOT_UTF8'],
    ['brackets 100,000 deep', () => Buffer.from('['.repeat(100_000)), {}, 400, 'BODY_NOT_JSON'],
    ['closed brackets 100,000 deep', () => Buffer.from(nested('[', ']', 100_000)), {}, 400, 'BATCH_ALL_REJECTED'],
    [
      'a key twice around the events',
      () => Buffer.from('{"events":[],"events":[{"event":"a"}]}'),
      {},
      400,
      'EVENT_KEY_REPEATED',
    ],
    ['a field beside the events', () => Buffer.from('{"events":[],"app":"b"}'), {}, 400, 'EVENT_FIELD_UNKNOWN'],
    ['__proto__ as a field', () => Buffer.from('{"event":"a","__proto__":{"id":"b"}}'), {}, 400, 'EVENT_FIELD_UNKNOWN'],
    ['a million nulls', () => Buffer.from(`[${'null,'.repeat(999_999)}null]`), {}, 413, 'BODY_TOO_LARGE'],
    ['200,000 nulls', () => Buffer.from(`[${'null,'.repeat(199_999)}null]`), {}, 400, 'BATCH_ALL_REJECTED'],
    ['a number', () => Buffer.from('1e999'), {}, 400, 'EVENT_NOT_OBJECT'],
    ['a truncated one', () => Buffer.from('[{"event":"a"},'), {}, 400, 'BODY_NOT_JSON'],
    ['NaN', () => Buffer.from('{"event":"a","data":{"n":NaN}}'), {}, 400, 'BODY_NOT_JSON'],
    [
      'gzip cut short',
      () => gzipSync('{"event":"a"}').subarray(0, 15),
      { 'content-encoding': 'gzip' },
      400,
      'BODY_ENCODING_BROKEN',
    ],
  ] as const)('%s is refused with its code', async (_, body, headers, status, code) => {
    const answer = await post('bodies', body(), headers as Record<string, string>);
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
    expect(answer.text).not.toMatch(/SELECT|\.js:|at \w+ \(/);
  });

  it('of lines: one of 5 MB of spaces, broken UTF-8 and a line of 2 MB cost themselves alone', async () => {
    const good = Buffer.from('{"event":"good"}\n');
    const lines = Buffer.concat([
      good,
      spaces.subarray(0, 5_000_000),
      Buffer.from('\n'),
      good,
      invalidUtf8,
      Buffer.from('\n'),
      Buffer.alloc(2e6, 120),
      Buffer.from('\n'),
      good,
    ]);
    const answer = await post('lines', lines, { 'content-type': 'application/x-ndjson' });
    expect(answer.body).toMatchObject({
      accepted: 3,
      rejectedTotal: 3,
      rejected: [
        { index: 1, code: 'EVENT_TOO_LARGE' },
        { index: 3, code: 'BODY_NOT_UTF8' },
        { index: 4, code: 'EVENT_TOO_LARGE' },
      ],
    });
  });

  it('of lines that is a bomb of gzip ends with 413, and says from which line to go on', async () => {
    const headers = { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' };
    const bomb = gzipSync(Buffer.concat([Buffer.from('{"event":"good"}\n'), spaces]), { level: 1 });
    const answer = await post('bomb', bomb, headers);
    expect([answer.status, answer.body]).toMatchObject([413, { code: 'BODY_TOO_LARGE', accepted: 0, nextIndex: 0 }]);
  });

  it('lists the first thousand refusals of many, and counts all', async () => {
    const answer = await post('many', `[{"event":"good"}${',5'.repeat(5_000)}]`);
    expect(answer.body).toMatchObject({ accepted: 1, rejectedTotal: 5_000 });
    expect(answer.body['rejected']).toHaveLength(1_000);
  });

  it('left nothing behind but what was accepted, and a server that answers', async () => {
    expect(await dataOf('bodies')).toEqual([]);
    expect((await fetch(`${server.url}/ready`)).status).toBe(200);
    const metrics = await (await fetch(`${server.url}/metrics`, { headers: server.headers })).text();
    expect(metrics).toContain('seismo_events_rejected_total{code="EVENT_NUMBER_UNSAFE"} 21\n');
    expect(metrics).toContain('seismo_events_set_aside 0\n');
    expect(metrics).not.toContain('code="BUG"');
    // None of their bodies is in the log.
    expect(server.log.join('\n')).not.toMatch(/DROP TABLE|odd|good/);
  });
});
