import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Journal } from '../journal/journal.ts';
import type { JournalLimits } from '../journal/journal-capacity.ts';
import { type Bounds, IdWindow } from './id-window.ts';
import { loadWindow, saveWindow } from './id-window-file.ts';

export interface OpenedIds {
  readonly journal: Journal;
  readonly ids: IdWindow;
  /** ms of the clock for ids. */
  readonly idsNow: () => number;
  /** Writes the window to disk, so that the next start need not build it. To be called last, when nothing is in progress. */
  keepIds(): Promise<void>;
}

/** Opens the journal and the ids it knows: as the last stop wrote them, or else built from the fingerprints. */
export async function openIds(options: {
  /** The journal's directory. */
  readonly path: string;
  readonly limits: JournalLimits;
  /** The journal keeps events until an archive has them too. */
  readonly hasArchive: boolean;
  readonly bounds: Bounds;
  /** The clock for ids, which is never before the newest of them. */
  readonly clockOf: (newestMs: number) => () => number;
  readonly logger: { warn(fields: object, message: string): void };
}): Promise<OpenedIds> {
  const { path, limits, hasArchive, bounds, logger } = options;
  const file = join(path, 'ids.window');
  let journal = new Journal(path, limits, hasArchive);
  const idsNow = options.clockOf(journal.fingerprints.newestAt());
  const token = journal.windowToken.get();
  const kept = token === undefined ? undefined : loadWindow(file, bounds, { token, endSeq: journal.committedSeq });
  const ids = kept ?? new IdWindow(bounds);
  if (kept) {
    // The server may have been off for days.
    ids.expire(idsNow());
  } else {
    ids.restoreAll(() => journal.fingerprints.packedSince(idsNow() - bounds.windowMs));
    // What was read stays mapped into the process until the file is closed: 160 MB at 20 million ids.
    await journal.close();
    journal = new Journal(path, limits, hasArchive);
  }
  return {
    journal,
    ids,
    idsNow,
    async keepIds() {
      const mark = { token: randomUUID(), endSeq: journal.committedSeq };
      try {
        await journal.windowToken.set(mark.token);
        saveWindow(file, ids, mark);
      } catch (error) {
        logger.warn({ err: error }, 'the window of ids is not kept; the next start builds it from the journal');
      }
    },
  };
}
