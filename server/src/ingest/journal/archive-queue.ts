import type { Database } from 'lmdb';
import type { ArchiveOrder } from '../../archive/archive.ts';
import { decodeChecked, encodeChecked } from './checked-value.ts';
import type { RejectedRow } from './journal-entry.ts';
import { type JournalFile, type JournalWrite, sizeOf } from './journal-file.ts';
import { decodeRejectedRow, encodeRejectedRow } from './rejected-row.ts';
import { rejectedBytesOf } from './rejected-row-store.ts';

/** An order in the journal. It applies to all events with lower sequence numbers, and to none after. */
export interface QueuedOrder {
  readonly key: string;
  readonly seq: number;
  readonly order: ArchiveOrder;
  /** It is on disk. Until then it is not executed, but no later event passes it. */
  isStored: boolean;
}

/** The root's key: all lower sequence numbers are in the archive or among the rows that it rejected. */
const POSITION = 'archived';
/** The root's key: when a server first ran without the archive, UTC ms. */
const GAP = 'archiveGap';
/** The root's key: the store has events that the archive may lack. */
export const MISSING = 'archiveMissing';

/**
 * How far the archive has come, what waits for it besides events, and the rows it rejected. The events themselves are the
 * journal's groups, which stay until the archive has them too.
 */
export class ArchiveQueue {
  readonly #file: JournalFile;
  readonly #orders: Database<Buffer, string>;
  readonly #aside: Database<Buffer, number>;
  readonly #write: JournalWrite;
  /** Ascending by sequence number. */
  #waiting: QueuedOrder[] = [];
  #count = 0;
  /** All lower sequence numbers are in the archive or among the rows that it rejected. */
  seq: number;
  /** Bytes and events of groups that the archive does not have. */
  pendingBytes = 0;
  pendingEvents = 0;
  /** Since when a server ran without the archive, UTC ms: it may hold events that were erased then. */
  readonly gapSinceMs: number | undefined;
  /** It may lack events that the store has (backfill.ts). */
  isMissingEvents: boolean;
  /** The archive is configured. If not, what waited for it stays, and nothing is added. */
  readonly isActive: boolean;

  /** @returns undefined if there is no archive, and nothing waits for one */
  static open(
    file: JournalFile,
    write: JournalWrite,
    isActive: boolean,
    loadedSeq: () => number,
  ): ArchiveQueue | undefined {
    const { archiveOrders, archiveAside } = file;
    if (archiveOrders === undefined || archiveAside === undefined) return undefined;
    const known = decodeChecked(POSITION, file.root.get(POSITION));
    const seq = typeof known === 'number' ? known : loadedSeq();
    file.root.transactionSync(() => {
      if (known === undefined || !isActive) file.root.put(MISSING, encodeChecked(MISSING, true));
      // Before any event is loaded: what the loader has from now on is kept for the archive, also after a crash.
      if (known === undefined) file.root.put(POSITION, encodeChecked(POSITION, seq));
      if (isActive) return;
      // What is erased from now on does not reach the archive, and nothing else would remember that.
      if (file.root.get(GAP) === undefined) file.root.put(GAP, encodeChecked(GAP, Date.now()));
      // The store has them, from which they are copied if there is an archive again: nothing fills up for one that may never come back.
      for (const key of [...file.groups.getKeys({ end: loadedSeq() })]) file.groups.remove(key);
    });
    return new ArchiveQueue(file, [archiveOrders, archiveAside], write, { seq, isActive });
  }

  private constructor(
    file: JournalFile,
    [orders, aside]: readonly [Database<Buffer, string>, Database<Buffer, number>],
    write: JournalWrite,
    { seq, isActive }: { readonly seq: number; readonly isActive: boolean },
  ) {
    this.#file = file;
    this.#orders = orders;
    this.#aside = aside;
    this.#write = write;
    this.seq = seq;
    this.isActive = isActive;
    const gap = decodeChecked(GAP, file.root.get(GAP));
    this.gapSinceMs = typeof gap === 'number' ? gap : undefined;
    this.isMissingEvents = decodeChecked(MISSING, file.root.get(MISSING)) === true;
    for (const { key, value } of orders.getRange({})) {
      const order = decodeChecked(key, value) as ArchiveOrder | undefined;
      if (order !== undefined) this.#waiting.push({ key, seq: seqOf(key), order, isStored: true });
      this.#count = Math.max(this.#count, countOf(key) + 1);
    }
  }

