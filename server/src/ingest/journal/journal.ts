import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { SeismoError } from '../../model/errors.ts';
import { writeUuid } from '../../row/row.ts';
import { DiskFullError, DiskReservation } from '../../system/disk-reservation.ts';
import { causeOfFailure, usedBytesOf } from '../../system/lmdb-options.ts';
import { SerialQueue } from '../../system/serial-queue.ts';
import { ArchiveQueue, type QueuedOrder } from './archive-queue.ts';
import { decodeChecked, encodeChecked } from './checked-value.ts';
import { FingerprintStore } from './fingerprint-store.ts';
import { countOf, decodeGroup, type Group, timeOf } from './group.ts';
import { JournalCapacity, type JournalLimits } from './journal-capacity.ts';
import type { AttemptedRange, DamagedGroup, Entry, RejectedRow } from './journal-entry.ts';
import {
  FILE_NAME,
  type JournalFile,
  type JournalWrite,
  openJournalFile,
  sizeOf,
  slackOf,
  transactionOf,
} from './journal-file.ts';
import { NameStore } from './name-store.ts';
import { countGroups } from './pending-groups.ts';
import { writeProgress } from './progress-file.ts';
import { RecentGroups } from './recent-groups.ts';
import { RejectedRowStore, rejectedBytesOf } from './rejected-row-store.ts';
import type { Salvage } from './salvage-summary.ts';
import { WindowToken } from './window-token.ts';

/**
 * Accepted events that are not in the store yet, and fingerprints of ids seen, in one LMDB file.
 * A write resolves when it is on disk.
 */
export class Journal {
  /**
   * The UUID of this run's sequence numbers. Each opening makes its own, and a group records under which one it was written. So
   * a file that was restored from a backup, or copied to a second machine, never uses a sequence number twice.
   */
  readonly uuid = randomUUID();
  /** The same, as in RowBinary. */
  readonly uuidBytes = Buffer.alloc(16);
  readonly fingerprints: FingerprintStore;
  readonly rejectedRows: RejectedRowStore;
  readonly names: NameStore;
  readonly windowToken: WindowToken;
  /** The second consumer, if there is one, or something is left for one. */
  readonly archive: ArchiveQueue | undefined;
  /** The two consumers forget one after the other: what neither needs any more is removed by the second. */
  readonly #forgetting = new SerialQueue();
  readonly #file: JournalFile;
  readonly #path: string;
  readonly #capacity: JournalCapacity;
  readonly #reservation: DiskReservation;
  readonly #slack = (): number => slackOf(this.#file) + this.#reservation.spareBytes;
  nextSeq: number;
  /** All lower sequence numbers are on disk. */
  committedSeq: number;
  readonly #recent = new RecentGroups();
  /** Bytes and events of groups that are not in the store yet. */
  pendingBytes = 0;
  pendingEvents = 0;
  /** Bytes of groups that are in the store and wait for the archive. */
  #keptBytes = 0;
  /** All lower sequence numbers are in the store or among the rejected rows. */
  #loadedSeq: number;

