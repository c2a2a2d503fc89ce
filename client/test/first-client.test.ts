/** The client of 2013, as it was published (`seismo-client@0.0.5`), against the real server. */
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StoredEvent } from '../src/questions.ts';
import { aRealServer, type RealServer } from './support/real-server.ts';

type Callback = (error: unknown, answer: unknown) => void;
interface FirstClient {
  (event: string | { id: string; event: string }, data: object | undefined | Callback, callback?: Callback): void;
  query(parameters: string | object | Callback, callback?: Callback): void;
  report(parameters: Readonly<Record<string, unknown>>, callback: Callback): void;
}
const firstClient: (app: string, options: object) => FirstClient = createRequire(import.meta.url)(
  'seismo-client-0.0.5',
);

let server: RealServer;
let events: FirstClient;
beforeAll(async () => {
  server = await aRealServer();
  events = firstClient('first', { server: server.url, credentials: server.admin });
});

/** What a call gives its callback. */
const told = <T>(call: (callback: Callback) => void): Promise<T> =>
  new Promise((resolve, reject) => call((error, answer) => (error ? reject(error) : resolve(answer as T))));

describe('posts', () => {
  it.each([
    ['a name', ['posted once'], { id: 'posted-once', event: 'posted once' }],
    ['a name with data', ['posted twice', { n: 2 }], { id: 'posted-twice', event: 'posted twice', data: { n: 2 } }],
    ['an id and a name', [{ id: 'start', event: 'was started' }], { id: 'start', event: 'was started' }],
    [
      'an id and a name with data',
      [{ id: 'stop', event: 'was stopped' }, { n: 4 }],
      { id: 'stop', event: 'was stopped', data: { n: 4 } },
    ],
    ['undefined data', ['posted so', undefined], { id: 'posted-so', event: 'posted so' }],
  ] as const)('%s', async (_, given, stored) => {
    const { uuid, app, timestamp, receivedAt, ...rest } = await told<StoredEvent>((callback) =>
      Reflect.apply(events, undefined, [...given, callback]),
    );
    expect([app, rest]).toEqual(['first', stored]);
    expect([uuid, timestamp, receivedAt]).toEqual([expect.any(String), expect.any(String), expect.any(String)]);
  });
});

describe('asks', () => {
  let app: FirstClient;
  let posted: StoredEvent[];
  beforeAll(async () => {
    app = firstClient('asked', { server: server.url, credentials: server.admin });
    posted = [];
    for (const [name, data] of [
      [{ id: 'start', event: 'application started' }, undefined],
      ['search executed', { time: 1 }],
      ['search executed', { time: 2 }],
    ] as const)
      posted.push(await told<StoredEvent>((callback) => app(name, data, callback)));
  });
  /** Of three events, posted one after the other, as far as they are of the same day or hour as the first. */
  const since = (length: number) => posted.filter(({ timestamp }) => prefixOf(length) === timestamp.slice(0, length));
  const prefixOf = (length: number): string => posted[0]!.timestamp.slice(0, length);

  it.each([
    ['a text: by the name', ['search executed'], ['search executed', 'search executed']],
    ['an object', [{ id: 'start' }], ['application started']],
    ['a name and a day', [{ event: 'application started', date: '2001-02-03' }], []],
    ['an empty object: everything', [{}], ['search executed', 'search executed', 'application started']],
    ['nothing: everything', [], ['search executed', 'search executed', 'application started']],
  ] as const)('query: %s', async (_, given, names) => {
    const found = await told<StoredEvent[]>((callback) => Reflect.apply(app.query, app, [...given, callback]));
    expect(found.map(({ event }) => event)).toEqual(names);
  });

  it.each([
    ['hour', () => ({ date: prefixOf(10), hour: Number(prefixOf(13).slice(11)) }), 13],
    ['day', () => ({ date: prefixOf(10) }), 10],
    ['week', () => ({ date: prefixOf(10) }), 10],
    ['month', () => ({ date: prefixOf(10) }), 7],
    ['period', () => ({ from: prefixOf(10), to: prefixOf(10) }), 10],
  ] as const)('report: %s', async (report, range, length) => {
    const event = 'search executed';
    const answer = await told((callback) => app.report({ report, event, ...range() }, callback));
    // A week that the three events cross into would hold more of them; it begins as they do, with a day.
    const total = since(length).filter((one) => one.event === event).length;
    expect(answer).toMatchObject({ app: 'asked', event, total: report === 'week' ? expect.any(Number) : total });
    if (total === 2) expect(answer).toMatchObject({ total: 2, users: 0 });
  });
});

it.each(['hour', 'day', 'week', 'month', 'period'])(
  'answers 400 PARAMETER_INVALID on the report %s when `report` names another one',
  async (report) => {
    const range = { hour: 'hour=1', period: 'from=2026-03-01&to=2026-03-02' }[report] ?? '';
    const headers = { 'x-access-token': server.token };
    const ask = (named: string) =>
      fetch(`${server.url}/api/reports/${report}/first?${range}&report=${named}`, { headers });
    expect((await ask(report)).status).toBe(200);
    const other = report === 'day' ? 'week' : 'day';
    const refused = await ask(other);
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { code: 'PARAMETER_INVALID', field: 'report', detail: expect.stringContaining(`\`report\` must be ${report}`) },
    ]);
    expect((await ask('')).status).toBe(400);
  },
);
