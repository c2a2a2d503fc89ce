import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

export const FORMATS = ['ndjson', 'csv', 'parquet'] as const;
export type Format = (typeof FORMATS)[number];

/** Rows of a file, in pieces, with the bytes of the file read so far (0 where that is not known). */
export interface Source {
  readonly format: Format;
  /** Of the file; undefined for standard input. */
  readonly bytes: number | undefined;
  /** Known beforehand for Parquet. */
  readonly rows: number | undefined;
  /** Columns whose times have no zone though they look like instants (Parquet's local timestamps). */
  readonly localTimes: ReadonlySet<string>;
  /** From the row `skip` on. A row that could not be read is an Error in its place. */
  read(skip: number): AsyncIterable<{ readonly rows: readonly Row[]; readonly bytesRead: number }>;
}

export type Row = Readonly<Record<string, unknown>> | Error;

const PIECE_ROWS = 5_000;
const LINE_MAX_BYTES = 64 * 1024 * 1024;

/** @param path of a file, or `-` for standard input */
export async function openSource(path: string, format: Format | undefined): Promise<Source> {
  if (path === '-') {
    if (format === 'parquet') throw new Error('Parquet is read from its end: give a file, not standard input.');
    return textSource(() => process.stdin, format ?? 'ndjson', undefined);
  }
  const file = await open(path);
  const head = Buffer.alloc(4);
  await file.read(head, 0, 4, 0);
  const { size } = await file.stat();
  await file.close();
  const found = format ?? formatOf(path, head);
  if (found === 'parquet') return await parquetSource(path);
  return textSource(() => createReadStream(path, { highWaterMark: 1024 * 1024 }), found, size);
}

function formatOf(path: string, head: Buffer): Format {
  if (head.toString('latin1') === 'PAR1') return 'parquet';
  return /\.csv(\.gz)?$/i.test(path) ? 'csv' : 'ndjson';
}

function textSource(open: () => Readable, format: 'ndjson' | 'csv', bytes: number | undefined): Source {
  return {
    format,
    bytes,
    rows: undefined,
    localTimes: new Set(),
    async *read(skip) {
      const counted = { bytes: 0 };
      const plain = inflated(counting(open(), counted));
      const pieces = format === 'csv' ? csvRows(plain) : ndjsonRows(plain);
      let left = skip;
      for await (const rows of pieces) {
        if (rows.length <= left) left -= rows.length;
        else {
          yield { rows: left > 0 ? rows.slice(left) : rows, bytesRead: counted.bytes };
          left = 0;
        }
      }
    },
  };
}

async function* counting(stream: Readable, counted: { bytes: number }): AsyncGenerator<Buffer> {
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    counted.bytes += chunk.length;
    yield chunk;
  }
}

/** Gzip is seen by its magic number, whatever the file is called. */
async function* inflated(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const first = await chunks.next();
  if (first.done) return;
  async function* all(): AsyncGenerator<Buffer> {
    yield first.value as Buffer;
    yield* chunks;
  }
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) {
    yield* all();
    return;
  }
  const source = Readable.from(all());
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  yield* source.pipe(gunzip) as AsyncIterable<Buffer>;
}

async function* ndjsonRows(chunks: AsyncIterable<Buffer>): AsyncGenerator<Row[]> {
  let rows: Row[] = [];
  let open = Buffer.alloc(0);
  const read = (line: Buffer): void => {
    const text = line.toString('utf8').trim();
    if (text !== '') rows.push(rowOf(text));
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, start)) {
      const end = chunk.subarray(start, at);
      read(open.length === 0 ? end : Buffer.concat([open, end]));
      open = Buffer.alloc(0);
      start = at + 1;
      if (rows.length >= PIECE_ROWS) {
        yield rows;
        rows = [];
      }
    }
    open = Buffer.concat([open, chunk.subarray(start)]);
    if (open.length > LINE_MAX_BYTES) throw new Error(`A line is longer than ${LINE_MAX_BYTES} bytes; is this NDJSON?`);
  }
  read(open);
  if (rows.length > 0) yield rows;
}

function rowOf(text: string): Row {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    return new Error('a line must hold one JSON object');
  } catch {
    return new Error('the line is not valid JSON');
  }
}

async function* csvRows(chunks: AsyncIterable<Buffer>): AsyncGenerator<Row[]> {
  const source = Readable.from(chunks);
  const parser = parse({ columns: true, bom: true, skip_empty_lines: true, relax_column_count_less: true });
  source.on('error', (error) => parser.destroy(error));
  let rows: Row[] = [];
  for await (const record of source.pipe(parser) as AsyncIterable<Record<string, string>>) {
    rows.push(record);
    if (rows.length >= PIECE_ROWS) {
      yield rows;
      rows = [];
    }
  }
  if (rows.length > 0) yield rows;
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
          yield { rows: rows.slice(at, at + PIECE_ROWS), bytesRead };
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
