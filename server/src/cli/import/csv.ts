import { isAscii, isUtf8 } from 'node:buffer';
import { CommandFailure } from '../failure.ts';
import type { IssueList, RowBatch } from './rows.ts';

/** A quote that is not closed makes one record of everything that follows. */
const RECORD_MAX_BYTES = 64 * 1024 * 1024;
const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const QUOTE = 34;

export interface CsvOptions {
  readonly pieceRows: number;
  /** The delimiter. Undefined: detected. */
  readonly delimiter: string | undefined;
  readonly unreadable: IssueList;
  readonly onDelimiter: (delimiter: string) => void;
}

/**
 * Records below the header (RFC 4180, read line by line: `csv-parse` took 22 µs for each record, four times as long). Unreadable ones
 * (a quote in the wrong place, more or fewer cells than the header) are reported and are not rows, so that rows are numbered the same
 * each time the file is read.
 */
export async function* csvRows(chunks: AsyncIterable<Buffer>, options: CsvOptions): AsyncGenerator<RowBatch> {
  const { pieceRows, unreadable, onDelimiter } = options;
  let rows: Record<string, string>[] = [];
  let places: number[] = [];
  let header: readonly string[] | undefined;
  let records: Records | undefined;
  const take = (line: number, cells: readonly string[]): void => {
    if (header === undefined) header = checkedHeader(cells);
    else if (cells.length === header.length) {
      rows.push(rowOf(header, cells));
      places.push(line);
    } else
      unreadable.add({ line, detail: `The record has ${cells.length} cells, but the header has ${header.length}.` });
  };
  const ends: LineEnds = { with: '\n' };
  for await (const bytes of linesOf(chunks, ends)) {
    if (records === undefined) {
      const text = bytes.toString('utf8').replace(/^\ufeff/, '');
      // A line for spreadsheets, which Excel writes and follows.
      const said = /^"?sep=(.)"?\r?$/i.exec(text)?.[1];
      const delimiter = options.delimiter ?? said ?? delimiterOf(text);
      onDelimiter(delimiter);
      records = new Records(delimiter, ends.with, said === undefined ? 0 : 1);
      if (said !== undefined) continue;
    }
    const record = records.add(bytes);
    if (record?.fault !== undefined) {
      if (header === undefined) throw new CommandFailure(`The header can't be read: ${record.fault}`);
      unreadable.add({ line: record.line, detail: record.fault });
    } else if (record !== undefined) take(record.line, record.cells);
    if (rows.length < pieceRows) continue;
    yield { rows, lines: places };
    rows = [];
    places = [];
  }
  const openSince = records?.openSince();
  if (openSince !== undefined)
    unreadable.add({
      line: openSince,
      detail: 'A quote opens here and is never closed, so it contains the rest of the file.',
    });
  if (rows.length > 0) yield { rows, lines: places };
}

interface LineEnds {
  /** Known after the first line. */
  with: '\n' | '\r';
}

/** Lines end with LF or CRLF, or with CR alone if the first line does (as old Macintosh spreadsheets wrote them). */
async function* linesOf(chunks: AsyncIterable<Buffer>, ends: LineEnds): AsyncGenerator<Buffer> {
  let open: Buffer[] = [];
  let openBytes = 0;
  let ending: LineEnds['with'] | undefined;
  for await (const chunk of chunks) {
    ending ??= endingOf(chunk);
    ends.with = ending ?? '\n';
    const code = ends.with === '\r' ? CARRIAGE_RETURN : NEWLINE;
    let start = 0;
    for (let at = chunk.indexOf(code); at >= 0; at = chunk.indexOf(code, start)) {
      const rest = chunk.subarray(start, at);
      yield open.length === 0 ? rest : Buffer.concat([...open, rest]);
      open = [];
      openBytes = 0;
      start = at + 1;
    }
    if (start < chunk.length) open.push(chunk.subarray(start));
    openBytes += chunk.length - start;
    if (openBytes > RECORD_MAX_BYTES) throw tooLong();
  }
  if (openBytes > 0) yield Buffer.concat(open);
}

/** The first line break outside of quotes. @returns undefined if there is none yet */
function endingOf(chunk: Buffer): LineEnds['with'] | undefined {
  let isQuoted = false;
  for (let at = 0; at < chunk.length; at++) {
    const byte = chunk[at]!;
    if (byte === QUOTE) isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (byte === NEWLINE) return '\n';
    else if (byte === CARRIAGE_RETURN)
      return at + 1 === chunk.length ? undefined : chunk[at + 1] === NEWLINE ? '\n' : '\r';
  }
  return undefined;
}

