import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { HEADER_BYTES, NODE, PAGE } from './lmdb-format.ts';

/**
 * Reads an LMDB file without LMDB, page by page: LMDB maps the file into memory, and if the file is shorter than its pages say,
 * a read ends the process with SIGBUS. Nothing here trusts a page before it is checked. The format is that of liblmdb's
 * `mdb.c`, data version 2, as in `lmdb` 3 (dependencies/lmdb/libraries/liblmdb): little-endian, pages of a fixed size.
 *
 * | Page header, 24 bytes | number (8), transaction (8), pad (2), flags (2), end of the offsets and begin of the nodes (2 each), or count of overflow pages (4) |
 * |---|---|
 * | Meta, after the header | magic (4), version (4), address (8), map size (8), the records of the trees `free` and `main` (48 each), last page (8), transaction (8) |
 * | Record of a tree | pad or page size (4), flags (2), depth (2), branch, leaf and overflow pages (8 each), entries (8), root page (8) |
 * | Node | size of the data or low bits of a page number (4), flags or high bits (2), size of the key (2), key, data |
 */
const META_BYTES = 160;
const MAGIC = 0xbeefc0de;
const VERSION = 2;
const NO_PAGE = 0xffffffffffffffffn;
const DEPTH_MAX = 32;
const INTEGER_KEYS = 0x08;

/** The record of one tree. */
export interface Tree {
  /** Absent: the tree is empty. */
  readonly root: number | undefined;
  readonly entries: number;
  readonly depth: number;
  readonly flags: number;
  /** The number of pages of each kind. */
  readonly branches: number;
  readonly leaves: number;
  readonly overflows: number;
}

export interface PageEntry {
  readonly key: Buffer;
  /** The value, or the record of the tree if the entry is a tree. */
  readonly value: Buffer;
  readonly isTree: boolean;
}

/** The file is not an LMDB file, or so much is missing that nothing can be read. */
export class NotReadable extends Error {}

/** Wrong pages or nodes are skipped, and counted in `faults`. */
export class LmdbPages {
  readonly bytes: number;
  readonly pageSize: number;
  /** The number of the newest transaction. It grows with each one. */
  readonly transaction: number;
  readonly lastPage: number;
  readonly main: Tree;
  readonly free: Tree;
  /** What was found wrong, at most a hundred. */
  readonly faults: string[] = [];
  faultCount = 0;
  readonly #fd: number;
  /** One bit for each page: already seen. A page that is seen twice belongs to two owners. */
  readonly #met: Uint8Array;

