import { createReadStream } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { gunzipSync, constants as zlib } from 'node:zlib';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { CommandFailure } from '../failure.ts';
import { csvRows } from './csv.ts';
import type { Format } from './formats.ts';
import { inflated, isGzip, itemRows, lineRows } from './lines.ts';

/** A line of NDJSON, or an item of a JSON array, as it is written; or a row by columns. */
export type Row = Buffer | Readonly<Record<string, unknown>>;

export interface Rows {
  readonly rows: readonly Row[];
  /** Where each stands (of CSV: ends), counted from 1: lines of text, rows of Parquet. */
  readonly lines: readonly number[];
}

export interface Piece extends Rows {
  /** Of the file, so far; 0 where that is not known. */
  readonly bytesRead: number;
}

/** Something about one line. */
export interface Remark {
  readonly line: number;
  readonly detail: string;
}

const REMARKS_MAX = 1_000;

/** All are counted, the first thousand kept. */
export class Told {
  readonly first: Remark[] = [];
  total = 0;

  add(remark: Remark): void {
    this.total++;
    if (this.first.length < REMARKS_MAX) this.first.push(remark);
  }
}

/** Rows of a file, in pieces. */
export interface Source {
  readonly format: Format;
  /** Of the file; undefined for standard input. */
  readonly bytes: number | undefined;
  /** Known beforehand for Parquet. */
  readonly rows: number | undefined;
  /** Columns whose times have no zone though they look like instants (Parquet's local timestamps). */
  readonly localTimes: ReadonlySet<string>;
  /** Records that are no rows since they cannot be read, so far. */
  readonly unreadable: Told;
  /** From the row `skip` on. */
  read(skip: number): AsyncIterable<Piece>;
}

export const PIECE_ROWS = 5_000;
const HEAD_BYTES = 64 * 1024;

/** @param path of a file, or `-` for standard input */
export async function openSource(path: string, format: Format | undefined): Promise<Source> {
  if (path === '-') {
    if (format === 'parquet')
      throw new CommandFailure('Parquet is read from its end: give a file, not standard input.', 2);
    return textSource(() => process.stdin, format ?? 'ndjson', undefined);
  }
  const file = await openFile(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
  const { size } = await file.stat();
  await file.close();
  const found = format ?? formatOf(path, buffer.subarray(0, bytesRead));
  if (found === 'parquet') return await parquetSource(path);
  return textSource(() => createReadStream(path, { highWaterMark: 1024 * 1024 }), found, size);
}

/** By the name where it says so, else by how the content begins. */
function formatOf(path: string, head: Buffer): Format {
  if (head.toString('latin1', 0, 4) === 'PAR1') return 'parquet';
  const bytes = isGzip(head) ? gunzipSync(head, { finishFlush: zlib.Z_SYNC_FLUSH }) : head;
  if (bytes.includes(0))
    throw new CommandFailure(
      `${path} is neither UTF-8 text nor Parquet (nor either in gzip): UTF-16, zip and zstd are not read.`,
      2,
    );
  if (/\.(csv|tsv)(\.gz)?$/i.test(path)) return 'csv';
  const text = bytes
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  if (text.startsWith('[')) return 'json';
  return text === '' || text.startsWith('{') || /\.(ndjson|jsonl|json)(\.gz)?$/i.test(path) ? 'ndjson' : 'csv';
}

function textSource(
  open: () => NodeJS.ReadableStream,
  format: Exclude<Format, 'parquet'>,
  bytes: number | undefined,
): Source {
  const unreadable = new Told();
  return {
    format,
    bytes,
    rows: undefined,
    localTimes: new Set(),
    unreadable,
    async *read(skip) {
      const counted = { bytes: 0 };
      const plain = inflated(counting(open(), counted));
      const pieces =
        format === 'csv'
          ? csvRows(plain, PIECE_ROWS, unreadable)
          : (format === 'json' ? itemRows : lineRows)(plain, PIECE_ROWS);
      let left = skip;
      for await (const { rows, lines } of pieces) {
        const cut = Math.min(left, rows.length);
        left -= cut;
        if (cut < rows.length) yield { rows: rows.slice(cut), lines: lines.slice(cut), bytesRead: counted.bytes };
      }
    },
  };
}

async function* counting(stream: NodeJS.ReadableStream, counted: { bytes: number }): AsyncGenerator<Buffer> {
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    counted.bytes += bytes.length;
    yield bytes;
  }
}

async function parquetSource(path: string): Promise<Source> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const total = Number(metadata.num_rows);
  const localTimes = metadata.schema
    .filter(({ logical_type: type }) => type?.type === 'TIMESTAMP' && !type.isAdjustedToUTC)
    .map(({ name }) => name);
  return {
    format: 'parquet',
    bytes: file.byteLength,
    rows: total,
    localTimes: new Set(localTimes),
    unreadable: new Told(),
    async *read(skip) {
      for (let from = skip; from < total; ) {
        // A group of rows is the piece that can be read by itself; a large one is cut into pieces for the journal.
        const to = Math.min(total, groupEnd(metadata.row_groups, from));
        const all = await parquetReadObjects({ file, metadata, compressors, rowStart: from, rowEnd: to });
        for (let at = 0; at < all.length; at += PIECE_ROWS) {
          const rows = all.slice(at, at + PIECE_ROWS);
          const first = from + at + 1;
          const bytesRead = Math.round((file.byteLength * (first + rows.length)) / total);
          yield { rows, lines: rows.map((_, i) => first + i), bytesRead };
        }
        from = to;
      }
    },
  };
}

function groupEnd(groups: readonly { readonly num_rows: bigint }[], from: number): number {
  let end = 0;
  for (const group of groups) {
    end += Number(group.num_rows);
    if (end > from) return end;
  }
  return end;
}