const tooLong = (): CommandFailure =>
  new CommandFailure(`A record is longer than ${RECORD_MAX_BYTES} bytes. Is a quote not closed?`);

interface CsvRecord {
  /** The line on which it begins. */
  readonly line: number;
  readonly cells: readonly string[];
  readonly fault?: string;
}

/** Lines → records. A quoted cell can contain line breaks, so a record can have several lines. */
class Records {
  readonly #delimiter: string;
  readonly #ending: string;
  /** Number of lines so far. */
  line: number;
  #cells: string[] = [];
  /** The cell whose quote is open. */
  #parts: string[] = [];
  #isOpen = false;
  #bytes = 0;
  #since = 0;

  constructor(delimiter: string, ending: string, line: number) {
    this.#delimiter = delimiter;
    this.#ending = ending;
    this.line = line;
  }

  /** @returns the record that ends on this line */
  add(bytes: Buffer): CsvRecord | undefined {
    this.line++;
    if (!this.#isOpen) this.#since = this.line;
    if (!isUtf8(bytes)) return this.#end('It is not UTF-8.');
    let text = isAscii(bytes) ? bytes.toString('latin1') : bytes.toString('utf8');
    if (this.line === 1 && text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    this.#bytes += bytes.length;
    if (this.#bytes > RECORD_MAX_BYTES) throw tooLong();
    const end = text.endsWith('\r') ? text.length - 1 : text.length;
    if (!this.#isOpen) {
      if (end === 0) return this.#blank();
      // Most lines have no quote.
      if (!text.includes('"')) {
        this.#cells = text.slice(0, end).split(this.#delimiter);
        return this.#end();
      }
    }
    return this.#readCells(text, end);
  }

  /** The line on which the unfinished record begins. */
  openSince(): number | undefined {
    return this.#isOpen ? this.#since : undefined;
  }

  #readCells(text: string, end: number): CsvRecord | undefined {
    let at = 0;
    if (this.#isOpen) this.#parts.push(this.#ending);
    for (;;) {
      if (this.#isOpen || text[at] === '"') {
        at = this.#readQuoted(text, this.#isOpen ? at : at + 1);
        if (at < 0) return undefined;
        if (at !== end && text[at] !== this.#delimiter)
          return this.#end('After a closing quote there must be another cell.');
      } else {
        const next = text.indexOf(this.#delimiter, at);
        const cell = text.slice(at, next < 0 ? end : next);
        if (cell.includes('"')) return this.#end('A quote is inside a cell that does not begin with one.');
        this.#cells.push(cell);
        at = next < 0 ? end : next;
      }
      if (at === end) return this.#end();
      at++;
    }
  }

  /** @returns the position after the closing quote, or -1 if it is not on this line */
  #readQuoted(text: string, from: number): number {
    this.#isOpen = true;
    for (let at = from; ; ) {
      const quote = text.indexOf('"', at);
      if (quote < 0) {
        this.#parts.push(text.slice(at));
        return -1;
      }
      const isDoubled = text[quote + 1] === '"';
      this.#parts.push(text.slice(at, isDoubled ? quote + 1 : quote));
      at = quote + 2;
      if (isDoubled) continue;
      this.#cells.push(this.#parts.join(''));
      this.#parts = [];
      this.#isOpen = false;
      return quote + 1;
    }
  }

  #end(fault?: string): CsvRecord {
    const record = { line: this.#since, cells: this.#cells, ...(fault !== undefined && { fault }) };
    this.#blank();
    return record;
  }

  #blank(): undefined {
    this.#cells = [];
    this.#parts = [];
    this.#isOpen = false;
    this.#bytes = 0;
  }
}

function rowOf(header: readonly string[], cells: readonly string[]): Record<string, string> {
  const row: Record<string, string> = {};
  for (let i = 0; i < header.length; i++) {
    const name = header[i]!;
    if (name === '__proto__')
      Object.defineProperty(row, name, { value: cells[i]!, enumerable: true, configurable: true, writable: true });
    else row[name] = cells[i]!;
  }
  return row;
}

/** @throws CommandFailure for a repeated name: one of its cells would be lost in every row */
function checkedHeader(names: readonly string[]): readonly string[] {
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined)
    throw new CommandFailure(`The column \`${twice}\` appears twice in the header. Rename one of them.`, 2);
  return names;
}

/** The delimiter: of comma, semicolon (which spreadsheets write in much of Europe) and tab, the one that is most frequent in the header outside of quotes. */
function delimiterOf(header: string): string {
  const text = header.replace(/"(?:[^"]|"")*"?/g, '');
  const count = (separator: string): number => text.split(separator).length;
  return [';', '\t'].reduce((most, each) => (count(each) > count(most) ? each : most), ',');
}
