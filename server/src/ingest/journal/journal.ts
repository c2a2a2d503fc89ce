import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { SeismoError } from '../../model/errors.ts';
import { writeUuid } from '../../row/row.ts';
import { causeOfFailure, usedBytesOf } from '../../system/lmdb-options.ts';
import { LmdbRoom, NoRoom } from '../../system/lmdb-reserve.ts';
import {
  asRestored,
  encodeForgotten,
  expiredForgotten,
  idsAndForgotten,
  notedErasing,
  noteErasing,
  strippedFingerprints,
} from '../ids/forgotten-ids.ts';
import type { Restored } from '../ids/id-window.ts';
import { decodeChecked, encodeChecked } from './checked-value.ts';
import { countOf, decodeGroup, type Group, timeOf } from './group.ts';
import { areFingerprintsIntact, decodeFingerprints, fingerprintsTimeOf } from './id-fingerprints.ts';
import type { BlockRange, DamagedGroup, Entry, RejectedRow } from './journal-entry.ts';
import { FILE_NAME, type JournalFile, openJournalFile, sizeOf, slackOf, transactionOf } from './journal-file.ts';
import { Fullness, type JournalLimits } from './journal-limits.ts';
import { writePlacesNote } from './progress-file.ts';
import { decodeRejectedRow, encodeRejectedRow } from './rejected-row.ts';
import type { Salvage } from './salvage-summary.ts';

/**
 * What was accepted and is not in the store yet, and the fingerprints of ids seen, in one LMDB file.
 * A write resolves when it is on disk.
 */
export class Journal {
  /**
   * Under which the places of this run count. Each opening makes its own, and a group tells under which it was written: so
   * a file that was brought back from a backup, or copied to a second machine, never gives a place twice.
   */
  readonly uuid = randomUUID();
  /** The same as RowBinary holds it. */
  readonly uuidBytes = Buffer.alloc(16);
  readonly #file: JournalFile;
  readonly #path: string;
  readonly #fullness: Fullness;
  readonly #room: LmdbRoom;
  readonly #slack = (): number => slackOf(this.#file) + this.#room.spareBytes;
  nextSeq: number;
  /** Every place below is on disk. */
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
  #rejectedBytes = 0;
  /** Every place below is in the store or among the rejected rows. */
  #loadedSeq: number;
  /** Keys of fingerprints that are no more what was written; known after the first reading. */
  #damagedFingerprints: Set<number> | undefined;

  constructor(path: string, limits: JournalLimits) {
    this.#path = path;
    this.#fullness = new Fullness(path, limits);
    this.#file = openJournalFile(path);
    this.#room = new LmdbRoom({
      path: join(path, FILE_NAME),
      usedBytes: () => usedBytesOf(this.#file.root),
      marginBytes: MARGIN_BYTES,
      aheadMaxBytes: AHEAD_MAX_BYTES,
    });
    writeUuid(this.uuid, this.uuidBytes, 0);
    this.#loadedSeq = this.#placeOf('nextSeq');
    const [forgottenBefore = 0] = this.#file.forgotten.getKeys({ reverse: true, limit: 1 });
    this.nextSeq = Math.max(this.#loadedSeq, this.#placeOf('end'), this.#countPending(), forgottenBefore);
    this.#measureRejected();
    this.committedSeq = this.nextSeq;
  }

