import type { EventRow } from '../model/event.ts';
import { CSV_HEADER, csvLine } from '../reports/csv.ts';

export const CSV_TYPE = 'text/csv; charset=utf-8; header=present';
export const LINES_TYPE = 'application/x-ndjson; charset=utf-8';

export async function* csvOf(pages: AsyncIterable<readonly EventRow[]>, safe: boolean): AsyncGenerator<Buffer> {
  yield Buffer.from(CSV_HEADER);
  for await (const rows of pages)
    if (rows.length > 0) yield Buffer.from(rows.map((row) => csvLine(row, safe)).join(''));
}
