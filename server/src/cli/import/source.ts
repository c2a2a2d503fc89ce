import { createReadStream } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { gunzipSync, constants as zlib } from 'node:zlib';
import { CommandFailure } from '../failure.ts';
import { ColumnTypes } from './column-types.ts';
import { csvRows } from './csv.ts';
import type { Format } from './formats.ts';
import { inflated, isGzip, itemRows, lineRows } from './lines.ts';
import { parquetSource } from './parquet.ts';
import { IssueList, PIECE_ROWS, type RowBatch, type RowSource, type SourceOptions } from './rows.ts';
import { unreadableKind } from './text-kind.ts';

const HEAD_BYTES = 64 * 1024;
/** For CSV: the first rows decide the types of its columns. */
const SAMPLE_ROWS = 20_000;
const SAMPLE_BYTES = 32 * 1024 * 1024;

/** @param path of a file, or `-` for standard input */
export async function openSource(path: string, options: SourceOptions = {}): Promise<RowSource> {
  const { format } = options;
  if (path === '-') {
    if (format === 'parquet') throw new CommandFailure("Parquet can't be read from standard input. Give a file.", 2);
    return textSource(() => process.stdin, format ?? options.standardInput ?? 'ndjson', undefined, options);
  }
  const file = await openFile(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
  const { size } = await file.stat();
  await file.close();
  const found = format ?? formatOf(path, buffer.subarray(0, bytesRead));
  if (found === 'parquet') return await parquetSource(path, options);
  return textSource(() => createReadStream(path, { highWaterMark: 1024 * 1024 }), found, size, options);
}

/** By the file name if it is conclusive, otherwise by the start of the content. */
function formatOf(path: string, head: Buffer): Format {
  if (head.toString('latin1', 0, 4) === 'PAR1') return 'parquet';
  const bytes = isGzip(head) ? gunzipSync(head, { finishFlush: zlib.Z_SYNC_FLUSH }) : head;
  const kind = unreadableKind(bytes);
  if (kind !== undefined)
    throw new CommandFailure(`${path} is neither UTF-8 text nor Parquet, with or without gzip: ${kind}`, 2);
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
  { delimiter, types, fields }: SourceOptions,
): RowSource {
  const unreadable = new IssueList();
  const columns = new ColumnTypes(types ?? {});
  const counted = { bytes: 0 };
  const text = { bytes: 0 };
  async function* csvPieces(plain: AsyncIterable<Buffer>): AsyncGenerator<RowBatch> {
    const onDelimiter = (found: string): void => columns.separatedBy(found);
    const pieces = csvRows(plain, { pieceRows: PIECE_ROWS, delimiter, unreadable, onDelimiter });
    yield* fields === undefined ? pieces : learned(pieces, columns, fields, text);
  }
  return {
    format,
    bytes,
    rows: undefined,
    localTimes: new Set(),
    columns,
    unreadable,
    textBytes: () => text.bytes,
    async *read(skip) {
      counted.bytes = 0;
      text.bytes = 0;
      const plain = counting(inflated(counting(open(), counted)), text);
      const pieces = format === 'csv' ? csvPieces(plain) : (format === 'json' ? itemRows : lineRows)(plain, PIECE_ROWS);
      let left = skip;
      for await (const { rows, lines } of pieces) {
        const cut = Math.min(left, rows.length);
        left -= cut;
        if (cut < rows.length) yield { rows: rows.slice(cut), lines: lines.slice(cut), bytesRead: counted.bytes };
      }
    },
  };
}

/** Holds the first rows back until the column types are known. Skipped rows are examined too, so that an import continues the same way. */
async function* learned(
  pieces: AsyncIterable<RowBatch>,
  columns: ColumnTypes,
  fields: ReadonlySet<string>,
  text: { readonly bytes: number },
): AsyncGenerator<RowBatch> {
  let held: RowBatch[] | undefined = [];
  let count = 0;
  const release = function* (): Generator<RowBatch> {
    const first = held ?? [];
    held = undefined;
    columns.learn(
      first.flatMap(({ rows }) => rows as Readonly<Record<string, unknown>>[]),
      fields,
    );
    yield* first;
  };
  for await (const piece of pieces) {
    if (held === undefined) {
      columns.learn(piece.rows as Readonly<Record<string, unknown>>[], fields);
      yield piece;
      continue;
    }
    held.push(piece);
    count += piece.rows.length;
    if (count >= SAMPLE_ROWS || text.bytes >= SAMPLE_BYTES) yield* release();
  }
  if (held !== undefined) yield* release();
}

async function* counting(
  stream: NodeJS.ReadableStream | AsyncIterable<Buffer>,
  counted: { bytes: number },
): AsyncGenerator<Buffer> {
  for await (const chunk of stream) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
    counted.bytes += bytes.length;
    yield bytes;
  }
}
