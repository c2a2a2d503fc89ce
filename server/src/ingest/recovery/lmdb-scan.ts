import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { HEADER_BYTES, NODE, PAGE } from './lmdb-format.ts';

/** An entry of a leaf, as it is in the file. */
export interface FoundEntry {
  readonly key: Buffer;
  readonly value: Buffer;
}

const CHUNK_BYTES = 1024 * 1024;

/**
 * Every entry of every page that looks like a leaf, whatever it belonged to, for a file whose trees can't be followed. This also finds pages
 * that are no longer in use, and pages of a failed transaction: values must prove what they are with their checksum, and that they are
 * still wanted with their content.
 */
export function* scanLeaves(path: string, pageSize: number): Generator<FoundEntry> {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let at = 0; at < size; at += CHUNK_BYTES) {
      const got = readSync(fd, chunk, 0, CHUNK_BYTES, at);
      for (let start = 0; start + pageSize <= got; start += pageSize) {
        const page = chunk.subarray(start, start + pageSize);
        const isLeaf =
          Number(page.readBigUInt64LE(0)) === (at + start) / pageSize && page.readUInt16LE(18) === PAGE.leaf;
        if (isLeaf) yield* entriesOf(fd, size, page);
      }
    }
  } finally {
    closeSync(fd);
  }
}

function* entriesOf(fd: number, size: number, page: Buffer): Generator<FoundEntry> {
  const offsetsEnd = Math.min(page.length, HEADER_BYTES + page.readUInt16LE(20));
  for (let at = HEADER_BYTES; at + 2 <= offsetsEnd; at += 2) {
    const node = HEADER_BYTES + page.readUInt16LE(at);
    const keyEnd = node + 8 > page.length ? page.length + 1 : node + 8 + page.readUInt16LE(node + 6);
    if (keyEnd > page.length) continue;
    const bytes = page.readUInt32LE(node);
    const flags = page.readUInt16LE(node + 4);
    const value =
      flags === 0 ? inPage(page, keyEnd, bytes) : flags === NODE.big ? apart(fd, size, page, keyEnd, bytes) : undefined;
    if (value !== undefined) yield { key: Buffer.from(page.subarray(node + 8, keyEnd)), value };
  }
}

function inPage(page: Buffer, start: number, bytes: number): Buffer | undefined {
  return start + bytes > page.length ? undefined : Buffer.from(page.subarray(start, start + bytes));
}

/** A value with its own pages. */
function apart(fd: number, size: number, page: Buffer, at: number, bytes: number): Buffer | undefined {
  if (at + 8 > page.length) return undefined;
  const start = Number(page.readBigUInt64LE(at)) * page.length + HEADER_BYTES;
  if (!Number.isSafeInteger(start) || start + bytes > size) return undefined;
  const value = Buffer.allocUnsafe(bytes);
  return readSync(fd, value, 0, bytes, start) === bytes ? value : undefined;
}
