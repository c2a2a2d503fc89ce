/** The composition root: opens every module, connects them, and closes them in reverse order. */

import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import type { Analysis } from '../analysis/analysis.ts';
import { AnswerCache } from '../analysis/answer-cache.ts';
import { createAnalysis } from '../analysis/create-analysis.ts';
import { ArchiveMisconfigured } from '../archive/archive.ts';
import type { Auth } from '../auth/auth.ts';
import { createAuth } from '../auth/create-auth.ts';
import type { FirstAdmin } from '../auth/first-admin.ts';
import { firstAdmin, signingKey, storedSecret } from '../auth/first-start.ts';
import { type Config, isInContainer } from '../config/config.ts';
import { createIngest } from '../ingest/create-ingest.ts';
import type { Ingest } from '../ingest/ingest.ts';
import type { Zone } from '../ingest/load/zone.ts';
import { JOURNAL_DIRECTORY } from '../ingest/open-parts.ts';
import { ensureJournal } from '../ingest/recovery/ensure-journal.ts';
import { createLive, type LiveService } from '../live/create-live.ts';
import type { Live } from '../live/live.ts';
import { DAY_MS } from '../model/duration.ts';
import type { ErasureRequest, Erasures } from '../model/erasure.ts';
import type { Moves } from '../model/move.ts';
import { mongoPlaceOf } from '../mongo/connection-string.ts';
import { openRegistry } from '../registry/lmdb-registry.ts';
import type { Registry } from '../registry/registry.ts';
import { createReports } from '../reports/create-reports.ts';
import type { Reports } from '../reports/reports.ts';
import { zoneHash } from '../row/row.ts';
import { createSaved } from '../saved/create-saved.ts';
import type { Saved } from '../saved/saved.ts';
import type { Store } from '../store/store.ts';
import { ensurePrivateDirectory } from '../system/data-directory.ts';
import { otherOwner } from '../system/data-owner.ts';
import { forgetFirstPassword } from '../system/first-password.ts';
import { SharedLock } from '../system/shared-lock.ts';
import { within } from '../system/timeout.ts';
import { type Calendar, dayNumber } from '../time/calendar.ts';
import { steadyClock } from '../time/steady-clock.ts';
import { lockDirectory } from './data-directory-lock.ts';
import { eraseOld, startRetention } from './enforce-retention.ts';
import { countErasable, type ErasureRun, eraseEverywhere, stopErasing } from './erase.ts';
import { startErasures, withoutErasures } from './erasures.ts';
import { startMoves } from './move/move.ts';
import { noteMoved, withMovedEvents } from './move/moved-note.ts';
import { StoreInUse } from './move/store-in-use.ts';
import { archiveConfigError, openArchive } from './open-archive.ts';
import { isEmbedded, type OpenStore, openStore } from './open-store.ts';
import { runsSince } from './server-runs.ts';
import { Shutdown } from './shutdown.ts';
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
  readonly moves: Moves;
  readonly store: Store;
  /** `setAppSettings` also updates what the store keeps per time zone. */
  readonly registry: Registry;
  /** That of the app, or else of the configuration. */
  readonly calendarOf: (app: string) => Calendar;
  /** Stores the admin of the first start. The caller shows the password. Undefined if there are already users. */
  storeFirstAdmin(): Promise<FirstAdmin | undefined>;
  close(): Promise<void>;
}

export interface AppOptions {
  readonly logger: Logger;
  readonly now?: () => number;
  /** Of password hashes. Default: 12, which is too slow for tests. */
  readonly bcryptRounds?: number | undefined;
}

