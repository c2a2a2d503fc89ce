import type { Archive, ArchiveRow } from '../../archive/archive.ts';
import { ROW_OFFSET, writeUuid } from '../../row/row.ts';
import { writeInt64 } from '../accept/row-writer.ts';
import type { RejectedRow } from '../journal/journal-entry.ts';

/** Decoding and encoding a chunk takes the event loop a few milliseconds. */
const CHUNK_ROWS = 250;
const CHUNK_MAX_BYTES = 512 * 1024;
/** The server writes to its own journal for each: several at once share that. */
const CHUNKS_AT_ONCE = 4;

/** Resolves when all rows are in the archive. @returns those that it rejected @throws why the others may not have arrived */
export async function insertInChunks(
  archive: Pick<Archive, 'insert'>,
  rows: Iterable<ArchiveRow>,
): Promise<RejectedRow[]> {
  const rejected: RejectedRow[] = [];
  const failures: unknown[] = [];
  let running: Promise<void>[] = [];
  for (const chunk of chunksOf(rows)) {
    const sent = insertChunk(archive, chunk, rejected);
    running.push(sent.catch((error: unknown) => void failures.push(error)));
    // Encoding is work of the event loop: others get their turn in between.
    if (running.length < CHUNKS_AT_ONCE) await new Promise((resolve) => setImmediate(resolve));
    else {
      await Promise.all(running);
      running = [];
    }
    if (failures.length > 0) break;
  }
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
  return rejected.sort((a, b) => a.seq - b.seq);
}

async function insertChunk(
  archive: Pick<Archive, 'insert'>,
  chunk: readonly ArchiveRow[],
  rejected: RejectedRow[],
): Promise<void> {
  for (const { seq, reason } of await archive.insert(chunk)) {
    const row = chunk.find((each) => each.seq === seq);
    if (row) rejected.push({ seq, reason, row: stamped(row) });
  }
}

function* chunksOf(rows: Iterable<ArchiveRow>): Generator<ArchiveRow[]> {
  let chunk: ArchiveRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    const length = row.end - row.start;
    if (chunk.length === CHUNK_ROWS || (bytes > 0 && bytes + length > CHUNK_MAX_BYTES)) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(row);
    bytes += length;
  }
  if (chunk.length > 0) yield chunk;
}

/** A copy with what only the loader writes, which may not have seen it yet. */
function stamped({ journal, seq, bytes, start, end }: ArchiveRow): Buffer {
  const row = Buffer.from(bytes.subarray(start, end));
  writeInt64(row, ROW_OFFSET.seq, seq);
  writeUuid(journal, row, ROW_OFFSET.journal);
  return row;
}
