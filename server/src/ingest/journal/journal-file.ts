import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import { checkSpaceForNewFile } from '../../system/disk-reservation.ts';
import { DURABLE, numberIn, usedBytesOf } from '../../system/lmdb-options.ts';

/** The journal's LMDB file. Every value carries a checksum: see group.ts, id-fingerprints.ts, rejected-row.ts and checked-value.ts. */
export interface JournalFile {
  /** Single values: `nextSeq` (one more than the last one loaded), `end` (after a salvage), `archived` (as `nextSeq`, of the archive), `archiveGap`, `archiveMissing`, `cut`, `window`, `salvaged`, `ping` (checked-value.ts). */
  readonly root: RootDatabase<Buffer, string>;
  /** Transactions that are not in the store yet, by their first sequence number (group.ts). */
  readonly groups: Database<Buffer, number>;
  /** Fingerprints of the ids of one transaction, by its first sequence number (id-fingerprints.ts). */
  readonly ids: Database<Buffer, number>;
  /** Rows that the engine rejected, by sequence number. The database keeps its original name (rejected-row.ts). */
  readonly aside: Database<Buffer, number>;
  /** Damaged groups, as they were found. */
  readonly damaged: Database<Buffer, number>;
  /** Event ids and property names, as keys (known-names.ts, checked-value.ts). */
  readonly names: Database<Buffer, string>;
  /** How far imports have come (checked-value.ts). */
  readonly imports: Database<Buffer, string>;
  /** Fingerprints of erased ids (id-fingerprints.ts), by the sequence number before which they were journalled: they do not apply to later ones. */
  readonly forgotten: Database<Buffer, number>;
  /** Uuids whose events are being erased, 16 bytes each (erased-ids.ts). */
  readonly erasing: Database<Buffer, string>;
  /** With an archive: what changes its events (archive-queue.ts, checked-value.ts), and the rows that it rejected (rejected-row.ts). */
  readonly archiveOrders?: Database<Buffer, string>;
  readonly archiveAside?: Database<Buffer, number>;
}

/**
 * One transaction.
 * @param bytes the maximum it writes as values; none: it only forgets, or nearly so
 * @throws JOURNAL_UNAVAILABLE with `otherwise` in its sentence; then nothing of it is on disk
 */
export type JournalWrite = (otherwise: string, bytes: number, work: () => void) => Promise<void>;

/** The file's name in the journal's directory. */
export const FILE_NAME = 'data.mdb';

/**
 * @param hasArchive makes what an archive needs; it is opened in any case if it is there
 * @throws DiskFullError
 */
export function openJournalFile(path: string, hasArchive = false): JournalFile {
  if (!existsSync(join(path, FILE_NAME))) checkSpaceForNewFile(existsSync(path) ? path : dirname(path));
  const root = open<Buffer, string>({ path, ...DURABLE, mapSize: MAP_BYTES, maxDbs: 12, encoding: 'binary' });
  return {
    root,
    groups: root.openDB<Buffer, number>({ name: 'groups', encoding: 'binary' }),
    ids: root.openDB<Buffer, number>({ name: 'ids', encoding: 'binary' }),
    aside: root.openDB<Buffer, number>({ name: 'aside', encoding: 'binary' }),
    damaged: root.openDB<Buffer, number>({ name: 'damaged', encoding: 'binary' }),
    names: root.openDB<Buffer, string>({ name: 'names', encoding: 'binary' }),
    imports: root.openDB<Buffer, string>({ name: 'imports', encoding: 'binary' }),
    forgotten: root.openDB<Buffer, number>({ name: 'forgotten', encoding: 'binary' }),
    erasing: root.openDB<Buffer, string>({ name: 'erasing', encoding: 'binary' }),
    // Only where it is needed: an older Seismo takes a part that it does not know for damage.
    ...((hasArchive || root.get('archived') !== undefined) && openArchiveParts(root)),
  };
}

export function openArchiveParts(root: JournalFile['root']) {
  return {
    archiveOrders: root.openDB<Buffer, string>({ name: 'archiveOrders', encoding: 'binary' }),
    archiveAside: root.openDB<Buffer, number>({ name: 'archiveAside', encoding: 'binary' }),
  };
}

/**
 * Address space reserved for the file, which costs nothing until used. When the file outgrows it, LMDB maps it again and keeps the old
 * map too: the same 300 MB counted three times as memory of the process.
 */
const MAP_BYTES = 32 * 1024 ** 3;

/** The number of values of a part, and the pages they take, without reading them. */
export function sizeOf(part: Database<Buffer, number>): { readonly entries: number; readonly bytes: number } {
  const stats = part.getStats();
  return { entries: numberIn(stats, 'entryCount'), bytes: bytesOf(stats) };
}

/** Unused bytes inside the file: new data goes there before the file grows. */
export function slackOf({ root, ...parts }: JournalFile): number {
  const stats: object & { readonly free?: object } = root.getStats();
  const used = [root, ...Object.values(parts)].map((part: { getStats(): object }) => bytesOf(part.getStats()));
  const list = stats.free ? bytesOf(stats.free) : 0;
  return usedBytesOf(root) - used.reduce((sum, bytes) => sum + bytes, list);
}

/** The newest transaction. */
export function transactionOf({ root }: JournalFile): number {
  return numberIn(root.getStats(), 'lastTxnId');
}

function bytesOf(stats: object): number {
  const pages = ['treeBranchPageCount', 'treeLeafPageCount', 'overflowPages'].map((name) => numberIn(stats, name));
  return pages.reduce((sum, count) => sum + count, 0) * numberIn(stats, 'pageSize');
}