  /**
   * One transaction. Resolves with the first place when it is on disk.
   * @throws JOURNAL_FULL, JOURNAL_UNAVAILABLE
   */
  async append(entry: Entry): Promise<number> {
    const { value, count } = entry;
    const refusal = this.refusal(value.length);
    if (refusal) throw refusal;
    const { groups, ids, names, aside: rejectedDb, imports, forgotten, erasing } = this.#file;
    const firstSeq = this.nextSeq;
    const forgets = entry.forgotten && encodeForgotten(this.#file, firstSeq, entry.forgotten);
    // What is put back in line takes the pages from where it lay, whose neighbours are written anew.
    const bytes =
      value.length * 2 + (entry.fingerprints?.length ?? 0) + entry.names.length * NAME_BYTES + (forgets?.length ?? 0);
    const work = (): void => {
      // The places are taken even when the commit fails: a place is never given twice.
      this.nextSeq = firstSeq + count;
      if (count > 0) groups.put(firstSeq, value);
      if (entry.fingerprints) ids.put(firstSeq, entry.fingerprints);
      for (const name of entry.names) names.put(name, encodeChecked(name, 1));
      for (const seq of entry.takenFromRejected ?? []) rejectedDb.remove(seq);
      for (const { key, value } of entry.checkpoints ?? []) imports.put(key, encodeChecked(key, value));
      if (forgets) forgotten.put(firstSeq, forgets);
      for (const key of entry.erased ?? []) erasing.remove(key);
    };
    await this.#write('nothing of this request was stored', bytes, work);
    if (count > 0) this.pendingBytes += value.length;
    this.pendingEvents += count;
    this.#fullness.wrote(value.length);
    this.committedSeq = Math.max(this.committedSeq, firstSeq + count);
    if (entry.takenFromRejected?.length) this.#measureRejected();
    if (count > 0 && this.#recentBytes + value.length <= RECENT_MAX_BYTES) {
      this.#recent.set(firstSeq, decodeGroup(firstSeq, value));
      this.#recentBytes += value.length;
    }
    return firstSeq;
  }

  /** Why so many bytes more cannot be taken now, JOURNAL_FULL; undefined when they can. */
  refusal(moreBytes: number): SeismoError | undefined {
    return this.#fullness.refusal(moreBytes, this.pendingBytes, this.#rejectedBytes, this.#slack);
  }

  /** Whether posts are refused, or the next large one will be. */
  isFull(): boolean {
    return this.#fullness.isFull(this.pendingBytes, this.#rejectedBytes, this.#slack);
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
    const { root, aside: rejectedDb, groups: stored } = this.#file;
    const rejectedBytes = rejected.reduce((sum, { row }) => sum + row.length + REJECTED_ROW_BYTES, 0);
    await this.#write('the block is loaded and not forgotten', rejectedBytes * 2, () => {
      for (const group of groups) stored.remove(group.firstSeq);
      for (const { seq, reason, row } of rejected) rejectedDb.put(seq, encodeRejectedRow(seq, reason, row));
      root.remove('cut');
      // Groups tell by themselves how far the places have come; without them, this does.
      if (last) root.put('nextSeq', encodeChecked('nextSeq', last.firstSeq + last.lengths.length));
    });
    for (const group of groups) {
      this.#loadedSeq = Math.max(this.#loadedSeq, group.firstSeq + group.lengths.length);
      if (this.#recent.delete(group.firstSeq)) this.#recentBytes -= group.bytes;
      this.pendingBytes -= group.bytes;
      this.pendingEvents -= group.lengths.length;
    }
    if (rejected.length > 0) this.#measureRejected();
  }

