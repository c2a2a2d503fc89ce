import type { Archive, ArchiveOrder, ArchiveRow } from '../../archive/archive.ts';
import { invariant } from '../../model/errors.ts';
import { matchesAll } from '../../model/filter-match.ts';
import { decodeRow, ROW_OFFSET, uuidToText } from '../../row/row.ts';
import { SerialQueue } from '../../system/serial-queue.ts';
import type { ArchiveQueue, QueuedOrder } from '../journal/archive-queue.ts';
import { type Group, GroupDamaged } from '../journal/group.ts';
import type { Journal } from '../journal/journal.ts';
import type { DamagedGroup } from '../journal/journal-entry.ts';
import { insertInChunks } from './insert-in-chunks.ts';

export interface ArchiverOptions {
  readonly journal: Journal;
  readonly archive: Archive;
  readonly flushIntervalMs: number;
  readonly onFailure: (error: unknown) => void;
  /** A group was damaged, and is moved out of the way. */
  readonly onDamaged: (firstSeq: number, group: DamagedGroup) => void;
  /** Rows that the archive can't hold are kept with their reasons. */
  readonly onRejected: (count: number) => void;
  readonly retryMinMs?: number;
}

/** A moment among the events: the archive gets no later event until it is released. */
export interface ArchiveHold {
  /** The journal, and the sequence number of the next event. */
  readonly journal: string;
  readonly seq: number;
  /** The order applies to all events before this moment, and to none after. Resolves when it is on disk. @throws JOURNAL_UNAVAILABLE */
  note(order: ArchiveOrder): Promise<void>;
  release(): void;
}

export interface ArchiveStats {
  /** Events that wait for the archive, with their bytes, and the age of the oldest, ms. */
  readonly events: number;
  readonly bytes: number;
  readonly lagMs: number;
  /** Erasures and the like that wait for it. */
  readonly orders: number;
  /** Events that it rejected. */
  readonly rejected: number;
  readonly failures: number;
  readonly lastFailure?: string;
  /** Since when a server ran without the archive, UTC ms: the archive may lack events from then on, and hold erased ones. */
  readonly gapSinceMs?: number;
  readonly state: 'archiving' | 'waiting';
}

const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 10_000;
/** Above this, waiting for the interval would only let more gather. */
const URGENT_BYTES = 1024 * 1024;
const BLOCK_MAX_BYTES = 4 * 1024 * 1024;
/** Part of the ten seconds that stopping can take. */
const STOP_MAX_MS = 2_500;

/**
 * Brings the journal to the archive, in order: events in chunks, and between them what changes events that came before.
 * Each event has its `_id` from the journal, so what may have arrived is simply sent again.
 */
export class Archiver {
  readonly #options: ArchiverOptions;
  readonly #queue: ArchiveQueue;
  readonly #holds = new Set<ArchiveHold>();
  /** Steps, and what else changes the archive. */
  readonly #turns = new SerialQueue();
  readonly #stopping = new AbortController();
  /** Monotonic, ms. */
  #stopBy: number | undefined;
  #wake: (() => void) | undefined;
  #done: Promise<void> | undefined;
  #waiters: (() => void)[] = [];
  failures = 0;
  lastFailure: string | undefined;
  /** The last attempt failed. */
  isRetrying = false;

  constructor(options: ArchiverOptions) {
    this.#options = options;
    const { archive } = options.journal;
    invariant(archive?.isActive, 'the journal keeps nothing for the archive');
    this.#queue = archive;
  }

  start(): void {
    this.#done = this.#run();
  }

  /** New rows arrived. */
  notify(): void {
    if (this.#queue.pendingBytes >= URGENT_BYTES && !this.isRetrying) this.#wake?.();
  }

  hold(): ArchiveHold {
    const { journal } = this.#options;
    const hold: ArchiveHold = {
      journal: journal.uuid,
      seq: journal.nextSeq,
      note: async (order) => await this.#queue.enqueue(hold.seq, order),
      release: () => {
        this.#holds.delete(hold);
        if (!this.isRetrying) this.#wake?.();
      },
    };
    this.#holds.add(hold);
    return hold;
  }

  /** Whether the archive has every event before the sequence number, and every order so far is executed. */
  hasAll(endSeq: number): boolean {
    const { seq, pendingEvents, ordersWaiting } = this.#queue;
    return ordersWaiting === 0 && (pendingEvents === 0 || seq >= endSeq);
  }

  /** Resolves when the archive has more than now. Rejects with the signal's reason if that comes first. */
  progress(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push(resolve);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  }

  /** Sends the rows that the archive rejected again. They stay if it can't be reached. @returns how many it took */
  async retryRejected(): Promise<number> {
    return await this.#turns.run(async () => {
      const taken: number[] = [];
      try {
        for (const { seq, row } of [...this.#queue.rejected()]) {
          const rejected = await this.#options.archive.insert([rowAt(seq, row)]);
          if (rejected.length === 0) taken.push(seq);
        }
      } catch (error) {
        this.#options.onFailure(error);
      }
      if (taken.length > 0) await this.#queue.dropRejected(taken);
      return taken.length;
    });
  }

