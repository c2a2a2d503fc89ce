/** A store in a database of its own and what is over it, for the tests of the analysis; and events made from a seed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createAnalysis } from '../../src/analysis/create-analysis.ts';
import { countErasable, eraseEverywhere } from '../../src/app/erase.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { createIngest } from '../../src/ingest/create-ingest.ts';
import { createReports } from '../../src/reports/create-reports.ts';
import { zoneHash } from '../../src/row/row.ts';
import { createClickHouseStore } from '../../src/store/clickhouse/clickhouse-store.ts';
import { type Connection, type ConnectionTarget, openConnection } from '../../src/store/clickhouse/connection.ts';
import { dayNumber } from '../../src/time/calendar.ts';
import { byText } from '../reports/by-text.ts';
import { connectionTo } from '../store/clickhouse-cluster.ts';
import { startFront } from '../store/front.ts';
import { dropDatabase, sharedCluster, sharedEngine, sharedServer } from '../support/shared-engine.ts';
import { checkAnswer } from './answer.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export interface Given {
  readonly event: string;
  readonly id?: string;
  /** UTC ms */
  readonly timestamp: number;
  readonly user?: string;
  readonly device?: string;
  readonly session?: string;
  readonly data?: { readonly [name: string]: Json };
}

/** Noon of 2026-03-20. */
export const NOW = Date.UTC(2026, 2, 20, 12);
export const DAY_MS = 86_400_000;
const logger = { info() {}, warn() {}, error() {} };
export const control = { maxSeconds: 60, maxBytes: 1.5e9, maxRows: 1e6 };

/** `SEISMO_TEST_STORE=server`: on a real ClickHouse server instead of the embedded engine. `npm test` runs test/analysis both ways. */
export const ON_SERVER = process.env['SEISMO_TEST_STORE'] === 'server';
/** On two shards of a cluster: `SEISMO_TEST_STORE=cluster npx vitest run test/analysis`, and in `npm run test:faults`. */
const ON_CLUSTER = process.env['SEISMO_TEST_STORE'] === 'cluster';

export type World = Awaited<ReturnType<typeof aWorld>>;

/**
 * @param zoneOf in which the days of an app are cut
 * @param more a directory to open again; `byUrl`: the engine is reached as a ClickHouse server is, by URL and password
 */
