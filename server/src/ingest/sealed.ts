import { crc32 } from 'node:zlib';

/** A small value of the journal: CRC-32 of the rest, then JSON. */
export function sealed(value: unknown): Buffer {
  const text = JSON.stringify(value);
  const bytes = Buffer.allocUnsafeSlow(4 + Buffer.byteLength(text));
  bytes.write(text, 4, 'utf8');
  bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0);
  return bytes;
}

/** @returns undefined when it is absent or not what was written */
export function unsealed(bytes: Buffer | undefined): unknown {
  if (bytes === undefined || !isSealed(bytes)) return undefined;
  return JSON.parse(bytes.toString('utf8', 4)) as unknown;
}

export const isSealed = (bytes: Buffer): boolean =>
  bytes.length > 4 && bytes.readUInt32LE(0) === crc32(bytes.subarray(4));
