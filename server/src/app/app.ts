/** The composition root: opens every room, wires them, closes them in reverse. */

import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import type { Analysis } from '../analysis/analysis.ts';
import { AnswerCache } from '../analysis/answer-cache.ts';
import { createAnalysis } from '../analysis/create-analysis.ts';
import type { Auth } from '../auth/auth.ts';
import { createAuth } from '../auth/create-auth.ts';
import type { FirstAdmin } from '../auth/first-admin.ts';
import { firstAdmin, signingKey, storedSecret } from '../auth/first-start.ts';
import type { Config } from '../config/config.ts';
import { createIngest, JOURNAL_DIRECTORY } from '../ingest/create-ingest.ts';
import type { Ingest } from '../ingest/ingest.ts';
import type { Zone } from '../ingest/load/loader.ts';
import { ensureJournal } from '../ingest/recovery/ensure-journal.ts';
import { createLive, type LiveService } from '../live/create-live.ts';
import type { Live } from '../live/live.ts';
import { DAY_MS } from '../model/duration.ts';
import type { ErasureRequest, Erasures } from '../model/erasure.ts';
import { openRegistry } from '../registry/lmdb-registry.ts';
import type { Registry } from '../registry/registry.ts';
import { createReports } from '../reports/create-reports.ts';
import type { Reports } from '../reports/reports.ts';
import { zoneHash } from '../row/row.ts';
import { createSaved } from '../saved/create-saved.ts';
import type { Saved } from '../saved/saved.ts';
import type { Store } from '../store/store.ts';
import { ensurePrivateDirectory } from '../system/data-directory.ts';
import { forgetFirstPassword } from '../system/first-password.ts';
import { within } from '../system/timeout.ts';
import { type Calendar, dayNumber } from '../time/calendar.ts';
import { steadyClock } from '../time/steady-clock.ts';
import { lockDirectory } from './data-directory-lock.ts';
import { startRetention } from './enforce-retention.ts';
import { countErasable, type ErasureRun, eraseEverywhere } from './erase.ts';
import { startErasures } from './erasures.ts';
import { isEmbedded, openStore } from './open-store.ts';
import { runsSince } from './server-runs.ts';
import { startZoneMoves } from './time-zone-changes.ts';

export interface App {
  readonly config: Config;
  /** Absolute. */
  readonly dataDir: string;
  readonly auth: Auth;
  readonly ingest: Ingest;
  readonly reports: Reports;
  readonly analysis: Analysis;
  readonly live: Live;
  readonly saved: Saved;
  readonly erasures: Erasures;
  readonly store: Store;
  /** `setAppSettings` also moves what the store keeps per zone. */
  readonly registry: Registry;
  /** The app's own, else the configuration's. */
  readonly calendarOf: (app: string) => Calendar;
  /** Stores the admin of a first start; whoever calls this shows the password. Undefined when there are users already. */
  storeFirstAdmin(): Promise<FirstAdmin | undefined>;
  close(): Promise<void>;
}

export interface AppOptions {
  readonly logger: Logger;
  readonly now?: () => number;
  /** Of passwords; 12 unless set, which tests cannot afford. */
  readonly bcryptRounds?: number | undefined;
}

