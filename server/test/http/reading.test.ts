import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { negotiate } from '../../src/http/negotiate.ts';
import type { IngestStats } from '../../src/ingest/ingest.ts';
import { ERRORS, SeismoError } from '../../src/model/errors.ts';
import type { QueryControl } from '../../src/model/query.ts';
import { aHttp, anEventRow, type Double, type DoubleOptions, NOW } from './doubles.ts';

const opened: Double[] = [];
const open = (options?: DoubleOptions): Double => {
  const double = aHttp(options);
  opened.push(double);
  return double;
};
afterEach(async () => {
  for (const { http } of opened.splice(0)) await http.close();
});
const HEADERS = { 'x-access-token': 'admin' };
const get = (double: Double, url: string, headers: Record<string, string> = {}) =>
  double.http.inject({ method: 'GET', url, headers: { ...HEADERS, ...headers } });

const EVENT = `{"uuid":"00000000-0000-8000-8000-000000000001","app":"shop","id":"paid","event":"paid","timestamp":"2026-01-02T03:04:05.000Z","receivedAt":"2026-01-02T03:04:05.000Z"`;

describe('events', () => {
  it('come as an array, with a link to the next page that keeps the question and leaves out the token', async () => {
    const double = open();
    const answer = await get(double, '/api/events/shop?data.plan=pro+x&limit=1&access_token=admin');
    expect(answer.body).toBe(`[${EVENT}}]`);
    expect(answer.headers.link).toBe('</api/events/shop?data.plan=pro+x&limit=1&cursor=c2>; rel="next"');
    expect(answer.headers['server-timing']).toMatch(/^total;dur=\d/);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(double.asked).toEqual([
      'page shop {"limit":1,"order":"desc","fresh":true,"csvSafe":false,"data.plan":"pro x"}',
    ]);
  });

  it('come as NDJSON or CSV in full, when asked so', async () => {
    const lines = await get(open(), '/api/events/shop', { accept: 'application/x-ndjson' });
    expect(lines.headers['content-type']).toContain('application/x-ndjson');
    expect(lines.body).toBe(`${EVENT}}\n${EVENT},"user":"eve, \\"x\\""}\n${EVENT}}\n`);
    const table = await get(open(), '/api/events/shop', { accept: 'text/csv' });
    const rows = table.body.split('\r\n');
    expect(rows).toHaveLength(5);
    expect(rows[0]).toMatch(/^uuid,app,/);
    expect(rows[2]).toContain('"eve, ""x"""');
  });

  it('cut the stream that fails on its way, so that nobody takes it for whole, and the log says why', async () => {
    const failing = async function* () {
      yield [anEventRow()];
      throw new SeismoError('QUERY_LIMIT_TIME', 'The question took longer than allowed.');
    };
    const double = open({ reports: { eventsStream: async () => ({ value: failing() }) } });
    await double.http.listen({ port: 0, host: '127.0.0.1' });
    const { port } = double.http.server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/api/events/shop`, {
      headers: { ...HEADERS, accept: 'application/x-ndjson' },
    });
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow();
    await expect.poll(() => double.logged.join('\n')).toContain('QUERY_LIMIT_TIME');
  });

  it('stream no faster than they are read, and stop when the reader goes', async () => {
    let pages = 0;
    let ended = false;
    const page = Array.from({ length: 1000 }, () => anEventRow({ dataText: `{"a":"${'x'.repeat(1000)}"}` }));
    const endless = async function* () {
      try {
        for (;;) {
          pages++;
          yield page;
        }
      } finally {
        ended = true;
      }
    };
    const double = open({ reports: { eventsStream: async () => ({ value: endless() }) } });
    await double.http.listen({ port: 0, host: '127.0.0.1' });
    const socket = connect((double.http.server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(
      'GET /api/events/shop HTTP/1.1\r\nHost: a\r\nX-Access-Token: admin\r\nAccept: application/x-ndjson\r\n\r\n',
    );
    await once(socket, 'readable');
    socket.pause();
    let before = -1;
    // Stands still while nobody reads: buffers on the way are full.
    await expect
      .poll(
        () => {
          const stands = pages === before;
          before = pages;
          return stands;
        },
        { interval: 100, timeout: 10_000 },
      )
      .toBe(true);
    expect(pages).toBeLessThan(50);
    socket.destroy();
    await expect.poll(() => ended).toBe(true);
  });
});

it('stops the question when the caller goes away', async () => {
  let signal: AbortSignal | undefined;
  const double = open({
    reports: {
      report: (_kind, _app, _search, control: QueryControl) => {
        signal = control.signal;
        return new Promise((_, reject) =>
          control.signal?.addEventListener('abort', () => reject(control.signal?.reason)),
        );
      },
    },
  });
  await double.http.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect((double.http.server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('GET /api/reports/day/shop HTTP/1.1\r\nHost: a\r\nX-Access-Token: admin\r\n\r\n');
  await expect.poll(() => signal).toBeDefined();
  socket.destroy();
  await expect.poll(() => signal?.aborted).toBe(true);
});

it('says for which time an answer stands that did not wait', async () => {
  const answer = await get(open(), '/api/reports/day/shop?fresh=false');
  expect(answer.headers['seismo-as-of']).toBe(new Date(NOW).toISOString());
  expect((await get(open(), '/api/reports/day/shop')).headers['seismo-as-of']).toBeUndefined();
});

describe('refusals', () => {
  it('are problem+json with the code, the remedy and the instance that the log has', async () => {
    const double = open({ reports: { report: async () => Promise.reject(new TypeError('row 7 of secret SQL')) } });
    const answer = await get(double, '/api/reports/day/shop');
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    const problem = answer.json();
    expect(problem).toMatchObject({
      type: '/docs/errors#BUG',
      status: 500,
      code: 'BUG',
      title: ERRORS.BUG.title,
      retry: false,
    });
    expect(answer.body).not.toContain('SQL');
    const logged = double.logged.map((line) => JSON.parse(line)).find(({ code }) => code === 'BUG');
    expect(logged).toMatchObject({ instance: problem.instance, err: { message: 'row 7 of secret SQL' } });
  });

  it('say when to come again', async () => {
    const away = { report: async () => Promise.reject(new SeismoError('STORE_UNAVAILABLE', 'Away.')) };
    const answer = await get(open({ reports: away }), '/api/reports/day/shop');
    expect([answer.statusCode, answer.headers['retry-after'], answer.json().retry]).toEqual([503, '2', true]);
  });

  it.each([
    ['GET', '/nowhere', 404, 'NOT_FOUND'],
    ['GET', '/api/events/%E0%A4%A', 400, 'REQUEST_INVALID'],
    ['GET', `/api/events/${'a'.repeat(301)}`, 404, 'NOT_FOUND'],
    ['GET', '/api/events/a%2Fb', 400, 'APP_NAME_INVALID'],
    ['GET', '/api/events/-a', 400, 'APP_NAME_INVALID'],
    ['GET', '/api/events/', 400, 'APP_NAME_INVALID'],
    ['GET', '/api/reports/day/', 400, 'APP_NAME_INVALID'],
    ['PUT', '/api/events/shop', 405, 'METHOD_NOT_ALLOWED'],
    ['POST', '/health', 405, 'METHOD_NOT_ALLOWED'],
  ] as const)('%s %s is %i', async (method, url, status, code) => {
    const answer = await open().http.inject({ method, url, headers: HEADERS });
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
    if (status === 405) expect(answer.headers.allow).toMatch(/GET, HEAD/);
  });

  it('cover what is no HTTP and what is too long', async () => {
    const double = open();
    await double.http.listen({ port: 0, host: '127.0.0.1' });
    for (const [request, words] of [
      ['nonsense\r\n\r\n', 'not valid HTTP'],
      [`GET /?${'a'.repeat(40_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, '32768 bytes'],
    ] as const) {
      const socket = connect((double.http.server.address() as AddressInfo).port, '127.0.0.1');
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('error', () => {});
      socket.write(request);
      await once(socket, 'close');
      expect(text).toContain('application/problem+json');
      expect(text).toContain(words);
    }
  });
});

