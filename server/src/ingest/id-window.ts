import { createHmac } from 'node:crypto';

/**
 * The ids already seen, by 64-bit keyed fingerprint: open addressing over two Uint32Arrays and a generation byte
 * (9 bytes a slot, load at most 3/4). A generation is a span of the window; the oldest is forgotten as a whole, its
 * slots are reused. The chance of taking a new event for an old one at 20 million ids is 10^-12 an event.
 */
export class IdWindow {
  readonly #key: Buffer;
  #high = new Uint32Array(1024);
  #low = new Uint32Array(1024);
  #generation = new Uint8Array(1024);
  #used = 0;
  size = 0;

  constructor(secret: Buffer) {
    this.#key = createHmac('sha256', secret).update('seismo id window v1').digest();
  }

  /** 8 bytes of HMAC-SHA-256 over app and uuid: keyed, so that nobody can craft a collision. */
  fingerprint(app: string, uuid: string): Buffer {
    return createHmac('sha256', this.#key).update(app).update(uuid).digest().subarray(0, 8);
  }

  has(fingerprint: Buffer): boolean {
    return this.#find(fingerprint.readUInt32LE(0), fingerprint.readUInt32LE(4)) >= 0;
  }

  /** Adds under a generation 1–250. */
  add(fingerprint: Buffer, generation: number): void {
    if ((this.#used + 1) * 4 > this.#high.length * 3) this.#rehash();
    const high = fingerprint.readUInt32LE(0);
    const low = fingerprint.readUInt32LE(4);
    const mask = this.#high.length - 1;
    let at = low & mask;
    while (this.#generation[at] !== 0) at = (at + 1) & mask;
    this.#high[at] = high;
    this.#low[at] = low;
    this.#generation[at] = generation;
    this.#used++;
    this.size++;
  }

  remove(fingerprint: Buffer): void {
    const at = this.#find(fingerprint.readUInt32LE(0), fingerprint.readUInt32LE(4));
    if (at < 0) return;
    this.#generation[at] = FORGOTTEN;
    this.size--;
  }

  forget(generation: number): void {
    for (let at = 0; at < this.#generation.length; at++)
      if (this.#generation[at] === generation) {
        this.#generation[at] = FORGOTTEN;
        this.size--;
      }
  }

  #find(high: number, low: number): number {
    const mask = this.#high.length - 1;
    let at = low & mask;
    while (this.#generation[at] !== 0) {
      if (this.#low[at] === low && this.#high[at] === high && this.#generation[at] !== FORGOTTEN) return at;
      at = (at + 1) & mask;
    }
    return -1;
  }

  #rehash(): void {
    const [high, low, generation] = [this.#high, this.#low, this.#generation];
    const slots = this.size * 2 >= high.length ? high.length * 2 : high.length;
    this.#high = new Uint32Array(slots);
    this.#low = new Uint32Array(slots);
    this.#generation = new Uint8Array(slots);
    const mask = slots - 1;
    for (let from = 0; from < high.length; from++) {
      const kept = generation[from]!;
      if (kept === 0 || kept === FORGOTTEN) continue;
      let at = low[from]! & mask;
      while (this.#generation[at] !== 0) at = (at + 1) & mask;
      this.#high[at] = high[from]!;
      this.#low[at] = low[from]!;
      this.#generation[at] = kept;
    }
    this.#used = this.size;
  }
}

const FORGOTTEN = 255;
