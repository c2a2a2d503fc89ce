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
 * An id that is no UUID → 16 bytes as RowBinary holds a UUID: a UUIDv8 from SHA-256.
 * @param keyId the key it counts for alone; absent: it counts for the app
 */
export function uuidOfText(app: string, text: string, keyId: string | undefined, target: Buffer): void {
  const hash = createHash('sha256');
  // No app begins with U+0000, so an id of a key never is the same as one of an app.
  if (keyId !== undefined) hash.update('\0').update(keyId).update('\0');
  const digest = hash.update(app).update('\0').update(text).digest().subarray(0, 16);
  digest[6] = (digest[6]! & 0x0f) | 0x80;
  digest[8] = (digest[8]! & 0x3f) | 0x80;
  reverseHalves(digest, target);
}

/**
 * Whether a UUID, as RowBinary holds it, is of a random kind (versions 4 and 7). All others can be worked out: of a name, of a place and time, or fixed
 * ones such as the nil UUID.
 */
export function isRandomUuid(uuid: Buffer): boolean {
  const version = uuid[1]! >> 4;
  return version === 4 || version === 7;
}

/** The texts in which an event may be stored that was posted with this id: by a trusted caller, or by one of these keys. */
export function storedUuids(app: string, text: string, keyIds: readonly string[]): string[] {
  const bytes = Buffer.alloc(16);
  const isUuid = parseUuid(text, bytes);
  if (!isUuid) uuidOfText(app, text, undefined, bytes);
  const stored = [uuidToText(bytes, 0)];
  if (isUuid && isRandomUuid(bytes)) return stored;
  for (const keyId of keyIds) {
    uuidOfText(app, isUuid ? text.toLowerCase() : text, keyId, bytes);
    stored.push(uuidToText(bytes, 0));
  }
  return stored;
}

/** Writes a UUID, whatever its case, as RowBinary holds it. @returns false when the text is none; `target` is then of no use */
export function parseUuid(text: string, target: Buffer): boolean {
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