  /** @throws NotReadable */
  constructor(path: string) {
    this.#fd = openSync(path, 'r');
    try {
      this.bytes = fstatSync(this.#fd).size;
      const meta = this.#newestMeta();
      this.pageSize = meta.readUInt32LE(24 + 24);
      this.free = treeOf(meta, 24 + 24);
      this.main = treeOf(meta, 24 + 72);
      this.lastPage = number(meta, 24 + 120);
      this.transaction = number(meta, 24 + 128);
      // One bit for each page in the file, whatever number a broken meta page claims.
      this.#met = new Uint8Array((Math.ceil(this.bytes / this.pageSize) >> 3) + 1);
    } catch (error) {
      closeSync(this.#fd);
      throw error;
    }
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** The entries of a tree in the order of their keys, as far as they are readable. Call it once for each tree. */
  *entries(name: string, tree: Tree): Generator<PageEntry> {
    const seen = { entries: 0, depth: 0, branches: 0, leaves: 0, overflows: 0 };
    if (tree.root !== undefined)
      for (const entry of this.#walk(name, tree.root, 1, seen)) {
        seen.entries++;
        yield entry;
      }
    for (const what of ['entries', 'depth', 'branches', 'leaves', 'overflows'] as const)
      if (seen[what] !== tree[what]) this.#fault(`${name} has ${seen[what]} ${what} instead of ${tree[what]}`);
    // None of ours has several values for a key, or its own order of keys; the list of free pages has.
    if (tree.flags !== (tree === this.free ? INTEGER_KEYS : 0)) this.#fault(`${name} is not a tree of ours`);
  }

  /** Checks the list of free pages, after all trees were read: a used page that counts as free would be overwritten. */
  checkFree(): void {
    for (const { value } of this.entries('the list of free pages', this.free)) {
      // A number, then page numbers. A negative one says how many pages follow the next number; 0 is a gap.
      const count = value.length < 8 ? -1 : number(value, 0);
      if (count < 0 || value.length < 8 * (count + 1)) {
        this.#fault('an entry of the list of free pages is not readable');
        continue;
      }
      let run = 1;
      for (let at = 8; at <= 8 * count; at += 8) {
        const page = signed(value, at);
        if (page < 0) run = -page;
        else if (page > 0) {
          for (let each = page; each < page + run && each <= page + this.lastPage; each++) this.#meetFree(each);
          run = 1;
        }
      }
    }
  }

  #newestMeta(): Buffer {
    const first = this.#read(0, META_BYTES);
    if (first === undefined) throw new NotReadable(`The file has ${this.bytes} bytes.`);
    const metas: Buffer[] = isMeta(first) ? [first] : [];
    // The second is one page further. If the first does not show how long a page is, the usual lengths are tried.
    for (const size of isMeta(first) ? [first.readUInt32LE(24 + 24)] : [4_096, 16_384, 65_536]) {
      const second = this.#read(size, META_BYTES);
      if (second !== undefined && isMeta(second)) metas.push(second);
    }
    metas.sort((a, b) => number(b, 24 + 128) - number(a, 24 + 128));
    if (metas[0] === undefined) throw new NotReadable('Neither of its two first pages says that it is an LMDB file.');
    return metas[0];
  }

  *#walk(name: string, page: number, depth: number, seen: Seen): Generator<PageEntry> {
    const bytes = this.#page(name, page);
    if (bytes === undefined) return;
    const flags = bytes.readUInt16LE(18);
    const isLeaf = (flags & PAGE.leaf) !== 0;
    if (!isLeaf && (flags & PAGE.branch) === 0)
      return this.#fault(`page ${page} of ${name} is neither branch nor leaf`);
    if (depth > DEPTH_MAX) return this.#fault(`${name} is deeper than any tree can be`);
    seen.depth = Math.max(seen.depth, depth);
    seen[isLeaf ? 'leaves' : 'branches']++;
    const offsetsEnd = HEADER_BYTES + bytes.readUInt16LE(20);
    if (offsetsEnd > bytes.length) return this.#fault(`page ${page} of ${name} holds more than fits`);
    for (let at = HEADER_BYTES; at + 2 <= offsetsEnd; at += 2) {
      const node = HEADER_BYTES + bytes.readUInt16LE(at);
      const keyEnd = node + 8 > bytes.length ? bytes.length + 1 : node + 8 + bytes.readUInt16LE(node + 6);
      if (keyEnd > bytes.length) this.#fault(`a node of page ${page} of ${name} lies outside of it`);
      else if (isLeaf) {
        const entry = this.#entry(name, bytes, node, keyEnd, seen);
        if (entry !== undefined) yield entry;
      } else {
        const child = bytes.readUInt32LE(node) + bytes.readUInt16LE(node + 4) * 4_294_967_296;
        yield* this.#walk(name, child, depth + 1, seen);
      }
    }
  }

  #entry(name: string, bytes: Buffer, node: number, keyEnd: number, seen: Seen): PageEntry | undefined {
    const size = bytes.readUInt32LE(node);
    const flags = bytes.readUInt16LE(node + 4);
    const key = Buffer.from(bytes.subarray(node + 8, keyEnd));
    if (flags & NODE.duplicates) return this.#fault(`${name} has a key with several values, as no part of ours has`);
    if ((flags & NODE.big) === 0) {
      if (keyEnd + size > bytes.length) return this.#fault(`a value of ${name} lies outside of its page`);
      return { key, value: Buffer.from(bytes.subarray(keyEnd, keyEnd + size)), isTree: (flags & NODE.tree) !== 0 };
    }
    if (keyEnd + 24 > bytes.length) return this.#fault(`a node of ${name} lies outside of its page`);
    const value = this.#overflow(name, number(bytes, keyEnd), number(bytes, keyEnd + 8), size);
    seen.overflows += number(bytes, keyEnd + 16);
    return value && { key, value, isTree: false };
  }

