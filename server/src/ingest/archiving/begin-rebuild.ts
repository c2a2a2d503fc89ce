import { setTimeout as pause } from 'node:timers/promises';
import { ArchiveMisconfigured, ArchiveUnavailable, failureFields } from '../../archive/archive.ts';
import { DAY_MS } from '../../model/duration.ts';
import { within } from '../../system/timeout.ts';
import type { IngestOptions } from '../ingest-options.ts';
import type { Checkpoint } from '../journal/checkpoint.ts';
import type { IngestParts } from '../open-parts.ts';
import { BEGIN, isRebuilding, Rebuild } from './rebuild.ts';

const NOTHING = Buffer.alloc(0);
const POLL_MS = 50;
/** It is connected by now, or was waited for. */
const OWN_MAX_MS = 1_000;

/**
 * Before anything is kept for it or read from it. A server starts without MongoDB, but not with the MongoDB of another.
 * @throws ArchiveMisconfigured if it belongs to another data directory
 */
export async function ownArchive(options: IngestOptions, { journal }: IngestParts): Promise<void> {
  const { archive, logger, isStoreEmpty = false } = options;
  if (archive === undefined) return;
  const owning = archive.own(isStoreEmpty || isRebuilding(journal));
  const late = (): Error =>
    new ArchiveUnavailable('MongoDB does not respond yet. Events wait in the journal until it does.');
  try {
    await within(OWN_MAX_MS, owning, late);
  } catch (error) {
    if (error instanceof ArchiveMisconfigured) throw error;
    logger.warn(failureFields(error), 'MongoDB is not ready; it will be tried again');
  }
}

/**
 * Where the store is empty and there is an archive, or an earlier run did not finish. Call it before anything is loaded: a store with the
 * first new events would not be empty for the next start.
 */
export async function beginRebuild(options: IngestOptions, parts: IngestParts): Promise<Rebuild | undefined> {
  const { archive, store, config, zoneOf, now, logger } = options;
  const { journal, names, fingerprints, committer, loader, archiver } = parts;
  if (archive === undefined || archiver === undefined) return undefined;
  const keep = async (all: readonly { readonly app: string; readonly checkpoint: Checkpoint }[]): Promise<void> => {
    const joined = all.map(({ app, checkpoint }) =>
      committer.join({ app, bytes: NOTHING, starts: [0], kinds: [] }, checkpoint),
    );
    await Promise.all(joined.map(({ done }) => done));
  };
  if (!isRebuilding(journal)) {
    if (options.isStoreEmpty !== true) return undefined;
    await keep([{ app: '', checkpoint: BEGIN }]);
    // There is nothing that the archive could lack.
    await journal.archive?.foundComplete();
  }
  const earlierEnd = journal.committedSeq;
  return new Rebuild({
    ...{ archive, store, journal, names, fingerprints, zoneOf, keep, limits: config },
    async settled(signal) {
      await loader.reached(earlierEnd, signal);
      while (!archiver.hasAll(earlierEnd)) await pause(POLL_MS, undefined, { signal });
    },
    idsSince: () => now() - config.idWindowDays * DAY_MS,
    onRestored: (apps) => options.onRestored?.(apps),
    onBegin: (progress) => logger.info(progress, 'the engine is being filled from MongoDB'),
    onEnd: (result) => logger.info(result, 'the engine is filled from MongoDB'),
    onFailure: (error) =>
      logger.warn(failureFields(error), 'the engine is not filled from MongoDB yet; it will be tried again'),
  });
}
