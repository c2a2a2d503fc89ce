import type { CopyStore, EventSet, Sum } from '../../store/copy-store.ts';

/** One insert of the target: as large as the loader's blocks, which engines take well. */
export const COPY_MAX_EVENTS = 50_000;
export const COPY_MAX_BYTES = 16 * 1024 * 1024;
/** Each is a condition of its own. */
const SETS_MAX = 100;
/** Named in one statement, which the engine writes down. */
const REMOVE_MAX_SEQS = 20_000;

/** How many events were brought in line. */
export interface Pass {
  readonly copied: number;
  readonly removed: number;
}

export interface CopyBatchOptions {
  readonly source: CopyStore;
  readonly target: CopyStore;
  readonly partition: string;
  readonly signal: AbortSignal;
  readonly onProgress: (events: number) => void;
  readonly onCopied: (copied: number, removed: number) => void;
}

/** Collects what is to be removed from and copied to one partition, and does it in statements of a bounded size. */
export class CopyBatch {
  readonly #options: CopyBatchOptions;
  #copies: EventSet[] = [];
  #events = 0;
  #bytes = 0;
  #removals: EventSet[] = [];
  #removedEvents = 0;
  #seqs = 0;
  #copied = 0;
  #removed = 0;

  constructor(options: CopyBatchOptions) {
    this.#options = options;
  }

  /** These are in both places already. */
  same(events: number): void {
    this.#options.onProgress(events);
  }

  async copy(set: EventSet, { events, bytes }: Pick<Sum, 'events' | 'bytes'>): Promise<void> {
    const isFull =
      this.#events + events > COPY_MAX_EVENTS ||
      this.#bytes + bytes > COPY_MAX_BYTES ||
      this.#copies.length === SETS_MAX;
    if (isFull) await this.#copy();
    this.#copies.push(set);
    this.#events += events;
    this.#bytes += bytes;
  }

  async remove(set: EventSet, events: number): Promise<void> {
    const seqs = set.seqs?.length ?? 0;
    if (this.#seqs + seqs > REMOVE_MAX_SEQS || this.#removals.length === SETS_MAX) await this.#remove();
    this.#removals.push(set);
    this.#seqs += seqs;
    this.#removedEvents += events;
  }

  async end(): Promise<Pass> {
    await this.#copy();
    await this.#remove();
    return { copied: this.#copied, removed: this.#removed };
  }

  async #copy(): Promise<void> {
    // A row that is not the same as here is removed before the right one comes.
    await this.#remove();
    if (this.#copies.length === 0) return;
    const { source, target, signal, onProgress, onCopied } = this.#options;
    const [sets, events] = [this.#copies, this.#events];
    this.#copies = [];
    this.#events = 0;
    this.#bytes = 0;
    const rows = await source.read(sets, signal);
    signal.throwIfAborted();
    if (rows.length > 0) await target.write(rows);
    this.#copied += events;
    onCopied(events, 0);
    onProgress(events);
  }

  async #remove(): Promise<void> {
    if (this.#removals.length === 0) return;
    const { target, partition, signal, onCopied } = this.#options;
    const [sets, events] = [this.#removals, this.#removedEvents];
    this.#removals = [];
    this.#seqs = 0;
    this.#removedEvents = 0;
    signal.throwIfAborted();
    await target.remove(partition, sets);
    this.#removed += events;
    onCopied(0, events);
  }
}
