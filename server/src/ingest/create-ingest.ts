import { join } from 'node:path';
import { Readable } from 'node:stream';
import { DAY_MS } from '../model/duration.ts';
import { SeismoError } from '../model/errors.ts';
import { ADMIN } from '../model/poster.ts';
import { writeUuid } from '../row/row.ts';
import { within } from '../system/timeout.ts';
import { steadyClock } from '../time/steady-clock.ts';
import { type AcceptContext, checkApp } from './accept/accept.ts';
import { DailyDevices } from './accept/daily-devices.ts';
import { DeviceClocks } from './accept/device-clocks.ts';
import { KnownNames } from './accept/known-names.ts';
import { Rejections } from './accept/rejections.ts';
import { ServerUuids } from './accept/server-uuid.ts';
import { ErasedIds } from './ids/erased-ids.ts';
import { Fingerprints } from './ids/fingerprints.ts';
import type { IdWindow } from './ids/id-window.ts';
import { openIds } from './ids/open-ids.ts';
import { acceptLines, BACKLOG_MAX_BYTES, Imports } from './imports/imports.ts';
import type { Ingest, IngestStats } from './ingest.ts';
import type { IngestOptions } from './ingest-options.ts';
import { Committer } from './journal/committer.ts';
import { createRejectedRows } from './journal/rejected-rows.ts';
import { Freshness } from './load/freshness.ts';
import { Loader } from './load/loader.ts';
import { DailyQuota } from './post/daily-quota.ts';
import { createPosting } from './post/posting.ts';
import { writeCleanNote } from './recovery/clean-shutdown.ts';

/** In the data directory. */
export const JOURNAL_DIRECTORY = 'journal';

const MAINTENANCE_MS = 60_000;
const PING_MAX_MS = 5_000;
/** Of the ten seconds that stopping may take. */
const IDLE_MAX_MS = 2_000;
/** Transactions whose fingerprints are forgotten at a time. */
const FORGET_TRANSACTIONS = 5_000;

