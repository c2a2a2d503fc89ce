import { type Decimal, isIdentifier, writtenNumber } from './written-number.ts';

export const COLUMN_TYPES = ['text', 'number', 'boolean'] as const;
export type ColumnType = (typeof COLUMN_TYPES)[number];
export type GivenTypes = Readonly<Record<string, ColumnType>>;

export interface ColumnSummary {
  readonly column: string;
  readonly type: ColumnType;
  /** Number of rows with a value. */
  readonly values: number;
  /** Number of values that do not have the type and were imported as text. */
  readonly misfits: number;
  readonly misfit?: string;
}

export interface LargeNumbers {
  /** The dotted path within structs. */
  readonly column: string;
  readonly values: number;
  /** They are inside lists, structs or maps. */
  readonly isNested?: true;
}

/** The share of examined values that must have a type for the column to have it: four of five. */
const SHARE = 0.8;
const EXAMPLE_MAX_LENGTH = 40;
const LARGE_COLUMNS_MAX = 1_000;
/** The form of most numbers, recognized quickly. */
const PLAIN_NUMBER = /^-?(?:0|[1-9]\d{0,14})(?:\.\d+)?$/;

/** What the examined values of a column are. */
class Tally {
  values = 0;
  booleans = 0;
  identifiers = 0;
  point = 0;
  comma = 0;
  /** Numbers that can only be read with a decimal point, or only with a decimal comma. */
  onlyPoint = 0;
  onlyComma = 0;

  add(text: string): void {
    this.values++;
    if (booleanOf(text) !== undefined) this.booleans++;
    else if (isIdentifier(text)) this.identifiers++;
    else {
      const isPoint = writtenNumber(text, 'point') !== undefined;
      const isComma = writtenNumber(text, 'comma') !== undefined;
      if (isPoint) this.point++;
      if (isComma) this.comma++;
      if (isPoint && !isComma) this.onlyPoint++;
      if (isComma && !isPoint) this.onlyComma++;
    }
  }
}

interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly decimal: Decimal;
  values: number;
  misfits: number;
  misfit: string | undefined;
}

/**
 * The type of each column. A CSV column is numeric or boolean if four of five of the examined values (the first ones of the
 * file) are, and none is an identifier such as 007. Values without that type stay text and are counted. In other formats, values
 * have types already, and only columns named by `--type` are changed.
 */
export class ColumnTypes {
  readonly #given: GivenTypes;
  readonly #areGiven: boolean;
  readonly #columns = new Map<string, Column>();
  readonly #large = new Map<string, LargeNumbers>();
  #mayHaveCommas = false;
  #fileDecimal: Decimal = 'point';

  constructor(given: GivenTypes) {
    this.#given = given;
    this.#areGiven = Object.keys(given).length > 0;
  }

  /** In files with semicolons or tabs, numbers that can be read both ways have decimal commas if others do. */
  separatedBy(delimiter: string): void {
    this.#mayHaveCommas = delimiter !== ',';
  }

  /** Decides about columns that have values here and are undecided. @param skipped columns that are not properties */
  learn(rows: readonly Readonly<Record<string, unknown>>[], skipped: ReadonlySet<string>): void {
    const names = Object.keys(rows[0] ?? {}).filter((name) => !this.#columns.has(name) && !skipped.has(name));
    const tallies = new Map(names.map((name) => [name, new Tally()]));
    for (const [name, tally] of tallies)
      for (const row of rows) {
        const value = row[name];
        if (typeof value === 'string' && value.trim() !== '') tally.add(value);
      }
    if (this.#mayHaveCommas && this.#columns.size === 0) {
      const sum = (of: (tally: Tally) => number): number =>
        [...tallies.values()].reduce((all, tally) => all + (tally.identifiers > 0 ? 0 : of(tally)), 0);
      if (sum(({ onlyComma }) => onlyComma) > sum(({ onlyPoint }) => onlyPoint)) this.#fileDecimal = 'comma';
    }
    for (const [name, tally] of tallies) if (tally.values > 0) this.#decide(name, tally);
  }

  /** Whether values may have to be read differently. */
  get areKnown(): boolean {
    return this.#areGiven || this.#columns.size > 0;
  }

  /** Whether `--type` says that the column is text. */
  isText(name: string): boolean {
    return this.#areGiven && Object.hasOwn(this.#given, name) && this.#given[name] === 'text';
  }

  /** The value in the type of its column. */
  read(name: string, value: unknown): unknown {
    if (!this.areKnown) return value;
    const column =
      this.#columns.get(name) ?? (Object.hasOwn(this.#given, name) ? this.#decide(name, new Tally()) : undefined);
    if (column === undefined || value === undefined || value === null) return value;
    column.values++;
    if (column.type === 'text') return typeof value === 'string' ? value : textOf(value);
    const read = column.type === 'number' ? numberOf(value, column.decimal) : booleanValue(value);
    if (read !== undefined) return read;
    if (typeof value === 'string' && value.trim() === '') return undefined;
    column.misfits++;
    column.misfit ??= String(textOf(value)).slice(0, EXAMPLE_MAX_LENGTH);
    return value;
  }

  /** A number that a double can't hold exactly was imported as text. */
  addLarge(column: string, isNested: boolean): void {
    // A map can have any number of keys.
    if (!this.#large.has(column) && this.#large.size >= LARGE_COLUMNS_MAX) return;
    const values = (this.#large.get(column)?.values ?? 0) + 1;
    this.#large.set(column, { column, values, ...(isNested && { isNested }) });
  }

  summary(): ColumnSummary[] {
    return [...this.#columns.values()].map(({ name, type, values, misfits, misfit }) => ({
      column: name,
      type,
      values,
      misfits,
      ...(misfit !== undefined && { misfit }),
    }));
  }

  /** Columns with numbers of 2^53 or more, which were imported as text. */
  large(): LargeNumbers[] {
    return [...this.#large.values()];
  }

  #decide(name: string, tally: Tally): Column {
    const { values, booleans, identifiers, onlyPoint, onlyComma } = tally;
    const decimal = onlyComma === onlyPoint ? this.#fileDecimal : onlyComma > onlyPoint ? 'comma' : 'point';
    const share = (count: number): boolean => values > 0 && identifiers === 0 && count >= SHARE * values;
    const found = share(booleans) ? 'boolean' : share(tally[decimal]) ? 'number' : 'text';
    return this.#add(name, Object.hasOwn(this.#given, name) ? this.#given[name]! : found, decimal);
  }

  #add(name: string, type: ColumnType, decimal: Decimal): Column {
    const column = { name, type, decimal, values: 0, misfits: 0, misfit: undefined };
    this.#columns.set(name, column);
    return column;
  }
}

function numberOf(value: unknown, decimal: Decimal): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  return decimal === 'point' && PLAIN_NUMBER.test(value) ? Number(value) : writtenNumber(value, decimal);
}

const booleanValue = (value: unknown): boolean | undefined =>
  typeof value === 'boolean' ? value : typeof value === 'string' ? booleanOf(value) : undefined;

function booleanOf(text: string): boolean | undefined {
  if (text.length < 4) return undefined;
  const word = text.trim().toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

const textOf = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));
