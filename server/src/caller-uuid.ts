import { createHash } from 'node:crypto';
import { uuidToText } from './row.ts';

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

/** The same as the text in which it is stored and answered. */
export function storedUuid(app: string, text: string): string {
  const bytes = Buffer.alloc(16);
  uuidFromCaller(app, text, bytes);
  return uuidToText(bytes, 0);
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

/** Between the order of a UUID's text and that of RowBinary. */
export function reverseHalves(from: Uint8Array, to: Uint8Array): void {
  for (let i = 0; i < 8; i++) {
    to[i] = from[7 - i]!;
    to[8 + i] = from[15 - i]!;
  }
}
