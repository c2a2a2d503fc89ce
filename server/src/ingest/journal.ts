import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { type Database, open, type RootDatabase } from 'lmdb';
import { SeismoError } from '../errors.ts';
import { countOf, decodeGroup, type Group, timeOf } from './group.ts';
import { decodePrints, encodePrints, viewPrints } from './prints.ts';

/** What one transaction brings. */
export interface Entry {
  /** As group.ts encodes it; left alone until the promise settles. */
  readonly value: Buffer;
  readonly count: number;
  readonly prints?: Buffer;
  readonly names: readonly string[];
  /** Places of events set aside that this entry holds again. */
  readonly takenFromAside?: readonly number[];
  /** How far an import has come. */
  readonly checkpoint?: { readonly key: string; readonly value: unknown };
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
  readonly #names: Database<Buffer, string>;
  readonly #imports: Database<unknown, string>;
  readonly #path: string;
  readonly #maxBytes: number;
  nextSeq: number;
  /** Every place below is on disk. */
  committedSeq: number;
  /**
   * Groups on their way to the store, as read would decode them. Reading them back through LMDB's memory map would keep
   * the pages of the file in the process's memory: half a gigabyte under load.
   */
  readonly #recent = new Map<number, Group>();
  #recentBytes = 0;
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
    this.#names = this.#env.openDB<Buffer, string>({ name: 'names', encoding: 'binary' });
    this.#imports = this.#env.openDB<unknown, string>({ name: 'imports', encoding: 'json' });
    const known = this.#env.get('uuid') as string | undefined;
    this.uuid = known ?? randomUUID();
    if (known === undefined) this.#env.putSync('uuid', this.uuid);
    this.nextSeq = (this.#env.get('nextSeq') as number | undefined) ?? 1;
    for (const { key, value } of this.#groups.getRange({})) {
      const count = countOf(value);
      this.pendingBytes += value.length;
      this.pendingEvents += count;
      this.nextSeq = Math.max(this.nextSeq, key + count);
    }
    this.committedSeq = this.nextSeq;
  }

