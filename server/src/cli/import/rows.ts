import type { ColumnTypes, GivenTypes } from './column-types.ts';
import type { Format } from './formats.ts';

/** A line of NDJSON, or an item of a JSON array, as it is written; or a row by columns. */
export type Row = Buffer | Readonly<Record<string, unknown>>;

export interface RowBatch {
  readonly rows: readonly Row[];
  /** Where each stands (of CSV: ends), counted from 1: lines of text, elements of a JSON array, rows of Parquet. */
  readonly lines: readonly number[];
}

export interface Piece extends RowBatch {
  /** Of the file, so far; 0 where that is not known. */
  readonly bytesRead: number;
}

/** Something about one line. */
export interface Issue {
  readonly line: number;
  readonly detail: string;
}

const REMARKS_MAX = 1_000;

/** All are counted, the first thousand kept. */
export class IssueList {
  readonly first: Issue[] = [];
  total = 0;

  add(remark: Issue): void {
    this.total++;
    if (this.first.length < REMARKS_MAX) this.first.push(remark);
  }
}

/** Rows of a file, in pieces. */
export interface RowSource {
  readonly format: Format;
  /** Of the file; undefined for standard input. */
  readonly bytes: number | undefined;
  /** Known beforehand for Parquet. */
  readonly rows: number | undefined;
  /** Columns (fields of structs by their dotted path) whose times have no zone though they look like instants. */
  readonly localTimes: ReadonlySet<string>;
  /** What each column is taken for: of a CSV found by its values, else as given. */
  readonly columns: ColumnTypes;
  /** Bytes that were read of the text, inflated; 0 while nothing was. */
  readonly textBytes: () => number;
  /** Records that are no rows since they cannot be read, so far. */
  readonly unreadable: IssueList;
  /** From the row `skip` on. */
  read(skip: number): AsyncIterable<Piece>;
}

export const PIECE_ROWS = 5_000;

/** How the rows of a file are to be read. */
export interface SourceOptions {
  /** Undefined: seen by the file. */
  readonly format?: Format | undefined;
  /** What comes by standard input, where the format is not given: its beginning is not looked at. */
  readonly standardInput?: Exclude<Format, 'parquet'> | undefined;
  /** Between the cells of a CSV; undefined: seen by the header. */
  readonly delimiter?: string | undefined;
  readonly types?: GivenTypes | undefined;
  /** Columns of a CSV that are no properties, whose types need not be found; undefined: none is a property. */
  readonly fields?: ReadonlySet<string> | undefined;
}
