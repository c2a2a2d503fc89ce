/** A store and an ingest over it, on each of the ways in which an engine is reached; and the same numbers by plain loops. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { createIngest } from '../../src/ingest/create-ingest.ts';
import type { Ingest } from '../../src/ingest/ingest.ts';
import type { EventRow } from '../../src/model/event.ts';
import { matchesAll } from '../../src/model/filter-match.ts';
import type { Filter, JsonValue, QueryControl, Range } from '../../src/model/query.ts';
import { zoneHash } from '../../src/row/row.ts';
import { createClickHouseStore } from '../../src/store/clickhouse/clickhouse-store.ts';
import { type Connection, type ConnectionTarget, openConnection } from '../../src/store/clickhouse/connection.ts';
import type { Store } from '../../src/store/store.ts';
import { dayNumber } from '../../src/time/calendar.ts';
import { dropDatabase, sharedCluster, sharedEngine, sharedServer } from '../support/shared-engine.ts';
import { connectionTo } from './clickhouse-cluster.ts';
import { hasClickHouseServer } from './clickhouse-server.ts';
import { startFront } from './front.ts';

export const control: QueryControl = { maxSeconds: 30, maxBytes: 1e9, maxRows: 1e6 };
export const logger = { info() {}, warn() {}, error() {} };
export const ALL: Range = { from: 0, to: Date.UTC(2100, 0, 1) };
export const NOW = Date.UTC(2026, 2, 20);

export interface Given {
  readonly event: string;
  readonly timestamp: number;
  readonly user?: string;
  readonly device?: string;
  readonly data?: { readonly [name: string]: JsonValue };
}

/** A generator of its own, so that the numbers are the same everywhere (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const VALUES: readonly JsonValue[] = ['1', 1, true, 'true', null, 'null', 1.5, [1], "it's", 'Zoë 🦊', '', 0, -2, {}];
const NAMES = ['plan', 'a.b', '__proto__', 'with space', 'quote"', "it's", 'back\\slash', 'ünï', ''];

export function someEvents(seed: number, count: number): Given[] {
  const next = random(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!;
  return Array.from({ length: count }, () => {
    const data = Object.fromEntries(NAMES.filter(() => next() < 0.5).map((name) => [name, pick(VALUES)]));
    if (next() < 0.3) data['a'] = { b: pick(VALUES), 'c.d': pick(VALUES) };
    return {
      event: pick(['A', 'B', 'C']),
      timestamp: Date.UTC(2026, 2, 1) + Math.floor(next() * 18) * 86_400_000 + Math.floor(next() * 96) * 900_000,
      ...(next() < 0.7 && { user: `u${Math.floor(next() * 20)}` }),
      ...(next() < 0.5 && { device: `d${Math.floor(next() * 20)}` }),
      ...(next() < 0.9 && { data }),
    };
  });
}

/** By plain loops. */
export function count(rows: readonly EventRow[], range: Range, filters: readonly Filter[]) {
  const kept = rows.filter((row) => matchesAll(row, range, filters));
  const people = kept.map(({ user, device }) => (user ? `u ${user}` : device ? `d ${device}` : undefined));
  return { total: kept.length, users: new Set(people.filter((each) => each !== undefined)).size };
}

export type Way = 'socket' | 'url' | 'server' | 'cluster';
const TITLES: Readonly<Record<Way, string>> = {
  socket: 'through the socket of the embedded engine',
  url: 'through a URL with a password',
  server: 'on a real ClickHouse server',
  cluster: 'on two shards of a ClickHouse cluster',
};

const ALL_WAYS = ['socket', 'url', 'server', 'cluster'] as const;
/** A URL leads to the same engine: what depends on how it is asked is in stored-events.test.ts; `npm run test:faults` runs the others too. */
export const ENGINES: readonly Way[] = process.env['FAULTS'] === 'long' ? ALL_WAYS : ['socket', 'server'];

