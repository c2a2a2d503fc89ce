import { randomUUID } from 'node:crypto';
import { invariant } from '../../model/errors.ts';
import { ROW_OFFSET, ROW_VERSION, writeUuid } from '../../row/row.ts';
import { type Block, InsertRejected, type SeqRange, type Store } from '../../store/store.ts';
import { writeInt64 } from '../accept/row-writer.ts';
import { type Group, GroupDamaged } from '../journal/group.ts';
import type { Journal } from '../journal/journal.ts';
import type { AttemptedRange, BlockRange, DamagedGroup, RejectedRow } from '../journal/journal-entry.ts';
import { stampDay, type Zone } from './zone.ts';

export interface LoaderOptions {
  readonly journal: Journal;
  readonly store: Pick<Store, 'insert' | 'settleInserts' | 'storedRanges' | 'remembersInserts'>;
  readonly flushIntervalMs: number;
  readonly flushMaxBytes: number;
  readonly zoneOf: (app: string) => Zone;
  /** UTC ms, the clock that the events were received by. */
  readonly now: () => number;
  readonly onFailure: (error: unknown) => void;
  /** A group was damaged, and is moved out of the way. */
  readonly onDamaged: (firstSeq: number, group: DamagedGroup) => void;
}

/** Sequence numbers of one run of the server. */
interface SeqSpan extends BlockRange {
  readonly journal: string;
}

interface SeqRow {
  readonly seq: number;
  readonly row: Buffer;
}

const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 10_000;
/** Minimum time between two forced flushes (API.md). */
const FORCED_GAP_MS = 100;
/** Part of the ten seconds that stopping can take. */
const STOP_MAX_MS = 2_500;

/**
 * Loads the journal into the store in blocks. A block whose insert was not answered is never repeated blindly: first, no
 * insert of this journal may be running; then the stored sequence numbers are read, and only the others are sent. A store that remembers
 * inserts by their token is sent the same block again instead.
 */
