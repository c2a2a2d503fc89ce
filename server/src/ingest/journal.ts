import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { type Database, open, type RootDatabase } from 'lmdb';
import { invariant, SeismoError } from '../errors.ts';

/** Value of a group: version, count, time, lengths of the rows, rows, and before all a CRC-32 of the rest. On-disk format 1. */
const FORMAT = 1;
const HEADER_BYTES = 20;

/** Rows of one transaction, `seq` counting up from `firstSeq`. */
export interface Group {
  readonly firstSeq: number;
  readonly receivedAt: number;
  readonly rows: readonly Buffer[];
  readonly bytes: number;
}

/** A block's cut, written down before its first attempt. */
export interface Cut {
  readonly firstSeq: number;
  readonly endSeq: number;
}

/**
 * What was accepted and is not in the store yet, and the fingerprints of ids seen, in one LMDB file.
 * A write resolves when it is on disk (overlappingSync is off: the commit itself syncs).
 */
export class Journal {
  readonly uuid: string;
  readonly #env: RootDatabase<unknown, string>;
  readonly #groups: Database<Buffer, number>;
  readonly #ids: Database<Buffer, number>;
  readonly #aside: Database<Buffer, number>;
  readonly #path: string;
  readonly #maxBytes: number;
  nextSeq: number;
  /** Bytes and events of groups not forgotten yet. */
  pendingBytes = 0;
  pendingEvents = 0;

  constructor(path: string, maxBytes: number) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#env = open<unknown, string>({ path, noSubdir: false, overlappingSync: false, maxDbs: 8, encoding: 'json' });
    this.#groups = this.#env.openDB<Buffer, number>({ name: 'groups', encoding: 'binary' });
    this.#ids = this.#env.openDB<Buffer, number>({ name: 'ids', encoding: 'binary' });
    this.#aside = this.#env.openDB<Buffer, number>({ name: 'aside', encoding: 'binary' });
    const known = this.#env.get('uuid') as string | undefined;
    this.uuid = known ?? randomUUID();
    if (known === undefined) this.#env.putSync('uuid', this.uuid);
    this.nextSeq = (this.#env.get('nextSeq') as number | undefined) ?? 1;
    for (const { key, value } of this.#groups.getRange({})) {
      const count = value.readUInt32LE(8);
      this.pendingBytes += value.length;
      this.pendingEvents += count;
      this.nextSeq = Math.max(this.nextSeq, key + count);
    }
  }