describe('settings of an app', () => {
  const patch = (body: object) =>
    open().http.inject({ method: 'PATCH', url: '/api/apps/shop', headers: HEADERS, payload: body });

  it('take valid ones, and null', async () => {
    expect((await patch({ timeZone: 'Asia/Kathmandu', retentionDays: null })).json()).toEqual({
      timeZone: expect.stringMatching(/^Asia\/Kat/),
      retentionDays: null,
    });
  });

  it.each([
    [{ timeZone: 'Mars/Olympus' }, 'timeZone'],
    [{ timeZone: 5 }, 'timeZone'],
    [{ weekStart: 'friday' }, 'weekStart'],
    [{ retentionDays: 0 }, 'retentionDays'],
    [{ retentionDays: 1.5 }, 'retentionDays'],
    [{ name: '' }, 'name'],
  ])('refuse %j, naming the field', async (body, field) => {
    expect((await patch(body)).json()).toMatchObject({ code: 'APP_SETTINGS_INVALID', field });
  });
});

it('chooses the form that Accept likes best', () => {
  const forms = ['application/json', 'application/x-ndjson', 'text/csv'] as const;
  const choose = (accept: string | undefined) => negotiate(accept, [...forms] as [string, ...string[]]);
  expect(choose(undefined)).toBe('application/json');
  expect(choose('text/html,application/xhtml+xml,*/*;q=0.8')).toBe('application/json');
  expect(choose('text/csv')).toBe('text/csv');
  expect(choose('text/*')).toBe('text/csv');
  expect(choose('application/json;q=0.5, application/x-ndjson')).toBe('application/x-ndjson');
  expect(choose('image/png')).toBe('application/json');
});

