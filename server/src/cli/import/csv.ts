import { Readable } from 'node:stream';
import { parse } from 'csv-parse';

type Cells = Readonly<Record<string, string>>;

/**
 * Records under the header. One that cannot be read (a quote in the wrong place, more cells than the header) is described in
 * `unreadable` and is no row: rows are counted alike however often the file is read.
 */
export async function* csvRows(
  chunks: AsyncIterable<Buffer>,
  pieceRows: number,
  unreadable: string[],
): AsyncGenerator<Cells[]> {
  const source = Readable.from(chunks);
  const parser = parse({
    bom: true,
    skip_empty_lines: true,
    relax_column_count_less: true,
    columns: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      unreadable.push(error?.message ?? 'unknown');
      return undefined;
    },
  });
  source.on('error', (error) => parser.destroy(error));
  let rows: Cells[] = [];
  for await (const record of source.pipe(parser) as AsyncIterable<Cells>) {
    rows.push(record);
    if (rows.length < pieceRows) continue;
    yield rows;
    rows = [];
  }
  if (rows.length > 0) yield rows;
}
