import { join } from 'node:path';
import { failureFields } from '../archive/archive.ts';
import { DAY_MS } from '../model/duration.ts';
import { SeismoError } from '../model/errors.ts';
import { steadyClock } from '../time/steady-clock.ts';
import { KnownNames } from './accept/known-names.ts';
import { Archiver } from './archiving/archiver.ts';
import { ErasedIds } from './deduplication/erased-ids.ts';
import { Fingerprints } from './deduplication/fingerprints.ts';
import type { IdWindow } from './deduplication/id-window.ts';
import { openIds } from './deduplication/open-ids.ts';
import { BACKLOG_MAX_BYTES, Imports } from './imports/imports.ts';
import type { IngestOptions } from './ingest-options.ts';
import { Committer } from './journal/committer.ts';
import type { Journal } from './journal/journal.ts';
import type { DamagedGroup } from './journal/journal-entry.ts';
import { Freshness } from './load/freshness.ts';
import { Loader } from './load/loader.ts';
import { DailyQuota } from './post/daily-quota.ts';
import { Upkeep } from './upkeep.ts';

/** In the data directory. */
export const JOURNAL_DIRECTORY = 'journal';

/** What events pass through from acceptance to the store. */
export interface IngestParts {
  /** The directory of the journal. */
  readonly path: string;
  readonly journal: Journal;
  readonly ids: IdWindow;
  readonly names: KnownNames;
  readonly fingerprints: Fingerprints;
  readonly quota: DailyQuota;
  readonly committer: Committer;
  readonly loader: Loader;
  readonly archiver: Archiver | undefined;
  readonly freshness: Freshness;
  readonly imports: Imports;
  readonly erasedIds: ErasedIds;
  readonly upkeep: Upkeep;
  /** Writes the window of ids down; to be called last. */
  keepIds(): Promise<void>;
}

/** Opens the journal and wires up what reads and writes it; nothing runs yet. */
export async function openParts(options: IngestOptions): Promise<IngestParts> {
  const { config, now, store, logger } = options;
  const path = join(options.dataDir, JOURNAL_DIRECTORY);
  const { journal, ids, idsNow, keepIds } = await openIds({
    path,
    limits: { maxBytes: config.journalMaxBytes, diskReserveBytes: config.diskReserveBytes },
    hasArchive: options.archive !== undefined,
    bounds: { windowMs: config.idWindowDays * DAY_MS, max: config.idWindowMax },
    clockOf: (newestMs) => steadyClock(newestMs, now, options.monotonicMs),
    logger,
  });
  ids.makeRoom();
  const names = new KnownNames({ ...config, now });
  for (const key of journal.names.all()) names.restore(key);
  const { eventsPerDayMax, bytesPerDayMax } = config;
  const quota = new DailyQuota({ eventsPerDayMax, bytesPerDayMax, now, restore: (key) => journal.checkpoint(key) });
  const fingerprints = new Fingerprints(options.secret);
  const upkeep = new Upkeep({ journal, ids, idsNow, logger });
  const loader = loaderOf(options, journal, ids);
  const archiver = archiverOf(options, journal, ids);
  const freshness = new Freshness({ journal, loader, now, timeoutMs: config.freshTimeoutMs });
  const caughtUp = (app: string): Promise<void> => freshness.catchUp(app);
  const committer = new Committer({
    ...{ journal, ids, fingerprints, names, quota, now, idsNow },
    // Imports write through the committer, and hear of what others store.
    onStored: (app, stored) => imports.stored(app, stored),
    onCommitted(committed) {
      freshness.committed(committed);
      options.onCommitted?.(committed);
      loader.notify();
      archiver?.notify();
      if (ids.size > config.idWindowMax) upkeep.strip(ids.makeRoom());
    },
  });
  const imports = new Imports({
    ...{ store, fingerprints, committer, now, caughtUp },
    kept: (key) => journal.checkpoint(key),
    async hasRoom() {
      const max = Math.min(BACKLOG_MAX_BYTES, config.journalMaxBytes / 4);
      while (journal.pendingBytes > max) await freshness.reached(loader.loadedSeq + 1);
      while (archiver && (journal.archive?.pendingBytes ?? 0) > max)
        await archivedMore(archiver, config.freshTimeoutMs);
    },
  });
  const erasedIds = new ErasedIds({ journal, ids, fingerprints, committer, store, now, caughtUp });
  return {
    path,
    journal,
    ids,
    names,
    fingerprints,
    quota,
    committer,
    loader,
    archiver,
    freshness,
    imports,
    erasedIds,
    upkeep,
    keepIds,
  };
}

/** @throws STORE_BEHIND */
async function archivedMore(archiver: Archiver, timeoutMs: number): Promise<void> {
  const late = new AbortController();
  const behind = (): SeismoError => new SeismoError('STORE_BEHIND', 'MongoDB has not caught up with the events yet.');
  const timer = setTimeout(() => late.abort(behind()), timeoutMs);
  try {
    await archiver.progress(late.signal);
  } finally {
    clearTimeout(timer);
  }
}

function archiverOf({ archive, config, logger }: IngestOptions, journal: Journal, ids: IdWindow): Archiver | undefined {
  if (archive === undefined) {
    const erasures = journal.archive?.ordersWaiting ?? 0;
    if (erasures > 0)
      logger.warn(
        { erasures },
        'erasures wait for MongoDB, which is no longer configured: it still has those events; they are erased there when `archive` is set again',
      );
    return undefined;
  }
  const gapSinceMs = journal.archive?.gapSinceMs;
  if (gapSinceMs !== undefined)
    logger.warn(
      { since: new Date(gapSinceMs).toISOString() },
      'from this time on the server ran without `archive` for a while: MongoDB still has events that were erased then',
    );
  return new Archiver({
    journal,
    archive,
    flushIntervalMs: config.flushIntervalMs,
    onFailure: (error) => logger.warn(failureFields(error), 'events not archived in MongoDB; it will be tried again'),
    onDamaged: (firstSeq, group) => reportDamage(logger, ids, firstSeq, group),
    onRejected: (count) => logger.error({ count }, 'MongoDB rejected events; `seismo retry` sends them again'),
  });
}

function reportDamage(
  logger: IngestOptions['logger'],
  ids: IdWindow,
  firstSeq: number,
  { events, fingerprints }: DamagedGroup,
): void {
  logger.error({ firstSeq, events }, 'a group of the journal is damaged and is kept apart; the others go on');
  for (const each of fingerprints) ids.removeAll(each.fingerprints);
}

function loaderOf({ config, store, zoneOf, now, logger }: IngestOptions, journal: Journal, ids: IdWindow): Loader {
  return new Loader({
    journal,
    store,
    flushIntervalMs: config.flushIntervalMs,
    flushMaxBytes: config.flushMaxBytes,
    zoneOf,
    now,
    onFailure: (error) => logger.warn({ err: error }, 'block not loaded; it will be tried again'),
    onDamaged: (firstSeq, group) => reportDamage(logger, ids, firstSeq, group),
  });
}
