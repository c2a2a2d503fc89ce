import { SeismoError } from '../model/errors.ts';

/** What all bodies being read or processed can hold together. The largest ones always fit this many times. */
const BUDGET_BYTES = 128 * 1024 * 1024;
const LARGEST_BODIES = 4;
/** zlib uses this many threads. */
const INFLATING_MAX = 4;

export const busy = (): SeismoError =>
  new SeismoError(
    'SERVER_BUSY',
    'The server is reading too many large bodies at once. Nothing of this request was stored.',
  );

/** What one request holds of it. */
export interface Held {
  fits(bytes: number): boolean;
  /** @throws SERVER_BUSY */
  add(bytes: number): void;
  /** Returns everything it holds. */
  close(): void;
}

/** The memory of bodies in flight, over all connections: slow senders can't fill the machine. */
export class BodyBudget {
  #left: number;
  #inflating = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(bodyMaxBytes: number, bytes = Math.max(BUDGET_BYTES, bodyMaxBytes * LARGEST_BODIES)) {
    this.#left = bytes;
  }

  /** Bytes still available. */
  get left(): number {
    return this.#left;
  }

  open(): Held {
    let held = 0;
    return {
      fits: (bytes) => bytes <= this.#left,
      add: (bytes) => {
        if (bytes > this.#left) throw busy();
        this.#left -= bytes;
        held += bytes;
      },
      close: () => {
        this.#left += held;
        held = 0;
      },
    };
  }

  /** The decompressed size is only known afterwards. Few bodies are decompressed at once, so that does not matter. */
  async inflating<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inflating >= INFLATING_MAX) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#inflating++;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // The next one starts in its place.
      if (next) next();
      else this.#inflating--;
    }
  }
}