  stats(nowMs: number): ArchiveStats {
    const oldest = this.#options.journal.oldestUnarchivedAt();
    return {
      events: this.#queue.pendingEvents,
      bytes: this.#queue.pendingBytes,
      lagMs: oldest === undefined ? 0 : Math.max(0, nowMs - oldest),
      orders: this.#queue.ordersWaiting,
      rejected: this.#queue.rejectedCount(),
      failures: this.failures,
      ...(this.lastFailure !== undefined && { lastFailure: this.lastFailure }),
      ...(this.#queue.gapSinceMs !== undefined && { gapSinceMs: this.#queue.gapSinceMs }),
      state: this.isRetrying ? 'waiting' : 'archiving',
    };
  }

  /** Archives what is left for at most `withinMs`, and stops. The next start continues. */
  async stop(withinMs = STOP_MAX_MS): Promise<void> {
    this.#stopBy = performance.now() + withinMs;
    this.#wake?.();
    const late = setTimeout(() => this.#stopping.abort(new Error('The server is stopping.')), withinMs);
    await Promise.race([this.#done, pause(withinMs + 500)]);
    clearTimeout(late);
    this.#stopping.abort(new Error('The server is stopping.'));
  }

  async #run(): Promise<void> {
    let retryMs = 0;
    let isIdle = false;
    for (;;) {
      if (this.#stopBy !== undefined) {
        if (retryMs > 0 || isIdle || performance.now() > this.#stopBy) return;
      } else if (retryMs > 0) await this.#pause(retryMs);
      else if (isIdle) await this.#pause(this.#options.flushIntervalMs);
      try {
        isIdle = !(await this.#turns.run(() => this.#step()));
        retryMs = 0;
        this.isRetrying = false;
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        this.failures++;
        this.isRetrying = true;
        this.lastFailure = error instanceof Error ? error.message : String(error);
        this.#options.onFailure(error);
        retryMs = Math.min(RETRY_MAX_MS, Math.max(this.#options.retryMinMs ?? RETRY_MIN_MS, retryMs * 2));
      }
    }
  }

  /** @returns whether there was something to do */
  async #step(): Promise<boolean> {
    const { journal } = this.#options;
    const heldFrom = Math.min(...[...this.#holds].map(({ seq }) => seq));
    const order = this.#queue.nextOrder;
    const groups = await this.#read(Math.min(heldFrom, order?.seq ?? Number.POSITIVE_INFINITY));
    if (groups.length > 0) {
      const rejected = await insertInChunks(this.#options.archive, rowsOf(groups));
      await journal.forgetArchived(groups, rejected);
      if (rejected.length > 0) this.#options.onRejected(rejected.length);
      for (const resolve of this.#waiters.splice(0)) resolve();
      return true;
    }
    if (!order?.isStored || order.seq > heldFrom) return false;
    await this.#execute(order);
    return true;
  }

  /** The next groups. Damaged ones are moved out of the way, so that the rest continues. */
  async #read(beforeSeq: number): Promise<Group[]> {
    const { journal, onDamaged } = this.#options;
    for (;;) {
      try {
        return journal.readForArchive(BLOCK_MAX_BYTES, beforeSeq);
      } catch (error) {
        if (!(error instanceof GroupDamaged)) throw error;
        onDamaged(error.firstSeq, await journal.keepDamagedGroup(error.firstSeq));
      }
    }
  }

  async #execute(queued: QueuedOrder): Promise<void> {
    await this.#options.archive.execute(queued.order, this.#stopping.signal);
    await this.#queue.executed(queued, this.#rejectedIn(queued.order));
  }

  /** Of the rows that the archive rejected, those that the order removes. */
  #rejectedIn(order: ArchiveOrder): number[] {
    const removed = new Set(order.kind === 'remove' ? order.positions.map(keyOf) : []);
    const seqs: number[] = [];
    for (const { seq, row } of this.#queue.rejected()) {
      const event = decodeRow(row, 0);
      const isRemoved =
        order.kind === 'erase'
          ? event.app === order.app && matchesAll(event, order.range, order.filters, seq)
          : removed.has(keyOf(rowAt(seq, row)));
      if (isRemoved) seqs.push(seq);
    }
    return seqs;
  }

  async #pause(ms: number): Promise<void> {
    await pause(ms, (wake) => {
      this.#wake = wake;
    });
    this.#wake = undefined;
  }
}

const keyOf = ({ journal, seq }: { readonly journal: string; readonly seq: number }): string => `${journal} ${seq}`;

function* rowsOf(groups: readonly Group[]): Generator<ArchiveRow> {
  for (const { firstSeq, journal, rows, lengths } of groups) {
    let start = 0;
    for (const [index, length] of lengths.entries()) {
      yield { journal, seq: firstSeq + index, bytes: rows, start, end: start + length };
      start += length;
    }
  }
}

const rowAt = (seq: number, row: Buffer): ArchiveRow => ({
  journal: uuidToText(row, ROW_OFFSET.journal),
  seq,
  bytes: row,
  start: 0,
  end: row.length,
});

function pause(ms: number, onWake?: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    onWake?.(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