  /** @param hasArchive groups stay until the archive has them too */
  constructor(path: string, limits: JournalLimits, hasArchive = false) {
    this.#path = path;
    this.#capacity = new JournalCapacity(path, limits);
    this.#file = openJournalFile(path, hasArchive);
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
    this.names = new NameStore(this.#file, write);
    this.windowToken = new WindowToken(this.#file, write);
    this.archive = ArchiveQueue.open(this.#file, write, hasArchive, () => this.#loadedSeq);
    this.nextSeq = Math.max(
      this.#loadedSeq,
      this.#seqOf('end'),
      this.#countPending(),
      this.fingerprints.forgottenBefore(),
      this.fingerprints.endKey(),
    );
    this.committedSeq = this.nextSeq;
  }

  /**
   * Writes one transaction. Resolves with the first sequence number when it is on disk.
   * @throws JOURNAL_FULL, JOURNAL_UNAVAILABLE
   */
  async append(entry: Entry): Promise<number> {
    const { value, count } = entry;
    const whyFull = this.whyFull(value.length);
    if (whyFull) throw whyFull;
    const { groups, ids, imports, forgotten, erasing } = this.#file;
    const firstSeq = this.nextSeq;
    // Fingerprints are stored under a sequence number. Those without an event (erased-ids.ts) use one too, or the next
    // transaction would overwrite them.
    const endSeq = firstSeq + (entry.fingerprints ? Math.max(1, count) : count);
    const forgets = entry.forgotten && this.fingerprints.encodeForgotten(firstSeq, entry.forgotten);
    const order = this.#removalOf(firstSeq, entry);
    // Rows that are queued again are removed from their pages, whose neighbours are rewritten.
    const bytes =
      value.length * 2 +
      (entry.fingerprints?.length ?? 0) +
      entry.names.length * NAME_BYTES +
      (forgets?.length ?? 0) +
      (order ? this.archive!.bytesOf(order) : 0);
    const work = (): void => {
      // The sequence numbers are used even if the commit fails: a sequence number is never assigned twice.
      this.nextSeq = endSeq;
      if (count > 0) groups.put(firstSeq, value);
      if (entry.fingerprints) ids.put(firstSeq, entry.fingerprints);
      this.names.put(entry.names);
      this.rejectedRows.remove(entry.takenFromRejected ?? []);
      for (const { key, value } of entry.checkpoints ?? []) imports.put(key, encodeChecked(key, value));
      if (forgets) forgotten.put(firstSeq, forgets);
      for (const key of entry.erased ?? []) erasing.remove(key);
      if (order) this.archive!.putOrder(order);
    };
    try {
      await this.#write('nothing of this request was stored', bytes, work);
    } catch (error) {
      if (order) this.archive!.drop(order);
      throw error;
    }
    if (order) order.isStored = true;
    if (count > 0) this.pendingBytes += value.length;
    this.pendingEvents += count;
    if (this.archive?.isActive && count > 0) {
      this.archive.pendingBytes += value.length;
      this.archive.pendingEvents += count;
      // While the archive is behind, what the store has is read back from the file for it.
      this.#recent.makeRoom(value.length, this.#loadedSeq);
    }
    this.#capacity.noteWritten(value.length);
    this.committedSeq = Math.max(this.committedSeq, endSeq);
    if (entry.takenFromRejected?.length) this.rejectedRows.measure();
    if (count > 0 && this.#recent.hasRoomFor(value.length)) this.#recent.add(decodeGroup(firstSeq, value));
    return firstSeq;
  }

  #removalOf(firstSeq: number, { formerPositions }: Entry): QueuedOrder | undefined {
    // Kept while there is no archive too: it would have the event twice, once it is set again.
    if (this.archive === undefined || formerPositions === undefined || formerPositions.length === 0) return undefined;
    return this.archive.newOrder(firstSeq, { kind: 'remove', positions: formerPositions });
  }

  /** Why this many more bytes can't be taken now (JOURNAL_FULL), or undefined if they can. */
  whyFull(moreBytes: number): SeismoError | undefined {
    return this.#capacity.whyFull(moreBytes, this.pendingBytes + this.#keptBytes, this.rejectedRows.bytes, this.#slack);
  }

  /** Whether posts are rejected, or the next large one will be. */
  isFull(): boolean {
    return this.#capacity.isFull(this.pendingBytes + this.#keptBytes, this.rejectedRows.bytes, this.#slack);
  }

  checkpoint(key: string): unknown {
    return decodeChecked(key, this.#file.imports.get(key));
  }

  /** What was found and done the last time the file was damaged. */
  salvage(): Salvage | undefined {
    return decodeChecked('salvaged', this.#file.root.get('salvaged')) as Salvage | undefined;
  }

  /**
   * The next rows to load: whole groups of one run up to `maxBytes`, or the block range of an earlier attempt.
   * @throws GroupDamaged
   */
  read(maxBytes: number): Group[] {
    const { groups: stored } = this.#file;
    const range = this.#blockRange();
    const groups: Group[] = [];
    let bytes = 0;
    for (const key of stored.getKeys(range ? { start: range.firstSeq, end: range.endSeq } : this.#fromLoaded())) {
      const group = this.#recent.get(key) ?? decodeGroup(key, stored.get(key)!);
      if (bytes > 0 && group.journal !== groups[0]!.journal) break;
      if (!range && bytes > 0 && bytes + group.bytes > maxBytes) break;
      groups.push(group);
      bytes += group.bytes;
    }
    return groups;
  }

  /**
   * The next groups for the archive, up to `maxBytes` but at least one, that begin before `beforeSeq`.
   * @throws GroupDamaged
   */
  readForArchive(maxBytes: number, beforeSeq: number): Group[] {
    const start = this.archive?.seq ?? Number.POSITIVE_INFINITY;
    const groups: Group[] = [];
    let bytes = 0;
    if (start >= beforeSeq) return groups;
    for (const key of this.#file.groups.getKeys({ start, end: beforeSeq })) {
      const group = this.#recent.get(key) ?? decodeGroup(key, this.#file.groups.get(key)!);
      if (bytes > 0 && bytes + group.bytes > maxBytes) break;
      groups.push(group);
      bytes += group.bytes;
    }
    return groups;
  }

  /** Groups before it wait for the archive. */
  #fromLoaded(): { start?: number } {
    return this.archive ? { start: this.#loadedSeq } : {};
  }

  /** @returns what there was, if the block was attempted before, by an earlier run or in this one */
  async writeBlockRange(range: AttemptedRange): Promise<AttemptedRange | undefined> {
    const attempted = this.#blockRange();
    if (attempted === undefined || (range.isSplit && !attempted.isSplit))
      await this.#write('the block waits', 0, () => {
        this.#file.root.put('cut', encodeChecked('cut', range));
      });
    return attempted;
  }

  /** @returns whether there was one */
  async dropBlockRange(): Promise<boolean> {
    if (this.#blockRange() === undefined) return false;
    await this.#write('the block range stays', 0, () => {
      this.#file.root.remove('cut');
    });
    return true;
  }

  #blockRange(): AttemptedRange | undefined {
    return decodeChecked('cut', this.#file.root.get('cut')) as AttemptedRange | undefined;
  }

  /** The block is in the store: forgets its groups and its range. `rejected` are rows the engine rejected, kept with their reason. */
  async forget(groups: readonly Group[], rejected: readonly RejectedRow[]): Promise<void> {
    if (this.archive === undefined) await this.#forget(groups, rejected);
    else await this.#forgetting.run(() => this.#forget(groups, rejected));
  }

  async #forget(groups: readonly Group[], rejected: readonly RejectedRow[]): Promise<void> {
    const last = groups.at(-1);
    const { root, groups: stored } = this.#file;
    const { archive } = this;
    const isKept = ({ firstSeq }: Group): boolean => archive?.isActive === true && firstSeq >= archive.seq;
    await this.#write('the block is loaded and not forgotten', rejectedBytesOf(rejected), () => {
      for (const group of groups) if (!isKept(group)) stored.remove(group.firstSeq);
      this.rejectedRows.put(rejected);
      root.remove('cut');
      // Groups show by themselves how far the sequence numbers have come. Without groups, this does.
      if (last) root.put('nextSeq', encodeChecked('nextSeq', last.firstSeq + last.lengths.length));
    });
    for (const group of groups) {
      this.#loadedSeq = Math.max(this.#loadedSeq, group.firstSeq + group.lengths.length);
      if (isKept(group)) this.#keptBytes += group.bytes;
      else this.#recent.drop(group.firstSeq);
      this.pendingBytes -= group.bytes;
      this.pendingEvents -= group.lengths.length;
    }
    if (rejected.length > 0) this.rejectedRows.measure();
  }

