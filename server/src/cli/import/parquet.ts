import { asyncBufferFromFile, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { CommandFailure } from '../failure.ts';
import { ColumnTypes } from './column-types.ts';
import { type Converter, convertersOf, localPathsOf, PARSERS } from './parquet-values.ts';
import { IssueList, PIECE_ROWS, type Piece, type Row, type RowSource, type SourceOptions } from './rows.ts';

/** A data page without values has zero bytes or one. hyparquet 1.31.5 passes both to the decompressor, which finds no header. */
const COMPRESSORS: typeof compressors = Object.fromEntries(
  Object.entries(compressors).map(([codec, decompress]) => [
    codec,
    (input: Uint8Array, length: number): Uint8Array => (length === 0 ? new Uint8Array() : decompress(input, length)),
  ]),
);

const FOOTER = 'its footer';

type File = Awaited<ReturnType<typeof asyncBufferFromFile>>;

/** @throws CommandFailure that names the file if it can't be read */
export async function parquetSource(path: string, { types }: SourceOptions): Promise<RowSource> {
  const file = await asyncBufferFromFile(path);
  const metadata = await readingOf(path, FOOTER, () => parquetMetadataAsync(file));
  const localTimes = localPathsOf(metadata);
  const converters = convertersOf(metadata);
  lengthenOldChunks(metadata, file);
  // The row count in the footer is 0 in some files with rows (parquet-rs 0.3).
  const total = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  return {
    format: 'parquet',
    bytes: file.byteLength,
    rows: total,
    localTimes,
    columns: new ColumnTypes(types ?? {}),
    textBytes: () => 0,
    unreadable: new IssueList(),
    async *read(skip): AsyncGenerator<Piece> {
      for (let from = skip; from < total; ) {
        // A row group is the smallest unit that can be read by itself. A large one is divided into pieces for the journal.
        const to = Math.min(total, groupEnd(metadata, from));
        const all = await readingOf(path, `rows ${from + 1} to ${to}`, () => readRows(file, metadata, from, to));
        for (let at = 0; at < all.length; at += PIECE_ROWS) {
          const rows = all.slice(at, at + PIECE_ROWS);
          for (const row of rows) for (const [name, convert] of converters) convertCell(row, name, convert);
          const first = from + at + 1;
          const bytesRead = Math.round((file.byteLength * (first + rows.length)) / total);
          yield { rows: rows as Row[], lines: rows.map((_, i) => first + i), bytesRead };
        }
        from = to;
      }
    },
  };
}

function convertCell(row: Record<string, unknown>, name: string, convert: Converter): void {
  const value = row[name];
  if (value !== undefined && value !== null) row[name] = convert(value);
}

async function readRows(file: File, metadata: FileMetaData, from: number, to: number) {
  /** The number of rows in each column: if pages are missing, hyparquet leaves the cells empty as if they were NULL. */
  const ends = new Map<string, number>();
  const rows = await parquetReadObjects({
    file,
    metadata,
    compressors: COMPRESSORS,
    parsers: PARSERS,
    // Bytes stay bytes. `convertersOf` marks what may be text.
    utf8: false,
    rowStart: from,
    rowEnd: to,
    onChunk: ({ columnName, rowEnd }) => ends.set(columnName, Math.max(rowEnd, ends.get(columnName) ?? 0)),
  });
  for (const [column, end] of ends)
    if (end < to) throw new Error(`the column \`${column}\` ends at row ${end}, before the other columns`);
  return rows as Record<string, unknown>[];
}

/** For a damaged file, hyparquet throws errors of any class that do not name the file. */
async function readingOf<T>(path: string, where: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof CommandFailure || (error instanceof Error && 'syscall' in error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandFailure(
      `${path} can't be read as Parquet: ${where} ${where === FOOTER ? 'is' : 'are'} damaged or written in an unsupported way (${reason}). Write the file again, if necessary with another program.`,
    );
  }
}

/**
 * parquet-mr before 1.2.9 left the header of the dictionary page out of a chunk's size (PARQUET-816). Columns are only read
 * until they have their rows, so additional bytes do no harm; Arrow adds 100 as well.
 */
function lengthenOldChunks(metadata: FileMetaData, file: File): void {
  const version = /^parquet-mr(?: version 1\.(\d+)\.(\d+))?/.exec(metadata.created_by ?? '');
  if (version === null || Number(version[1] ?? 0) * 100 + Number(version[2] ?? 0) >= 209) return;
  const end = file.byteLength - metadata.metadata_length - 8;
  for (const group of metadata.row_groups)
    for (const { meta_data: chunk } of group.columns) {
      if (chunk === undefined || chunk.path_in_schema.length > 1) continue;
      const start = Number(chunk.dictionary_page_offset || chunk.data_page_offset);
      const size = Math.min(Number(chunk.total_compressed_size) + 100, end - start);
      chunk.total_compressed_size = BigInt(Math.max(size, Number(chunk.total_compressed_size)));
    }
}

function groupEnd({ row_groups: groups }: FileMetaData, from: number): number {
  let end = 0;
  for (const group of groups) {
    end += Number(group.num_rows);
    if (end > from) return end;
  }
  return end;
}
