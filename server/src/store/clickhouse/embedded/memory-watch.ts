import type { SessionPool } from './session-pool.ts';

/** Failures caused by the memory of all questions together, and not by the question's own. */
const TOTAL = /Code: 241\b.*\(total\)/s;
const OUT_OF_MEMORY = /Code: 241\b/;
/** About what a question of any kind takes: 60 MB. */
const ORDINARY = 'SELECT count() FROM (SELECT number FROM numbers(1000000) GROUP BY number)';
const EVERY_MS = 10_000;
const AGAIN_MS = 1_000;
/** In a row; memory that a question has just freed is not returned to the system yet. */
const OVER_MAX = 3;

/**
 * The engine keeps some things permanently and beyond its limit, such as time zones (4.5 MB each). Once they fill it, every question fails for
 * lack of memory with nothing running, and so does the loader, until the engine is restarted: this does it.
 */
export class MemoryWatch {
  readonly #pool: SessionPool;
  readonly #maxBytes: number;
  readonly #die: (reason: string) => void;
  readonly #residentBytes: () => number;
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;
  #over = 0;
  /** Ordinary questions fail: nothing that is sent now is answered. */
  isFull = false;

  /** @param maxBytes of the whole engine; 0: it has no limit of its own */
  constructor(
    pool: SessionPool,
    maxBytes: number,
    die: (reason: string) => void,
    residentBytes = (): number => process.memoryUsage.rss(),
  ) {
    this.#pool = pool;
    this.#maxBytes = maxBytes;
    this.#die = die;
    this.#residentBytes = residentBytes;
  }

  /** A request has failed. */
  failed(message: string): void {
    if (TOTAL.test(message)) this.#soon(0);
  }

  /** From now on; @returns a function that ends it */
  start(): () => void {
    const timer = setInterval(() => this.#look(), EVERY_MS);
    return () => {
      clearInterval(timer);
      clearTimeout(this.#timer);
    };
  }

  #look(): void {
    const isOver = this.#maxBytes > 0 && this.#pool.isQuiet && this.#residentBytes() > this.#maxBytes;
    this.#over = isOver ? this.#over + 1 : 0;
    if (this.#over >= OVER_MAX)
      this.#end(`the engine keeps ${this.#residentBytes()} bytes with nothing running, and may have ${this.#maxBytes}`);
  }

  #soon(ms: number): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#timer = setTimeout(() => {
      this.#isLooking = false;
      this.#try().catch(() => {
        // It could not be asked for another reason: the next failure asks again.
      });
    }, ms);
  }

  /** While something is running, that may be what takes the memory. */
  async #try(): Promise<void> {
    if (!this.#pool.isQuiet) {
      this.#soon(AGAIN_MS);
      return;
    }
    try {
      await this.#pool.onSpare(ORDINARY);
    } catch (error) {
      if (!OUT_OF_MEMORY.test(String(error))) throw error;
      // Something may have started meanwhile and have taken it.
      if (this.#pool.isQuiet) this.#end('questions fail for memory with nothing running');
      else this.#soon(AGAIN_MS);
    }
  }

  #end(reason: string): void {
    if (this.isFull) return;
    this.isFull = true;
    this.#die(`${reason}: it is started again`);
  }
}