  /**
   * One transaction: rows, and the fingerprints of their ids beside them. Resolves when on disk.
   * @throws JOURNAL_FULL, JOURNAL_UNAVAILABLE
   */
  async append(rows: readonly Buffer[], fingerprints: Buffer, receivedAt: number): Promise<number> {
    const firstSeq = this.nextSeq;
    const value = encodeGroup(rows, receivedAt);
    if (this.pendingBytes + value.length > this.#maxBytes)
      throw new SeismoError(
        'JOURNAL_FULL',
        'The journal is at its size limit (journalMaxBytes); nothing of this request was stored.',
      );
    const stamped = Buffer.allocUnsafe(8 + fingerprints.length);
    stamped.writeDoubleLE(receivedAt, 0);
    fingerprints.copy(stamped, 8);
    // The places are taken even when the commit fails: a place is never given twice.
    this.nextSeq = firstSeq + rows.length;
    try {
      await this.#env.batch(() => {
        this.#groups.put(firstSeq, value);
        if (fingerprints.length > 0) this.#ids.put(firstSeq, stamped);
        this.#env.put('nextSeq', firstSeq + rows.length);
      });
    } catch (cause) {
      throw new SeismoError(
        'JOURNAL_UNAVAILABLE',
        'The journal could not be written; nothing of this request was stored.',
        { cause },
      );
    }
    this.pendingBytes += value.length;
    this.pendingEvents += rows.length;
    return firstSeq;
  }

  /** The next rows to load, whole groups up to `maxBytes`, or up to the cut that an earlier attempt wrote down. */
  read(maxBytes: number): Group[] {
    const cut = this.#env.get('cut') as Cut | undefined;
    const groups: Group[] = [];
    let bytes = 0;
    for (const { key, value } of this.#groups.getRange(cut ? { start: cut.firstSeq, end: cut.endSeq } : {})) {
      if (!cut && bytes > 0 && bytes + value.length > maxBytes) break;
      groups.push(decodeGroup(key, value));
      bytes += value.length;
    }
    return groups;
  }

  /** @returns whether this cut was already attempted (by an earlier run, or earlier in this one) */
  async writeCut(cut: Cut): Promise<boolean> {
    if (this.#env.get('cut') !== undefined) return true;
    await this.#env.put('cut', cut);
    return false;
  }

  /** The block is in the store: forget its groups and the cut. `aside` holds rows the engine refused, kept with their reason. */
  async forget(
    groups: readonly Group[],
    aside: readonly { seq: number; reason: string; row: Buffer }[],
  ): Promise<void> {
    await this.#env.batch(() => {
      for (const group of groups) this.#groups.remove(group.firstSeq);
      for (const { seq, reason, row } of aside) this.#aside.put(seq, encodeAside(reason, row));
      this.#env.remove('cut');
    });
    for (const group of groups) {
      this.pendingBytes -= group.bytes;
      this.pendingEvents -= group.rows.length;
    }
  }

  *setAside(): Generator<{ seq: number; reason: string; row: Buffer }> {
    for (const { key, value } of this.#aside.getRange({})) {
      const size = value.readUInt32LE(0);
      yield { seq: key, reason: value.toString('utf8', 4, 4 + size), row: Buffer.from(value.subarray(4 + size)) };
    }
  }

  async dropAside(seqs: readonly number[]): Promise<void> {
    await this.#env.batch(() => {
      for (const seq of seqs) this.#aside.remove(seq);
    });
  }

  /** Fingerprints stored, oldest first. */
  *fingerprints(): Generator<{ key: number; at: number; packed: Buffer }> {
    for (const { key, value } of this.#ids.getRange({}))
      yield { key, at: value.readDoubleLE(0), packed: value.subarray(8) };
  }

  async dropFingerprints(keys: readonly number[]): Promise<void> {
    await this.#env.batch(() => {
      for (const key of keys) this.#ids.remove(key);
    });
  }

  fileBytes(): number {
    return statSync(`${this.#path}/data.mdb`).size;
  }

  /** Rejects when the journal cannot be written. */
  async ping(): Promise<void> {
    try {
      await this.#env.put('ping', 1);
    } catch (cause) {
      throw new SeismoError('JOURNAL_UNAVAILABLE', 'The journal cannot be written.', { cause });
    }
  }

  async close(): Promise<void> {
    await this.#env.close();
  }
}

function encodeGroup(rows: readonly Buffer[], receivedAt: number): Buffer {
  let bytes = HEADER_BYTES + rows.length * 4;
  for (const row of rows) bytes += row.length;
  const value = Buffer.allocUnsafe(bytes);
  value.writeUInt32LE(FORMAT, 4);
  value.writeUInt32LE(rows.length, 8);
  value.writeDoubleLE(receivedAt, 12);
  let at = HEADER_BYTES;
  for (const row of rows) at = value.writeUInt32LE(row.length, at);
  for (const row of rows) at += row.copy(value, at);
  value.writeUInt32LE(crc32(value.subarray(4)), 0);
  return value;
}

function decodeGroup(firstSeq: number, value: Buffer): Group {
  invariant(value.readUInt32LE(0) === crc32(value.subarray(4)), `journal group ${firstSeq} fails its checksum`);
  invariant(value.readUInt32LE(4) === FORMAT, `journal group ${firstSeq} has an unknown format`);
  const count = value.readUInt32LE(8);
  // LMDB's memory is only ours until the next read: the rows are copied out.
  const copy = Buffer.from(value);
  const rows: Buffer[] = [];
  let at = HEADER_BYTES + count * 4;
  for (let i = 0; i < count; i++) {
    const size = copy.readUInt32LE(HEADER_BYTES + i * 4);
    rows.push(copy.subarray(at, at + size));
    at += size;
  }
  return { firstSeq, receivedAt: copy.readDoubleLE(12), rows, bytes: value.length };
}

function encodeAside(reason: string, row: Buffer): Buffer {
  const text = Buffer.from(reason.slice(0, 2_000));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(text.length);
  return Buffer.concat([size, text, row]);
}
