import {
  asRestored,
  encodeForgotten,
  expiredForgotten,
  type Forgotten,
  idsAndForgotten,
  notedErasing,
  noteErasing,
  strippedFingerprints,
} from '../deduplication/forgotten-ids.ts';
import type { Restored } from '../deduplication/id-window.ts';
import {
  type AppFingerprints,
  areFingerprintsIntact,
  decodeFingerprints,
  fingerprintsTimeOf,
} from './id-fingerprints.ts';
import type { JournalFile, JournalWrite } from './journal-file.ts';

/** In the journal's file: fingerprints of ids seen and ids erased, and the uuids whose events are about to be erased. */
export class FingerprintStore {
  readonly #file: JournalFile;
  readonly #write: JournalWrite;
  /** Keys of damaged ones, known after the first reading. */
  #damaged: Set<number> | undefined;

  constructor(file: JournalFile, write: JournalWrite) {
    this.#file = file;
    this.#write = write;
  }

  /** Oldest first. */
  *all(): Generator<{ key: number; at: number; apps: readonly AppFingerprints[] }> {
    for (const { key, value } of this.#file.ids.getRange({})) yield { key, ...decodeFingerprints(value) };
  }

  /** The same, packed. Each is valid until the next. Damaged ones are skipped. */
  *packedSince(sinceMs: number): Generator<Restored> {
    const damaged = this.#damaged ?? new Set<number>();
    for (const { key, value, isForgotten } of idsAndForgotten(this.#file)) {
      if (this.#damaged === undefined && !isForgotten && !areFingerprintsIntact(key, value)) damaged.add(key);
      if (isForgotten || (!damaged.has(key) && fingerprintsTimeOf(value) >= sinceMs))
        yield* asRestored(value, isForgotten);
    }
    this.#damaged = damaged;
  }

  /** When the newest came, in ms of the clock for ids. */
  newestAt(): number {
    for (const { value } of this.#file.ids.getRange({ reverse: true, limit: 1 })) return fingerprintsTimeOf(value);
    return 0;
  }

  /** One more than the last sequence number with fingerprints; 0 if there are none. */
  endKey(): number {
    for (const key of this.#file.ids.getKeys({ reverse: true, limit: 1 })) return key + 1;
    return 0;
  }

  /** The sequence number before which ids were last forgotten; 0 if never. */
  forgottenBefore(): number {
    const [seq = 0] = this.#file.forgotten.getKeys({ reverse: true, limit: 1 });
    return seq;
  }

  /** Those of the transaction that begins at `firstSeq`; none if they are damaged. */
  of(firstSeq: number): readonly AppFingerprints[] {
    const packed = this.#file.ids.get(firstSeq);
    return packed !== undefined && areFingerprintsIntact(firstSeq, packed) ? decodeFingerprints(packed).apps : [];
  }

  encodeForgotten(nextSeq: number, forgotten: Forgotten): Buffer {
    return encodeForgotten(this.#file, nextSeq, forgotten);
  }

  /** Forgets those of transactions before `beforeMs`, at most `max` transactions at a time. @returns whether more are left */
  async dropBefore(beforeMs: number, max: number): Promise<boolean> {
    const keys: number[] = [];
    for (const { key, value } of this.#file.ids.getRange({})) {
      if (fingerprintsTimeOf(value) >= beforeMs || keys.length >= max) break;
      keys.push(key);
    }
    const { ids, forgotten } = this.#file;
    const old = expiredForgotten(this.#file, beforeMs);
    if (keys.length + old.length === 0) return false;
    await this.#write('fingerprints are not forgotten', 0, () => {
      for (const key of keys) ids.remove(key);
      for (const key of old) forgotten.remove(key);
    });
    return keys.length >= max;
  }

  /** Forgets those of one app that came in `[fromMs, toMs)`, to make space for others. */
  async strip(app: string, fromMs: number, toMs: number): Promise<void> {
    const changes = strippedFingerprints(this.#file, app, fromMs, toMs);
    const bytes = changes.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    await this.#write('fingerprints are not forgotten', bytes * 2, () => {
      for (const { key, value } of changes)
        if (value === undefined) this.#file.ids.remove(key);
        else this.#file.ids.put(key, value);
    });
  }

  /** Notes uuids whose events are about to be erased. */
  async noteErasing(key: string, uuids: Buffer): Promise<void> {
    await this.#write('nothing was erased', uuids.length * 3 + 1, () => noteErasing(this.#file, key, uuids));
  }

  /** What was noted and has not been forgotten yet. */
  erasing = (): { key: string; value: Buffer }[] => notedErasing(this.#file);
}