  /** These groups are in the archive: forgets those that are in the store too. `rejected` are rows that the archive rejected. */
  async forgetArchived(groups: readonly Group[], rejected: readonly RejectedRow[]): Promise<void> {
    const { archive } = this;
    const last = groups.at(-1);
    if (archive === undefined || last === undefined) return;
    const endSeq = last.firstSeq + last.lengths.length;
    await this.#forgetting.run(async () => {
      const isLoaded = ({ firstSeq }: Group): boolean => firstSeq < this.#loadedSeq;
      await this.#write('events are archived and not forgotten', rejectedBytesOf(rejected), () => {
        archive.putPosition(endSeq);
        archive.putRejected(rejected);
        for (const group of groups) if (isLoaded(group)) this.#file.groups.remove(group.firstSeq);
      });
      archive.seq = endSeq;
      for (const group of groups) {
        archive.pendingBytes -= group.bytes;
        archive.pendingEvents -= group.lengths.length;
        if (!isLoaded(group)) continue;
        this.#keptBytes -= group.bytes;
        this.#recent.drop(group.firstSeq);
      }
    });
  }

  /**
   * A damaged group is moved out of the way unchanged, so that the others continue. Its ids are forgotten, so that its events
   * can be sent again, unless the store or the archive has them.
   */
  async keepDamagedGroup(firstSeq: number): Promise<DamagedGroup> {
    return await this.#forgetting.run(() => this.#keepDamagedGroup(firstSeq));
  }

  async #keepDamagedGroup(firstSeq: number): Promise<DamagedGroup> {
    const { groups, damaged, ids } = this.#file;
    const found = groups.get(firstSeq);
    // The other consumer has met it.
    if (found === undefined) return { events: 0, fingerprints: [] };
    const value = Buffer.from(found);
    const isStored = this.archive !== undefined && (firstSeq < this.#loadedSeq || firstSeq < this.archive.seq);
    const fingerprints = isStored ? [] : this.fingerprints.of(firstSeq);
    await this.#write('the damaged group stays in line', value.length, () => {
      damaged.put(firstSeq, value);
      groups.remove(firstSeq);
      if (!isStored) ids.remove(firstSeq);
    });
    this.#recent.drop(firstSeq);
    this.#countPending();
    return { events: countOf(value), fingerprints };
  }

  /** Writes beside the file how far it has come (progress-file.ts). */
  writeProgress(): void {
    writeProgress(this.#path, {
      transaction: transactionOf(this.#file),
      loadedSeq: this.pendingEvents === 0 ? this.committedSeq : this.#loadedSeq,
      endSeq: this.committedSeq,
    });
  }

  /** Number of groups that were moved out of the way because they were damaged. */
  damagedCount(): number {
    return sizeOf(this.#file.damaged).entries;
  }

  /** When the oldest transaction that is not in the store arrived, UTC ms. */
  oldestAt(): number | undefined {
    return this.pendingEvents === 0 ? undefined : this.#timeFrom(this.#fromLoaded());
  }

  /** When the oldest transaction that is not in the archive arrived, UTC ms. */
  oldestUnarchivedAt(): number | undefined {
    const { archive } = this;
    return archive === undefined || archive.pendingEvents === 0 ? undefined : this.#timeFrom({ start: archive.seq });
  }

  #timeFrom(range: { start?: number }): number | undefined {
    for (const { value } of this.#file.groups.getRange({ ...range, limit: 1 })) return timeOf(value);
    return undefined;
  }

  /** Rejects if the journal can't be written. */
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
   * @param bytes the maximum it writes as values; none: it only forgets, or nearly so
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
    const { bytes, events, keptBytes, endSeq } = countGroups(this.#file.groups, this.archive, this.#loadedSeq);
    this.pendingBytes = bytes;
    this.pendingEvents = events;
    this.#keptBytes = keptBytes;
    return endSeq;
  }

  #seqOf(key: 'nextSeq' | 'end'): number {
    const seq = decodeChecked(key, this.#file.root.get(key));
    return typeof seq === 'number' ? seq : 1;
  }
}

/** Ten trees, up to a dozen pages on the path to the leaf in each, and split pages: well under half of it. */
const MARGIN_BYTES = 512 * 1024;
const AHEAD_MAX_BYTES = 2 * 1024 * 1024;
/** Space that accepting events leaves, so that loaded ones can be forgotten. */
const KEPT_FOR_FORGETTING_BYTES = 1024 * 1024;
/** Pages that a new name may touch: some in each of its two trees. */
const NAME_BYTES = 16 * 1024;
