import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import { checkSpaceForNewFile } from '../../system/disk-reservation.ts';
import { DURABLE, numberIn, usedBytesOf } from '../../system/lmdb-options.ts';

/** The journal's LMDB file. Every value carries a checksum: see group.ts, id-fingerprints.ts, rejected-row.ts and checked-value.ts. */
export interface JournalFile {
  /** Single values: `nextSeq` (one more than the last one loaded), `end` (after a salvage), `cut`, `window`, `salvaged`, `ping` (checked-value.ts). */
  readonly root: RootDatabase<Buffer, string>;
  /** Transactions on their way to the store, by their first sequence number (group.ts). */
  readonly groups: Database<Buffer, number>;
  /** Fingerprints of the ids of one transaction, by its first sequence number (id-fingerprints.ts). */
  readonly ids: Database<Buffer, number>;
  /** Rows that the engine rejected, by sequence number. The database keeps its first name (rejected-row.ts). */
  readonly aside: Database<Buffer, number>;
  /** Groups that were no more what was written, as they were found. */
  readonly damaged: Database<Buffer, number>;
  /** Event ids and property names, as keys (known-names.ts, checked-value.ts). */
  readonly names: Database<Buffer, string>;
  /** How far imports have come (checked-value.ts). */
  readonly imports: Database<Buffer, string>;
  /** Fingerprints of erased ids (id-fingerprints.ts), by the sequence number before which they were journalled: they hold for none that came later. */
  readonly forgotten: Database<Buffer, number>;
  /** Uuids whose events are being erased, 16 bytes each (erased-ids.ts). */
  readonly erasing: Database<Buffer, string>;
}

/**
 * One transaction.
 * @param bytes what it writes at most, as values; none: it only forgets, or nearly so
 * @throws JOURNAL_UNAVAILABLE with `otherwise` in its sentence; then nothing of it is on disk
 */
export type JournalWrite = (otherwise: string, bytes: number, work: () => void) => Promise<void>;

/** The file's name in the journal's directory. */
export const FILE_NAME = 'data.mdb';

/** @throws DiskFullError */
export function openJournalFile(path: string): JournalFile {
  if (!existsSync(join(path, FILE_NAME))) checkSpaceForNewFile(existsSync(path) ? path : dirname(path));
  const root = open<Buffer, string>({ path, ...DURABLE, mapSize: MAP_BYTES, maxDbs: 10, encoding: 'binary' });
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
  };
}

/**
 * Addresses set apart for the file, which cost nothing until used. When it outgrows them LMDB maps it anew and keeps the old map
 * as well: the same 300 MB counted three times as the process's memory.
 */
const MAP_BYTES = 32 * 1024 ** 3;

/** How many values a part holds, and the pages they take, without reading them. */
export function sizeOf(part: Database<Buffer, number>): { readonly entries: number; readonly bytes: number } {
  const stats = part.getStats();
  return { entries: numberIn(stats, 'entryCount'), bytes: bytesOf(stats) };
}

/** Bytes of the file that hold nothing: what is written next goes there before the file grows. */
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
