import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { pino } from 'pino';
import type { Analysis } from '../../src/analysis/analysis.ts';
import type { Auth, Identity } from '../../src/auth/auth.ts';
import { createHttp } from '../../src/http/create-http.ts';
import type { Dashboard } from '../../src/http/dashboard.ts';
import type { HttpConfig, HttpDeps } from '../../src/http/deps.ts';
import type { Ingest, PostAnswer } from '../../src/ingest/ingest.ts';
import type { Erasures } from '../../src/model/erasure.ts';
import { SeismoError } from '../../src/model/errors.ts';
import type { EventRow } from '../../src/model/event.ts';
import type { MoveStatus } from '../../src/model/move.ts';
import type { Poster } from '../../src/model/poster.ts';
import type { FilterParameters } from '../../src/reports/filters.ts';
import type { Reports } from '../../src/reports/reports.ts';
import type { Saved } from '../../src/saved/saved.ts';

const NO_MOVE: MoveStatus = { state: 'none', events: 0, done: 0, copied: 0, removed: 0, passes: 0 };

export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

/** Who is behind each token. */
export const PEOPLE: Readonly<Record<string, Identity>> = {
  admin: { kind: 'user', name: 'ada', role: 'admin', via: 'header', expiresAt: NOW + 1000 },
  viewer: { kind: 'user', name: 'vic', role: 'viewer', via: 'header', expiresAt: NOW + 1000 },
  write: { kind: 'key', id: 'k1', app: 'shop', scope: 'write', via: 'header', origins: [] },
  bound: { kind: 'key', id: 'k2', app: 'shop', scope: 'write', via: 'header', origins: ['https://shop.example'] },
  read: { kind: 'key', id: 'k3', app: 'shop', scope: 'read', via: 'header', origins: [] },
};

export interface Posted {
  readonly app: string;
  readonly form: 'json' | 'parsed' | 'lines';
  readonly body: unknown;
  readonly device?: string;
  /** The write key that posted it. */
  readonly keyId?: string;
  readonly bot?: Poster['bot'];
  readonly properties?: Poster['properties'];
}

/** What reports are asked with. */
interface Asked {
  readonly filters: FilterParameters;
  readonly fresh?: boolean;
}

export interface Double {
  readonly http: FastifyInstance;
  readonly posted: Posted[];
  readonly asked: string[];
  readonly logged: string[];
}

export interface DoubleOptions {
  readonly config?: Partial<HttpConfig>;
  readonly ingest?: Partial<Ingest>;
  readonly auth?: Partial<Auth>;
  readonly reports?: Partial<Reports>;
  readonly analysis?: Partial<Analysis>;
  readonly live?: Partial<HttpDeps['live']>;
  readonly saved?: Saved;
  readonly erasures?: Partial<Erasures>;
  readonly moves?: Partial<HttpDeps['moves']>;
  readonly store?: Partial<HttpDeps['store']>;
  readonly registry?: Partial<HttpDeps['registry']>;
  readonly dashboard?: Dashboard;
  readonly bodies?: HttpDeps['bodies'];
  readonly placeOf?: HttpDeps['placeOf'];
}

export const anEventRow = (fields: Partial<EventRow> = {}): EventRow => ({
  uuid: '00000000-0000-8000-8000-000000000001',
  app: 'shop',
  id: 'paid',
  event: 'paid',
  timestamp: NOW,
  receivedAt: NOW,
  seq: '1',
  ...fields,
});

const by = (poster: Poster | undefined): Pick<Posted, 'keyId' | 'bot' | 'properties'> => ({
  ...(poster?.keyId && { keyId: poster.keyId }),
  ...(poster?.bot && { bot: poster.bot }),
  ...(poster?.properties && { properties: poster.properties }),
});

