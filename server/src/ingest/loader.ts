import { ROW_OFFSET, ROW_VERSION, writeUuid } from '../row.ts';
import { type Block, InsertRefused, type Store } from '../store/store.ts';
import type { Group, Journal } from './journal.ts';
import { writeInt64 } from './row-writer.ts';

export interface LoaderOptions {
  readonly journal: Journal;
  readonly store: Pick<Store, 'insert' | 'settleInserts' | 'storedRanges'>;
  readonly flushIntervalMs: number;
  readonly flushMaxBytes: number;
  /** Days since 1970 of a UTC ms in the app's zone. */
  readonly dayOf: (row: Buffer, timestampMs: number) => number;
  readonly onFailure: (error: unknown) => void;
}

interface Placed {
  readonly seq: number;
  readonly row: Buffer;
}

const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 10_000;
/** Two forced flushes are at least so far apart (API.md). */
const FORCED_GAP_MS = 100;

/**
 * Takes the journal to the store in blocks. A block whose insert was not answered is never repeated blindly: first no
 * insert of this journal may be running, then the places already stored are asked for, and only the others go.
 */
export class Loader {
  readonly #options: LoaderOptions;
  readonly #journalBytes = Buffer.alloc(16);
  #stopping = false;
  #wake: (() => void) | undefined;
  #urgent = false;
  #lastFlushMs = 0;
  #done: Promise<void> | undefined;
  #waiters: { seq: number; resolve: () => void }[] = [];
  /** All places below are in the store or set aside. */
  loadedSeq: number;
  loadedBlocks = 0;
  failures = 0;
  lastFailure: string | undefined;
  oldestPendingMs: number | undefined;

  constructor(options: LoaderOptions) {
    this.#options = options;
    writeUuid(options.journal.uuid, this.#journalBytes, 0);
    this.loadedSeq = options.journal.pendingEvents === 0 ? options.journal.nextSeq : 0;
  }

  start(): void {
    this.#done = this.#run();
  }

  /** Resolves when every place below `seq` is loaded. */
  reached(seq: number): Promise<void> {
    if (this.loadedSeq >= seq) return Promise.resolve();
    this.#urgent = true;
    this.#wake?.();
    return new Promise((resolve) => this.#waiters.push({ seq, resolve }));
  }

  /** New rows came; wakes the loader when a whole block is waiting. */
  notify(): void {
    if (this.#options.journal.pendingBytes >= this.#options.flushMaxBytes) this.#wake?.();
  }

  /** Tries to load what is left, once, and stops; what stays is loaded at the next start. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake?.();
    await this.#done;
  }

  async #run(): Promise<void> {
    let retryMs = 0;
    for (;;) {
      const { journal } = this.#options;
      if (retryMs > 0) {
        if (this.#stopping) return;
        await this.#pause(retryMs);
      } else if (!this.#stopping && journal.pendingBytes < this.#options.flushMaxBytes) {
        const gap = FORCED_GAP_MS - (Date.now() - this.#lastFlushMs);
        if (!this.#urgent) await this.#pause(this.#options.flushIntervalMs);
        else if (gap > 0) await new Promise((resolve) => setTimeout(resolve, gap));
      }
      this.#urgent = false;
      if (journal.pendingEvents === 0) {
        this.oldestPendingMs = undefined;
        this.#advance(journal.nextSeq);
        if (this.#stopping) return;
        continue;
      }
      try {
        await this.#loadBlock();
        this.loadedBlocks++;
        this.#lastFlushMs = Date.now();
        retryMs = 0;
        if (this.#waiters.length > 0) this.#urgent = true;
      } catch (error) {
        this.failures++;
        this.lastFailure = error instanceof Error ? error.message : String(error);
        this.#options.onFailure(error);
        retryMs = Math.min(RETRY_MAX_MS, Math.max(RETRY_MIN_MS, retryMs * 2));
      }
    }
  }

  async #loadBlock(): Promise<void> {
    const { journal, store, flushMaxBytes } = this.#options;
    const groups = journal.read(flushMaxBytes);
    const first = groups[0]!;
    const last = groups.at(-1)!;
    this.oldestPendingMs = first.receivedAt;
    const cut = { firstSeq: first.firstSeq, endSeq: last.firstSeq + last.rows.length };
    const repeated = await journal.writeCut(cut);
    let placed = this.#place(groups);
    if (repeated) {
      await store.settleInserts(journal.uuid);
      const stored = await store.storedRanges(journal.uuid, cut.firstSeq, cut.endSeq);
      placed = placed.filter(({ seq }) => !stored.some((range) => seq >= range.from && seq < range.to));
    }
    const aside: { seq: number; reason: string; row: Buffer }[] = [];
    if (placed.length > 0) await this.#insert(placed, aside);
    await journal.forget(groups, aside);
    this.#advance(journal.pendingEvents === 0 ? journal.nextSeq : cut.endSeq);
  }

  /** Halves a refused block until single events remain; those are set aside with the reason. */
  async #insert(placed: readonly Placed[], aside: { seq: number; reason: string; row: Buffer }[]): Promise<void> {
    const block: Block = {
      journal: this.#options.journal.uuid,
      firstSeq: placed[0]!.seq,
      endSeq: placed.at(-1)!.seq + 1,
      rows: placed.length,
      rowVersion: ROW_VERSION,
      payload: placed.map(({ row }) => row),
    };
    try {
      await this.#options.store.insert(block);
    } catch (error) {
      if (!(error instanceof InsertRefused)) throw error;
      if (placed.length === 1) {
        aside.push({ seq: placed[0]!.seq, reason: error.message, row: placed[0]!.row });
        return;
      }
      const middle = placed.length >> 1;
      await this.#insert(placed.slice(0, middle), aside);
      await this.#insert(placed.slice(middle), aside);
    }
  }

  #place(groups: readonly Group[]): Placed[] {
    const placed: Placed[] = [];
    for (const group of groups)
      group.rows.forEach((row, index) => {
        const seq = group.firstSeq + index;
        writeInt64(row, ROW_OFFSET.seq, seq);
        row.set(this.#journalBytes, ROW_OFFSET.journal);
        const timestamp =
          row.readUInt32LE(ROW_OFFSET.timestamp) + row.readInt32LE(ROW_OFFSET.timestamp + 4) * 4_294_967_296;
        row.writeUInt16LE(this.#options.dayOf(row, timestamp), ROW_OFFSET.day);
        placed.push({ seq, row });
      });
    return placed;
  }

  #advance(seq: number): void {
    this.loadedSeq = Math.max(this.loadedSeq, seq);
    this.#waiters = this.#waiters.filter((waiter) => {
      if (waiter.seq > this.loadedSeq) return true;
      waiter.resolve();
      return false;
    });
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      const self = this;
      function done() {
        clearTimeout(timer);
        self.#wake = undefined;
        resolve();
      }
      this.#wake = done;
    });
  }
}
