import { ROW_OFFSET } from '../../row/row.ts';

/**
 * A growing buffer of rows (see row.ts). Short ASCII strings, which most are, are written byte by byte: up to about 24
 * characters, a call of the runtime's UTF-8 writer costs more than the loop below.
 */
export class RowWriter {
  bytes: Buffer;
  length = 0;

  constructor(initialBytes = 64 * 1024) {
    this.bytes = Buffer.allocUnsafeSlow(initialBytes);
  }

  reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.length + more));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  /** Begins a row: writes the fixed offsets, and returns its offset. */
  begin(timestamp: number, receivedAt: number, clientTimestamp: number, uuid: Uint8Array): number {
    const start = this.length;
    this.reserve(ROW_OFFSET.texts);
    const { bytes } = this;
    bytes.fill(0, start, start + ROW_OFFSET.texts);
    writeInt64(bytes, start + ROW_OFFSET.timestamp, timestamp);
    writeInt64(bytes, start + ROW_OFFSET.receivedAt, receivedAt);
    writeInt64(bytes, start + ROW_OFFSET.clientTimestamp, clientTimestamp);
    bytes.set(uuid, start + ROW_OFFSET.uuid);
    this.length = start + ROW_OFFSET.texts;
    return start;
  }

  varint(value: number): void {
    this.reserve(5);
    let rest = value;
    while (rest > 0x7f) {
      this.bytes[this.length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.length++] = rest;
  }

  text(value: string): void {
    const size = value.length;
    this.reserve(size * 3 + 5);
    if (size <= 24) {
      const { bytes } = this;
      let at = this.length;
      bytes[at++] = size;
      let i = 0;
      for (; i < size; i++) {
        const unit = value.charCodeAt(i);
        if (unit > 0x7f) break;
        bytes[at++] = unit;
      }
      if (i === size) {
        this.length = at;
        return;
      }
    }
    const byteLength = Buffer.byteLength(value);
    this.varint(byteLength);
    this.bytes.write(value, this.length, 'utf8');
    this.length += byteLength;
  }

  /** Three empty maps. */
  noMaps(): void {
    this.reserve(3);
    this.bytes.fill(0, this.length, this.length + 3);
    this.length += 3;
  }

  float(value: number): void {
    this.reserve(8);
    this.bytes.writeDoubleLE(value, this.length);
    this.length += 8;
  }
}

/** A safe integer as little-endian Int64. `writeBigInt64LE` would allocate a BigInt for each. */
export function writeInt64(bytes: Buffer, offset: number, value: number): void {
  const high = Math.floor(value / 4_294_967_296);
  bytes.writeInt32LE((value - high * 4_294_967_296) | 0, offset);
  bytes.writeInt32LE(high, offset + 4);
}