  /**
   * One transaction. Resolves with the first place when it is on disk.
   * @throws JOURNAL_FULL, JOURNAL_UNAVAILABLE
   */
  async append(entry: Entry): Promise<number> {
    const { value, count } = entry;
    const firstSeq = this.nextSeq;
    if (this.isFull(value.length))
      throw new SeismoError(
        'JOURNAL_FULL',
        'The journal is at its size limit (journalMaxBytes); nothing of this request was stored.',
      );
    // The places are taken even when the commit fails: a place is never given twice.
    this.nextSeq = firstSeq + count;
    try {
      await this.#env.batch(() => {
        if (count > 0) this.#groups.put(firstSeq, value);
        if (entry.prints) this.#ids.put(firstSeq, entry.prints);
        for (const name of entry.names) this.#names.put(name, EMPTY);
        for (const seq of entry.takenFromAside ?? []) this.#aside.remove(seq);
        if (entry.checkpoint) this.#imports.put(entry.checkpoint.key, entry.checkpoint.value);
      });
    } catch (cause) {
      throw new SeismoError(
        'JOURNAL_UNAVAILABLE',
        'The journal could not be written; nothing of this request was stored.',
        { cause },
      );
    }
    if (count > 0) this.pendingBytes += value.length;
    this.pendingEvents += count;
    this.committedSeq = Math.max(this.committedSeq, firstSeq + count);
    if (count > 0 && this.#recentBytes + value.length <= RECENT_MAX_BYTES) {
      this.#recent.set(firstSeq, decodeGroup(firstSeq, value));
      this.#recentBytes += value.length;
    }
    return firstSeq;
  }

  isFull(moreBytes: number): boolean {
    return this.pendingBytes + moreBytes > this.#maxBytes;
  }

  checkpoint(key: string): unknown {
    return this.#imports.get(key);
  }

  *names(): Generator<string> {
    for (const key of this.#names.getKeys({})) yield key;
  }

  /** The next rows to load, whole groups up to `maxBytes`, or up to the cut that an earlier attempt wrote down. */
  read(maxBytes: number): Group[] {
    const cut = this.#env.get('cut') as Cut | undefined;
    const groups: Group[] = [];
    let bytes = 0;
    for (const key of this.#groups.getKeys(cut ? { start: cut.firstSeq, end: cut.endSeq } : {})) {
      const group = this.#recent.get(key) ?? decodeGroup(key, this.#groups.get(key)!);
      if (!cut && bytes > 0 && bytes + group.bytes > maxBytes) break;
      groups.push(group);
      bytes += group.bytes;
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
    const last = groups.at(-1);
    await this.#env.batch(() => {
      for (const group of groups) this.#groups.remove(group.firstSeq);
      for (const { seq, reason, row } of aside) this.#aside.put(seq, encodeAside(reason, row));
      this.#env.remove('cut');
      // Groups tell by themselves how far the places have come; without them, this does.
      if (last) this.#env.put('nextSeq', last.firstSeq + last.lengths.length);
    });
    for (const group of groups) {
      if (this.#recent.delete(group.firstSeq)) this.#recentBytes -= group.bytes;
      this.pendingBytes -= group.bytes;
      this.pendingEvents -= group.lengths.length;
    }
  }

  *setAside(): Generator<{ seq: number; reason: string; row: Buffer }> {
    for (const { key, value } of this.#aside.getRange({})) {
      const size = value.readUInt32LE(0);
      yield { seq: key, reason: value.toString('utf8', 4, 4 + size), row: Buffer.from(value.subarray(4 + size)) };
    }
  }

  setAsideCount(): number {
    return this.#aside.getKeysCount({});
  }

  /** When the oldest transaction that is not in the store came, UTC ms. */
  oldestAt(): number | undefined {
    if (this.pendingEvents === 0) return undefined;
    for (const { value } of this.#groups.getRange({ limit: 1 })) return timeOf(value);
    return undefined;
  }

  async dropAside(seqs: readonly number[]): Promise<void> {
    await this.#env.batch(() => {
      for (const seq of seqs) this.#aside.remove(seq);
    });
  }

  /** Fingerprints stored, oldest first. */
  *fingerprints(): Generator<{ key: number; at: number; apps: ReturnType<typeof decodePrints>['apps'] }> {
    for (const { key, value } of this.#ids.getRange({})) yield { key, ...decodePrints(value) };
  }

  /** The same, packed: each is good until the next. */
  *packedFingerprints(sinceMs: number): Generator<ReturnType<typeof viewPrints>[number]> {
    for (const { value } of this.#ids.getRange({})) if (value.readDoubleLE(0) >= sinceMs) yield* viewPrints(value);
  }

  /** Forgets fingerprints of transactions before `beforeMs`, at most `max` transactions at a time. @returns whether more are left */
  async dropFingerprints(beforeMs: number, max: number): Promise<boolean> {
    const keys: number[] = [];
    for (const { key, value } of this.#ids.getRange({})) {
      if (value.readDoubleLE(0) >= beforeMs || keys.length >= max) break;
      keys.push(key);
    }
    if (keys.length === 0) return false;
    await this.#env.batch(() => {
      for (const key of keys) this.#ids.remove(key);
    });
    return keys.length >= max;
  }

  /** Forgets the fingerprints of one app that came in `[fromMs, toMs)`: it gave them up for others. */
  async stripFingerprints(app: string, fromMs: number, toMs: number): Promise<void> {
    const changes: { key: number; value: Buffer | undefined }[] = [];
    for (const { key, value } of this.#ids.getRange({})) {
      const at = value.readDoubleLE(0);
      if (at < fromMs) continue;
      if (at >= toMs) break;
      const { apps } = decodePrints(value);
      const kept = apps.filter((each) => each.app !== app);
      if (kept.length < apps.length)
        changes.push({ key, value: kept.length === 0 ? undefined : encodePrints(at, kept) });
    }
    await this.#env.batch(() => {
      for (const { key, value } of changes)
        if (value === undefined) this.#ids.remove(key);
        else this.#ids.put(key, value);
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

function encodeAside(reason: string, row: Buffer): Buffer {
  const text = Buffer.from(reason.slice(0, 2_000));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(text.length);
  return Buffer.concat([size, text, row]);
}

const EMPTY = Buffer.alloc(0);
/** Beyond, the engine is behind, and groups are read back from the file. */
const RECENT_MAX_BYTES = 48 * 1024 * 1024;