export async function createIngest(options: IngestOptions): Promise<Ingest> {
  const { config, now, store, logger } = options;
  const path = join(options.dataDir, JOURNAL_DIRECTORY);
  const { journal, ids, idsNow, keepIds } = await openIds({
    path,
    limits: { maxBytes: config.journalMaxBytes, diskReserveBytes: config.diskReserveBytes },
    bounds: { windowMs: config.idWindowDays * DAY_MS, max: config.idWindowMax },
    clockOf: (newestMs) => steadyClock(newestMs, now, options.monotonicMs),
    logger,
  });
  const fingerprints = new Fingerprints(options.secret);
  const uuids = new ServerUuids(options.secret);
  const clocks = new DeviceClocks();
  const devices = new DailyDevices(join(options.dataDir, 'device.salt'), now, options.zoneOf);
  const names = new KnownNames({ ...config, now });
  for (const key of journal.names()) names.restore(key);
  const quota = new DailyQuota({
    eventsPerDayMax: config.eventsPerDayMax,
    bytesPerDayMax: config.bytesPerDayMax,
    now,
    restore: (key) => journal.checkpoint(key),
  });
  ids.makeRoom();

  const salvage = journal.salvage();
  const openedAtSeq = journal.committedSeq;
  const loader = new Loader({
    journal,
    store,
    flushIntervalMs: config.flushIntervalMs,
    flushMaxBytes: config.flushMaxBytes,
    zoneOf: options.zoneOf,
    onFailure: (error) => logger.warn({ err: error }, 'block not loaded; it will be tried again'),
    onDamaged(firstSeq, { events, fingerprints }) {
      logger.error({ firstSeq, events }, 'a group of the journal is damaged and is kept apart; the others go on');
      for (const each of fingerprints) ids.removeAll(each.fingerprints);
    },
  });
  const freshness = new Freshness({ journal, loader, now, timeoutMs: config.freshTimeoutMs });
  const committer = new Committer({
    journal,
    ids,
    fingerprints,
    names,
    quota,
    now,
    idsNow,
    onStored: (app, fingerprints) => imports.stored(app, fingerprints),
    onCommitted(committed) {
      freshness.committed(committed);
      options.onCommitted?.(committed);
      loader.notify();
      if (ids.size > config.idWindowMax) stripEvicted(ids.makeRoom());
    },
  });
  loader.start();

  const counts = { accepted: 0, duplicates: 0 };
  const rejections = new Rejections(options.onRejected);
  let closing = false;
  const background = new Set<Promise<void>>();
  const inBackground = (work: Promise<void>): void => {
    const owned = work
      .catch((error: unknown) => logger.warn({ err: error }, 'the journal was not tidied; it will be tried again'))
      .finally(() => background.delete(owned));
    background.add(owned);
  };
  function stripEvicted(evicted: ReturnType<IdWindow['makeRoom']>): void {
    for (const { app, fromMs, toMs } of evicted) inBackground(journal.fingerprints.strip(app, fromMs, toMs));
  }
  async function maintain(): Promise<void> {
    imports.forgetIdle();
    journal.writeProgress();
    const before = ids.expire(idsNow());
    while (!closing && (await journal.fingerprints.dropBefore(before, FORGET_TRANSACTIONS)));
  }
  const imports = new Imports({
    store,
    fingerprints,
    committer,
    now,
    rowsDone(key) {
      const done = journal.checkpoint(key);
      return typeof done === 'number' ? done : 0;
    },
    caughtUp: (app) => freshness.catchUp(app),
    async hasRoom() {
      const max = Math.min(BACKLOG_MAX_BYTES, config.journalMaxBytes / 4);
      while (journal.pendingBytes > max) await freshness.reached(loader.loadedSeq + 1);
    },
  });
  const erasedIds = new ErasedIds({
    journal,
    ids,
    fingerprints,
    committer,
    store,
    now,
    caughtUp: (app) => freshness.catchUp(app),
  });
  const maintenance = setInterval(() => {
    inBackground(maintain());
    inBackground(erasedIds.resume());
  }, MAINTENANCE_MS);
  maintenance.unref();

  function contextOf(app: string, arrivedAt: number, poster = ADMIN, sentAt?: number, device?: string): AcceptContext {
    const retentionDays = options.retentionDaysOf(app);
    const keyMaxAgeDays = poster.isTrusted ? undefined : config.keyMaxAgeDays;
    const indexed = names.propertiesOf(app, poster.isTrusted);
    const times = { arrivedAt, sentAt, clocks, retentionDays, keyMaxAgeDays };
    return { app, poster, device, ...times, limits: config, uuids, names, indexed };
  }

  function checkOpen(app: string): void {
    if (closing)
      throw new SeismoError('SERVER_STOPPING', 'The server is stopping; nothing of this request was stored.');
    checkApp(app);
  }

  const posting = createPosting({
    limits: config,
    committer,
    erasedIds,
    quota,
    rejections: rejections,
    counts,
    now,
    contextOf,
    checkOpen,
  });
  const rejectedRows = createRejectedRows(journal, committer);
  const ingest: Ingest = {
    post: posting.post,
    postParsed: posting.postParsed,
    postLines: posting.postLines,

    catchUp: (app, signal) => freshness.catchUp(app, signal),
    asOf: (app) => freshness.asOf(app),

    hasIdentified: (app) => names.hasIdentified(app),
    isNotIndexed: (app, property) => names.isNotIndexed(app, property),

    async recountNames(app) {
      const gone = await names.recount(app, async () => {
        // What was accepted before is on disk first, then in the store.
        await committer.settled();
        await freshness.catchUp(app);
        return await store.names(app);
      });
      if (!closing) await journal.dropNames(gone);
    },

    run: { journal: journal.uuid, firstSeq: openedAtSeq },

    stats(): IngestStats {
      const oldest = journal.oldestAt();
      return {
        accepted: counts.accepted,
        duplicates: counts.duplicates,
        rejected: Object.fromEntries(rejections.counts),
        journalBytes: journal.pendingBytes,
        journalEvents: journal.pendingEvents,
        lagMs: oldest === undefined ? 0 : Math.max(0, now() - oldest),
        setAside: journal.rejectedRows.count(),
        damagedGroups: journal.damagedCount(),
        ...(salvage && { salvage }),
        loadedBlocks: loader.loadedBlocks,
        loadFailures: loader.failures,
        ...(loader.lastFailure !== undefined && { lastFailure: loader.lastFailure }),
        rememberedIds: ids.size,
        rememberedIdsBytes: ids.bytes,
        state: closing ? 'stopping' : journal.isFull() ? 'full' : loader.isRetrying ? 'waiting' : 'loading',
      };
    },

    dailyDevice: (app, address, agent) => devices.of(app, address, agent),

    async ping() {
      committer.check();
      await within(
        PING_MAX_MS,
        journal.ping(),
        () => new SeismoError('JOURNAL_UNAVAILABLE', `The journal could not be written within ${PING_MAX_MS} ms.`),
      );
    },

    ...rejectedRows,

    async eraseRejectedRows(app, matches, isKeptOut = false) {
      imports.erased(app);
      const uuids: Buffer[] = [];
      const erased = await rejectedRows.eraseRejectedRows(app, (event, seq) => {
        const isErased = matches(event, seq);
        if (isErased) uuids.push(uuidBytes(event.uuid));
        return isErased;
      });
      if (uuids.length > 0 && isKeptOut) await erasedIds.keepOut(app, Readable.from(uuids));
      else if (uuids.length > 0) await erasedIds.forget(app, uuids);
      return erased;
    },
    forgetting: (app, uuids) => erasedIds.note(app, uuids),
    forgetErased: () => erasedIds.resume(),
    keepOut: (app, uuids) => erasedIds.keepOut(app, uuids),

    importedRows: async (app, fingerprint) => await imports.rowsDone(app, fingerprint),

    async forgetImport(app, fingerprint) {
      checkOpen(app);
      await imports.forget(app, fingerprint);
    },

    async importRows({ app, fingerprint, lines, rowsFrom, rowsDone, defaultTime }) {
      checkOpen(app);
      const context = () => ({ ...contextOf(app, now()), imported: { defaultTime } });
      const accept = async () => {
        const batch = await acceptLines(lines, config.lineMaxBytes, context);
        rejections.add(app, batch);
        return batch;
      };
      const answer = await imports.add({ app, fingerprint, rowsFrom, rowsDone, accept });
      counts.accepted += answer.accepted;
      counts.duplicates += answer.duplicates;
      return answer;
    },

    async close() {
      closing = true;
      clearInterval(maintenance);
      await posting.close();
      // On a disk that hangs nothing can be closed in order. The next start finds what a killed server leaves.
      if (!(await within(IDLE_MAX_MS, committer.idle(), hangs))) throw hangs();
      await loader.stop();
      await Promise.all(background);
      await within(
        IDLE_MAX_MS,
        journal.ping().catch(() => {}),
        hangs,
      );
      await keepIds();
      journal.writeProgress();
      await journal.close();
      writeCleanNote(path);
    },
  };

  inBackground(maintain());
  inBackground(erasedIds.resume());

  // A server that was killed after an erasure and before it counted anew.
  for (const app of names.crowdedApps()) inBackground(ingest.recountNames(app));
  return ingest;
}

function uuidBytes(uuid: string): Buffer {
  const bytes = Buffer.alloc(16);
  writeUuid(uuid, bytes, 0);
  return bytes;
}

const hangs = (): SeismoError =>
  new SeismoError('JOURNAL_UNAVAILABLE', 'The disk of the journal does not answer; it was left as it is.');
