import { createHash, randomFillSync } from 'node:crypto';
import { Fingerprints } from './fingerprint.ts';

/** Value of a hex digit by its character code, 255 for others. */
const DIGIT = new Uint8Array(256).fill(255);
for (let i = 0; i < 10; i++) DIGIT[48 + i] = i;
for (let i = 0; i < 6; i++) {
  DIGIT[65 + i] = 10 + i;
  DIGIT[97 + i] = 10 + i;
}
/** Where the two digits of each byte stand in a UUID's text, in the order RowBinary holds the bytes (each half reversed). */
const PLACES = [16, 14, 11, 9, 6, 4, 2, 0, 34, 32, 30, 28, 26, 24, 21, 19];

/**
 * The caller's id → 16 bytes as RowBinary holds a UUID: the UUID itself whatever its case, else a UUIDv8 from SHA-256 of
 * app and id.
 */
export function uuidFromCaller(app: string, text: string, target: Buffer): void {
  if (parseUuid(text, target)) return;
  const digest = createHash('sha256').update(app).update('\0').update(text).digest().subarray(0, 16);
  digest[6] = (digest[6]! & 0x0f) | 0x80;
  digest[8] = (digest[8]! & 0x3f) | 0x80;
  reverseHalves(digest, target);
}

function parseUuid(text: string, target: Buffer): boolean {
  if (text.length !== 36) return false;
  for (const at of [8, 13, 18, 23]) if (text.charCodeAt(at) !== 45) return false;
  for (let i = 0; i < 16; i++) {
    const place = PLACES[i]!;
    const high = DIGIT[text.charCodeAt(place) & 0xff]!;
    const low = DIGIT[text.charCodeAt(place + 1) & 0xff]!;
    if ((high | low) > 15 || text.charCodeAt(place) > 127 || text.charCodeAt(place + 1) > 127) return false;
    target[i] = (high << 4) | low;
  }
  return true;
}

function reverseHalves(from: Uint8Array, to: Uint8Array): void {
  for (let i = 0; i < 8; i++) {
    to[i] = from[7 - i]!;
    to[8 + i] = from[15 - i]!;
  }
}

const RANDOM_BYTES = 3 * 1024;

/**
 * Makes ids that the server recognises when they come back: UUIDv8 of 48 bits time, 12 bits counter, 22 bits chance
 * and 40 bits of a keyed hash over app and all of it. Nobody else can make one (chance 2^-40), so one that verifies was
 * answered once, hence stored: a duplicate, with no table to look in. Who does forge one loses that event and no other.
 */
export class ServerUuids {
  readonly #prints: Fingerprints;
  readonly #random = Buffer.alloc(RANDOM_BYTES);
  readonly #plain = Buffer.alloc(16);
  #randomAt = RANDOM_BYTES;
  #counter = 0;

  constructor(secret: Buffer) {
    this.#prints = new Fingerprints(secret, 'seismo server uuid v2');
  }

  /** Writes a new id to `target`, as RowBinary holds it. */
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

  /** Whether these 16 bytes (RowBinary) are an id that `make` gave for this app. */
  isOwn(app: string, uuid: Buffer): boolean {
    if (uuid[1]! >> 4 !== 8) return false;
    const bytes = this.#plain;
    reverseHalves(uuid, bytes);
    const sealed = bytes.readUIntBE(11, 5);
    this.#seal(app, bytes);
    return bytes.readUIntBE(11, 5) === sealed;
  }

  /** Writes the seal over the first 11 bytes to the last 5. */
  #seal(app: string, bytes: Buffer): void {
    bytes.fill(0, 11);
    this.#prints.of(app, bytes, 0);
    bytes.writeUInt32BE(this.#prints.low, 11);
    bytes[15] = this.#prints.high & 0xff;
  }
}