/** @throws DirectoryInUse, or the reason why a module can't open */
export async function openApp(configured: Config, { logger, now = Date.now, bcryptRounds }: AppOptions): Promise<App> {
  const dataDir = resolve(configured.dataDir);
  checkOwner(dataDir);
  ensurePrivateDirectory(dataDir, 'dataDir, --data', true);
  for (const name of ['registry', JOURNAL_DIRECTORY]) ensurePrivateDirectory(join(dataDir, name), 'dataDir, --data');
  const shutdown = new Shutdown();
  try {
    const lock = await lockDirectory(dataDir);
    shutdown.onClose(() => lock.release());
    const config = withMovedEvents(configured, dataDir, logger);
    const registry = openRegistry(join(dataDir, 'registry'));
    shutdown.onClose(() => registry.close());
    const calendarOf = (app: string): Calendar => {
      const own = registry.appSettings(app);
      return { timeZone: own.timeZone ?? config.timeZone, weekStart: own.weekStart ?? config.weekStart };
    };
    const zoneOf = (app: string): string => calendarOf(app).timeZone;
    // Runs while the engine starts. It always ends before the directory lock is released.
    const ensuring = ensureJournal(join(dataDir, JOURNAL_DIRECTORY), logger);
    shutdown.onClose(() => ensuring.catch(() => {}));
    // Set below: the journal needs the store, and knows which devices were identified before the store does.
    let accepted: Pick<Ingest, 'hasIdentified'> | undefined;
    const mayIdentify = (app: string): boolean => accepted?.hasIdentified(app) ?? true;
    const open = async (connection: string | undefined): Promise<OpenStore> =>
      await openStore({ ...config, connection }, { dataDir, logger, zoneOf, mayIdentify });
    const opening = open(config.connection).then(
      (opened) => new StoreInUse(opened, config.queryMaxSeconds * 1_000 + OVERTIME_MS, logger),
    );
    shutdown.onClose(async () => await (await opening.catch(() => undefined))?.close());
    const secret = storedSecret(join(dataDir, 'ids.key'));
    const openingArchive = openArchive(config, { dataDir, secret });
    shutdown.onClose(async () => await (await openingArchive.catch(() => undefined))?.close());
    const [admin, inUse, archive] = await Promise.all([
      firstAdmin(registry, config, bcryptRounds),
      opening,
      openingArchive,
      ensuring,
    ]);
    const { store } = inUse;
    const retentionDaysOf = (app: string): number | undefined =>
      registry.appSettings(app).retentionDays ?? config.retentionDays;
    // On a ClickHouse server others can write too, and nothing reports their writes.
    const isCached = isEmbedded(config) && config.queryCacheBytes > 0;
    const cache = isCached ? new AnswerCache(config.queryCacheBytes) : undefined;
    /** A failure of what follows the events must not keep them from being accepted. */
    const report = (work: () => void): void => {
      try {
        work();
      } catch (error) {
        logger.error({ err: error }, 'BUG: accepted or rejected events could not be reported');
      }
    };
    /** Before this exists, no events are accepted and no one subscribes. */
    let live: LiveService | undefined;
    const ingest = await createIngest({
      dataDir,
      secret,
      store,
      archive,
      isStoreEmpty: archive !== undefined && (await store.usage()).events === 0,
      onRestored: (apps) => {
        for (const app of apps) cache?.forget(app);
      },
      config,
      now,
      retentionDaysOf,
      zoneOf: (app) => zoneNumbers(zoneOf(app)),
      logger,
      onCommitted: (committed) =>
        report(() => {
          cache?.committed(committed);
          live?.committed(committed);
        }),
      onRejected: (app, rejected) => report(() => live?.rejected(app, rejected)),
    }).catch((error: unknown) => {
      throw error instanceof ArchiveMisconfigured ? archiveConfigError(error) : error;
    });
    accepted = ingest;
    shutdown.onClose(() => ingest.close());
    const runs = await runsSince(registry, ingest.run, ingest.stats().salvage?.at);
    const room = createLive({
      store,
      catchUp: (app, signal) => ingest.catchUp(app, signal),
      rejectedRows: () => ingest.rejectedRows(),
      runs,
      listenersMax: config.liveListenersMax,
      control: { maxSeconds: config.queryMaxSeconds, maxBytes: config.queryMaxBytes, maxRows: config.queryMaxRows },
      now,
      logger,
    });
    live = room;
    shutdown.onClose(async () => room.close());
    const auth = createAuth({
      registry,
      config,
      secret: signingKey(dataDir, config.authKey),
      onPasswordChanged: (name) => forgetFirstPassword(dataDir, name),
      now,
      fetch,
      ...(bcryptRounds !== undefined && { bcryptRounds }),
    });
    /** Erased events free their names. If this fails, the next erasure makes up for it. */
    const recountNames = async (app: string): Promise<void> => {
      const late = () => new Error(`it takes longer than ${RECOUNT_WAIT_MS} ms and goes on`);
      await within(RECOUNT_WAIT_MS, ingest.recountNames(app), late).catch((error: unknown) =>
        logger.warn({ err: error, app }, 'the names of the app have not been recounted yet'),
      );
    };
    /** What changes stored events, which must not happen while the server switches to another store. */
    const changes = new SharedLock();
    const erase = async (app: string, erased: Erased, run?: ErasureRun): Promise<number> =>
      await changes.shared(async () => await eraseNow(app, erased, run));
    const eraseNow = async (app: string, { range, filters, isKeptOut }: Erased, run?: ErasureRun): Promise<number> => {
      const idWindowMs = config.idWindowDays * DAY_MS;
      const laterRuns = (seq: number) => runs.filter(({ firstSeq }) => firstSeq >= seq).map(({ journal }) => journal);
      const options = { isKeptOut, idWindowMs, nowMs: now(), runsSince: laterRuns, ...(run && { run }) };
      try {
        return await eraseEverywhere(ingest, store, app, range, filters, options);
      } finally {
        cache?.forget(app);
        const isAllBefore = filters.length === 0 && range.from === 0;
        room.forget(app, isAllBefore ? range.to : undefined);
        await recountNames(app);
      }
    };
    const erasures = startErasures({
      registry,
      erase,
      async stop(app, { range, filters }, run) {
        const erased = await stopErasing(store, app, range, filters, run);
        cache?.forget(app);
        await recountNames(app);
        return erased;
      },
      now,
      logger,
    });
    shutdown.onClose(() => erasures.stop());
    const reports = createReports(store, {
      now,
      calendarOf,
      catchUp: (app, signal) => ingest.catchUp(app, signal),
      asOf: (app) => ingest.asOf(app),
      isNotIndexed: ingest.isNotIndexed,
      writeKeysOf: auth.writeKeysOf,
      async erase(app, request, waitMs) {
        const erasure = await erasures.start(app, request, waitMs);
        return erasure.status === 'done' ? { erased: erasure.erased ?? 0 } : { erasure };
      },
      erasable: (app, range, filters) => countErasable(ingest, store, app, range, filters),
    });
    // They depend on each other, but only after both exist: saved questions are checked, and questions refer to saved segments.
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
    shutdown.onClose(() => zoneMoves.stop());
    // If the machine's clock was a year ahead for an hour, that must not delete a year of events.
    const steadyNow = steadyClock(0, now);
    const age = { now: () => Math.min(now(), steadyNow()) };
    const retention = startRetention({
      store,
      oldestRejectedRows: () => ingest.oldestRejectedRows(),
      erase: (app, range) =>
        erasures.inTurn(app, (signal) =>
          eraseOld({
            erase: (run) => erase(app, { range, filters: [], isKeptOut: false }, run),
            stop: (run) => stopErasing(store, app, range, [], run),
            signal,
          }),
        ),
      retentionDaysOf,
      ...age,
      logger,
    });
    shutdown.onClose(() => retention.stop());
    const moves = startMoves({
      dataDir,
      connection: config.connection,
      embedded: isEmbedded(configured) ? configured.connection : undefined,
      archive: ingest.backfill && config.archive ? { url: config.archive, backfill: ingest.backfill } : undefined,
      source: () => inUse.current(),
      async open(connection) {
        // The way back leads to an engine that may still be open.
        await inUse.closeFormer();
        return await open(connection);
      },
      caughtUp: async (signal) => await ingest.catchUp(undefined, signal),
      async hold(signal) {
        // Erasures first: one that is running waits for events to be loaded.
        const resumeChanges = await changes.hold(signal);
        try {
          const resumeLoading = await ingest.holdLoading(signal);
          return () => {
            resumeLoading();
            resumeChanges();
          };
        } catch (error) {
          resumeChanges();
          throw error;
        }
      },
      runs,
      switchTo(to, opened) {
        noteMoved(dataDir, configured.connection, to, now(), logger);
        inUse.switchTo(opened);
        cache?.stop();
        zoneMoves.look();
      },
      logger,
    });
    shutdown.onClose(() => moves.stop());
    ingest.backfill?.begin({
      to: `the MongoDB database ${mongoPlaceOf(config.archive ?? '')}`,
      copy: store.copy,
      holdErasures: async (signal) => await withoutErasures(changes, erasures, signal),
    });
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
      moves,
      store,
      registry: { ...registry, setAppSettings: (app, changes) => zoneMoves.setAppSettings(app, changes) },
      calendarOf,
      storeFirstAdmin: async () => await admin?.store(),
      close: () => shutdown.run(),
    };
  } catch (error) {
    await shutdown.run();
    throw error;
  }
}

/** A server that root starts once by hand would leave files that the service can't open any more. @throws Error that says what to do */
function checkOwner(dataDir: string): void {
  const other = otherOwner(dataDir);
  // Others are told by what they cannot open.
  if (other?.isRoot)
    throw new Error(
      `The data directory ${dataDir} belongs to another user (${other.name}), and root would leave files there that this user can't open. Start the server as that user, with ${isInContainer() ? `\`--user ${other.uid}\`` : `\`sudo -u ${other.name}\``}, or make root the owner of the directory and all in it.`,
    );
}

/** When access is revoked, live connections end at once too. */
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

/** An erasure's answer has its own limit (`wait`): names are recounted before it, even on a busy machine. */
const RECOUNT_WAIT_MS = 10_000;
/** After its limit, a question may take a moment to end. */
const OVERTIME_MS = 10_000;
type Erased = Omit<ErasureRequest, 'query'>;

const zoneNumbers = (timeZone: string): Zone => ({ hash: zoneHash(timeZone), dayOf: dayNumber(timeZone) });
