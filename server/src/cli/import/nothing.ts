import { countOf } from '../output.ts';
import type { Format, PresetName } from './formats.ts';
import type { IssueList } from './rows.ts';

interface Nothing {
  readonly path: string;
  readonly format: Format;
  readonly preset: PresetName | undefined;
  /** Number of rows that are not events of the preset. */
  readonly leftOut: number;
  readonly unreadable: IssueList;
}

const EMPTY: Readonly<Record<Format, string>> = {
  csv: 'it has a header but no records.',
  parquet: 'it has columns but no rows.',
  json: 'its array is empty.',
  ndjson: 'it has only blank lines.',
};

/** Why a file with content produced no row, as far as that is known, and what to try. */
export function reasonOfNothing({ path, format, preset, leftOut, unreadable }: Nothing): string {
  const nothing = `Nothing was imported from ${path === '-' ? 'standard input' : path}`;
  if (leftOut > 0)
    return `${nothing}: none of its ${countOf(leftOut, 'row')} is an event in a \`${preset}\` export. Is it another file of the export, or another vendor's (\`--format\`)?`;
  const [first] = unreadable.first;
  if (first !== undefined)
    return `${nothing}: none of its ${countOf(unreadable.total, 'record')} could be read. Line ${first.line}: ${first.detail} Check the delimiter (\`--delimiter\`) and the format (\`--format\`).`;
  return `${nothing}: ${EMPTY[format]}`;
}
