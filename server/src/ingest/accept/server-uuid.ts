import { randomFillSync } from 'node:crypto';
import { reverseHalves } from '../../row/event-uuid.ts';
import { Fingerprints } from '../deduplication/fingerprints.ts';

const RANDOM_BYTES = 3 * 1024;

/**
 * Makes ids that the server recognizes when they come back: UUIDv8 with 48 bits of time, a counter of 12 bits, 22 random bits
 * and 40 bits of a keyed hash over the app and all of it. No one else can make one (chance 2^-40), so one that verifies was
 * answered before and is stored: a duplicate, without a look-up. A forged one only loses its own event.
 */
export class ServerUuids {
  readonly #fingerprints: Fingerprints;
  readonly #random = Buffer.alloc(RANDOM_BYTES);
  readonly #plain = Buffer.alloc(16);
  #randomAt = RANDOM_BYTES;
  #counter = 0;

  constructor(secret: Buffer) {
    this.#fingerprints = new Fingerprints(secret, 'seismo server uuid v2');
  }

  /** Writes a new id to `target`, in the byte order of RowBinary. */
  make(app: string, nowMs: number, target: Buffer): void {
    if (this.#randomAt >= RANDOM_BYTES) {
      randomFillSync(this.#random);
      this.#randomAt = 0;
    }
    const bytes = this.#plain;
    bytes.writeUIntBE(nowMs, 0, 6);
    this.#counter = (this.#counter + 1) & 0xfff;
    bytes.writeUInt16BE(0x8000 | this.#counter, 6);
    bytes[8] = (this.#random[this.#randomAt]! & 0x3f) | 0x80;
    bytes[9] = this.#random[this.#randomAt + 1]!;
    bytes[10] = this.#random[this.#randomAt + 2]!;
    this.#randomAt += 3;
    this.#seal(app, bytes);
    reverseHalves(bytes, target);
  }

  /** Whether these 16 bytes (RowBinary) are an id that `make` made for this app. */
  isOwn(app: string, uuid: Buffer): boolean {
    if (uuid[1]! >> 4 !== 8) return false;
    const bytes = this.#plain;
    reverseHalves(uuid, bytes);
    const sealed = bytes.readUIntBE(11, 5);
    this.#seal(app, bytes);
    return bytes.readUIntBE(11, 5) === sealed;
  }

  /** Writes the hash of the first 11 bytes to the last 5. */
  #seal(app: string, bytes: Buffer): void {
    bytes.fill(0, 11);
    this.#fingerprints.of(app, bytes, 0);
    bytes.writeUInt32BE(this.#fingerprints.low, 11);
    bytes[15] = this.#fingerprints.high & 0xff;
  }
}
