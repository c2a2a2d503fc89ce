import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { type Bounds, IdWindow, type Snapshot } from './id-window.ts';

/**
 * The window in a file, written when the server stops and read when it starts, so that the table need not be rebuilt from the
 * fingerprints in the journal, which takes 0.2 µs for each id. Format 1: CRC-32 of head and arrays, length of the head, CRC-32 of the head
 * (UInt32 each), head (JSON), then the shards' arrays as they are in memory.
 *
 * It is used once: reading removes it. It only counts for the journal that has its token and ends at its sequence number, so a
 * file from an earlier state is never used.
 */
const FORMAT = 1;
const PREFIX_BYTES = 12;

export interface WindowMark {
  /** Random. The journal has the same value. */
  readonly token: string;
  /** One more than the last sequence number in the journal. */
  readonly endSeq: number;
}

interface Head extends WindowMark {
  readonly format: number;
  readonly snapshot: Snapshot;
}

/** @throws what the disk reports; then there is no file */
export function saveWindow(path: string, window: IdWindow, mark: WindowMark): void {
  const { snapshot, arrays } = window.snapshot();
  const head = Buffer.from(JSON.stringify({ format: FORMAT, ...mark, snapshot } satisfies Head));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32LE(head.length, 4);
  prefix.writeUInt32LE(crc32(head), 8);
  let sum = 0;
  const file = openSync(path, 'w', 0o600);
  let place = PREFIX_BYTES;
  try {
    for (const piece of [head, ...arrays]) {
      sum = crc32(piece, sum);
      for (let done = 0; done < piece.length; ) done += writeSync(file, piece, done, piece.length - done, place + done);
      place += piece.length;
    }
    prefix.writeUInt32LE(sum, 0);
    writeSync(file, prefix, 0, PREFIX_BYTES, 0);
    // Not synced: after a power failure, an incomplete file fails the checksum, and the window is built from the journal.
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

/** @returns undefined if there is no file that is intact, belongs to this journal and was made with these limits */
export function loadWindow(path: string, bounds: Bounds, mark: WindowMark): IdWindow | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    return read(file, bounds, mark);
  } catch (error) {
    // What it should have contained is in the journal.
    if (error instanceof CutShort) return undefined;
    throw error;
  } finally {
    closeSync(file);
    rmSync(path, { force: true });
  }
}

class CutShort extends Error {}

function read(file: number, bounds: Bounds, mark: WindowMark): IdWindow | undefined {
  const next = (piece: Uint8Array): void => {
    for (let done = 0; done < piece.length; ) {
      const got = readSync(file, piece, done, piece.length - done, null);
      if (got === 0) throw new CutShort();
      done += got;
    }
  };
  const prefix = Buffer.alloc(PREFIX_BYTES);
  next(prefix);
  const text = Buffer.alloc(Math.min(prefix.readUInt32LE(4), HEAD_MAX_BYTES));
  next(text);
  if (crc32(text) !== prefix.readUInt32LE(8)) return undefined;
  const head = JSON.parse(text.toString()) as Head;
  if (head.format !== FORMAT || head.token !== mark.token || head.endSeq !== mark.endSeq) return undefined;
  const window = new IdWindow(bounds);
  let sum = crc32(text);
  const isOurs = window.restoreSnapshot(head.snapshot, (piece) => {
    next(piece);
    sum = crc32(piece, sum);
  });
  return isOurs && sum === prefix.readUInt32LE(0) ? window : undefined;
}

/** The names of a hundred thousand apps. */
const HEAD_MAX_BYTES = 64 * 1024 * 1024;
