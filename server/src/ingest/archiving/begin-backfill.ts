import { setTimeout as pause } from 'node:timers/promises';
import { failureFields } from '../../archive/archive.ts';
import type { IngestOptions } from '../ingest-options.ts';
import type { IngestParts } from '../open-parts.ts';
import { Backfill } from './backfill.ts';
import type { Rebuild } from './rebuild.ts';

const POLL_MS = 50;

/** Of what the store has and the archive lacks. It waits until the store is filled. @returns undefined if there is no archive */
export function backfillOf(
  { archive, logger }: IngestOptions,
  { journal, loader, archiver }: IngestParts,
  rebuild: Rebuild | undefined,
): Backfill | undefined {
  if (archive === undefined || archiver === undefined || journal.archive === undefined) return undefined;
  return new Backfill({
    ...{ archive, queue: journal.archive, journal: journal.uuid },
    async settled(signal) {
      while (rebuild?.isRunning) await pause(POLL_MS, undefined, { signal });
      const endSeq = journal.committedSeq;
      await loader.reached(endSeq, signal);
      while (!archiver.hasAll(endSeq)) await pause(POLL_MS, undefined, { signal });
      return endSeq;
    },
    onBegin: (events) =>
      logger.info({ events }, 'the events of the engine are being compared with MongoDB, which gets what it lacks'),
    onEnd: (result) => logger.info(result, 'MongoDB has all events; each was compared'),
    onFailure(error, isFinal) {
      if (isFinal) logger.error(failureFields(error), 'not all earlier events were copied to MongoDB');
      else logger.warn(failureFields(error), 'earlier events are not copied to MongoDB yet; it will be tried again');
    },
  });
}
