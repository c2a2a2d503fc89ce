import { endianness } from 'node:os';

/** In the generation of a slot: used before, and free again after the next rehash. */
export const FORGOTTEN = 255;
export const SLOT_BYTES = 11;
/** The arrays are stored in files as they are in memory (id-window-file.ts). */
export const IS_LITTLE_ENDIAN = endianness() === 'LE';

/** A part of the window (id-window.ts): open addressing over typed arrays that grow as needed. */
export class Shard {
  readonly #maxLoad: number;
  #used = 0;
  #live = 0;
  slots = 16;
  high = new Uint32Array(16);
  low = new Uint32Array(16);
  app = new Uint16Array(16);
  /** 0: never used. */
  generation = new Uint8Array(16);

  constructor(maxLoad: number) {
    this.#maxLoad = maxLoad;
  }

  /** Makes space for this many in an empty shard. */
  reserve(count: number): void {
    let slots = this.slots;
    while (count + 1 > slots * this.#maxLoad) slots *= 2;
    this.#allocate(slots);
  }

  #allocate(slots: number): void {
    this.slots = slots;
    this.high = new Uint32Array(slots);
    this.low = new Uint32Array(slots);
    this.app = new Uint16Array(slots);
    this.generation = new Uint8Array(slots);
  }

  find(high: number, low: number): number {
    const mask = this.slots - 1;
    let at = low & mask;
    for (;;) {
      const generation = this.generation[at]!;
      if (generation === 0) return -1;
      if (this.low[at] === low && this.high[at] === high && generation !== FORGOTTEN) return at;
      at = (at + 1) & mask;
    }
  }

  put(high: number, low: number, app: number, generation: number): void {
    if (this.#used + 1 > this.slots * this.#maxLoad) this.#rehash();
    const mask = this.slots - 1;
    let at = low & mask;
    while (this.generation[at] !== 0) at = (at + 1) & mask;
    this.high[at] = high;
    this.low[at] = low;
    this.app[at] = app;
    this.generation[at] = generation;
    this.#used++;
    this.#live++;
  }

  drop(at: number): void {
    this.generation[at] = FORGOTTEN;
    this.#live--;
  }

  /** The content of the shard, as bytes. */
  get arrays(): readonly Uint8Array[] {
    return [this.high, this.low, this.app, this.generation].map(
      ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
    );
  }

  /**
   * Takes over the content of another shard.
   * @param read fills the bytes it is given
   * @param tally is called with the app and generation of each entry
   */
  fill(slots: number, read: (bytes: Uint8Array) => void, tally: (app: number, generation: number) => void): void {
    this.#allocate(slots);
    for (const bytes of this.arrays) read(bytes);
    this.#used = 0;
    this.#live = 0;
    for (let at = 0; at < slots; at++) {
      const generation = this.generation[at]!;
      if (generation === 0) continue;
      this.#used++;
      if (generation === FORGOTTEN) continue;
      this.#live++;
      tally(this.app[at]!, generation);
    }
  }

  #rehash(): void {
    const { high, low, app, generation } = this;
    const slots = this.#live * 2 >= this.slots * this.#maxLoad ? this.slots * 2 : this.slots;
    this.#allocate(slots);
    this.#used = 0;
    this.#live = 0;
    for (let at = 0; at < generation.length; at++)
      if (generation[at] !== 0 && generation[at] !== FORGOTTEN)
        this.put(high[at]!, low[at]!, app[at]!, generation[at]!);
  }
}
