import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { CommandFailure } from '../failure.ts';
import type { Rows, Told } from './source.ts';

type Cells = Readonly<Record<string, string>>;

/** A quote that is never closed makes one record of all that follows. */
const RECORD_MAX_BYTES = 64 * 1024 * 1024;

/**
 * Records under the header. One that cannot be read (a quote in the wrong place, more or fewer cells than the header) is
 * told and is no row: rows are counted alike however often the file is read.
 */
export async function* csvRows(
  chunks: AsyncIterable<Buffer>,
  pieceRows: number,
  unreadable: Told,
): AsyncGenerator<Rows> {
  const { delimiter, all } = await separated(chunks);
  const source = Readable.from(all);
  const parser = parse({
    bom: true,
    delimiter,
    info: true,
    max_record_size: RECORD_MAX_BYTES,
    // Both, also in one file: it would go by the first that it meets.
    record_delimiter: ['\r\n', '\n'],
    skip_empty_lines: true,
    columns: checkedHeader,
    skip_records_with_error: true,
    on_skip: (error) => {
      unreadable.add({ line: lineOf(error), detail: error?.message ?? 'The record cannot be read.' });
      return undefined;
    },
  });
  source.on('error', (error) => parser.destroy(error));
  let rows: Cells[] = [];
  let lines: number[] = [];
  for await (const { record, info } of source.pipe(parser) as AsyncIterable<Parsed>) {
    rows.push(record);
    lines.push(info.lines);
    if (rows.length < pieceRows) continue;
    yield { rows, lines };
    rows = [];
    lines = [];
  }
  if (rows.length > 0) yield { rows, lines };
}

interface Parsed {
  readonly record: Cells;
  readonly info: { readonly lines: number };
}

const lineOf = (error: unknown): number =>
  error instanceof Error && 'lines' in error && typeof error.lines === 'number' ? error.lines : 0;

/** @throws CommandFailure of a name that stands twice: one of its cells would be lost in every row */
function checkedHeader(names: readonly string[]): string[] {
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined)
    throw new CommandFailure(`The column "${twice}" stands twice in the header; rename one of them.`, 2);
  return [...names];
}

/** What separates cells: of comma, semicolon (as spreadsheets write in much of Europe) and tab, that which the header holds most. */
async function separated(chunks: AsyncIterable<Buffer>): Promise<{ delimiter: string; all: AsyncGenerator<Buffer> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (!head.includes(10) && head.length < RECORD_MAX_BYTES) {
    const next = await iterator.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  const end = head.indexOf(10);
  const header = head.toString('utf8', 0, end < 0 ? head.length : end);
  const count = (text: string): number => header.split(text).length;
  const delimiter = [';', '\t'].reduce((most, each) => (count(each) > count(most) ? each : most), ',');
  async function* all(): AsyncGenerator<Buffer> {
    yield head;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  }
  return { delimiter, all: all() };
}
