/** Bytes of bodies parsed in one turn of the event loop, about 10 ms. The rest waits for the next turn. */
const TURN_BYTES = 256 * 1024;
/** Bodies that cost less than a millisecond do not wait. */
const FREE_BYTES = 16 * 1024;

interface Waiting {
  readonly bytes: number;
  readonly go: () => void;
}

/** Shares the event loop among bodies that are parsed on it, first come, first served, so that other requests get a turn. */
export class Turns {
  #left = TURN_BYTES;
  #isCounting = false;
  readonly #waiting: Waiting[] = [];

  /** @returns undefined if the caller's turn begins at once */
  take(bytes: number): Promise<void> | undefined {
    if (bytes <= FREE_BYTES) return undefined;
    this.#count();
    if (this.#waiting.length === 0 && this.#left > 0) {
      this.#left -= bytes;
      return undefined;
    }
    return new Promise((go) => this.#waiting.push({ bytes, go }));
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  #count(): void {
    if (this.#isCounting) return;
    this.#isCounting = true;
    setImmediate(() => this.#next());
  }

  #next(): void {
    this.#isCounting = false;
    this.#left = TURN_BYTES;
    let taken = 0;
    while (taken < this.#waiting.length && this.#left > 0) {
      const { bytes, go } = this.#waiting[taken++]!;
      this.#left -= bytes;
      go();
    }
    this.#waiting.splice(0, taken);
    if (taken > 0) this.#count();
  }
}
