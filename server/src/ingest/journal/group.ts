import type { RowAt } from '../../row/committed-rows.ts';
import { uuidToText } from '../../row/row.ts';
import { RowWriter } from '../accept/row-writer.ts';
import { checksumOf, hasChecksum } from './checksum.ts';

/**
 * The value of one transaction in the journal, format 3: checksum (checksum.ts), format, number of rows, bytes of rows,
 * time of the transaction (double, UTC ms), the UUID of its sequence numbers (as in RowBinary), the rows one after
 * another (row.ts), their lengths (UInt32).
 */
const FORMAT = 3;
const HEADER_BYTES = 40;

/** The rows of one transaction. `seq` counts up from `firstSeq`. */
export interface Group {
  readonly firstSeq: number;
  /** The UUID of the sequence numbers: that of the server run that wrote it (journal.ts). */
  readonly journal: string;
  readonly receivedAt: number;
  /** All rows, contiguous. */
  readonly rows: Buffer;
  readonly lengths: Uint32Array;
  /** Bytes of the whole value. */
  readonly bytes: number;
}

/** Gathers rows and encodes them in place. Used again after `reset`. */
export class GroupWriter {
  #writer = new RowWriter(256 * 1024);
  #lengths: number[] = [];

  constructor() {
    this.reset();
  }

  get count(): number {
    return this.#lengths.length;
  }

  get bytes(): number {
    return this.#writer.length + this.#lengths.length * 4;
  }

  reset(): void {
    if (this.#writer.bytes.length > KEPT_MAX_BYTES) this.#writer = new RowWriter(256 * 1024);
    this.#writer.length = HEADER_BYTES;
    this.#lengths = [];
  }

  add(rows: Buffer, start: number, end: number): void {
    this.#writer.reserve(end - start);
    rows.copy(this.#writer.bytes, this.#writer.length, start, end);
    this.#writer.length += end - start;
    this.#lengths.push(end - start);
  }

  /** The rows from one to before another. They are contiguous, so this is one copy. */
  addRun(rows: Buffer, starts: readonly number[], from: number, to: number): void {
    if (from === to) return;
    const start = starts[from]!;
    const end = starts[to]!;
    this.#writer.reserve(end - start);
    rows.copy(this.#writer.bytes, this.#writer.length, start, end);
    this.#writer.length += end - start;
    for (let i = from; i < to; i++) this.#lengths.push(starts[i + 1]! - starts[i]!);
  }

  /** The rows so far. Valid until `reset`. */
  *rows(): Generator<RowAt> {
    let start = HEADER_BYTES;
    for (const length of this.#lengths) {
      yield { bytes: this.#writer.bytes, start };
      start += length;
    }
  }

  /**
   * The value. Valid until `reset`.
   * @param journal 16 bytes
   */
  encode(firstSeq: number, receivedAt: number, journal: Buffer): Buffer {
    const writer = this.#writer;
    const end = writer.length;
    writer.reserve(this.#lengths.length * 4);
    const { bytes } = writer;
    bytes.writeUInt32LE(FORMAT, 4);
    bytes.writeUInt32LE(this.#lengths.length, 8);
    bytes.writeUInt32LE(end - HEADER_BYTES, 12);
    bytes.writeDoubleLE(receivedAt, 16);
    journal.copy(bytes, 24);
    let at = end;
    for (const length of this.#lengths) at = bytes.writeUInt32LE(length, at);
    const value = bytes.subarray(0, at);
    value.writeUInt32LE(checksumOf(firstSeq, value), 0);
    return value;
  }
}

/** The number of rows that the value claims to have, unchecked; 0 if it is too short. */
export const countOf = (value: Buffer): number => (value.length < HEADER_BYTES ? 0 : value.readUInt32LE(8));

/** When the transaction was made, UTC ms. */
export const timeOf = (value: Buffer): number => value.readDoubleLE(16);

/** Whether the value is intact. */
export function isIntact(firstSeq: number, value: Buffer): boolean {
  return (
    value.length >= HEADER_BYTES &&
    hasChecksum(firstSeq, value) &&
    value.readUInt32LE(4) === FORMAT &&
    value.length === HEADER_BYTES + value.readUInt32LE(12) + 4 * value.readUInt32LE(8)
  );
}

/** A group that is damaged. */
export class GroupDamaged extends Error {
  readonly firstSeq: number;

  constructor(firstSeq: number) {
    super(`The group at sequence number ${firstSeq} of the journal fails its checksum.`);
    this.name = 'GroupDamaged';
    this.firstSeq = firstSeq;
  }
}

/** @throws GroupDamaged */
export function decodeGroup(firstSeq: number, value: Buffer): Group {
  if (!isIntact(firstSeq, value)) throw new GroupDamaged(firstSeq);
  const count = countOf(value);
  const rowsEnd = HEADER_BYTES + value.readUInt32LE(12);
  const lengths = new Uint32Array(count);
  for (let i = 0; i < count; i++) lengths[i] = value.readUInt32LE(rowsEnd + i * 4);
  // LMDB's memory is only valid until the next read, so the rows are copied.
  const rows = Buffer.allocUnsafeSlow(rowsEnd - HEADER_BYTES);
  value.copy(rows, 0, HEADER_BYTES, rowsEnd);
  const journal = uuidToText(value, 24);
  return { firstSeq, journal, receivedAt: timeOf(value), rows, lengths, bytes: value.length };
}

/** A buffer that grew for one large batch is not kept. */
const KEPT_MAX_BYTES = 8 * 1024 * 1024;
