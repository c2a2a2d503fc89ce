import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { SeismoError } from '../../model/errors.ts';
import { writeUuid } from '../../row/row.ts';
import { DiskFullError, DiskReservation } from '../../system/disk-reservation.ts';
import { causeOfFailure, usedBytesOf } from '../../system/lmdb-options.ts';
import { decodeChecked, encodeChecked } from './checked-value.ts';
import { FingerprintStore } from './fingerprint-store.ts';
import { countOf, decodeGroup, type Group, timeOf } from './group.ts';
import { JournalCapacity, type JournalLimits } from './journal-capacity.ts';
import type { BlockRange, DamagedGroup, Entry, RejectedRow } from './journal-entry.ts';
import {
  FILE_NAME,
  type JournalFile,
  type JournalWrite,
  openJournalFile,
  sizeOf,
  slackOf,
  transactionOf,
} from './journal-file.ts';
import { writeProgress } from './progress-file.ts';
import { RejectedRowStore, rejectedBytesOf } from './rejected-row-store.ts';
import type { Salvage } from './salvage-summary.ts';

/**
 * What was accepted and is not in the store yet, and the fingerprints of ids seen, in one LMDB file.
 * A write resolves when it is on disk.
 */
export class Journal {
  /**
   * Under which the sequence numbers of this run count. Each opening makes its own, and a group tells under which it was written: so
   * a file that was brought back from a backup, or copied to a second machine, never gives a sequence number twice.
   */
  readonly uuid = randomUUID();
  /** The same as RowBinary holds it. */
  readonly uuidBytes = Buffer.alloc(16);
  readonly fingerprints: FingerprintStore;
  readonly rejectedRows: RejectedRowStore;
  readonly #file: JournalFile;
  readonly #path: string;
  readonly #capacity: JournalCapacity;
  readonly #reservation: DiskReservation;
  readonly #slack = (): number => slackOf(this.#file) + this.#reservation.spareBytes;
  nextSeq: number;
  /** Every sequence number below is on disk. */
  committedSeq: number;
  /**
   * Groups on their way to the store, as read would decode them. Reading them back through LMDB's memory map would keep
   * the pages of the file in the process's memory: half a gigabyte under load.
   */
  readonly #recent = new Map<number, Group>();
  #recentBytes = 0;
  /** Bytes and events of groups not forgotten yet. */
  pendingBytes = 0;
  pendingEvents = 0;
  /** Every sequence number below is in the store or among the rejected rows. */
  #loadedSeq: number;