export class Loader {
  readonly #options: LoaderOptions;
  readonly #journalBytes = Buffer.alloc(16);
  /** Monotonic, ms, because the machine's clock may be set. */
  #stopBy: number | undefined;
  #wakeRetry: (() => void) | undefined;
  #hold: { readonly reached: () => void; readonly released: Promise<void> } | undefined;
  #endHold: (() => void) | undefined;
  #wake: (() => void) | undefined;
  #urgent = false;
  #lastFlushMs = Number.NEGATIVE_INFINITY;
  #done: Promise<void> | undefined;
  #waiters: { seq: number; resolve: () => void }[] = [];
  /** All lower sequence numbers are in the store or among the rejected rows. */
  loadedSeq: number;
  loadedBlocks = 0;
  failures = 0;
  lastFailure: string | undefined;
  /** The last attempt failed. */
  isRetrying = false;

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.loadedSeq = options.journal.pendingEvents === 0 ? options.journal.committedSeq : 0;
  }

  start(): void {
    this.#done = this.#run();
  }

  /** Resolves when all sequence numbers below `seq` are loaded. Rejects with the signal's reason if that comes first. */
  reached(seq: number, signal?: AbortSignal): Promise<void> {
    if (this.loadedSeq >= seq) return Promise.resolve();
    this.#urgent = true;
    this.#wake?.();
    return new Promise((resolve, reject) => {
      const waiter = { seq, resolve };
      this.#waiters.push(waiter);
      const giveUp = (): void => {
        this.#waiters = this.#waiters.filter((each) => each !== waiter);
        reject(signal?.reason);
      };
      if (signal?.aborted) giveUp();
      else signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** New rows arrived. Wakes the loader if a whole block is waiting. */
  notify(): void {
    if (this.#options.journal.pendingBytes >= this.#options.flushMaxBytes) this.#wake?.();
  }

  /**
   * Resolves when no block is on its way and no attempt has failed; then nothing is loaded until the function is called that it resolves with.
   * Rejects with the signal's reason if that comes first.
   */
  async hold(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    invariant(this.#hold === undefined, 'the loader is held twice');
    let resume = (): void => {};
    const released = new Promise<void>((resolve) => {
      resume = resolve;
    });
    const release = (): void => {
      this.#hold = undefined;
      resume();
    };
    this.#endHold = release;
    try {
      await new Promise<void>((reached, reject) => {
        this.#hold = { reached, released };
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        this.#wake?.();
      });
    } catch (error) {
      release();
      throw error;
    }
    return release;
  }

  /** Loads what is left for at most `withinMs`, and stops. The rest is loaded at the next start. */
  async stop(withinMs = STOP_MAX_MS): Promise<void> {
    this.#stopBy = performance.now() + withinMs;
    this.#endHold?.();
    this.#wake?.();
    this.#wakeRetry?.();
    // An engine that hangs may keep an insert for minutes. The next start counts what arrived of it.
    await Promise.race([this.#done, pause(withinMs + 500)]);
  }

  async #run(): Promise<void> {
    const { journal } = this.#options;
    let retryMs = 0;
    for (;;) {
      if (retryMs > 0) await this.#pauseForRetry(retryMs);
      else await this.#pauseForRows();
      if (this.#stopBy !== undefined && (retryMs > 0 || performance.now() > this.#stopBy)) return;
      if (this.#hold !== undefined && retryMs === 0) {
        this.#hold.reached();
        await this.#hold.released;
        continue;
      }
      this.#urgent = false;
      if (journal.pendingEvents <= 0) {
        this.#advance(journal.committedSeq);
        if (this.#stopBy !== undefined) return;
        continue;
      }
      try {
        await this.#loadBlock();
        this.loadedBlocks++;
        this.#lastFlushMs = performance.now();
        retryMs = 0;
        this.isRetrying = false;
        if (this.#waiters.length > 0) this.#urgent = true;
      } catch (error) {
        this.failures++;
        this.isRetrying = true;
        this.lastFailure = error instanceof Error ? error.message : String(error);
        this.#options.onFailure(error);
        retryMs = Math.min(RETRY_MAX_MS, Math.max(RETRY_MIN_MS, retryMs * 2));
      }
    }
  }

  /** Until a block is full, a query waits for it, or the interval is over. */
  async #pauseForRows(): Promise<void> {
    const { journal, flushMaxBytes, flushIntervalMs } = this.#options;
    if (this.#stopBy !== undefined || journal.pendingBytes >= flushMaxBytes) return;
    if (!this.#urgent)
      await pause(flushIntervalMs, (wake) => {
        this.#wake = wake;
      });
    const gap = FORCED_GAP_MS - (performance.now() - this.#lastFlushMs);
    if (this.#urgent && gap > 0 && this.#stopBy === undefined) await pause(gap);
  }

  /** Only stopping ends it early: new rows must not turn the wait into a busy loop. */
  async #pauseForRetry(ms: number): Promise<void> {
    if (this.#stopBy !== undefined) return;
    await pause(ms, (wake) => {
      this.#wakeRetry = wake;
    });
    this.#wakeRetry = undefined;
  }

  async #loadBlock(): Promise<void> {
    const { journal, store, flushMaxBytes } = this.#options;
    const groups = await this.#read(flushMaxBytes);
    const first = groups[0];
    const last = groups.at(-1);
    // Everything that was left is damaged and has been moved out of the way.
    if (first === undefined || last === undefined) return;
    const blockRange = { firstSeq: first.firstSeq, endSeq: last.firstSeq + last.lengths.length };
    // Rows of an earlier run may have been attempted by a run this file does not know about, if a backup was restored.
    const attempted = await journal.writeBlockRange(blockRange);
    const isCounted =
      first.journal !== journal.uuid || (attempted !== undefined && !this.#isRemembered(attempted, first));
    writeUuid(first.journal, this.#journalBytes, 0);
    for (const group of groups) this.#stamp(group);
    const rejected: RejectedRow[] = [];
    const block = { ...blockRange, journal: first.journal };
    try {
      if (isCounted)
        await this.#insert(block.journal, await this.#missing(block.journal, groups.flatMap(seqRowsOf)), rejected);
      else
        await store.insert(
          this.#block(block, blockRange.endSeq - blockRange.firstSeq, tokenOf(block), groups, (group) => group.rows),
        );
    } catch (error) {
      if (!(error instanceof InsertRejected)) throw error;
      // From now on, sending the whole block again would store these parts twice.
      await journal.writeBlockRange({ ...blockRange, isSplit: true });
      await this.#halve(block.journal, groups.flatMap(seqRowsOf), error, rejected);
    }
    await journal.forget(groups, rejected);
    this.#advance(blockRange.endSeq);
  }

  /**
   * Whether the store can be sent the whole block once more. On a cluster that is safer than counting: a replica that is away may hold rows that
   * the others do not.
   */
  #isRemembered({ isSplit }: AttemptedRange, first: Group): boolean {
    const receivedAt = Number(first.rows.readBigInt64LE(ROW_OFFSET.receivedAt));
    return !isSplit && this.#options.now() - receivedAt < (this.#options.store.remembersInserts?.() ?? 0);
  }

  /** The next groups. Damaged ones are moved out of the way, so that the rest continues. */
  async #read(maxBytes: number): Promise<Group[]> {
    const { journal } = this.#options;
    for (;;) {
      try {
        const groups = journal.read(maxBytes);
        if (groups.length > 0 || journal.pendingEvents <= 0) return groups;
        // A block range can outlive its groups, if all of them were damaged.
        invariant(await journal.dropBlockRange(), 'the journal counts pending events and has none');
      } catch (error) {
        if (!(error instanceof GroupDamaged)) throw error;
        this.#options.onDamaged(error.firstSeq, await journal.keepDamagedGroup(error.firstSeq));
      }
    }
  }

  /** What did not arrive of an earlier attempt: first it must no longer be running, then its sequence numbers are counted. */
  async #missing(journal: string, rows: readonly SeqRow[]): Promise<readonly SeqRow[]> {
    const { store } = this.#options;
    const [first, last] = [rows[0], rows.at(-1)];
    if (first === undefined || last === undefined) return rows;
    await store.settleInserts(journal);
    const stored = await store.storedRanges(journal, first.seq, last.seq + 1);
    return rows.filter(({ seq }) => !isWithin(stored, seq));
  }

  /** @param rows ascending; none of them is stored or being sent */
  async #insert(journal: string, rows: readonly SeqRow[], rejected: RejectedRow[]): Promise<void> {
    const [first, last] = [rows[0], rows.at(-1)];
    if (first === undefined || last === undefined) return;
    try {
      const range = { journal, firstSeq: first.seq, endSeq: last.seq + 1 };
      // A new token: with that of an earlier attempt, the engine may ignore the rows without having them (ENGINE.md).
      const token = `${tokenOf(range)}:${randomUUID()}`;
      await this.#options.store.insert(this.#block(range, rows.length, token, rows, ({ row }) => row));
    } catch (error) {
      if (!(error instanceof InsertRejected)) throw error;
      await this.#halve(journal, rows, error, rejected);
    }
  }

  /**
   * Halves a block that the engine rejected until single events remain, which are kept as rejected rows with the reason. What of it is stored
   * anyway is counted first: a cluster may have stored a part or given the wrong reason, and its events would count twice.
   */
  async #halve(
    journal: string,
    tried: readonly SeqRow[],
    reason: InsertRejected,
    rejected: RejectedRow[],
  ): Promise<void> {
    const rows = await this.#missing(journal, tried);
    const [first] = rows;
    if (first === undefined) return;
    if (rows.length === 1 && tried.length === 1) {
      rejected.push({ seq: first.seq, reason: reason.message, row: first.row });
      return;
    }
    const middle = Math.ceil(rows.length / 2);
    await this.#insert(journal, rows.slice(0, middle), rejected);
    await this.#insert(journal, rows.slice(middle), rejected);
  }

  #block<T>(range: SeqSpan, rows: number, token: string, pieces: readonly T[], rowsOf: (piece: T) => Buffer): Block {
    return { ...range, rows, token, rowVersion: ROW_VERSION, payload: pieces.map(rowsOf) };
  }

  /** Writes what only the loader knows over the rows' fixed offsets: seq, journal, day. */
  #stamp(group: Group): void {
    const { rows, lengths } = group;
    let start = 0;
    let app = '';
    let zone: Zone | undefined;
    for (let index = 0; index < lengths.length; index++) {
      writeInt64(rows, start + ROW_OFFSET.seq, group.firstSeq + index);
      this.#journalBytes.copy(rows, start + ROW_OFFSET.journal);
      const nameStart = start + ROW_OFFSET.texts + 1;
      const nameEnd = nameStart + rows[nameStart - 1]!;
      if (zone === undefined || !isText(rows, nameStart, nameEnd, app)) {
        app = rows.toString('latin1', nameStart, nameEnd);
        zone = this.#options.zoneOf(app);
      }
      stampDay(rows, start, zone);
      start += lengths[index]!;
    }
  }

  #advance(seq: number): void {
    this.loadedSeq = Math.max(this.loadedSeq, seq);
    this.#waiters = this.#waiters.filter((waiter) => {
      if (waiter.seq > this.loadedSeq) return true;
      waiter.resolve();
      return false;
    });
  }
}

function pause(ms: number, onWake?: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    onWake?.(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

const tokenOf = ({ journal, firstSeq, endSeq }: SeqSpan): string => `${journal}:${firstSeq}:${endSeq}`;

function seqRowsOf(group: Group): SeqRow[] {
  let start = 0;
  return Array.from(group.lengths, (length, index) => {
    const row = group.rows.subarray(start, start + length);
    start += length;
    return { seq: group.firstSeq + index, row };
  });
}

/** `ranges` are ascending. */
function isWithin(ranges: readonly SeqRange[], seq: number): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle]!.to <= seq) low = middle + 1;
    else high = middle;
  }
  return low < ranges.length && seq >= ranges[low]!.from;
}

/** Whether the bytes `[start, end)` spell this ASCII text. */
function isText(bytes: Buffer, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}
