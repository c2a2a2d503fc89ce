import { statfsSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes sure that LMDB never sees a full disk: the file is kept longer than its pages, filled with bytes that were really written, so that
 * the space for a transaction exists before it begins. The library can't handle it: on a failed write, it puts a text of up to 117
 * bytes into a buffer of 100 (`last_error` in mdb.c, lmdb 3.5.6) and destroys what follows. Then the process ends, or its
 * writing thread hangs forever, holding the lock that all others wait for.
 *
 * Bytes are only written after the last page, and never during a transaction.
 */
export class DiskReservation {
  readonly #path: string;
  readonly #usedBytes: () => number;
  readonly #marginBytes: number;
  readonly #aheadMaxBytes: number;
  /** Space on disk that no page uses: at most from `#taken` to `#end`. */
  #taken = 0;
  #end = 0;
  #underWay = 0;
  #whenSettled: (() => void)[] = [];
  #growing: Promise<void> | undefined;
  #handle: FileHandle | undefined;

  constructor(options: DiskReservationOptions) {
    this.#path = options.path;
    this.#usedBytes = options.usedBytes;
    this.#marginBytes = options.marginBytes;
    this.#aheadMaxBytes = options.aheadMaxBytes;
  }

  /** Bytes of the file after its pages. */
  get spareBytes(): number {
    return Math.max(0, this.#end - this.#taken);
  }

  /**
   * Runs a transaction if there is space for it.
   * @param bytes the maximum it writes as values
   * @param keepBytes space to leave for others
   * @throws DiskFullError; then it did not start
   */
  async within<T>(bytes: number, keepBytes: number, work: () => Promise<T>): Promise<T> {
    const need = bytes + this.#marginBytes + this.#end / LIST_SHARE;
    while (this.#taken + need + keepBytes > this.#end) {
      // Each transaction checks for itself whether there is enough.
      if (this.#growing) await this.#growing.catch(() => {});
      else if (this.#underWay > 0) await new Promise<void>((resolve) => this.#whenSettled.push(resolve));
      else await this.#lookOrGrow(need + keepBytes);
    }
    this.#taken += need;
    this.#underWay++;
    try {
      return await work();
    } finally {
      if (--this.#underWay === 0) for (const resolve of this.#whenSettled.splice(0)) resolve();
    }
  }

  async close(): Promise<void> {
    await this.#handle?.close();
  }

  /** No transaction is running: the file shows where its pages end. */
  async #lookOrGrow(bytes: number): Promise<void> {
    this.#taken = this.#usedBytes();
    this.#end = Math.max(this.#end, this.#taken);
    if (this.#taken + bytes <= this.#end) return;
    this.#growing = this.#grow(this.#taken + bytes).finally(() => {
      this.#growing = undefined;
    });
    await this.#growing;
  }

  /** @throws DiskFullError if it did not get that far */
  async #grow(toBytes: number): Promise<void> {
    const { bavail, bsize } = statfsSync(dirname(this.#path));
    // In advance, so that not every transaction has to; only a little if there is little space.
    const ahead = Math.min(
      this.#aheadMaxBytes,
      Math.max(this.#aheadMaxBytes / 4, this.#end / 8),
      (bavail * bsize) / 16,
    );
    try {
      this.#handle ??= await open(this.#path, 'r+');
      while (this.#end < toBytes + ahead) {
        const length = Math.min(ZEROS.length, Math.ceil(toBytes + ahead - this.#end));
        const { bytesWritten } = await this.#handle.write(ZEROS, 0, length, this.#end);
        this.#end += bytesWritten;
      }
    } catch (error) {
      if (this.#end < toBytes) throw new DiskFullError(error);
    }
  }
}

export interface DiskReservationOptions {
  readonly path: string;
  /** Where the pages of the file end, as its last transaction left it. */
  readonly usedBytes: () => number;
  /** For pages that a transaction rewrites besides its values: those on the path to them in each tree. */
  readonly marginBytes: number;
  /** At most this much more than needed is reserved, so that not every transaction has to wait for it. */
  readonly aheadMaxBytes: number;
}

/** The disk is full, or can't be written to. */
export class DiskFullError extends Error {
  constructor(cause: unknown) {
    super('The disk has no room for the transaction.', { cause });
    this.name = 'DiskFullError';
  }
}

/** A new file takes this much before any transaction can ask for space. @throws DiskFullError */
export function checkSpaceForNewFile(directory: string): void {
  const { bavail, bsize } = statfsSync(directory);
  if (bavail * bsize < NEW_BYTES)
    throw new DiskFullError(new Error(`Less than ${NEW_BYTES} bytes of the disk are free.`));
}

const NEW_BYTES = 4 * 1024 * 1024;
/** The list of free pages takes 8 bytes for each page of 4,096, and may be rewritten. */
const LIST_SHARE = 512;
const ZEROS = Buffer.alloc(512 * 1024);