  /** The next order to execute, once everything before it is archived. */
  get nextOrder(): QueuedOrder | undefined {
    return this.#waiting[0];
  }

  get ordersWaiting(): number {
    return this.#waiting.length;
  }

  /** From now on it has its place; set `isStored`, or call `drop`, when its transaction has ended. */
  newOrder(seq: number, order: ArchiveOrder): QueuedOrder {
    const queued = { key: keyOf(seq, this.#count++), seq, order, isStored: false };
    this.#waiting.push(queued);
    this.#waiting.sort((a, b) => (a.key < b.key ? -1 : 1));
    return queued;
  }

  /** The maximum that a transaction with the order writes as values. */
  bytesOf({ key, order }: QueuedOrder): number {
    return encodeChecked(key, order).length * 2;
  }

  /** Call it within a transaction. */
  putOrder({ key, order }: QueuedOrder): void {
    this.#orders.put(key, encodeChecked(key, order));
  }

  drop({ key }: QueuedOrder): void {
    this.#waiting = this.#waiting.filter((each) => each.key !== key);
  }

  /** Stores an order. @throws JOURNAL_UNAVAILABLE; then there is none */
  async enqueue(seq: number, order: ArchiveOrder): Promise<void> {
    const queued = this.newOrder(seq, order);
    try {
      await this.#write('nothing was erased', this.bytesOf(queued), () => this.putOrder(queued));
      queued.isStored = true;
    } catch (error) {
      this.drop(queued);
      throw error;
    }
  }

  /** The order is executed. @param rejectedSeqs rows that it also removes from those that the archive rejected */
  async executed(queued: QueuedOrder, rejectedSeqs: readonly number[]): Promise<void> {
    await this.#write('the order is executed and not forgotten', 0, () => {
      this.#orders.remove(queued.key);
      for (const seq of rejectedSeqs) this.#aside.remove(seq);
    });
    this.drop(queued);
  }

  /** Call it within a transaction, and set `seq` afterwards. */
  putPosition(seq: number): void {
    this.#file.root.put(POSITION, encodeChecked(POSITION, seq));
  }

  /** Rows that the archive rejected. Call it within a transaction. */
  putRejected(rows: readonly RejectedRow[]): void {
    for (const { seq, reason, row } of rows) this.#aside.put(seq, encodeRejectedRow(seq, reason, row));
  }

  /** Rows that the archive rejected, which the store has. */
  async keepRejected(rows: readonly RejectedRow[]): Promise<void> {
    if (rows.length > 0) await this.#write('nothing was kept', rejectedBytesOf(rows), () => this.putRejected(rows));
  }

  /** The archive has every event of the store. */
  async foundComplete(): Promise<void> {
    await this.#write('it is compared again', 0, () => this.#file.root.remove(MISSING));
    this.isMissingEvents = false;
  }

  /** In the order of their sequence numbers. Damaged ones are skipped. */
  *rejected(fromSeq = 0): Generator<RejectedRow> {
    for (const { key, value } of this.#aside.getRange({ start: fromSeq })) {
      const decoded = decodeRejectedRow(key, value);
      if (decoded) yield { seq: key, ...decoded };
    }
  }

  rejectedCount(): number {
    return sizeOf(this.#aside).entries;
  }

  rejectedBytes(): number {
    return sizeOf(this.#aside).bytes;
  }

  async dropRejected(seqs: readonly number[]): Promise<void> {
    await this.#write('nothing was dropped', 0, () => {
      for (const seq of seqs) this.#aside.remove(seq);
    });
  }
}

const DIGITS = 16;
/** Sorted by sequence number, then in the order they came. */
const keyOf = (seq: number, count: number): string =>
  `${String(seq).padStart(DIGITS, '0')} ${String(count).padStart(DIGITS, '0')}`;
const seqOf = (key: string): number => Number(key.slice(0, DIGITS));
const countOf = (key: string): number => Number(key.slice(DIGITS + 1));
