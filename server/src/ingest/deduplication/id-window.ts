import { IS_LITTLE_ENDIAN, Shard, SLOT_BYTES } from './id-shard.ts';

/**
 * The ids already seen, as keyed 64-bit fingerprints (fingerprints.ts). Open addressing over typed arrays, 11 bytes for each slot:
 * the fingerprint, the app's number, and the generation in which it came. The table is divided into shards that grow one by one,
 * each at its own load, so that no growth blocks the process for more than milliseconds.
 *
 * Limited by time (`windowMs`) and by number (`max`). A generation ends after a hundredth of the window or of the number,
 * whichever comes first, and is forgotten as a whole. Above the number, the app with the most loses its oldest generation,
 * so that a flood in one app can't push out the ids of another. At 20 million ids, the chance that a new event is taken
 * for an old one is 10^-12.
 */
export class IdWindow {
  readonly #shards = Array.from({ length: SHARDS }, (_, index) => new Shard(0.6 + (0.25 * index) / SHARDS));
  readonly #max: number;
  readonly #windowMs: number;
  readonly #generationMs: number;
  readonly #generationMax: number;
  readonly #apps = new Map<string, number>();
  /** By app number: how many ids each generation has. */
  readonly #counts: Uint32Array[] = [];
  readonly #totals: number[] = [];
  /** Generations in use, oldest first. The last one is the current one. */
  readonly #live: { readonly generation: number; readonly startMs: number }[] = [];
  readonly #isLive = new Uint8Array(256);
  #inCurrent = 0;
  #size = 0;

  constructor(options: Bounds) {
    this.#max = options.max;
    this.#windowMs = options.windowMs;
    this.#generationMs = options.windowMs / PARTS;
    this.#generationMax = Math.ceil(options.max / PARTS);
    this.#isLive[PENDING_EVEN] = 1;
    this.#isLive[PENDING_ODD] = 1;
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#shards.reduce((sum, shard) => sum + shard.slots * SLOT_BYTES, 0);
  }

  /** What is known about this fingerprint: undefined (new), PENDING_* (not on disk yet), or `stored`. */
  find(high: number, low: number): undefined | 'stored' | typeof PENDING_EVEN | typeof PENDING_ODD {
    const shard = this.#shards[high >>> SHARD_SHIFT]!;
    const at = shard.find(high, low);
    if (at < 0) return undefined;
    const generation = shard.generation[at]!;
    if (generation >= PENDING_EVEN) return generation as typeof PENDING_EVEN;
    return this.#isLive[generation] === 1 ? 'stored' : undefined;
  }

  /** Adds one that waits for its transaction: PENDING_EVEN or PENDING_ODD until `settle` or `remove`. */
  add(app: string, high: number, low: number, pending: typeof PENDING_EVEN | typeof PENDING_ODD): void {
    this.#put(app, high, low, pending);
  }

  /** Adds one whose transaction reached the disk at `atMs`. */
  restore(app: string, high: number, low: number, atMs: number): void {
    this.#put(app, high, low, this.#generationAt(atMs));
    this.#inCurrent++;
  }

