import type { RejectedRow } from './journal-entry.ts';
import { type JournalFile, type JournalWrite, sizeOf } from './journal-file.ts';
import { decodeRejectedRow, encodeRejectedRow } from './rejected-row.ts';

/** Rows that the engine rejected, with reasons, in the journal's file. */
export class RejectedRowStore {
  readonly #file: JournalFile;
  readonly #write: JournalWrite;
  /** The space they take in the file. */
  bytes = 0;

  constructor(file: JournalFile, write: JournalWrite) {
    this.#file = file;
    this.#write = write;
    this.measure();
  }

  /** In the order of their sequence numbers. Damaged ones are skipped. */
  *all(fromSeq = 0): Generator<RejectedRow> {
    for (const { key, value } of this.#file.aside.getRange({ start: fromSeq })) {
      const decoded = decodeRejectedRow(key, value);
      if (decoded) yield { seq: key, ...decoded };
    }
  }

  count(): number {
    return sizeOf(this.#file.aside).entries;
  }

  async drop(seqs: readonly number[]): Promise<void> {
    await this.#write('nothing was dropped', 0, () => this.remove(seqs));
    this.measure();
  }

  /** Call it within a transaction, and `measure` afterwards. */
  put(rows: readonly RejectedRow[]): void {
    for (const { seq, reason, row } of rows) this.#file.aside.put(seq, encodeRejectedRow(seq, reason, row));
  }

  /** Call it within a transaction, and `measure` afterwards. */
  remove(seqs: readonly number[]): void {
    for (const seq of seqs) this.#file.aside.remove(seq);
  }

  measure(): void {
    this.bytes = sizeOf(this.#file.aside).bytes;
  }
}

/** The maximum that a transaction with these rows writes as values. */
export const rejectedBytesOf = (rows: readonly RejectedRow[]): number =>
  rows.reduce((sum, { row }) => sum + row.length + ROW_BYTES, 0) * 2;

/** Besides the row: its reason, key and header. */
const ROW_BYTES = 2_100;
