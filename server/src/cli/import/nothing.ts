import { countOf } from '../output.ts';
import type { Format, PresetName } from './formats.ts';
import type { IssueList } from './rows.ts';

interface Nothing {
  readonly path: string;
  readonly format: Format;
  readonly preset: PresetName | undefined;
  /** Rows that are no events of the preset. */
  readonly leftOut: number;
  readonly unreadable: IssueList;
}

const EMPTY: Readonly<Record<Format, string>> = {
  csv: 'it holds a header and no records.',
  parquet: 'it holds columns and no rows.',
  json: 'its array holds no items.',
  ndjson: 'it holds blank lines alone.',
};

/** Why a file that is not empty gave no row, as far as that can be told, and what to try. */
export function reasonOfNothing({ path, format, preset, leftOut, unreadable }: Nothing): string {
  const nothing = `Nothing was imported from ${path === '-' ? 'standard input' : path}`;
  if (leftOut > 0)
    return `${nothing}: none of its ${countOf(leftOut, 'row')} is an event in an export of ${preset}. Is it another file of the export, or another vendor's (--format)?`;
  const [first] = unreadable.first;
  if (first !== undefined)
    return `${nothing}: none of its ${countOf(unreadable.total, 'record')} can be read. Line ${first.line}: ${first.detail} Is the delimiter another (--delimiter), or the file no CSV (--format)?`;
  return `${nothing}: ${EMPTY[format]}`;
}