/** A key in debt. */
export const IN_DEBT: Partial<Auth> = {
  posterOf: (keyId) => ({
    keyId,
    isTrusted: false,
    allowance: {
      bytesPerSecond: 1,
      checkOpen() {
        throw new SeismoError('RATE_LIMITED', 'Too fast.', { retryAfterSeconds: 3 });
      },
      takeBytes() {},
      takeEvents() {},
      streamBytes: () => true,
      streamEvents: (events) => events,
      limited: () => new Error('not asked'),
    },
  }),
};

/** The HTTP room with rooms behind it that write down what they were asked. */
export function aHttp(options: DoubleOptions = {}): Double {
  const posted: Posted[] = [];
  const asked: string[] = [];
  const logged: string[] = [];
  const stored: PostAnswer = { status: 201, body: '{"uuid":"u"}', events: 1 };
  const note = (what: string, app: string, { filters, ...query }: Asked): void => {
    asked.push(`${what} ${app} ${JSON.stringify({ ...query, ...Object.fromEntries(filters) })}`);
  };
  const ingest = {
    async post(app: string, body: Buffer, _arrivedAt: number, device?: string, poster?: Poster) {
      posted.push({ app, form: 'json', body: body.toString(), ...(device !== undefined && { device }), ...by(poster) });
      return stored;
    },
    async postParsed(app: string, body: unknown, _arrivedAt: number, _device?: string, poster?: Poster) {
      posted.push({ app, form: 'parsed', body, ...by(poster) });
      return stored;
    },
    async postLines(
      app: string,
      chunks: AsyncIterable<Uint8Array>,
      _arrivedAt: number,
      _device?: string,
      poster?: Poster,
    ) {
      let text = '';
      for await (const chunk of chunks) text += Buffer.from(chunk).toString();
      posted.push({ app, form: 'lines', body: text, ...by(poster) });
      const events = text.trim().split('\n').length;
      return { status: 200, body: `{"accepted":${events}}`, events } as const;
    },
    stats: () => ({
      accepted: 7,
      duplicates: 2,
      rejected: { EVENT_NAME_MISSING: 3 },
      journalBytes: 100,
      journalEvents: 5,
      lagMs: 1500,
      setAside: 1,
      loadedBlocks: 4,
      loadFailures: 0,
      rememberedIds: 9,
      rememberedIdsBytes: 90,
      state: 'loading' as const,
    }),
    dailyDevice: (app: string, address: string, agent: string) => `${app} ${address} ${agent}`,
    ping: async () => {},
    rejectedRows: () => [{ seq: 4, reason: 'too odd', event: anEventRow({ dataText: '{"a":1}' }) }],
    retryRejectedRows: async () => 1,
    ...options.ingest,
  };
  const auth = {
    async identify(token: string, via: Identity['via']) {
      const identity = PEOPLE[token];
      if (identity === undefined || (identity.kind === 'key' && via === 'cookie'))
        throw new SeismoError('AUTH_TOKEN_INVALID', 'The token is not valid.');
      return { ...identity, via };
    },
    async signInWithPassword(username: unknown, password: unknown) {
      if (username !== 'ada' || password !== 'right')
        throw new SeismoError('AUTH_FAILED', 'Name or password is wrong.');
      return { token: 'admin', expiresAt: NOW + 60_000, user: 'ada', role: 'admin' as const, browser: 'known' };
    },
    signOut: async () => {},
    posterOf: (keyId: string) => ({ keyId, isTrusted: false }),
    users: () => [{ name: 'ada', role: 'admin' as const, source: 'stored' as const }],
    keys: () => [],
    ...options.auth,
  };
  const summary = { total: 3, firstSeen: NOW, lastSeen: NOW };
  const reports = {
    async report(kind: string, app: string, query: Asked) {
      note(kind, app, query);
      return { value: { app, total: 3 }, ...(!query.fresh && { asOf: NOW }) };
    },
    async groups(app: string, query: Asked) {
      note('groups', app, query);
      return { value: { attr: 'plan' } };
    },
    async eventsPage(app: string, query: Asked) {
      note('page', app, query);
      return { value: { events: [anEventRow()], next: 'c2' } };
    },
    async eventsStream(app: string, query: Asked) {
      note('stream', app, query);
      const pages = async function* () {
        yield [anEventRow(), anEventRow({ seq: '2', user: 'eve, "x"' })];
        yield [anEventRow({ seq: '3' })];
      };
      return { value: pages() };
    },
    async erase(app: string, query: Asked) {
      note('erase', app, query);
      return { erased: 4 };
    },
    apps: async () => ({
      value: [
        { app: 'shop', ...summary },
        { app: 'blog', ...summary },
      ],
    }),
    eventNames: async () => ({ value: [{ id: 'paid', event: 'paid', ...summary }] }),
    properties: async () => ({ value: [{ name: 'plan', total: 3, types: ['text' as const], examples: ['pro'] }] }),
    values: async () => ({ value: { field: 'data.plan', values: [], more: false, events: 0, sample: false } }),
    ...options.reports,
  };
  const analysis = {
    async ask(app: string, question: unknown, { isFresh }: { isFresh: boolean }) {
      asked.push(`question ${app} ${JSON.stringify(question)}`);
      const columns = [
        { name: 'plan', type: 'json' },
        { name: '=value', type: 'number' },
      ];
      const rows = () => [
        ['pro', 1.5],
        [{ a: 1 }, null],
        ['=1+1', undefined],
      ];
      return { answer: { kind: 'trend', columns, result: { series: [] } }, rows, ...(!isFresh && { asOf: NOW }) };
    },
    ...options.analysis,
  } as Partial<Analysis>;
  const logger = pino({ level: 'debug' }, { write: (line: string) => logged.push(line) });
  const http = createHttp({
    ingest: ingest as unknown as Ingest,
    auth: auth as unknown as Auth,
    reports: reports as unknown as Reports,
    analysis: analysis as Analysis,
    live: { connections: () => 0, close: () => {}, ...options.live } as HttpDeps['live'],
    saved: options.saved ?? ({} as Saved),
    erasures: { list: () => [], counts: () => ({ running: 1, waiting: 2 }), ...options.erasures } as Erasures,
    moves: { status: () => NO_MOVE, start: () => NO_MOVE, cancel: async () => NO_MOVE, ...options.moves },
    registry: {
      appSettings: () => ({ timeZone: 'Europe/Berlin' }),
      appsWithSettings: () => [],
      setAppSettings: async (_app, changes) => changes as object,
      ...options.registry,
    },
    calendarOf: () => ({ timeZone: 'Europe/Berlin', weekStart: 'sunday' }),
    disk: async () => ({ freeBytes: 5, totalBytes: 10 }),
    store: {
      ping: async () => {},
      apps: async () => [],
      usage: async () => ({ events: 11, bytesOnDisk: 22, parts: 3, version: '26', memoryBytes: 44 }),
      ...options.store,
    },
    ...(options.bodies && { bodies: options.bodies }),
    placeOf: options.placeOf,
    dashboard: options.dashboard ?? { html: undefined, assets: new Map(), besides: new Map() },
    config: {
      bodyMaxBytes: 1000,
      scriptPath: '/seismo.js',
      postPath: '/api/events',
      keepBotPageViews: false,
      requestProperties: false,
      corsOrigins: ['*'],
      corsReadOrigins: [],
      queryMaxSeconds: 30,
      queryMaxBytes: 1e9,
      queryMaxRows: 1e6,
      trustProxy: false,
      connectionsMax: 1_000,
      timeZone: 'UTC',
      weekStart: 'sunday',
      auth: { users: [] },
      ...options.config,
    },
    logger: logger as FastifyBaseLogger,
    now: () => NOW,
    version: '2.0.0',
    env: 'test',
  });
  return { http, posted, asked, logged };
}
