import { SeismoError } from '../model/errors.ts';

/** What all bodies together may hold that are being read or worked on; as many of the largest always fit. */
const BUDGET_BYTES = 128 * 1024 * 1024;
const LARGEST_BODIES = 4;
/** zlib works on as many threads. */
const INFLATING_MAX = 4;

export const busy = (): SeismoError =>
  new SeismoError('SERVER_BUSY', 'Too much is being read at once; nothing of this request was stored.');

/** What one request holds of it. */
export interface Held {
  fits(bytes: number): boolean;
  /** @throws SERVER_BUSY */
  add(bytes: number): void;
  /** Gives all of it back. */
  close(): void;
}

/** The memory of bodies in flight, of all connections together: senders that dribble cannot fill the machine. */
export class BodyBudget {
  #left: number;
  #inflating = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(bodyMaxBytes: number, bytes = Math.max(BUDGET_BYTES, bodyMaxBytes * LARGEST_BODIES)) {
    this.#left = bytes;
  }

  /** Bytes that may still be taken. */
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

  /** What a body inflates to is known afterwards: few are inflated at once, so that it does not matter. */
  async inflating<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inflating >= INFLATING_MAX) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#inflating++;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // The next one starts in its stead.
      if (next) next();
      else this.#inflating--;
    }
  }
}
