import type { Asked } from '../analysis/analysis.ts';
import { csvCell } from '../reports/csv.ts';

/** An answer as CSV (RFC 4180): a header, then a line a row. Values that are no texts or numbers are JSON. */
export function csvOfTable({ answer, rows }: Asked, safe: boolean): string {
  const lines = [answer.columns.map(({ name }) => csvCell(name, safe)).join(',')];
  for (const row of rows()) lines.push(row.map((value) => csvCell(cellText(value), safe)).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

function cellText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : JSON.stringify(value);
}

/** An object a row; what a row does not have is left out. */
export function linesOfTable({ answer, rows }: Asked): string {
  let text = '';
  for (const row of rows())
    text += `${JSON.stringify(Object.fromEntries(answer.columns.map(({ name }, i) => [name, row[i]])))}\n`;
  return text;
}