it('answers HEAD with the headers alone', async () => {
  for (const accept of ['application/json', 'application/x-ndjson', 'text/csv']) {
    const answer = await open().http.inject({
      method: 'HEAD',
      url: '/api/events/shop',
      headers: { ...HEADERS, accept },
    });
    expect([answer.statusCode, answer.body]).toEqual([200, '']);
    expect(answer.headers['content-type']).toContain(accept);
  }
});

describe('watching', () => {
  it('is ready only while the journal can be written and the engine answers', async () => {
    const away = (code: 'JOURNAL_UNAVAILABLE' | 'STORE_UNAVAILABLE') => async () =>
      Promise.reject(new SeismoError(code, 'Away.'));
    expect((await get(open(), '/ready')).statusCode).toBe(200);
    const journal = await get(open({ ingest: { ping: away('JOURNAL_UNAVAILABLE') } }), '/ready');
    expect([journal.statusCode, journal.json().code]).toEqual([503, 'JOURNAL_UNAVAILABLE']);
    const stopping = open({ ingest: { stats: () => ({ state: 'stopping' }) as IngestStats } });
    expect((await get(stopping, '/ready')).json().code).toBe('SERVER_STOPPING');
    const engine = open({ store: { ping: away('STORE_UNAVAILABLE') } });
    expect((await get(engine, '/ready')).json().code).toBe('STORE_UNAVAILABLE');
    expect((await get(engine, '/health')).statusCode).toBe(200);
  });

  it('gives Prometheus the numbers of every room, also while the engine is away', async () => {
    const double = open();
    await get(double, '/api/reports/day/shop');
    await get(double, '/api/reports/day/shop', { 'x-access-token': 'wrong' });
    for (let i = 0; i < 2; i++) {
      const text = (await get(double, '/metrics')).body;
      for (const line of [
        'seismo_events_accepted_total 7',
        'seismo_events_duplicate_total 2',
        'seismo_events_rejected_total{code="EVENT_NAME_MISSING"} 3',
        'seismo_journal_age_seconds 1.5',
        'seismo_events_set_aside 1',
        'seismo_engine_up 1',
        'seismo_engine_memory_bytes 44',
        'seismo_question_duration_seconds_count{route="/api/reports/day/:app"} 1',
        'seismo_journal_events 5',
        'seismo_journal_bytes 100',
        'seismo_loader_waiting 0',
        'seismo_requests_refused_total{code="AUTH_TOKEN_INVALID"} 1',
      ])
        expect(text).toContain(`${line}\n`);
    }
    const away = open({ store: { usage: async () => Promise.reject(new SeismoError('STORE_UNAVAILABLE', 'Away.')) } });
    const text = (await get(away, '/metrics')).body;
    expect(text).toContain('seismo_engine_up 0\n');
    expect(text).not.toContain('seismo_engine_memory_bytes');
    expect(text).toContain('seismo_events_accepted_total 7\n');
    expect((await get(away, '/api/stats')).json()).toMatchObject({ store: null, ingest: { accepted: 7 } });
  });

  it('opens /metrics to this machine, but not to what a proxy on it passes on', async () => {
    const scrape = async (headers: Record<string, string>, remoteAddress = '127.0.0.1') =>
      (await open().http.inject({ method: 'GET', url: '/metrics', headers, remoteAddress })).statusCode;
    expect(await scrape({ host: 'localhost:3005' })).toBe(200);
    expect(await scrape({ host: 'localhost:3005', 'x-forwarded-for': '203.0.113.9' })).toBe(401);
    expect(await scrape({ host: 'rebound.example' })).toBe(401);
    expect(await scrape({ host: 'localhost' }, '203.0.113.9')).toBe(401);
    expect(await scrape({ host: 'x', 'x-access-token': 'viewer' }, '203.0.113.9')).toBe(200);
  });

  it('shows what was set aside and puts it back', async () => {
    const double = open();
    expect((await get(double, '/admin/set-aside')).json()).toMatchObject([
      {
        seq: 4,
        reason: 'too odd',
        event: { uuid: anEventRow().uuid, timestamp: '2026-01-02T03:04:05.000Z', data: { a: 1 } },
      },
    ]);
    const retried = await double.http.inject({ method: 'POST', url: '/admin/retry', headers: HEADERS });
    expect(retried.json()).toEqual({ retried: 1 });
  });
});

