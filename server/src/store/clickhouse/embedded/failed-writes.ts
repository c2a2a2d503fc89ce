import { statfsSync } from 'node:fs';
import { Refusal, type SessionPool } from './session-pool.ts';

/**
 * The engine keeps this much of its disk free: an insert or a merge that would need it is not begun. Half of it is enough for
 * anything outside a table's data, for which the engine does not check the space: a table's definition, for example. A quarter of `diskReserveBytes`
 * (settings.ts), which the engine needs to work.
 */
export const KEEP_FREE_BYTES = 16 * 1024 * 1024;
/** With less, a question whose intermediate results went to disk may have lost some: it is checked more closely. */
const NEARLY_FULL_BYTES = 1024 * 1024 * 1024;
/** The source parts of a merge are kept for minutes. */
const EVERY_MS = 1_000;
const NOT_ENOUGH_SPACE = 243;

const FAILED_WRITES = "SELECT value FROM system.events WHERE event = 'WriteBufferFromFileDescriptorWriteFailed'";

/**
 * chDB 3.4.0 continues as if nothing had happened when a write to a file fails: on a full disk an insert and a merge succeed, and the
 * files of the part are empty. (It does report when a file cannot be opened, synced or renamed.) But it counts failed writes; so before
 * anything that writes is answered, and every second, the count must be 0. Otherwise the process ends: after a restart, the engine detaches parts whose
 * files are damaged and uses those they were merged from, and the loader finds that the rows are missing.
 */
export class FailedWrites {
  readonly #pool: SessionPool;
  readonly #directory: string;
  readonly #die: (reason: string) => void;

  constructor(pool: SessionPool, directory: string, die: (reason: string) => void) {
    this.#pool = pool;
    this.#directory = directory;
    this.#die = die;
  }

  /** Before a statement that may change definitions. @throws Refusal when the disk is full */
  checkRoom(): void {
    if (this.#freeBytes() < KEEP_FREE_BYTES / 2)
      throw new Refusal(
        NOT_ENOUGH_SPACE,
        `Less than ${KEEP_FREE_BYTES / 2} bytes of the disk are free.`,
        'NOT_ENOUGH_SPACE',
      );
  }

  isNearlyFull(): boolean {
    return this.#freeBytes() < NEARLY_FULL_BYTES;
  }

  /** Ends the process when a write of the engine has failed. @throws Refusal then: nothing may be acknowledged any more */
  async check(): Promise<void> {
    const failed = Number(await this.#pool.onSpare(FAILED_WRITES));
    if (failed === 0) return;
    this.#die(
      `${failed} writes of the engine failed, and it continues as if they had not: it is restarted to check its files`,
    );
    throw new Refusal(NOT_ENOUGH_SPACE, 'A write failed.', 'NOT_ENOUGH_SPACE');
  }

  /** From now on; @returns a function that ends it */
  start(): () => void {
    let isAsking = false;
    const timer = setInterval(() => {
      if (isAsking) return;
      isAsking = true;
      this.check()
        // It has ended the process, or could not ask: the next check does.
        .catch(() => {})
        .finally(() => {
          isAsking = false;
        });
    }, EVERY_MS);
    return () => clearInterval(timer);
  }

  #freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.#directory);
    return bavail * bsize;
  }
}