  /** A value with its own pages. */
  #overflow(name: string, page: number, transaction: number, size: number): Buffer | undefined {
    const pages = Math.floor((HEADER_BYTES - 1 + size) / this.pageSize) + 1;
    const bytes = this.#read(page * this.pageSize, HEADER_BYTES + size);
    if (bytes === undefined) return this.#fault(`page ${page} of ${name} is missing`);
    const isAsWritten =
      number(bytes, 0) === page &&
      number(bytes, 8) === transaction &&
      (bytes.readUInt16LE(18) & PAGE.overflow) !== 0 &&
      bytes.readUInt32LE(20) >= pages;
    if (!isAsWritten) return this.#fault(`page ${page} of ${name} is not what was written`);
    for (let each = page; each < page + pages; each++)
      if (!this.#meet(each)) return this.#fault(`page ${each} of ${name} belongs to something else as well`);
    return bytes.subarray(HEADER_BYTES);
  }

  #page(name: string, page: number): Buffer | undefined {
    const bytes = this.#read(page * this.pageSize, this.pageSize);
    if (bytes === undefined) return this.#fault(`page ${page} of ${name} is missing`);
    if (number(bytes, 0) !== page || number(bytes, 8) > this.transaction)
      return this.#fault(`page ${page} of ${name} is not what was written`);
    if (!this.#meet(page)) return this.#fault(`page ${page} of ${name} belongs to something else as well`);
    return bytes;
  }

  /** @returns undefined if the file does not contain all of it */
  #read(at: number, length: number): Buffer | undefined {
    if (!Number.isSafeInteger(at) || at + length > this.bytes) return undefined;
    const bytes = Buffer.allocUnsafe(length);
    return readSync(this.#fd, bytes, 0, length, at) === length ? bytes : undefined;
  }

  /** @returns whether it is seen for the first time */
  #meet(page: number): boolean {
    const bit = 1 << (page & 7);
    const byte = this.#met[page >> 3] ?? 0xff;
    if (byte & bit) return false;
    this.#met[page >> 3] = byte | bit;
    return true;
  }

  #meetFree(page: number): void {
    // The file may end before its free pages do.
    if (page * this.pageSize >= this.bytes && page <= this.lastPage) return;
    if (page < 2 || page > this.lastPage) this.#fault(`page ${page} counts as free and does not exist`);
    else if (!this.#meet(page)) this.#fault(`page ${page} counts as free and is in use`);
  }

  #fault(text: string): undefined {
    this.faultCount++;
    if (this.faults.length < 100) this.faults.push(text);
    return undefined;
  }
}

interface Seen {
  depth: number;
  branches: number;
  leaves: number;
  overflows: number;
}

/** The record of a tree in an entry. @throws RangeError if it is too short */
export function treeOf(bytes: Buffer, at = 0): Tree {
  const root = bytes.readBigUInt64LE(at + 40);
  return {
    root: root === NO_PAGE ? undefined : Number(root),
    entries: number(bytes, at + 32),
    depth: bytes.readUInt16LE(at + 6),
    flags: bytes.readUInt16LE(at + 4),
    branches: number(bytes, at + 8),
    leaves: number(bytes, at + 16),
    overflows: number(bytes, at + 24),
  };
}

const number = (bytes: Buffer, at: number): number => Number(bytes.readBigUInt64LE(at));
const signed = (bytes: Buffer, at: number): number => Number(bytes.readBigInt64LE(at));

function isMeta(bytes: Buffer): boolean {
  const pageSize = bytes.readUInt32LE(24 + 24);
  return (
    (bytes.readUInt16LE(18) & PAGE.meta) !== 0 &&
    bytes.readUInt32LE(24) === MAGIC &&
    (bytes.readUInt32LE(28) & 0xffff) === VERSION &&
    pageSize >= 512 &&
    pageSize <= 65_536 &&
    (pageSize & (pageSize - 1)) === 0
  );
}