describe('the document', () => {
  interface Operation {
    operationId: string;
    parameters: { name: string; in: string }[];
    responses: Record<string, { content?: Record<string, { schema: object }> }>;
  }
  interface Document {
    openapi: string;
    info: { version: string };
    paths: Record<string, Record<string, Operation>>;
  }
  const documentOf = async (double: Double) => (await double.http.inject('/openapi.json')).json() as Document;

  it('describes every route that is registered but the addresses of the dashboard, and no other', async () => {
    const double = open();
    const { openapi, info, paths } = await documentOf(double);
    expect([openapi, info.version]).toEqual(['3.1.0', '2.0.0']);
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    );
    const ids = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
    expect(new Set(ids).size).toBe(ids.length);
    // Fastify's own list, a tree of path pieces: each line `piece (METHODS)`, four columns a level.
    const registered: string[] = [];
    const pieces: string[] = [];
    for (const line of double.http.printRoutes({ commonPrefix: false }).split('\n')) {
      const [, indent = '', piece = '', methods] = /^([\s│├└─]*)(.*?)(?: \((.*)\))?$/.exec(line)!;
      pieces.splice(indent.length / 4 - 1, Number.POSITIVE_INFINITY, piece);
      for (const method of methods?.split(', ') ?? []) registered.push(`${method} ${pieces.join('')}`);
    }
    const told = registered.filter(
      (route) => !/^(HEAD|OPTIONS) /.test(route) && !/ \/(\*|apps|settings|share|sign-in|assets)/.test(route),
    );
    const answering = [];
    for (const route of told) {
      const [method, url] = route.split(' ') as ['GET', string];
      const answer = await double.http.inject({ method, url: url.replaceAll(':', ''), headers: HEADERS });
      if (answer.statusCode !== 405) answering.push(route);
    }
    expect(answering.sort()).toEqual(described.sort());
  });

  it('names each parameter of a path, and answers as it says', async () => {
    const double = open();
    const { paths } = await documentOf(double);
    for (const [path, methods] of Object.entries(paths))
      for (const { parameters } of Object.values(methods))
        expect(parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(
          [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
        );
    const schemaOf = (path: string) => paths[path]!.get!.responses['200']!.content!['application/json']!.schema;
    for (const [path, url] of [
      ['/api/apps', '/api/apps'],
      ['/api/apps/{app}', '/api/apps/shop'],
      ['/api/apps/{app}/events', '/api/apps/shop/events'],
      ['/api/users', '/api/users'],
      ['/', '/'],
    ] as const) {
      const answer = (await get(double, url)).json();
      // Only structure: the formats of strings are not TypeBox's to check.
      const schema = JSON.parse(JSON.stringify(schemaOf(path)).replaceAll(/"format":"[^"]*",?/g, '')) as object;
      expect([path, requiredOf(schema, answer)]).toEqual([path, []]);
    }
  });

  it('is a page that runs nothing and asks nobody', async () => {
    for (const url of ['/docs', '/docs/errors']) {
      const page = await open().http.inject(url);
      expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/);
      expect(page.body).not.toMatch(/<script|https?:|<link|<img/);
    }
    const errors = (await open().http.inject('/docs/errors')).body;
    for (const code of Object.keys(ERRORS)) expect(errors).toContain(`id="${code}"`);
  });
});

/** Members that the schema requires and the value lacks, and members that it does not name. */
function requiredOf(schema: object, value: unknown): string[] {
  const { type, items, properties, required } = schema as {
    type?: string;
    items?: object;
    properties?: Record<string, object>;
    required?: string[];
  };
  if (type === 'array') return (value as unknown[]).flatMap((one) => requiredOf(items!, one));
  if (type !== 'object') return [];
  const held = Object.keys(value as object);
  return [
    ...(required ?? []).filter((name) => !held.includes(name)),
    ...held.filter((name) => properties?.[name] === undefined),
  ];
}
