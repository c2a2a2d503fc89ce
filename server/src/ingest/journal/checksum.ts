import { crc32 } from 'node:zlib';

/**
 * CRC-32 of a value without its first four bytes, which contain it, and of the value's key: a value under another key
 * is as wrong as another value.
 */
export const checksumOf = (key: number | string, value: Buffer): number =>
  crc32(value.subarray(4), typeof key === 'number' ? key >>> 0 : crc32(key));

export const hasChecksum = (key: number | string, value: Buffer): boolean =>
  value.length >= 4 && value.readUInt32LE(0) === checksumOf(key, value);
