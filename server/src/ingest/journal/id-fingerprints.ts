import type { Restored } from '../deduplication/id-window.ts';
import { checksumOf, hasChecksum } from './checksum.ts';

/**
 * Fingerprints of one transaction, packed beside its rows, format 2: checksum (checksum.ts), format (UInt32 each), time
 * (double, ms of the clock for ids), then for each app: length of its name, name, number (UInt32), and 8 bytes for each fingerprint (high, low).
 */
const FORMAT = 2;
/** The same for forgotten ids (forgotten-ids.ts), so that they are never taken for known ids. */
const FORGOTTEN_FORMAT = 3;
const HEADER_BYTES = 16;

export class IdFingerprintsWriter {
  readonly #byApp = new Map<string, number[]>();
  count = 0;

  add(app: string, high: number, low: number): void {
    let list = this.#byApp.get(app);
    if (list === undefined) {
      list = [];
      this.#byApp.set(app, list);
    }
    list.push(high, low);
    this.count++;
  }

  reset(): void {
    this.#byApp.clear();
    this.count = 0;
  }

  *each(): Generator<{ app: string; fingerprints: readonly number[] }> {
    for (const [app, fingerprints] of this.#byApp) yield { app, fingerprints };
  }

  encode(firstSeq: number, at: number): Buffer {
    return encodeFingerprints(firstSeq, at, [...this.each()]);
  }
}

export interface AppFingerprints {
  readonly app: string;
  /** high, low, high, low … */
  readonly fingerprints: readonly number[];
}

export const encodeFingerprints = (firstSeq: number, at: number, apps: readonly AppFingerprints[]): Buffer =>
  encode(FORMAT, firstSeq, at, apps);

export const encodeForgottenFingerprints = (firstSeq: number, at: number, apps: readonly AppFingerprints[]): Buffer =>
  encode(FORGOTTEN_FORMAT, firstSeq, at, apps);

function encode(format: number, firstSeq: number, at: number, apps: readonly AppFingerprints[]): Buffer {
  const value = Buffer.allocUnsafeSlow(
    HEADER_BYTES + apps.reduce((sum, { app, fingerprints }) => sum + 5 + app.length + fingerprints.length * 4, 0),
  );
  value.writeUInt32LE(format, 4);
  let place = value.writeDoubleLE(at, 8);
  for (const { app, fingerprints } of apps) {
    place = value.writeUInt8(app.length, place);
    place += value.write(app, place, 'latin1');
    place = value.writeUInt32LE(fingerprints.length / 2, place);
    for (const word of fingerprints) place = value.writeUInt32LE(word, place);
  }
  value.writeUInt32LE(checksumOf(firstSeq, value), 0);
  return value;
}

/** When they came, in ms of the clock for ids. */
export const fingerprintsTimeOf = (value: Buffer): number => (value.length < HEADER_BYTES ? 0 : value.readDoubleLE(8));

/** How many there are. */
export const fingerprintsCountOf = (value: Buffer): number =>
  viewFingerprints(value).reduce((sum, { fingerprints }) => sum + fingerprints.count, 0);

/** Whether the value is intact. */
export const areFingerprintsIntact = (firstSeq: number, value: Buffer): boolean => isIntact(FORMAT, firstSeq, value);
export const areForgottenFingerprintsIntact = (firstSeq: number, value: Buffer): boolean =>
  isIntact(FORGOTTEN_FORMAT, firstSeq, value);

const isIntact = (format: number, firstSeq: number, value: Buffer): boolean =>
  value.length >= HEADER_BYTES && hasChecksum(firstSeq, value) && value.readUInt32LE(4) === format;

/** Whether bytes with a valid checksum have the structure of fingerprints. */
export function hasFingerprintsShape(value: Buffer): boolean {
  let place = HEADER_BYTES;
  while (place < value.length) {
    const nameEnd = place + 1 + value.readUInt8(place);
    if (nameEnd === place + 1 || nameEnd + 4 > value.length) return false;
    place = nameEnd + 4 + value.readUInt32LE(nameEnd) * 8;
  }
  return place === value.length && value.length > HEADER_BYTES;
}

/** Fingerprints without decoding them. */
export function viewFingerprints(value: Buffer): Restored[] {
  const atMs = fingerprintsTimeOf(value);
  const views: Restored[] = [];
  for (let place = HEADER_BYTES; place < value.length; ) {
    const nameEnd = place + 1 + value.readUInt8(place);
    const app = value.toString('latin1', place + 1, nameEnd);
    const count = value.readUInt32LE(nameEnd);
    views.push({ atMs, app, fingerprints: { bytes: value, offset: nameEnd + 4, count } });
    place = nameEnd + 4 + count * 8;
  }
  return views;
}

export function decodeFingerprints(value: Buffer): { at: number; apps: AppFingerprints[] } {
  const apps = viewFingerprints(value).map(({ app, fingerprints: { bytes, offset, count } }): AppFingerprints => {
    const fingerprints: number[] = new Array(count * 2);
    for (let i = 0; i < count * 2; i++) fingerprints[i] = bytes.readUInt32LE(offset + i * 4);
    return { app, fingerprints };
  });
  return { at: fingerprintsTimeOf(value), apps };
}
