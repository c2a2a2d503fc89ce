import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Journal } from '../journal/journal.ts';
import type { JournalLimits } from '../journal/journal-capacity.ts';
import { type Bounds, IdWindow } from './id-window.ts';
import { loadWindow, saveWindow } from './id-window-file.ts';

export interface OpenedIds {
  readonly journal: Journal;
  readonly ids: IdWindow;
  /** ms of the ids' own clock */
  readonly idsNow: () => number;
  /** Writes the window down, so that the next start need not build it. To be called last, with nothing under way. */
  keepIds(): Promise<void>;
}

/** The journal, and the ids that it knows: as the last stop wrote them down, else built from their fingerprints. */
export async function openIds(options: {
  /** The journal's directory. */
  readonly path: string;
  readonly limits: JournalLimits;
  readonly bounds: Bounds;
  /** The ids' clock, which is never before their newest. */
  readonly clockOf: (newestMs: number) => () => number;
  readonly logger: { warn(fields: object, message: string): void };
}): Promise<OpenedIds> {
  const { path, limits, bounds, logger } = options;
  const file = join(path, 'ids.window');
  let journal = new Journal(path, limits);
  const idsNow = options.clockOf(journal.fingerprints.newestAt());
  const token = journal.windowToken();
  const kept = token === undefined ? undefined : loadWindow(file, bounds, { token, endSeq: journal.committedSeq });
  const ids = kept ?? new IdWindow(bounds);
  if (kept) {
    // The server may have stood still for days.
    ids.expire(idsNow());
  } else {
    ids.restoreAll(() => journal.fingerprints.packedSince(idsNow() - bounds.windowMs));
    // What was read stays mapped into the process until the file is closed: 160 MB at 20 million ids.
    await journal.close();
    journal = new Journal(path, limits);
  }
  return {
    journal,
    ids,
    idsNow,
    async keepIds() {
      const mark = { token: randomUUID(), endSeq: journal.committedSeq };
      try {
        await journal.setWindowToken(mark.token);
        saveWindow(file, ids, mark);
      } catch (error) {
        logger.warn({ err: error }, 'the window of ids is not kept; the next start builds it from the journal');
      }
    },
  };
}