/** The tests that `define` makes, on each of these ways. */
export function onWays(ways: readonly Way[], define: (fixture: StoreFixture, way: Way) => void): void {
  for (const way of ways)
    describe.skipIf((way === 'server' || way === 'cluster') && !hasClickHouseServer)(TITLES[way], () => {
      const fixture = new StoreFixture(way);
      beforeAll(() => fixture.open());
      afterAll(() => fixture.remove());
      define(fixture, way);
    });
}

export class StoreFixture {
  readonly way: Way;
  readonly zones = new Map<string, string>();
  store!: Store;
  ingest!: Ingest;
  #dataDir: string | undefined;
  #front: Awaited<ReturnType<typeof startFront>> | undefined;

  constructor(way: Way) {
    this.way = way;
  }

  /** For the first time, or again with the same data. */
  async open(): Promise<void> {
    this.#dataDir ??= await mkdtemp(join(tmpdir(), 'seismo-contract-'));
    const zoneOf = (app: string): string => this.zones.get(app) ?? 'UTC';
    this.store = createClickHouseStore({
      connection: await this.#connect(),
      zoneOf,
      mayIdentify: (app) => this.ingest.hasIdentified(app),
    });
    await this.store.open();
    this.ingest = await createIngest({
      dataDir: this.#dataDir,
      secret: Buffer.alloc(32, 3),
      store: this.store,
      now: () => NOW,
      retentionDaysOf: () => undefined,
      zoneOf: (app) => ({ hash: zoneHash(zoneOf(app)), dayOf: dayNumber(zoneOf(app)) }),
      logger,
      config: {
        bodyMaxBytes: 1e8,
        lineMaxBytes: 1e6,
        batchEventsMax: 1e5,
        eventMaxBytes: 1e6,
        eventNameMaxLength: 256,
        userMaxLength: 256,
        uuidMaxLength: 256,
        propertiesMax: 1_000,
        dataDepthMax: 32,
        propertyNameMaxLength: 256,
        eventNamesMax: 1_000,
        propertyNamesMax: 1_000,
        idWindowDays: 7,
        idWindowMax: 1e6,
        journalMaxBytes: 1e9,
        diskReserveBytes: 0,
        flushIntervalMs: 50,
        flushMaxBytes: 1e6,
        freshTimeoutMs: 30_000,
      },
    });
  }

  async #connect(): Promise<Connection> {
    if (this.way === 'cluster') return connectionTo(await sharedCluster(), basename(this.#dataDir!));
    return openConnection(await this.#target(), { logger });
  }

  async #target(): Promise<ConnectionTarget> {
    const database = basename(this.#dataDir!);
    if (this.way === 'server') return { url: await sharedServer(), username: 'default', password: '', database };
    const socketPath = await sharedEngine();
    if (this.way === 'socket') return { socketPath, database };
    this.#front ??= await startFront(socketPath, 'seismo', 'p:w/ä');
    return { url: this.#front.url, username: 'seismo', password: 'p:w/ä', database };
  }

  async close(): Promise<void> {
    await this.ingest.close();
    await this.store.close();
  }

  async remove(): Promise<void> {
    await this.close();
    // A cluster ends with its worker.
    if (this.way !== 'cluster') await dropDatabase(basename(this.#dataDir!), await this.#target());
    await this.#front?.close();
    await rm(this.#dataDir!, { recursive: true, force: true });
  }

  async post(app: string, events: readonly Given[]): Promise<void> {
    await this.ingest.post(app, Buffer.from(JSON.stringify(events)), NOW);
    await this.ingest.catchUp(app);
  }

  async everything(app: string, limit = 1_000): Promise<EventRow[]> {
    const rows: EventRow[] = [];
    for (;;) {
      const last = rows.at(-1);
      const after = last && { timestamp: last.timestamp, seq: last.seq };
      const page = await this.store.events(
        { app, range: ALL, filters: [], order: 'asc', limit, ...(after && { after }) },
        control,
      );
      rows.push(...page);
      if (page.length < limit) return rows;
    }
  }
}