  /**
   * A group that is no more what was written: kept apart as it is, so that the others go on, and its ids are forgotten, so that its events
   * can be sent again.
   */
  async keepDamagedGroup(firstSeq: number): Promise<DamagedGroup> {
    const { groups, damaged, ids } = this.#file;
    const value = Buffer.from(groups.get(firstSeq) ?? EMPTY);
    const packed = ids.get(firstSeq);
    const fingerprints =
      packed !== undefined && areFingerprintsIntact(firstSeq, packed) ? decodeFingerprints(packed).apps : [];
    await this.#write('the damaged group stays in line', value.length, () => {
      damaged.put(firstSeq, value);
      groups.remove(firstSeq);
      ids.remove(firstSeq);
    });
    this.#recent.delete(firstSeq);
    this.#countPending();
    return { events: countOf(value), fingerprints };
  }

  /** Writes down beside the file how far it has come (places-note.ts). */
  notePlaces(): void {
    writePlacesNote(this.#path, {
      transaction: transactionOf(this.#file),
      loadedSeq: this.pendingEvents === 0 ? this.committedSeq : this.#loadedSeq,
      endSeq: this.committedSeq,
    });
  }

  /** Groups kept apart because they were damaged. */
  damagedCount(): number {
    return sizeOf(this.#file.damaged).entries;
  }

  /** In order of their places; damaged ones are left out. */
  *rejectedRows(fromSeq = 0): Generator<RejectedRow> {
    for (const { key, value } of this.#file.aside.getRange({ start: fromSeq })) {
      const decoded = decodeRejectedRow(key, value);
      if (decoded) yield { seq: key, ...decoded };
    }
  }

  rejectedRowCount(): number {
    return sizeOf(this.#file.aside).entries;
  }

  /** When the oldest transaction that is not in the store came, UTC ms. */
  oldestAt(): number | undefined {
    if (this.pendingEvents === 0) return undefined;
    for (const { value } of this.#file.groups.getRange({ limit: 1 })) return timeOf(value);
    return undefined;
  }

  async dropRejectedRows(seqs: readonly number[]): Promise<void> {
    await this.#write('nothing was dropped', 0, () => {
      for (const seq of seqs) this.#file.aside.remove(seq);
    });
    this.#measureRejected();
  }

  /** Fingerprints stored, oldest first. */
  *fingerprints(): Generator<{ key: number; at: number; apps: ReturnType<typeof decodeFingerprints>['apps'] }> {
    for (const { key, value } of this.#file.ids.getRange({})) yield { key, ...decodeFingerprints(value) };
  }

  /** The same, packed: each is good until the next. What is damaged is left out. */
  *packedFingerprints(sinceMs: number): Generator<Restored> {
    const damaged = this.#damagedFingerprints ?? new Set<number>();
    for (const { key, value, isForgotten } of idsAndForgotten(this.#file)) {
      if (this.#damagedFingerprints === undefined && !isForgotten && !areFingerprintsIntact(key, value))
        damaged.add(key);
      if (isForgotten || (!damaged.has(key) && fingerprintsTimeOf(value) >= sinceMs))
        yield* asRestored(value, isForgotten);
    }
    this.#damagedFingerprints = damaged;
  }

  /** Notes uuids whose events are about to be erased. */
  async noteErasing(key: string, uuids: Buffer): Promise<void> {
    await this.#write('nothing was erased', uuids.length * 3 + 1, () => noteErasing(this.#file, key, uuids));
  }

  /** What was noted, and has not been forgotten yet. */
  erasing = (): { key: string; value: Buffer }[] => notedErasing(this.#file);

  /** When the newest fingerprints came, ms of the ids' clock. */
  newestFingerprintsAt(): number {
    for (const { value } of this.#file.ids.getRange({ reverse: true, limit: 1 })) return fingerprintsTimeOf(value);
    return 0;
  }

  /** Forgets fingerprints of transactions before `beforeMs`, at most `max` transactions at a time. @returns whether more are left */
  async dropFingerprints(beforeMs: number, max: number): Promise<boolean> {
    const keys: number[] = [];
    for (const { key, value } of this.#file.ids.getRange({})) {
      if (fingerprintsTimeOf(value) >= beforeMs || keys.length >= max) break;
      keys.push(key);
    }
    const { ids, forgotten } = this.#file;
    const old = expiredForgotten(this.#file, beforeMs);
    if (keys.length + old.length === 0) return false;
    await this.#write('fingerprints are not forgotten', 0, () => {
      for (const key of keys) ids.remove(key);
      for (const key of old) forgotten.remove(key);
    });
    return keys.length >= max;
  }

  /** Forgets the fingerprints of one app that came in `[fromMs, toMs)`: it gave them up for others. */
  async stripFingerprints(app: string, fromMs: number, toMs: number): Promise<void> {
    const changes = strippedFingerprints(this.#file, app, fromMs, toMs);
    const bytes = changes.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    await this.#write('fingerprints are not forgotten', bytes * 2, () => {
      for (const { key, value } of changes)
        if (value === undefined) this.#file.ids.remove(key);
        else this.#file.ids.put(key, value);
    });
  }

  /** Rejects when the journal cannot be written. */
  async ping(): Promise<void> {
    await this.#write('it is not ready', KEPT_FOR_FORGETTING_BYTES, () => {
      this.#file.root.put('ping', encodeChecked('ping', 1));
    });
  }

  async close(): Promise<void> {
    await this.#room.close();
    await this.#file.root.close();
  }

  /**
   * @param bytes what it writes at most, as values; none: it only forgets, or nearly so
   * @throws JOURNAL_UNAVAILABLE with `otherwise` in its sentence; then nothing of it is on disk
   */
  async #write(otherwise: string, bytes: number, work: () => void): Promise<void> {
    try {
      const keep = bytes > 0 ? KEPT_FOR_FORGETTING_BYTES : 0;
      await this.#room.within(bytes, keep, () => this.#file.root.batch(work));
    } catch (error) {
      const cause = await causeOfFailure(error);
      const why = cause instanceof NoRoom ? 'The disk is full' : 'The journal could not be written';
      throw new SeismoError('JOURNAL_UNAVAILABLE', `${why}; ${otherwise}.`, { cause });
    }
  }

  /** @returns the place after the last one */
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

  #placeOf(key: 'nextSeq' | 'end'): number {
    const place = decodeChecked(key, this.#file.root.get(key));
    return typeof place === 'number' ? place : 1;
  }

  #measureRejected(): void {
    this.#rejectedBytes = sizeOf(this.#file.aside).bytes;
  }
}

/** Of a rejected row, beside the row: its reason, key and header. */
const REJECTED_ROW_BYTES = 2_100;
const EMPTY = Buffer.alloc(0);
/** Beyond, the engine is behind, and groups are read back from the file. */
const RECENT_MAX_BYTES = 48 * 1024 * 1024;
/** Ten trees, up to a dozen pages on the way to the place in each, and those that are split: well under half of it. */
const MARGIN_BYTES = 512 * 1024;
const AHEAD_MAX_BYTES = 2 * 1024 * 1024;
/** What taking events leaves, for forgetting those that were loaded. */
const KEPT_FOR_FORGETTING_BYTES = 1024 * 1024;
/** Pages that a new name may touch: some in each of the two trees that it goes to. */
const NAME_BYTES = 16 * 1024;
