import { statfsSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Sees to it that LMDB never meets a full disk: the file is kept longer than its pages, by bytes that were written, so that what a
 * transaction takes is there before it begins. The library cannot be left to find out: for a write that fails it puts a text of up to 117
 * bytes into 100 (`last_error` in mdb.c, lmdb 3.5.6), and what lies behind them is destroyed; the process then ends, or its
 * writing thread hangs for ever with the lock that all others wait for.
 *
 * Bytes are only ever written behind the last page, and while no transaction is under way.
 */
export class DiskReservation {
  readonly #path: string;
  readonly #usedBytes: () => number;
  readonly #marginBytes: number;
  readonly #aheadMaxBytes: number;
  /** What is on disk, and not taken by any page: from `#taken` at most to `#end`. */
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

  /** Bytes of the file behind its pages. */
  get spareBytes(): number {
    return Math.max(0, this.#end - this.#taken);
  }

  /**
   * Runs a transaction when there is room for it.
   * @param bytes at most what it writes as values
   * @param keepBytes what shall be left for others
   * @throws DiskFullError; then it was not begun
   */
  async within<T>(bytes: number, keepBytes: number, work: () => Promise<T>): Promise<T> {
    const need = bytes + this.#marginBytes + this.#end / LIST_SHARE;
    while (this.#taken + need + keepBytes > this.#end) {
      // Whether it was enough for oneself is asked again.
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

  /** Nothing is under way: the file tells where its pages end. */
  async #lookOrGrow(bytes: number): Promise<void> {
    this.#taken = this.#usedBytes();
    this.#end = Math.max(this.#end, this.#taken);
    if (this.#taken + bytes <= this.#end) return;
    this.#growing = this.#grow(this.#taken + bytes).finally(() => {
      this.#growing = undefined;
    });
    await this.#growing;
  }

  /** @throws DiskFullError when it did not get so far */
  async #grow(toBytes: number): Promise<void> {
    const { bavail, bsize } = statfsSync(dirname(this.#path));
    // Ahead, so that not every transaction has to; little where there is little.
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
  /** For the pages that a transaction writes anew beside its values: those on the way to them in each tree. */
  readonly marginBytes: number;
  /** At most so much more is taken than is needed, so that not every transaction has to wait for it. */
  readonly aheadMaxBytes: number;
}

/** The disk is full, or cannot be written. */
export class DiskFullError extends Error {
  constructor(cause: unknown) {
    super('The disk has no room for the transaction.', { cause });
    this.name = 'DiskFullError';
  }
}

/** A new file takes so much before there is a transaction that could ask. @throws DiskFullError */
export function checkSpaceForNewFile(directory: string): void {
  const { bavail, bsize } = statfsSync(directory);
  if (bavail * bsize < NEW_BYTES)
    throw new DiskFullError(new Error(`Less than ${NEW_BYTES} bytes of the disk are free.`));
}

const NEW_BYTES = 4 * 1024 * 1024;
/** The list of free pages takes 8 bytes a page of 4,096, and may be written anew. */
const LIST_SHARE = 512;
const ZEROS = Buffer.alloc(512 * 1024);
