import { statfsSync } from 'node:fs';
import { SeismoError } from '../../model/errors.ts';

export interface JournalLimits {
  /** What may wait for the engine, with what it refused. */
  readonly maxBytes: number;
  /** So much of the disk stays free, for the engine and for forgetting, which needs some pages too. */
  readonly diskReserveBytes: number;
}

/** Whether the journal may take more: by its own size, and by what is left of its disk. */
export class JournalCapacity {
  readonly #path: string;
  readonly #limits: JournalLimits;
  #diskIsFull = false;
  #diskAskedMs = Number.NEGATIVE_INFINITY;
  #bytesSinceDisk = 0;

  constructor(path: string, limits: JournalLimits) {
    this.#path = path;
    this.#limits = limits;
  }

  /** So much was written. */
  noteWritten(bytes: number): void {
    this.#bytesSinceDisk += bytes;
  }

  /**
   * Why so many bytes more cannot be taken now, JOURNAL_FULL; undefined when they can.
   * @param pendingBytes what waits for the engine
   * @param rejectedBytes what it refused
   * @param slack how much of the file holds nothing
   */
  refusal(
    moreBytes: number,
    pendingBytes: number,
    rejectedBytes: number,
    slack: () => number,
  ): SeismoError | undefined {
    const { maxBytes, diskReserveBytes } = this.#limits;
    if (pendingBytes + rejectedBytes + moreBytes > maxBytes)
      return new SeismoError(
        'JOURNAL_FULL',
        'The journal is at its size limit (journalMaxBytes); nothing of this request was stored.',
      );
    if (this.#isDiskFull(pendingBytes, slack))
      return new SeismoError(
        'JOURNAL_FULL',
        `Less than ${diskReserveBytes} bytes of the disk are free (diskReserveBytes); nothing of this request was stored.`,
      );
    return undefined;
  }

  /** Whether posts are refused, or the next large one will be. */
  isFull(pendingBytes: number, rejectedBytes: number, slack: () => number): boolean {
    return this.refusal(this.#limits.maxBytes / 20, pendingBytes, rejectedBytes, slack) !== undefined;
  }

  /** Asked twice a second, and before much of the reserve can have been taken: a system call a request costs more than it guards. */
  #isDiskFull(pendingBytes: number, slack: () => number): boolean {
    const { diskReserveBytes } = this.#limits;
    if (diskReserveBytes === 0) return false;
    const now = performance.now();
    if (now - this.#diskAskedMs < DISK_ASKED_EVERY_MS && this.#bytesSinceDisk < diskReserveBytes / 4)
      return this.#diskIsFull;
    this.#diskAskedMs = now;
    this.#bytesSinceDisk = 0;
    const { bavail, bsize } = statfsSync(this.#path);
    // A file that was large once has room in itself, in pieces: while little waits, what comes fits into them and takes nothing from
    // the disk. So a journal that has filled its disk goes on when it has been emptied.
    this.#diskIsFull = bavail * bsize < diskReserveBytes && (pendingBytes + LITTLE_BYTES) * 4 > slack();
    return this.#diskIsFull;
  }
}

const DISK_ASKED_EVERY_MS = 500;
const LITTLE_BYTES = 256 * 1024;
