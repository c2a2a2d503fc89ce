import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { gunzipSync, constants as zlib } from 'node:zlib';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { CommandFailure } from '../failure.ts';
import { csvRows } from './csv.ts';
import { inflated, lineRows } from './lines.ts';

export const FORMATS = ['ndjson', 'csv', 'parquet', 'json'] as const;
export type Format = (typeof FORMATS)[number];

/** A line of NDJSON as it is, or a row by columns. */
export type Row = Buffer | Readonly<Record<string, unknown>>;

export interface Piece {
  readonly rows: readonly Row[];
  /** Of the file, so far; 0 where that is not known. */
  readonly bytesRead: number;
  /** Records that could not be read, so far: they are not among the rows. */
  readonly unreadable: readonly string[];
}

/** Rows of a file, in pieces. */
export interface Source {
  readonly format: Format;
  /** Of the file; undefined for standard input. */
  readonly bytes: number | undefined;
  /** Known beforehand for Parquet and JSON. */
  readonly rows: number | undefined;
  /** Columns whose times have no zone though they look like instants (Parquet's local timestamps). */
  readonly localTimes: ReadonlySet<string>;
  /** From the row `skip` on. */
  read(skip: number): AsyncIterable<Piece>;
}

export const PIECE_ROWS = 5_000;
const HEAD_BYTES = 64 * 1024;

/** @param path of a file, or `-` for standard input */
export async function openSource(path: string, format: Format | undefined): Promise<Source> {
  if (path === '-') {
    if (format === 'parquet' || format === 'json')
      throw new CommandFailure(`${format} is read as a whole: give a file, not standard input.`, 2);
    return textSource(process.stdin, format ?? 'ndjson', undefined);
  }
  const file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
  const { size } = await file.stat();
  await file.close();
  const found = format ?? formatOf(path, buffer.subarray(0, bytesRead));
  if (found === 'parquet') return await parquetSource(path);
  if (found === 'json') return await jsonSource(path, size);
  return textSource(createReadStream(path, { highWaterMark: 1024 * 1024 }), found, size);
}

/** By the name where it says so, else by how the content begins. */
function formatOf(path: string, head: Buffer): Format {
  if (head.toString('latin1', 0, 4) === 'PAR1') return 'parquet';
  if (/\.(csv|tsv)(\.gz)?$/i.test(path)) return 'csv';
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  const text = (isGzip ? gunzipSync(head, { finishFlush: zlib.Z_SYNC_FLUSH }) : head)
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  if (text.startsWith('[')) return 'json';
  return text === '' || text.startsWith('{') || /\.(ndjson|jsonl|json)(\.gz)?$/i.test(path) ? 'ndjson' : 'csv';
}

function textSource(stream: NodeJS.ReadableStream, format: 'ndjson' | 'csv', bytes: number | undefined): Source {
  return {
    format,
    bytes,
    rows: undefined,
    localTimes: new Set(),
    async *read(skip) {
      const counted = { bytes: 0 };
      const unreadable: string[] = [];
      const plain = inflated(counting(stream, counted));
      const pieces = format === 'csv' ? csvRows(plain, PIECE_ROWS, unreadable) : lineRows(plain, PIECE_ROWS);
      let left = skip;
      for await (const rows of pieces) {
        if (rows.length <= left) left -= rows.length;
        else {
          yield { rows: left > 0 ? rows.slice(left) : rows, bytesRead: counted.bytes, unreadable };
          left = 0;
        }
      }
      yield { rows: [], bytesRead: counted.bytes, unreadable };
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

/** One array of objects, which is held in memory. */
async function jsonSource(path: string, size: number): Promise<Source> {
  const bytes = await readFile(path);
  const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8');
  const all: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
  if (!Array.isArray(all)) throw new CommandFailure(`${path} holds no array; write one event a line.`);
  const lines = all.map((each) => Buffer.from(JSON.stringify(each)));
  return {
    format: 'json',
    bytes: size,
    rows: all.length,
    localTimes: new Set(),
    async *read(skip) {
      for (let from = skip; from < all.length; from += PIECE_ROWS)
        yield {
          rows: lines.slice(from, from + PIECE_ROWS),
          bytesRead: Math.round((size * Math.min(all.length, from + PIECE_ROWS)) / all.length),
          unreadable: [],
        };
    },
  };
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
    async *read(skip) {
      for (let from = skip; from < total; ) {
        // A group of rows is the piece that can be read by itself; a large one is cut into pieces for the journal.
        const to = Math.min(total, groupEnd(metadata.row_groups, from));
        const rows = await parquetReadObjects({ file, metadata, compressors, rowStart: from, rowEnd: to });
        for (let at = 0; at < rows.length; at += PIECE_ROWS) {
          const bytesRead = Math.round((file.byteLength * Math.min(to, from + at + PIECE_ROWS)) / total);
          yield { rows: rows.slice(at, at + PIECE_ROWS), bytesRead, unreadable: [] };
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
