/** The composition root: opens every room, wires them, closes them in reverse. */
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import type { Analysis } from './analysis/analysis.ts';
import { createAnalysis } from './analysis/create-analysis.ts';
import type { Auth } from './auth/auth.ts';
import { createAuth } from './auth/create-auth.ts';
import { type FirstAdmin, firstAdmin, signingKey, storedSecret } from './auth/first-start.ts';
import type { Config } from './config.ts';
import { ensureDirectory } from './data-directory.ts';
import { eraseEverywhere } from './erase-everywhere.ts';
import { createIngest, JOURNAL_DIRECTORY } from './ingest/create-ingest.ts';
import { ensureJournal } from './ingest/ensure-journal.ts';
import type { Ingest } from './ingest/ingest.ts';
import type { Zone } from './ingest/loader.ts';
import { lockDirectory } from './lock.ts';
import { openStore } from './open-store.ts';
import type { Filter, Range } from './query.ts';
import { openRegistry } from './registry/lmdb-registry.ts';
import type { Registry } from './registry/registry.ts';
import { createReports } from './reports/create-reports.ts';
import type { Reports } from './reports/reports.ts';
import { startRetention } from './retention.ts';
import { zoneHash } from './row.ts';
import { steadyClock } from './steady-clock.ts';
import type { Store } from './store/store.ts';
import { type Calendar, dayNumber } from './time.ts';
import { startZoneMoves } from './zone-moves.ts';

export interface App {
  readonly config: Config;
  /** Absolute. */
  readonly dataDir: string;
  readonly auth: Auth;
  readonly ingest: Ingest;
  readonly reports: Reports;
  readonly analysis: Analysis;
  readonly store: Store;
  /** `setAppSettings` also moves what the store keeps per zone. */
  readonly registry: Registry;
  /** Stores the admin of a first start; whoever calls this shows the password. Undefined when there are users already. */
  storeFirstAdmin(): Promise<FirstAdmin | undefined>;
  close(): Promise<void>;
}

export interface AppOptions {
  readonly logger: Logger;
  readonly now?: () => number;
}

/** @throws DirectoryInUse, or what kept a room from opening */
export async function openApp(config: Config, { logger, now = Date.now }: AppOptions): Promise<App> {
  const dataDir = resolve(config.dataDir);
  ensureDirectory(dataDir, 'dataDir, --data');
  /** What has been opened, in order; closed in reverse. */
  const opened: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    const failed: unknown[] = [];
    for (const each of opened.splice(0).reverse()) await each().catch((error: unknown) => failed.push(error));
    if (failed.length > 0) throw failed[0];
  };
  try {
    const lock = await lockDirectory(dataDir);
    opened.push(() => lock.release());
    const registry = openRegistry(join(dataDir, 'registry'));
    opened.push(() => registry.close());
    const calendarOf = (app: string): Calendar => {
      const own = registry.appSettings(app);
      return { timeZone: own.timeZone ?? config.timeZone, weekStart: own.weekStart ?? config.weekStart };
    };
    const zoneOf = (app: string): string => calendarOf(app).timeZone;
    // While the engine starts. Whatever fails, it is over before the directory is given back.
    const ensuring = ensureJournal(join(dataDir, JOURNAL_DIRECTORY), logger);
    opened.push(() => ensuring.catch(() => {}));
    const opening = openStore(config, { dataDir, logger, zoneOf });
    opened.push(async () => await (await opening.catch(() => undefined))?.close());
    const [admin, { store }] = await Promise.all([firstAdmin(registry, config), opening, ensuring]);
    const retentionDaysOf = (app: string): number | undefined =>
      registry.appSettings(app).retentionDays ?? config.retentionDays;
    const ingest = await createIngest({
      dataDir,
      secret: storedSecret(join(dataDir, 'ids.key')),
      store,
      config,
      now,
      retentionDaysOf,
      zoneOf: (app) => zoneNumbers(zoneOf(app)),
      logger,
    });
    opened.push(() => ingest.close());
    const auth = createAuth({ registry, config, secret: signingKey(dataDir, config.authKey), now, fetch });
    const erase = (app: string, range: Range, filters: readonly Filter[]): Promise<number> =>
      eraseEverywhere(ingest, store, app, range, filters);
    const reports = createReports(store, {
      now,
      calendarOf,
      catchUp: (app, signal) => ingest.catchUp(app, signal),
      asOf: (app) => ingest.asOf(app),
      erase,
    });
    const analysis = createAnalysis(store.analysis, {
      now,
      calendarOf,
      catchUp: (app, signal) => ingest.catchUp(app, signal),
      asOf: (app) => ingest.asOf(app),
    });
    const zoneMoves = startZoneMoves({ registry, store, ingest, zoneOf, logger });
    opened.push(() => zoneMoves.stop());
    // A machine whose clock was set a year ahead for an hour must not lose a year's events.
    const steadyNow = steadyClock(0, now);
    const age = { now: () => Math.min(now(), steadyNow()) };
    const retention = startRetention({
      store,
      oldestSetAside: () => ingest.oldestSetAside(),
      erase,
      retentionDaysOf,
      ...age,
      logger,
    });
    opened.push(() => retention.stop());
    return {
      config,
      dataDir,
      auth,
      ingest,
      reports,
      analysis,
      store,
      registry: { ...registry, setAppSettings: (app, changes) => zoneMoves.setAppSettings(app, changes) },
      storeFirstAdmin: async () => await admin?.store(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const zoneNumbers = (timeZone: string): Zone => ({ hash: zoneHash(timeZone), dayOf: dayNumber(timeZone) });
