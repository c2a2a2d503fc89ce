/** An answer as a table: shown by `TableView`, and in place of a chart for screen readers. */
import { count } from '../../components/formats.ts';
import type { Picked } from '../types.ts';

export interface DataTable {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** Why it is empty, if it is. */
  readonly empty?: string;
}
export interface Column {
  readonly label: string;
  readonly isNumber?: boolean;
}
export type Row = readonly Cell[];
export interface Cell {
  readonly text: string;
  /** The sort value. */
  readonly value: string | number | null;
  /** The share of the largest, 0 to 1: drawn as a bar. */
  readonly share?: number;
  readonly pick?: Picked | undefined;
}

export const textCell = (text: string, more: Partial<Cell> = {}): Cell => ({ text, value: text, ...more });
export const numberCell = (
  value: number | null | undefined,
  format: (value: number | null | undefined) => string = count,
  more: Partial<Cell> = {},
): Cell => ({ text: format(value), value: value ?? null, ...more });

export const numberColumn = (label: string): Column => ({ label, isNumber: true });

/** Rows without a value come last in either direction. */
export function sortedRows(rows: readonly Row[], column: number, isDescending: boolean): readonly Row[] {
  const direction = isDescending ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [a, b] = [one[column]?.value ?? null, other[column]?.value ?? null];
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    if (typeof a === 'number' && typeof b === 'number') return direction * (a - b);
    return direction * String(a).localeCompare(String(b));
  });
}
