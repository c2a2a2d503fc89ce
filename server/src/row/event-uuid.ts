import { createHash } from 'node:crypto';
import { uuidToText } from './row.ts';

/** The value of a hexadecimal digit by its character code; 255 for others. */
const DIGIT = new Uint8Array(256).fill(255);
for (let i = 0; i < 10; i++) DIGIT[48 + i] = i;
for (let i = 0; i < 6; i++) {
  DIGIT[65 + i] = 10 + i;
  DIGIT[97 + i] = 10 + i;
}
/** The position of the two digits of each byte in the text of a UUID, in the byte order of RowBinary (each half reversed). */
const PLACES = [16, 14, 11, 9, 6, 4, 2, 0, 34, 32, 30, 28, 26, 24, 21, 19];

/**
 * An id that is not a UUID → 16 bytes in the order of RowBinary: a UUIDv8 from SHA-256.
 * @param keyId the only key it counts for; absent: it counts for the app
 */
export function uuidOfText(app: string, text: string, keyId: string | undefined, target: Buffer): void {
  const hash = createHash('sha256');
  // No app begins with U+0000, so an id of a key is never the same as one of an app.
  if (keyId !== undefined) hash.update('\0').update(keyId).update('\0');
  const digest = hash.update(app).update('\0').update(text).digest().subarray(0, 16);
  digest[6] = (digest[6]! & 0x0f) | 0x80;
  digest[8] = (digest[8]! & 0x3f) | 0x80;
  reverseHalves(digest, target);
}

/**
 * Whether a UUID, in the byte order of RowBinary, is random (versions 4 and 7). All others can be computed from a name, or from a place and time, or
 * are fixed, such as the nil UUID.
 */
export function isRandomUuid(uuid: Buffer): boolean {
  const version = uuid[1]! >> 4;
  return version === 4 || version === 7;
}

/** The texts under which an event posted with this id may be stored: by a trusted caller, or by one of these keys. */
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

/** Writes a UUID, in any case, in the byte order of RowBinary. @returns false if the text is not one; `target` is then undefined */
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

/** Converts between the order of a UUID's text and that of RowBinary. */
export function reverseHalves(from: Uint8Array, to: Uint8Array): void {
  for (let i = 0; i < 8; i++) {
    to[i] = from[7 - i]!;
    to[8 + i] = from[15 - i]!;
  }
}
