import { join } from 'node:path';
import { Readable } from 'node:stream';
import { SeismoError } from '../model/errors.ts';
import { ADMIN } from '../model/poster.ts';
import { writeUuid } from '../row/row.ts';
import { settledWithin, within } from '../system/timeout.ts';
import { DailyDevices } from './accept/daily-devices.ts';
import { DeviceClocks } from './accept/device-clocks.ts';
import { Rejections } from './accept/rejections.ts';
import { ServerUuids } from './accept/server-uuid.ts';
import { checkApp, type ValidationContext } from './accept/validate-event.ts';
import { backfillOf } from './archiving/begin-backfill.ts';
import { beginRebuild, ownArchive } from './archiving/begin-rebuild.ts';
import { acceptLines } from './imports/imports.ts';
import type { Ingest } from './ingest.ts';
import type { IngestOptions } from './ingest-options.ts';
import { ingestStats } from './ingest-stats.ts';
import { createRejectedRows } from './journal/rejected-rows.ts';
import { type IngestParts, openParts } from './open-parts.ts';
import { createPosting } from './post/posting.ts';
import { writeCleanNote } from './recovery/clean-note.ts';

const PING_MAX_MS = 5_000;
/** Part of the ten seconds that stopping can take. */
const IDLE_MAX_MS = 2_000;

export async function createIngest(options: IngestOptions): Promise<Ingest> {
  const { config, now, store } = options;
  const parts = await openParts(options);
  const { journal, names, committer, loader, archiver, freshness, imports, erasedIds, upkeep } = parts;
  const salvage = journal.salvage();
  const openedAtSeq = journal.committedSeq;
  await ownArchive(options, parts).catch(async (error: unknown) => {
    await closeParts(parts);
    throw error;
  });
  const rebuild = await beginRebuild(options, parts);
  loader.start();
  archiver?.start();
  rebuild?.start();
  const backfill = backfillOf(options, parts, rebuild);

  const counts = { accepted: 0, duplicates: 0 };
  const rejections = new Rejections(options.onRejected);
  const devices = new DailyDevices(join(options.dataDir, 'device.salt'), now, options.zoneOf);
  const contextOf = contexts(options, parts);
  let closing = false;

  function checkOpen(app: string): void {
    if (closing)
      throw new SeismoError('SERVER_STOPPING', 'The server is stopping; nothing of this request was stored.');
    checkApp(app);
  }

  /** What changes events would miss those that are still on their way from the archive. */
  function checkFilled(): void {
    if (rebuild?.isRunning)
      throw new SeismoError('STORE_FILLING', 'The engine is being filled from MongoDB. This waits until that is done.');
  }

  const posting = createPosting({
    limits: config,
    ...{ committer, erasedIds, quota: parts.quota, rejections, counts, now, contextOf, checkOpen },
  });
  const rejectedRows = createRejectedRows(journal, committer);
  const ingest: Ingest = {
    post: posting.post,
    postParsed: posting.postParsed,
    postLines: posting.postLines,

    catchUp: (app, signal) => freshness.catchUp(app, signal),
    async holdLoading(signal) {
      checkFilled();
      return await loader.hold(signal);
    },
    asOf: (app) => freshness.asOf(app),

    hasIdentified: (app) => names.hasIdentified(app),
    isNotIndexed: (app, property) => names.isNotIndexed(app, property),

    async recountNames(app) {
      const gone = await names.recount(app, async () => {
        // What was accepted before is first on disk, then in the store.
        await committer.settled();
        await freshness.catchUp(app);
        return await store.names(app);
      });
      if (!closing) await journal.names.drop(gone);
    },

    run: { journal: journal.uuid, firstSeq: openedAtSeq },

    backfill,

    stats: () => ({
      ...ingestStats(parts, counts, rejections, salvage, now(), closing),
      ...(backfill && ['copying', 'failed'].includes(backfill.status().state) && { backfill: backfill.status() }),
      ...(rebuild && (rebuild.isRunning || rebuild.stats().done > 0) && { rebuild: rebuild.stats() }),
    }),

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
    async retryRejectedRows() {
      checkFilled();
      const queued = await rejectedRows.retryRejectedRows();
      return queued + ((await archiver?.retryRejected()) ?? 0);
    },
    async holdArchive() {
      checkFilled();
      const hold = archiver?.hold();
      if (hold) await committer.settled();
      return hold;
    },

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

    importProgress: async (app, fingerprint) => await imports.progress(app, fingerprint),

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
      upkeep.stop();
      await posting.close();
      await settledWithin(IDLE_MAX_MS, Promise.all([rebuild?.stop(), backfill?.stop()]));
      await closeParts(parts);
    },
  };

  upkeep.start(imports, () => erasedIds.resume());

  // A server that was killed after an erasure and before the recount.
  for (const app of names.crowdedApps()) upkeep.run(ingest.recountNames(app));
  return ingest;
}

/** What each event of a request is accepted with. */
function contexts(options: IngestOptions, { names }: IngestParts) {
  const { config: limits, retentionDaysOf } = options;
  const uuids = new ServerUuids(options.secret);
  const clocks = new DeviceClocks();
  return (app: string, arrivedAt: number, poster = ADMIN, sentAt?: number, device?: string): ValidationContext => {
    const keyMaxAgeDays = poster.isTrusted ? undefined : limits.keyMaxAgeDays;
    const indexed = names.propertiesOf(app, poster.isTrusted);
    const times = { arrivedAt, sentAt, clocks, retentionDays: retentionDaysOf(app), keyMaxAgeDays };
    return { app, poster, device, ...times, limits, uuids, names, indexed };
  };
}

/** In the order in which they depend on one another. */
async function closeParts({ path, journal, committer, loader, archiver, upkeep, keepIds }: IngestParts): Promise<void> {
  // If the disk hangs, nothing can be closed properly. The next start finds the same as after a kill.
  if (!(await within(IDLE_MAX_MS, committer.idle(), hangs))) throw hangs();
  await Promise.all([loader.stop(), archiver?.stop()]);
  await upkeep.settled();
  await within(
    IDLE_MAX_MS,
    journal.ping().catch(() => {}),
    hangs,
  );
  await keepIds();
  journal.writeProgress();
  await journal.close();
  writeCleanNote(path);
}

function uuidBytes(uuid: string): Buffer {
  const bytes = Buffer.alloc(16);
  writeUuid(uuid, bytes, 0);
  return bytes;
}

const hangs = (): SeismoError =>
  new SeismoError('JOURNAL_UNAVAILABLE', 'The disk of the journal does not answer; it was left as it is.');
