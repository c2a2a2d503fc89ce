import type { ColumnTypes, GivenTypes } from './column-types.ts';
import type { Format } from './formats.ts';

/** A line of NDJSON or an item of a JSON array, unchanged; or a row by columns. */
export type Row = Buffer | Readonly<Record<string, unknown>>;

export interface RowBatch {
  readonly rows: readonly Row[];
  /** Where each one is (for CSV: where it ends), counted from 1: lines of text, elements of a JSON array, rows of Parquet. */
  readonly lines: readonly number[];
}

export interface Piece extends RowBatch {
  /** Bytes of the file so far; 0 if unknown. */
  readonly bytesRead: number;
}

/** A note about one line. */
export interface Issue {
  readonly line: number;
  readonly detail: string;
}

const REMARKS_MAX = 1_000;

/** All are counted; the first thousand are kept. */
export class IssueList {
  readonly first: Issue[] = [];
  total = 0;

  add(remark: Issue): void {
    this.total++;
    if (this.first.length < REMARKS_MAX) this.first.push(remark);
  }
}

/** The rows of a file, in pieces. */
export interface RowSource {
  readonly format: Format;
  /** Size of the file. Undefined for standard input. */
  readonly bytes: number | undefined;
  /** Known in advance for Parquet. */
  readonly rows: number | undefined;
  /** Columns (struct fields by dotted path) whose times have no time zone although they look like instants. */
  readonly localTimes: ReadonlySet<string>;
  /** The type of each column: for CSV detected from its values, otherwise as given. */
  readonly columns: ColumnTypes;
  /** Bytes of text read so far, after decompression. */
  readonly textBytes: () => number;
  /** Records so far that are not rows, because they are unreadable. */
  readonly unreadable: IssueList;
  /** From the row `skip` on. */
  read(skip: number): AsyncIterable<Piece>;
}

export const PIECE_ROWS = 5_000;

/** How to read the rows of a file. */
export interface SourceOptions {
  /** Undefined: detected. */
  readonly format?: Format | undefined;
  /** The format of standard input if none is given. Its content is not examined. */
  readonly standardInput?: Exclude<Format, 'parquet'> | undefined;
  /** The delimiter of a CSV. Undefined: detected from the header. */
  readonly delimiter?: string | undefined;
  readonly types?: GivenTypes | undefined;
  /** Columns of a CSV that are not properties and need no type. Undefined: none is a property. */
  readonly fields?: ReadonlySet<string> | undefined;
}