  constructor(path: string, limits: JournalLimits) {
    this.#path = path;
    this.#capacity = new JournalCapacity(path, limits);
    this.#file = openJournalFile(path);
    this.#reservation = new DiskReservation({
      path: join(path, FILE_NAME),
      usedBytes: () => usedBytesOf(this.#file.root),
      marginBytes: MARGIN_BYTES,
      aheadMaxBytes: AHEAD_MAX_BYTES,
    });
    writeUuid(this.uuid, this.uuidBytes, 0);
    this.#loadedSeq = this.#seqOf('nextSeq');
    const write: JournalWrite = (otherwise, bytes, work) => this.#write(otherwise, bytes, work);
    this.fingerprints = new FingerprintStore(this.#file, write);
    this.rejectedRows = new RejectedRowStore(this.#file, write);
    this.nextSeq = Math.max(
      this.#loadedSeq,
      this.#seqOf('end'),
      this.#countPending(),
      this.fingerprints.forgottenBefore(),
    );
    this.committedSeq = this.nextSeq;
  }

  /**
   * One transaction. Resolves with the first sequence number when it is on disk.
   * @throws JOURNAL_FULL, JOURNAL_UNAVAILABLE
   */
  async append(entry: Entry): Promise<number> {
    const { value, count } = entry;
    const refusal = this.refusal(value.length);
    if (refusal) throw refusal;
    const { groups, ids, names, imports, forgotten, erasing } = this.#file;
    const firstSeq = this.nextSeq;
    const forgets = entry.forgotten && this.fingerprints.encodeForgotten(firstSeq, entry.forgotten);
    // What is put back in line takes the pages from where it lay, whose neighbours are written anew.
    const bytes =
      value.length * 2 + (entry.fingerprints?.length ?? 0) + entry.names.length * NAME_BYTES + (forgets?.length ?? 0);
    const work = (): void => {
      // The sequence numbers are taken even when the commit fails: a sequence number is never given twice.
      this.nextSeq = firstSeq + count;
      if (count > 0) groups.put(firstSeq, value);
      if (entry.fingerprints) ids.put(firstSeq, entry.fingerprints);
      for (const name of entry.names) names.put(name, encodeChecked(name, 1));
      this.rejectedRows.remove(entry.takenFromRejected ?? []);
      for (const { key, value } of entry.checkpoints ?? []) imports.put(key, encodeChecked(key, value));
      if (forgets) forgotten.put(firstSeq, forgets);
      for (const key of entry.erased ?? []) erasing.remove(key);
    };
    await this.#write('nothing of this request was stored', bytes, work);
    if (count > 0) this.pendingBytes += value.length;
    this.pendingEvents += count;
    this.#capacity.noteWritten(value.length);
    this.committedSeq = Math.max(this.committedSeq, firstSeq + count);
    if (entry.takenFromRejected?.length) this.rejectedRows.measure();
    if (count > 0 && this.#recentBytes + value.length <= RECENT_MAX_BYTES) {
      this.#recent.set(firstSeq, decodeGroup(firstSeq, value));
      this.#recentBytes += value.length;
    }
    return firstSeq;
  }

  /** Why so many bytes more cannot be taken now, JOURNAL_FULL; undefined when they can. */
  refusal(moreBytes: number): SeismoError | undefined {
    return this.#capacity.refusal(moreBytes, this.pendingBytes, this.rejectedRows.bytes, this.#slack);
  }

  /** Whether posts are refused, or the next large one will be. */
  isFull(): boolean {
    return this.#capacity.isFull(this.pendingBytes, this.rejectedRows.bytes, this.#slack);
  }

  checkpoint(key: string): unknown {
    return decodeChecked(key, this.#file.imports.get(key));
  }

  *names(): Generator<string> {
    for (const key of this.#file.names.getKeys({})) yield key;
  }

  async dropNames(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    await this.#write('names are not forgotten', 0, () => {
      for (const name of names) this.#file.names.remove(name);
    });
  }

  /** What was found and done when the file was damaged, the last time. */
  salvage(): Salvage | undefined {
    return decodeChecked('salvaged', this.#file.root.get('salvaged')) as Salvage | undefined;
  }

  /**
   * The next rows to load, whole groups of one run up to `maxBytes`, or the block range that an earlier attempt wrote down.
   * @throws GroupDamaged
   */
  read(maxBytes: number): Group[] {
    const { groups: stored } = this.#file;
    const range = this.#blockRange();
    const groups: Group[] = [];
    let bytes = 0;
    for (const key of stored.getKeys(range ? { start: range.firstSeq, end: range.endSeq } : {})) {
      const group = this.#recent.get(key) ?? decodeGroup(key, stored.get(key)!);
      if (bytes > 0 && group.journal !== groups[0]!.journal) break;
      if (!range && bytes > 0 && bytes + group.bytes > maxBytes) break;
      groups.push(group);
      bytes += group.bytes;
    }
    return groups;
  }

  /** @returns whether this block was already attempted (by an earlier run, or earlier in this one) */
  async writeBlockRange(range: BlockRange): Promise<boolean> {
    if (this.#blockRange() !== undefined) return true;
    await this.#write('the block waits', 0, () => {
      this.#file.root.put('cut', encodeChecked('cut', range));
    });
    return false;
  }

  /** What the file of the window of ids must hold to belong to this journal (id-window-file.ts). */
  windowToken(): string | undefined {
    const token = decodeChecked('window', this.#file.root.get('window'));
    return typeof token === 'string' ? token : undefined;
  }

  async setWindowToken(token: string): Promise<void> {
    await this.#write('the window of ids is not kept', 0, () => {
      this.#file.root.put('window', encodeChecked('window', token));
    });
  }

