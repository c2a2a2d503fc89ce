import type { Database } from 'lmdb';
import type { ArchiveQueue } from './archive-queue.ts';
import { countOf } from './group.ts';

/** What waits in the journal, and for what. */
export interface PendingGroups {
  /** Bytes and events of groups that are not in the store yet. */
  readonly bytes: number;
  readonly events: number;
  /** Bytes of groups that are in the store and wait for the archive. */
  readonly keptBytes: number;
  /** The sequence number after the last one. */
  readonly endSeq: number;
}

/** Counts them, and what the archive waits for. @param loadedSeq lower sequence numbers are in the store, if there is an archive */
export function countGroups(
  groups: Database<Buffer, number>,
  archive: ArchiveQueue | undefined,
  loadedSeq: number,
): PendingGroups {
  const pending = { bytes: 0, events: 0, keptBytes: 0, endSeq: 0 };
  const unarchived = { bytes: 0, events: 0 };
  for (const { key, value } of groups.getRange({})) {
    const count = countOf(value);
    if (archive && key >= archive.seq) {
      unarchived.bytes += value.length;
      unarchived.events += count;
    }
    if (archive && key < loadedSeq) pending.keptBytes += value.length;
    else {
      pending.bytes += value.length;
      pending.events += count;
    }
    pending.endSeq = key + count;
  }
  if (archive) {
    archive.pendingBytes = unarchived.bytes;
    archive.pendingEvents = unarchived.events;
  }
  return pending;
}
