import type { Rejections } from './accept/rejections.ts';
import type { IngestStats } from './ingest.ts';
import type { IngestParts } from './open-parts.ts';

export interface AcceptedCounts {
  accepted: number;
  duplicates: number;
}

/** @param salvage of the last time the journal's file was found damaged, as it was when the journal was opened */
export function ingestStats(
  { journal, loader, archiver, ids }: IngestParts,
  counts: AcceptedCounts,
  rejections: Rejections,
  salvage: IngestStats['salvage'],
  nowMs: number,
  isClosing: boolean,
): IngestStats {
  const oldest = journal.oldestAt();
  return {
    accepted: counts.accepted,
    duplicates: counts.duplicates,
    rejected: Object.fromEntries(rejections.counts),
    journalBytes: journal.pendingBytes,
    journalEvents: journal.pendingEvents,
    lagMs: oldest === undefined ? 0 : Math.max(0, nowMs - oldest),
    setAside: journal.rejectedRows.count(),
    damagedGroups: journal.damagedCount(),
    ...(salvage && { salvage }),
    loadedBlocks: loader.loadedBlocks,
    loadFailures: loader.failures,
    ...(loader.lastFailure !== undefined && { lastFailure: loader.lastFailure }),
    ...(archiver && { archive: archiver.stats(nowMs) }),
    rememberedIds: ids.size,
    rememberedIdsBytes: ids.bytes,
    state: isClosing ? 'stopping' : journal.isFull() ? 'full' : loader.isRetrying ? 'waiting' : 'loading',
  };
}