/** @throws DirectoryInUse, or what kept a room from opening */
export async function openApp(config: Config, { logger, now = Date.now, bcryptRounds }: AppOptions): Promise<App> {
  const dataDir = resolve(config.dataDir);
  ensurePrivateDirectory(dataDir, 'dataDir, --data', true);
  for (const name of ['registry', JOURNAL_DIRECTORY]) ensurePrivateDirectory(join(dataDir, name), 'dataDir, --data');
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
    // Set below: the journal needs the store, and knows which devices were identified before the store does.
    let accepted: Pick<Ingest, 'hasIdentified'> | undefined;
    const mayIdentify = (app: string): boolean => accepted?.hasIdentified(app) ?? true;
    const opening = openStore(config, { dataDir, logger, zoneOf, mayIdentify });
    opened.push(async () => await (await opening.catch(() => undefined))?.close());
    const [admin, { store }] = await Promise.all([firstAdmin(registry, config, bcryptRounds), opening, ensuring]);
    const retentionDaysOf = (app: string): number | undefined =>
      registry.appSettings(app).retentionDays ?? config.retentionDays;
    // Into a server others may write, of whom nobody tells.
    const isCached = isEmbedded(config) && config.queryCacheBytes > 0;
    const cache = isCached ? new AnswerCache(config.queryCacheBytes) : undefined;
    /** What follows the events must not keep them from being accepted. */
    const told = (work: () => void): void => {
      try {
        work();
      } catch (error) {
        logger.error({ err: error }, 'BUG: what was accepted or refused could not be told');
      }
    };
    /** Nothing is accepted, and nobody follows, before it is there. */
    let live: LiveService | undefined;
    const ingest = await createIngest({
      dataDir,
      secret: storedSecret(join(dataDir, 'ids.key')),
      store,
      config,
      now,
      retentionDaysOf,
      zoneOf: (app) => zoneNumbers(zoneOf(app)),
      logger,
      onCommitted: (committed) =>
        told(() => {
          cache?.committed(committed);
          live?.committed(committed);
        }),
      onRejected: (app, refused) => told(() => live?.rejected(app, refused)),
    });
    accepted = ingest;
    opened.push(() => ingest.close());
    const room = createLive({
      store,
      catchUp: (app, signal) => ingest.catchUp(app, signal),
      rejectedRows: () => ingest.rejectedRows(),
      runs: await runsSince(registry, ingest.run, ingest.stats().salvage?.at),
      listenersMax: config.liveListenersMax,
      control: { maxSeconds: config.queryMaxSeconds, maxBytes: config.queryMaxBytes, maxRows: config.queryMaxRows },
      now,
      logger,
    });
    live = room;
    opened.push(async () => room.close());
    const auth = createAuth({
      registry,
      config,
      secret: signingKey(dataDir, config.authKey),
      onPasswordChanged: (name) => forgetFirstPassword(dataDir, name),
      now,
      fetch,
      ...(bcryptRounds !== undefined && { bcryptRounds }),
    });
    /** What was erased gives its names back. The next erasure makes up for a failure. */
    const recountNames = async (app: string): Promise<void> => {
      const late = () => new Error(`it takes longer than ${RECOUNT_WAIT_MS} ms and goes on`);
      await within(RECOUNT_WAIT_MS, ingest.recountNames(app), late).catch((error: unknown) =>
        logger.warn({ err: error, app }, 'the names of the app are not counted anew yet'),
      );
    };
    const erase = async (app: string, { range, filters, isKeptOut }: Erased, run?: ErasureRun): Promise<number> => {
      const idWindowMs = config.idWindowDays * DAY_MS;
      const options = { isKeptOut, idWindowMs, nowMs: now(), ...(run && { run }) };
      try {
        return await eraseEverywhere(ingest, store, app, range, filters, options);
      } finally {
        cache?.forget(app);
        const isAllBefore = filters.length === 0 && range.from === 0;
        room.forget(app, isAllBefore ? range.to : undefined);
        await recountNames(app);
      }
    };
    const erasures = startErasures({ registry, erase, now, logger });
    opened.push(() => erasures.stop());
    const reports = createReports(store, {
      now,
      calendarOf,
      catchUp: (app, signal) => ingest.catchUp(app, signal),
      asOf: (app) => ingest.asOf(app),
      isNotIndexed: ingest.isNotIndexed,
      writeKeysOf: auth.writeKeysOf,
      async erase(app, request, waitMs) {
        const erasure = await erasures.start(app, request, waitMs);
        return erasure.erased === undefined ? { erasure } : { erased: erasure.erased };
      },
      erasable: (app, range, filters) => countErasable(ingest, store, app, range, filters),
    });
    // Each asks the other, and neither while it is made: saved questions are checked, questions name saved segments.
    const saved: Saved = createSaved({
      registry,
      analysis: {
        check: (app, question) => analysis.check(app, question),
        checkSegment: (app, segment, path) => analysis.checkSegment(app, segment, path),
      },
      calendarOf,
      now,
    });
    const analysis: Analysis = createAnalysis(store.analysis, {
      now,
      calendarOf,
      catchUp: (app, signal) => ingest.catchUp(app, signal),
      asOf: (app) => ingest.asOf(app),
      isNotIndexed: ingest.isNotIndexed,
      ...(cache && { cache }),
      segmentOf: (app, id) => saved.segmentOf(app, id),
    });
    const zoneMoves = startZoneMoves({ registry, store, ingest, zoneOf, logger });
    opened.push(() => zoneMoves.stop());
    // A machine whose clock was set a year ahead for an hour must not lose a year's events.
    const steadyNow = steadyClock(0, now);
    const age = { now: () => Math.min(now(), steadyNow()) };
    const retention = startRetention({
      store,
      oldestRejectedRows: () => ingest.oldestRejectedRows(),
      erase: (app, range) => erasures.inTurn(app, () => erase(app, { range, filters: [], isKeptOut: false })),
      retentionDaysOf,
      ...age,
      logger,
    });
    opened.push(() => retention.stop());
    return {
      config,
      dataDir,
      auth: recheckedBy(auth, () => room.recheck()),
      ingest,
      reports,
      analysis,
      live: room,
      saved,
      erasures,
      store,
      registry: { ...registry, setAppSettings: (app, changes) => zoneMoves.setAppSettings(app, changes) },
      calendarOf,
      storeFirstAdmin: async () => await admin?.store(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Whoever may read no more stops reading at once, also what is read live. */
function recheckedBy(auth: Auth, recheck: () => Promise<void>): Auth {
  const before = <A extends unknown[], R>(change: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      const result = await change(...args);
      await recheck();
      return result;
    };
  };
  return {
    ...auth,
    signOut: before(auth.signOut),
    endSession: before(auth.endSession),
    endOtherSessions: before(auth.endOtherSessions),
    changeUser: before(auth.changeUser),
    changeOwnPassword: before(auth.changeOwnPassword),
    removeUser: before(auth.removeUser),
    revokeKey: before(auth.revokeKey),
  };
}

/** The answer to an erasure has a limit of its own (`wait`): one that is done has given its names back, also on a busy machine. */
const RECOUNT_WAIT_MS = 10_000;
type Erased = Omit<ErasureRequest, 'query'>;

const zoneNumbers = (timeZone: string): Zone => ({ hash: zoneHash(timeZone), dayOf: dayNumber(timeZone) });