  /** @returns whether there was one */
  async dropBlockRange(): Promise<boolean> {
    if (this.#blockRange() === undefined) return false;
    await this.#write('the block range stays', 0, () => {
      this.#file.root.remove('cut');
    });
    return true;
  }

  #blockRange(): BlockRange | undefined {
    return decodeChecked('cut', this.#file.root.get('cut')) as BlockRange | undefined;
  }

  /** The block is in the store: forget its groups and its range. `rejected` holds rows the engine rejected, kept with their reason. */
  async forget(groups: readonly Group[], rejected: readonly RejectedRow[]): Promise<void> {
    const last = groups.at(-1);
    const { root, groups: stored } = this.#file;
    await this.#write('the block is loaded and not forgotten', rejectedBytesOf(rejected), () => {
      for (const group of groups) stored.remove(group.firstSeq);
      this.rejectedRows.put(rejected);
      root.remove('cut');
      // Groups tell by themselves how far the sequence numbers have come; without them, this does.
      if (last) root.put('nextSeq', encodeChecked('nextSeq', last.firstSeq + last.lengths.length));
    });
    for (const group of groups) {
      this.#loadedSeq = Math.max(this.#loadedSeq, group.firstSeq + group.lengths.length);
      if (this.#recent.delete(group.firstSeq)) this.#recentBytes -= group.bytes;
      this.pendingBytes -= group.bytes;
      this.pendingEvents -= group.lengths.length;
    }
    if (rejected.length > 0) this.rejectedRows.measure();
  }

  /**
   * A group that is no more what was written: kept apart as it is, so that the others go on, and its ids are forgotten, so that its events
   * can be sent again.
   */
  async keepDamagedGroup(firstSeq: number): Promise<DamagedGroup> {
    const { groups, damaged, ids } = this.#file;
    const value = Buffer.from(groups.get(firstSeq) ?? EMPTY);
    const fingerprints = this.fingerprints.of(firstSeq);
    await this.#write('the damaged group stays in line', value.length, () => {
      damaged.put(firstSeq, value);
      groups.remove(firstSeq);
      ids.remove(firstSeq);
    });
    this.#recent.delete(firstSeq);
    this.#countPending();
    return { events: countOf(value), fingerprints };
  }

  /** Writes down beside the file how far it has come (progress-file.ts). */
  writeProgress(): void {
    writeProgress(this.#path, {
      transaction: transactionOf(this.#file),
      loadedSeq: this.pendingEvents === 0 ? this.committedSeq : this.#loadedSeq,
      endSeq: this.committedSeq,
    });
  }

  /** Groups kept apart because they were damaged. */
  damagedCount(): number {
    return sizeOf(this.#file.damaged).entries;
  }

  /** When the oldest transaction that is not in the store came, UTC ms. */
  oldestAt(): number | undefined {
    if (this.pendingEvents === 0) return undefined;
    for (const { value } of this.#file.groups.getRange({ limit: 1 })) return timeOf(value);
    return undefined;
  }

  /** Rejects when the journal cannot be written. */
  async ping(): Promise<void> {
    await this.#write('it is not ready', KEPT_FOR_FORGETTING_BYTES, () => {
      this.#file.root.put('ping', encodeChecked('ping', 1));
    });
  }

  async close(): Promise<void> {
    await this.#reservation.close();
    await this.#file.root.close();
  }

  /**
   * @param bytes what it writes at most, as values; none: it only forgets, or nearly so
   * @throws JOURNAL_UNAVAILABLE with `otherwise` in its sentence; then nothing of it is on disk
   */
  async #write(otherwise: string, bytes: number, work: () => void): Promise<void> {
    try {
      const keep = bytes > 0 ? KEPT_FOR_FORGETTING_BYTES : 0;
      await this.#reservation.within(bytes, keep, () => this.#file.root.batch(work));
    } catch (error) {
      const cause = await causeOfFailure(error);
      const why = cause instanceof DiskFullError ? 'The disk is full' : 'The journal could not be written';
      throw new SeismoError('JOURNAL_UNAVAILABLE', `${why}; ${otherwise}.`, { cause });
    }
  }

  /** @returns the sequence number after the last one */
  #countPending(): number {
    let endSeq = 0;
    this.pendingBytes = 0;
    this.pendingEvents = 0;
    for (const { key, value } of this.#file.groups.getRange({})) {
      this.pendingBytes += value.length;
      this.pendingEvents += countOf(value);
      endSeq = key + countOf(value);
    }
    return endSeq;
  }

  #seqOf(key: 'nextSeq' | 'end'): number {
    const seq = decodeChecked(key, this.#file.root.get(key));
    return typeof seq === 'number' ? seq : 1;
  }
}

const EMPTY = Buffer.alloc(0);
/** Beyond, the engine is behind, and groups are read back from the file. */
const RECENT_MAX_BYTES = 48 * 1024 * 1024;
/** Ten trees, up to a dozen pages on the way to the leaf in each, and those that are split: well under half of it. */
const MARGIN_BYTES = 512 * 1024;
const AHEAD_MAX_BYTES = 2 * 1024 * 1024;
/** What taking events leaves, for forgetting those that were loaded. */
const KEPT_FOR_FORGETTING_BYTES = 1024 * 1024;
/** Pages that a new name may touch: some in each of the two trees that it goes to. */
const NAME_BYTES = 16 * 1024;
