import { Type } from '@sinclair/typebox';
import type { AnalysisResult, Column } from '../analysis/answer.ts';
import { csvCell } from '../model/csv-cell.ts';
import type { Format } from './answer-format.ts';
import { CSV_TYPE, LINES_TYPE } from './csv.ts';
import type { Call } from './route.ts';

/** Rows as CSV and NDJSON hold them. */
export interface AnswerTable {
  readonly columns: readonly Pick<Column, 'name'>[];
  readonly rows: () => Iterable<readonly unknown[]>;
}

/** The formats of such an answer besides JSON. */
export const TABLE_CONTENT = { 'application/x-ndjson': Type.String(), 'text/csv': Type.String() };

export const tableOf = ({ answer, rows }: AnalysisResult): AnswerTable => ({ columns: answer.columns, rows });

/** Answers in the requested format; `table` is for all formats except JSON. @param safe protects spreadsheets */
export function respondAs(
  form: Format,
  { reply }: Pick<Call, 'reply'>,
  answer: unknown,
  table: () => AnswerTable,
  safe: boolean,
): unknown {
  if (form === 'json') return answer;
  reply.header('content-type', form === 'csv' ? CSV_TYPE : LINES_TYPE);
  return form === 'csv' ? csvOfTable(table(), safe) : linesOfTable(table());
}

/** CSV (RFC 4180): a header, then one line for each row. Values other than strings and numbers are JSON. */
function csvOfTable({ columns, rows }: AnswerTable, safe: boolean): string {
  const lines = [columns.map(({ name }) => csvCell(name, safe)).join(',')];
  for (const row of rows()) lines.push(row.map((value) => cellOf(value, safe)).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

/** Only strings can be formulas. */
function cellOf(value: unknown, safe: boolean): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return csvCell(value, safe);
  return csvCell(typeof value === 'number' ? String(value) : JSON.stringify(value), false);
}

/** One object for each row, without the values that the row does not have. */
function linesOfTable({ columns, rows }: AnswerTable): string {
  let text = '';
  for (const row of rows())
    text += `${JSON.stringify(Object.fromEntries(columns.map(({ name }, i) => [name, row[i]])))}\n`;
  return text;
}
