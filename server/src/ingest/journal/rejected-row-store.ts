import type { RejectedRow } from './journal-entry.ts';
import { type JournalFile, type JournalWrite, sizeOf } from './journal-file.ts';
import { decodeRejectedRow, encodeRejectedRow } from './rejected-row.ts';

/** Rows that the engine rejected, with its reason, in the journal's file. */
export class RejectedRowStore {
  readonly #file: JournalFile;
  readonly #write: JournalWrite;
  /** What they take of the file. */
  bytes = 0;

  constructor(file: JournalFile, write: JournalWrite) {
    this.#file = file;
    this.#write = write;
    this.measure();
  }

  /** In order of their sequence numbers; damaged ones are left out. */
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

  /** Within a transaction; `measure` when it has ended. */
  put(rows: readonly RejectedRow[]): void {
    for (const { seq, reason, row } of rows) this.#file.aside.put(seq, encodeRejectedRow(seq, reason, row));
  }

  /** Within a transaction; `measure` when it has ended. */
  remove(seqs: readonly number[]): void {
    for (const seq of seqs) this.#file.aside.remove(seq);
  }

  measure(): void {
    this.bytes = sizeOf(this.#file.aside).bytes;
  }
}

/** What a transaction that puts these rows writes as values, at most. */
export const rejectedBytesOf = (rows: readonly RejectedRow[]): number =>
  rows.reduce((sum, { row }) => sum + row.length + ROW_BYTES, 0) * 2;

/** Beside the row: its reason, key and header. */
const ROW_BYTES = 2_100;
