import { checksumOf, hasChecksum } from './checksum.ts';

/** A row that the engine rejected: checksum (checksum.ts), format, length of the reason (UInt32 each), the reason, the row. */
const FORMAT = 2;
const HEADER_BYTES = 12;
const REASON_MAX_LENGTH = 2_000;

export function encodeRejectedRow(seq: number, reason: string, row: Uint8Array): Buffer {
  const text = Buffer.from(reason.slice(0, REASON_MAX_LENGTH));
  const value = Buffer.concat([Buffer.allocUnsafe(HEADER_BYTES), text, row]);
  value.writeUInt32LE(FORMAT, 4);
  value.writeUInt32LE(text.length, 8);
  value.writeUInt32LE(checksumOf(seq, value), 0);
  return value;
}

/** @returns undefined if it is damaged */
export function decodeRejectedRow(
  seq: number,
  value: Buffer,
): { readonly reason: string; readonly row: Buffer } | undefined {
  if (value.length < HEADER_BYTES || !hasChecksum(seq, value)) return undefined;
  if (value.readUInt32LE(4) !== FORMAT) return undefined;
  const rowStart = HEADER_BYTES + value.readUInt32LE(8);
  // LMDB's memory is only valid until the next read, so the row is copied.
  return { reason: value.toString('utf8', HEADER_BYTES, rowStart), row: Buffer.from(value.subarray(rowStart)) };
}
