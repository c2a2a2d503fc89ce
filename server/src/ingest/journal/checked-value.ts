import { checksumOf, hasChecksum } from './checksum.ts';

/** A small value in the journal: checksum (checksum.ts), then JSON. */
export function encodeChecked(key: string, value: unknown): Buffer {
  const text = JSON.stringify(value);
  const bytes = Buffer.allocUnsafeSlow(4 + Buffer.byteLength(text));
  bytes.write(text, 4, 'utf8');
  bytes.writeUInt32LE(checksumOf(key, bytes), 0);
  return bytes;
}

/** @returns undefined if it is absent or damaged */
export function decodeChecked(key: string, bytes: Buffer | undefined): unknown {
  if (bytes === undefined || !isIntactChecked(key, bytes)) return undefined;
  return JSON.parse(bytes.toString('utf8', 4)) as unknown;
}

export const isIntactChecked = (key: string, bytes: Buffer): boolean => bytes.length > 4 && hasChecksum(key, bytes);