export async function aWorld(
  zoneOf: (app: string) => string = () => 'UTC',
  more: {
    readonly dataDir?: string;
    readonly byUrl?: boolean;
    readonly exactUsersMaxRows?: number;
  } = {},
) {
  const dataDir = more.dataDir ?? (await mkdtemp(join(tmpdir(), 'seismo-analysis-')));
  // The same when the directory is opened again.
  const database = basename(dataDir);
  const { connection: opened, targets, stop } = await engineFor(database, more.byUrl === true);
  const sent: string[] = [];
  const connection: typeof opened = {
    ...opened,
    query(sql, params, options) {
      sent.push(sql);
      return opened.query(sql, params, options);
    },
  };
  const mayIdentify = (app: string): boolean => ingest.hasIdentified(app);
  const store = createClickHouseStore({
    connection,
    zoneOf,
    mayIdentify,
    isSoleWriter: !more.byUrl && !ON_SERVER && !ON_CLUSTER,
    ...(more.exactUsersMaxRows !== undefined && { exactUsersMaxRows: more.exactUsersMaxRows }),
  });
  await store.open();
  const settings = Object.fromEntries(Object.entries(SETTINGS).map(([name, setting]) => [name, setting.default]));
  const ingest = await createIngest({
    dataDir,
    secret: Buffer.alloc(32, 7),
    store,
    now: () => NOW,
    retentionDaysOf: () => undefined,
    zoneOf: (app) => ({ hash: zoneHash(zoneOf(app)), dayOf: dayNumber(zoneOf(app)) }),
    logger,
    config: { ...settings, flushIntervalMs: 20, freshTimeoutMs: 30_000 } as unknown as Parameters<
      typeof createIngest
    >[0]['config'],
  });
  const analysis = createAnalysis(store.analysis, {
    now: () => NOW,
    calendarOf: (app) => ({ timeZone: zoneOf(app), weekStart: 'monday' }),
    catchUp: (app, signal) => ingest.catchUp(app, signal),
    asOf: (app) => ingest.asOf(app),
    isNotIndexed: ingest.isNotIndexed,
    segmentOf: () => undefined,
  });
  const reports = byText(
    createReports(store, {
      now: () => NOW,
      calendarOf: (app) => ({ timeZone: zoneOf(app), weekStart: 'monday' }),
      catchUp: (app, signal) => ingest.catchUp(app, signal),
      asOf: (app) => ingest.asOf(app),
      isNotIndexed: ingest.isNotIndexed,
      erase: async (app, { range, filters, isKeptOut }) => {
        const options = { isKeptOut, idWindowMs: 7 * DAY_MS, nowMs: NOW };
        return { erased: await eraseEverywhere(ingest, store, app, range, filters, options) };
      },
      erasable: (app, range, filters) => countErasable(ingest, store, app, range, filters),
    }),
  );
  return {
    dataDir,
    /** Questions to the engine so far, in SQL. */
    sent: sent as readonly string[],
    store,
    ingest,
    reports,
    connection,
    analysis,
    async post(app: string, events: readonly Given[]): Promise<void> {
      // As texts: a number of the first months of 1970 in milliseconds would be one of seconds.
      const sent = events.map((event) => ({ ...event, timestamp: new Date(event.timestamp).toISOString() }));
      for (let from = 0; from < sent.length; from += 20_000)
        await ingest.post(app, Buffer.from(JSON.stringify(sent.slice(from, from + 20_000))), NOW);
      await ingest.catchUp(app);
    },
    async ask<T>(app: string, question: object) {
      const { answer, rows } = await analysis.ask(app, question, { isFresh: true, control });
      checkAnswer(answer);
      return { ...answer, result: answer.result as T, rows: [...rows()] };
    },
    /** @param keep leaves the directory, to be opened again */
    async close({ keep = false } = {}): Promise<void> {
      await ingest.close();
      await store.close();
      if (!keep) for (const target of targets) await dropDatabase(database, target);
      await stop();
      if (keep) return;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** What answers the questions, and what ends the way to it. */
async function engineFor(
  database: string,
  byUrl: boolean,
): Promise<{ readonly connection: Connection; readonly targets: readonly ConnectionTarget[]; stop(): Promise<void> }> {
  const only = (target: ConnectionTarget, stop = async (): Promise<void> => {}) => ({
    connection: openConnection(target, { logger }),
    targets: [target],
    stop,
  });
  const asDefault = (url: string) => ({ url, username: 'default', password: '', database });
  if (ON_CLUSTER) {
    const cluster = await sharedCluster();
    const targets = cluster.shards.map(({ url }) => asDefault(url));
    return { connection: connectionTo(cluster, database), targets, async stop() {} };
  }
  if (ON_SERVER) return only(asDefault(await sharedServer()));
  const socketPath = await sharedEngine();
  if (!byUrl) return only({ socketPath, database });
  const front = await startFront(socketPath, 'seismo', 'p:w/ä');
  return only({ url: front.url, username: 'seismo', password: 'p:w/ä', database }, front.close);
}

/** mulberry32: the same numbers everywhere. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const NAMES = ['A', 'B', 'C', 'D', 'Ünï "x" 🦊'] as const;
/** Odd on purpose: every one of them is a property's name somewhere. */
export const ODD = ['plan', 'a.b', '__proto__', 'with space', 'quote"', "it's", 'back\\slash', 'ünï', ''] as const;
const VALUES: readonly Json[] = [
  '1',
  1,
  true,
  'true',
  null,
  'null',
  1.5,
  [1],
  "it's",
  'Zoë 🦊',
  '',
  0,
  -2,
  {},
  'pro',
  'free',
  250,
];

export interface Making {
  readonly seed: number;
  readonly count: number;
  /** First of `days` days, UTC ms. */
  readonly from: number;
  readonly days: number;
  /** Times are multiples of this: ties are many. */
  readonly stepMs?: number;
  readonly people?: number;
  readonly identify?: number;
  /** An event that is a view of a page, by its id. */
  readonly view?: (typeof NAMES)[number];
}

/** In order of arrival, which is not that of time. */
export function someEvents({
  seed,
  count,
  from,
  days,
  stepMs = 300_000,
  people = 12,
  identify = 0.02,
  view,
}: Making): Given[] {
  const next = random(seed);
  const below = (n: number): number => Math.floor(next() * n);
  const pick = <T>(values: readonly T[]): T => values[below(values.length)]!;
  return Array.from({ length: count }, (): Given => {
    const timestamp = from + below((days * DAY_MS) / stepMs) * stepMs;
    if (next() < identify)
      return {
        event: '$identify',
        id: '$identify',
        timestamp,
        user: `u${below(people)}`,
        device: `d${below(people)}`,
        data: { plan: pick(['pro', 'free']), seats: below(9) },
      };
    const data: Record<string, Json> = Object.create(null);
    for (const name of ODD) if (next() < 0.35) data[name] = pick(VALUES);
    if (next() < 0.3) data['a'] = { b: pick(VALUES), 'c.d': pick(VALUES) };
    if (next() < 0.8) data['ms'] = next() < 0.1 ? pick(VALUES) : Math.round(next() * 2_000) / 4;
    if (next() < 0.8) data['country'] = pick(['US', 'DE', 'CH', 'BR', 'JP']);
    const who = next();
    const event = pick(NAMES);
    return {
      event,
      ...(event === view && { id: 'page-viewed' }),
      timestamp,
      ...(who < 0.6 && { user: `u${below(people)}` }),
      ...(who >= 0.5 && who < 0.9 && { device: `d${below(people)}` }),
      ...(next() < 0.3 && { session: `s${below(4)}` }),
      ...(next() < 0.95 && { data }),
    };
  });
}

/**
 * Odd ones are in New York, even ones in UTC. `ANALYSIS_SEEDS=30 npx vitest run test/analysis` runs 30, `npm run test:faults` ten. The server
 * runs the same SQL as the embedded engine, so it gets one of its own.
 */
const SEED_COUNT = process.env['ANALYSIS_SEEDS'];
export const SEEDS =
  SEED_COUNT === undefined ? (ON_SERVER ? [3] : [1, 2]) : Array.from({ length: Number(SEED_COUNT) }, (_, i) => i + 1);
