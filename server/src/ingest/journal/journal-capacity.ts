import { statfsSync } from 'node:fs';
import { SeismoError } from '../../model/errors.ts';

export interface JournalLimits {
  /** Maximum size of what waits for the engine, including rejected rows. */
  readonly maxBytes: number;
  /** Space to keep free on the disk, for the engine and for forgetting, which needs some pages too. */
  readonly diskReserveBytes: number;
}

/** Decides whether the journal can take more, by its own size and by the space on its disk. */
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

  /** This much was written. */
  noteWritten(bytes: number): void {
    this.#bytesSinceDisk += bytes;
  }

  /**
   * Why this many more bytes can't be taken now (JOURNAL_FULL), or undefined if they can.
   * @param pendingBytes what waits for the engine
   * @param rejectedBytes what the engine rejected
   * @param slack unused space inside the file
   */
  whyFull(
    moreBytes: number,
    pendingBytes: number,
    rejectedBytes: number,
    slack: () => number,
  ): SeismoError | undefined {
    const { maxBytes, diskReserveBytes } = this.#limits;
    if (pendingBytes + rejectedBytes + moreBytes > maxBytes)
      return new SeismoError(
        'JOURNAL_FULL',
        'The journal has reached its size limit (`journalMaxBytes`). Nothing of this request was stored.',
      );
    if (this.#isDiskFull(pendingBytes, slack))
      return new SeismoError(
        'JOURNAL_FULL',
        `The disk has less than ${diskReserveBytes} bytes free (\`diskReserveBytes\`). Nothing of this request was stored.`,
      );
    return undefined;
  }

  /** Whether posts are rejected, or the next large one will be. */
  isFull(pendingBytes: number, rejectedBytes: number, slack: () => number): boolean {
    return this.whyFull(this.#limits.maxBytes / 20, pendingBytes, rejectedBytes, slack) !== undefined;
  }

  /** Checked twice a second, and before much of the reserve can be used: a system call for each request would cost more than it protects. */
  #isDiskFull(pendingBytes: number, slack: () => number): boolean {
    const { diskReserveBytes } = this.#limits;
    if (diskReserveBytes === 0) return false;
    const now = performance.now();
    if (now - this.#diskAskedMs < DISK_ASKED_EVERY_MS && this.#bytesSinceDisk < diskReserveBytes / 4)
      return this.#diskIsFull;
    this.#diskAskedMs = now;
    this.#bytesSinceDisk = 0;
    const { bavail, bsize } = statfsSync(this.#path);
    // A file that was once large has free space inside, in pieces. While little waits, new data fits into them and takes nothing from
    // the disk. So a journal that has filled its disk works again once it has been emptied.
    this.#diskIsFull = bavail * bsize < diskReserveBytes && (pendingBytes + LITTLE_BYTES) * 4 > slack();
    return this.#diskIsFull;
  }
}

const DISK_ASKED_EVERY_MS = 500;
const LITTLE_BYTES = 256 * 1024;