  /**
   * Adds many, oldest first, to an empty window. For a quarter of the shards at a time, the ids are first distributed to
   * their shards, which writes sequentially; then each shard is built by itself, in the processor's cache.
   * @param read reads all of them again at each call
   */
  restoreAll(read: () => Iterable<Restored>): void {
    const generations: number[] = [];
    for (const { atMs, fingerprints, isForgotten } of read()) {
      generations.push(isForgotten ? FORGET : this.#generationAt(atMs));
      if (!isForgotten) this.#inCurrent += fingerprints.count;
    }
    for (let pass = 0; pass < RESTORE_PASSES; pass++) this.#restoreSome(read(), generations, pass);
  }

  #restoreSome(groups: Iterable<Restored>, generations: readonly number[], pass: number): void {
    const batches = this.#shards.map((_, index) => (index % RESTORE_PASSES === pass ? new ShardBatch() : undefined));
    let words = new Uint32Array(1024);
    let place = 0;
    for (const { app, fingerprints } of groups) {
      const number = this.#numberOf(app);
      const generation = generations[place++]!;
      // Those that ended while the later ones were read.
      if (this.#isLive[generation] !== 1 && generation !== FORGET) continue;
      const { bytes, offset, count } = fingerprints;
      if (words.length < count * 2) words = new Uint32Array(count * 4);
      // Packed values are not aligned to words. Reading them byte by byte took half of the start.
      if (IS_LITTLE_ENDIAN) new Uint8Array(words.buffer).set(bytes.subarray(offset, offset + count * 8));
      else for (let i = 0; i < count * 2; i++) words[i] = bytes.readUInt32LE(offset + i * 4);
      for (let i = 0; i < count * 2; i += 2) {
        const high = words[i]!;
        const index = high >>> SHARD_SHIFT;
        if (index % RESTORE_PASSES === pass) batches[index]!.add(high, words[i + 1]!, number, generation);
      }
    }
    batches.forEach((batch, index) => {
      if (batch === undefined) return;
      const shard = this.#shards[index]!;
      shard.reserve(batch.length);
      const { high, low, app, generation } = batch;
      for (let i = 0; i < batch.length; i++) {
        if (generation[i] === FORGET) {
          for (let at = shard.find(high[i]!, low[i]!); at >= 0; at = shard.find(high[i]!, low[i]!))
            this.#drop(shard, at);
          continue;
        }
        shard.put(high[i]!, low[i]!, app[i]!, generation[i]!);
        this.#tally(app[i]!, generation[i]!, 1);
      }
    });
  }

  /** Everything on disk, for a file. Nothing may be pending. */
  snapshot(): { readonly snapshot: Snapshot; readonly arrays: Iterable<Uint8Array> } {
    const shards = this.#shards;
    return {
      snapshot: {
        isLittleEndian: IS_LITTLE_ENDIAN,
        bounds: [this.#windowMs, this.#max],
        apps: [...this.#apps],
        live: this.#live,
        inCurrent: this.#inCurrent,
        slots: shards.map((shard) => shard.slots),
      },
      arrays: shards.flatMap((shard) => shard.arrays),
    };
  }

  /**
   * Fills an empty window.
   * @param read fills the bytes it is given
   * @returns false if it was made with other limits or on another kind of machine
   */
  restoreSnapshot(
    { isLittleEndian, bounds, apps, live, inCurrent, slots }: Snapshot,
    read: (bytes: Uint8Array) => void,
  ): boolean {
    const isOurs = isLittleEndian === IS_LITTLE_ENDIAN && bounds[0] === this.#windowMs && bounds[1] === this.#max;
    if (!isOurs || slots.length !== SHARDS) return false;
    for (const [app, number] of apps) {
      this.#apps.set(app, number);
      if (number === this.#counts.length) {
        this.#counts.push(new Uint32Array(256));
        this.#totals.push(0);
      }
    }
    const tally = (number: number, generation: number): void => {
      // Bytes that are no longer what was written: the reader reports it at the end.
      if (number >= this.#counts.length) return;
      this.#counts[number]![generation]! += 1;
      this.#totals[number]! += 1;
      this.#size++;
    };
    this.#shards.forEach((shard, index) => {
      shard.fill(slots[index]!, read, tally);
    });
    this.#live.push(...live);
    for (const { generation } of live) this.#isLive[generation] = 1;
    this.#inCurrent = inCurrent;
    return true;
  }

  /** A pending id has reached the disk. */
  settle(high: number, low: number, atMs: number): void {
    const shard = this.#shards[high >>> SHARD_SHIFT]!;
    const at = shard.find(high, low);
    if (at < 0) return;
    this.#tally(shard.app[at]!, shard.generation[at]!, -1);
    shard.generation[at] = this.#generationAt(atMs);
    this.#tally(shard.app[at]!, shard.generation[at]!, 1);
    this.#inCurrent++;
  }

  remove(high: number, low: number): void {
    const shard = this.#shards[high >>> SHARD_SHIFT]!;
    const at = shard.find(high, low);
    if (at >= 0) this.#drop(shard, at);
  }

  /** high, low, high, low … */
  removeAll(fingerprints: readonly number[]): void {
    for (let i = 0; i < fingerprints.length; i += 2) this.remove(fingerprints[i]!, fingerprints[i + 1]!);
  }

  /** Forgets what is older than the window. @returns the time before which nothing is remembered */
  expire(nowMs: number): number {
    const before = nowMs - this.#windowMs;
    while (this.#live.length > 1 && this.#live[1]!.startMs < before) this.#forget(this.#live.shift()!.generation);
    const [oldest] = this.#live;
    if (oldest && this.#live.length === 1 && oldest.startMs + this.#generationMs < before)
      this.#forget(this.#live.shift()!.generation);
    return this.#live[0]?.startMs ?? before;
  }

  /** Above the maximum number, makes space. @returns what was given up early (UTC ms), so that the journal forgets it too */
  makeRoom(): { app: string; fromMs: number; toMs: number }[] {
    const evicted: { app: string; fromMs: number; toMs: number }[] = [];
    while (this.#size > this.#max) {
      const number = this.#totals.reduce((most, total, at) => (total > this.#totals[most]! ? at : most), 0);
      const place = this.#live.findIndex(({ generation }) => this.#counts[number]![generation]! > 0);
      if (place < 0 || place === this.#live.length - 1) break;
      const app = [...this.#apps].find(([, each]) => each === number)![0];
      this.#forget(this.#live[place]!.generation, number);
      evicted.push({ app, fromMs: this.#live[place]!.startMs, toMs: this.#live[place + 1]!.startMs });
    }
    return evicted;
  }

  /** The current generation, or a new one if it is full or old. */
  #generationAt(atMs: number): number {
    const current = this.#live.at(-1);
    if (current && this.#inCurrent < this.#generationMax && atMs - current.startMs < this.#generationMs)
      return current.generation;
    const generation = current ? (current.generation % GENERATIONS) + 1 : 1;
    // All numbers are in use: the oldest generation is dropped early.
    if (this.#live[0]?.generation === generation) this.#forget(this.#live.shift()!.generation);
    this.#isLive[generation] = 1;
    this.#live.push({ generation, startMs: atMs });
    this.#inCurrent = 0;
    return generation;
  }

  /** Drops a generation, of one app or of all. About 1.5 ns for each slot: 40 ms at 20 million ids, once every hundredth of the window. */
  #forget(generation: number, number?: number): void {
    if (number === undefined) this.#isLive[generation] = 0;
    for (const shard of this.#shards)
      for (let at = 0; at < shard.slots; at++)
        if (shard.generation[at] === generation && (number === undefined || shard.app[at] === number))
          this.#drop(shard, at);
  }

  #put(app: string, high: number, low: number, generation: number): void {
    const number = this.#numberOf(app);
    const shard = this.#shards[high >>> SHARD_SHIFT]!;
    const old = shard.find(high, low);
    if (old >= 0) this.#drop(shard, old);
    shard.put(high, low, number, generation);
    this.#tally(number, generation, 1);
  }

  #drop(shard: Shard, at: number): void {
    this.#tally(shard.app[at]!, shard.generation[at]!, -1);
    shard.drop(at);
  }

  #tally(number: number, generation: number, change: number): void {
    this.#counts[number]![generation]! += change;
    this.#totals[number]! += change;
    this.#size += change;
  }

  #numberOf(app: string): number {
    let number = this.#apps.get(app);
    if (number === undefined) {
      // Beyond 65,535 apps, they share the last number, and with it one fair share.
      number = Math.min(this.#counts.length, 65_535);
      this.#apps.set(app, number);
      if (number === this.#counts.length) {
        this.#counts.push(new Uint32Array(256));
        this.#totals.push(0);
      }
    }
    return number;
  }
}

/** Parts of window and number, one for each generation. Numbers 1 to 250 are used, about 200 of them at a time. */
const PARTS = 100;
const GENERATIONS = 250;
/** Not a generation: while a window is restored, the id was erased. */
const FORGET = 0;
export const PENDING_EVEN = 251;
export const PENDING_ODD = 252;
const SHARDS = 1024;
const SHARD_SHIFT = 22;
/** More passes use less memory at start and read more: at 20 million, about 60 MB and a tenth of a second each. */
const RESTORE_PASSES = 4;

/** What one transaction brought for one app. */
export interface Restored {
  readonly atMs: number;
  readonly app: string;
  readonly fingerprints: PrintsView;
  /** What was erased then: these are no longer known. */
  readonly isForgotten?: boolean;
}

export interface Bounds {
  readonly windowMs: number;
  /** ids */
  readonly max: number;
}

/** What a file contains besides the shards' arrays. */
export interface Snapshot {
  readonly isLittleEndian: boolean;
  /** windowMs and max. */
  readonly bounds: readonly [number, number];
  readonly apps: readonly (readonly [string, number])[];
  readonly live: readonly { readonly generation: number; readonly startMs: number }[];
  readonly inCurrent: number;
  readonly slots: readonly number[];
}

/** Fingerprints as packed: high and low, UInt32 each. */
export interface PrintsView {
  readonly bytes: Buffer;
  readonly offset: number;
  readonly count: number;
}

/** Fingerprints of one shard, in order. */
class ShardBatch {
  length = 0;
  high = new Uint32Array(64);
  low = new Uint32Array(64);
  app = new Uint16Array(64);
  generation = new Uint8Array(64);

  add(high: number, low: number, app: number, generation: number): void {
    if (this.length === this.high.length) {
      this.high = grown(this.high, new Uint32Array(this.length * 2));
      this.low = grown(this.low, new Uint32Array(this.length * 2));
      this.app = grown(this.app, new Uint16Array(this.length * 2));
      this.generation = grown(this.generation, new Uint8Array(this.length * 2));
    }
    this.high[this.length] = high;
    this.low[this.length] = low;
    this.app[this.length] = app;
    this.generation[this.length] = generation;
    this.length++;
  }
}

function grown<T extends Uint32Array | Uint16Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
