import type { PropertyField, QueryControl } from '../../model/query.ts';
import type { VisitField, VisitFieldName } from '../../model/visit-fields.ts';
import { propertyKeys } from '../../row/property-keys.ts';
import type { QueryOptions } from './connection.ts';
import { EVENTS } from './layout.ts';
import {
  type HotColumnsOf,
  type PropertySql,
  propertyInColumns,
  propertyInMaps,
  textInColumn,
} from './property-sql.ts';

export { EVENTS };

type BoundType =
  | 'String'
  | 'Float64'
  | 'Int64'
  | 'UInt64'
  | 'UInt32'
  | 'UInt16'
  | 'Int32'
  | 'UUID'
  | 'Array(Int64)'
  | 'Array(UInt64)'
  | 'Array(UInt32)'
  | 'Array(UInt16)'
  | 'Array(String)'
  | 'Array(Float64)'
  | 'Array(UUID)';

/** The values of one statement, whose SQL only ever holds their placeholders, and where the statement reads properties from. */
export class Bound {
  readonly values: Record<string, unknown> = {};
  readonly #hotColumnsOf: HotColumnsOf;
  readonly #visitSql: (name: VisitFieldName) => string;
  readonly #properties = new Map<string, PropertySql>();
  #count = 0;

  /** @param ofVisit what a field of the visit is read from: by default the join of visits-sql.ts */
  constructor(hotColumnsOf: HotColumnsOf, ofVisit: (name: VisitFieldName) => string = joinedVisitSql) {
    this.#hotColumnsOf = hotColumnsOf;
    this.#visitSql = ofVisit;
  }

  add(type: BoundType, value: unknown): string {
    const name = `p${++this.#count}`;
    this.values[name] = value;
    return `{${name}:${type}}`;
  }

  /** An instant, UTC ms. */
  time(ms: number): string {
    return `fromUnixTimestamp64Milli(${this.add('Int64', ms)}, 'UTC')`;
  }

  /** @param key as rows spell it (property-keys.ts) */
  property(key: string): PropertySql {
    let property = this.#properties.get(key);
    if (property === undefined) {
      const columns = this.#hotColumnsOf(key);
      property = columns ? propertyInColumns(key, columns) : propertyInMaps(this.add('String', key));
      this.#properties.set(key, property);
    }
    return property;
  }

  /** Whether the typed value of the field is a column, so that grouping by it is cheap. */
  isTypedStored(field: PropertyField): boolean {
    const [first, second] = propertyKeys(field);
    return second === undefined && this.property(first!).isTypedStored;
  }

  /** An expression over a field: over its preferred key where an event has that, else over its other spelling. */
  propertyOf(field: PropertyField | VisitField, sql: (property: PropertySql) => string): string {
    if (field.kind === 'session') return sql(textInColumn(this.#visitSql(field.name)));
    const [first, second] = propertyKeys(field).map((key) => this.property(key));
    return second === undefined ? sql(first!) : `if(${first!.isPresent}, ${sql(first!)}, ${sql(second)})`;
  }
}

/** Whether the text contains another, ignoring case. */
export const containsSql = (text: string, search: string, bound: Bound): string =>
  `positionCaseInsensitiveUTF8(${text}, ${bound.add('String', search)}) > 0`;

/** The column of a visit's field, where a statement reads visits (analysis/sql/visits-sql.ts). */
export const visitColumn = (name: VisitFieldName): string => `visit_${name}`;

/** An event that names no session is within the visit until `visitUntil`; without a visit that is 0. */
const joinedVisitSql = (name: VisitFieldName): string =>
  `if(toUnixTimestamp64Milli(timestamp) <= visitUntil, ${visitColumn(name)}, '')`;

/**
 * Who an event counts for: its user, else its device, else nobody. In this spelling alone: the engine matches a projection by
 * its expression, after rewriting `!= ''` in the question but not in the projection.
 */
export const IDENTITY = 'if(notEmpty(user), cityHash64(user), if(notEmpty(device), cityHash64(device, user), NULL))';

/**
 * Distinct users by a sketch: exact below some thousands, then with a standard error of 1.04 / sqrt(2^16) = 0.41 %
 * (Flajolet et al., HyperLogLog), once what `unbiased` takes off is taken off. 2^17 registers, for which the engine corrects by
 * itself, made questions 1.5 to 3 times as slow.
 */
export const USERS = `uniqCombined64(16)(${IDENTITY})`;
const USERS_MERGE = 'uniqCombined64Merge(16)';
const USERS_EXACT_MERGE = 'uniqExactMerge';
/** Sketches are exact up to here (ENGINE.md; a test says so too). */
export const EXACT_BELOW = 1_000;

/**
 * By how much the sketch is too high, on the average of 150 sets each of 160,000 to 400,000: from 2.5 registers' worth on the engine
 * takes HyperLogLog's raw estimate, which is too high by up to 2.4 % until 5 (Heule et al., HyperLogLog in Practice, 2013).
 */
const TOO_HIGH: readonly (readonly [estimate: number, by: number])[] = [
  [163_840, 4_340],
  [168_875, 3_875],
  [173_461, 3_461],
  [182_854, 2_854],
  [192_296, 2_296],
  [201_829, 1_829],
  [211_503, 1_503],
  [221_192, 1_192],
  [240_645, 645],
  [260_390, 390],
  [280_298, 298],
  [300_186, 186],
  [330_080, 80],
  [360_000, 0],
];

/** A count of the sketch without its bias, read off the table above between its points. */
export function unbiased(count: string): string {
  const pieces = TOO_HIGH.slice(1).map(([to, by], i) => {
    const [from, before] = TOO_HIGH[i]!;
    return `least(greatest(e - ${from}, 0), ${to - from}) * ${(before - by) / (to - from)}`;
  });
  const [from, most] = TOO_HIGH[0]!;
  const by = `if(e <= ${from}, 0, ${most} - (${pieces.join(' + ')}))`;
  return `arrayMap(e -> toUInt64(round(e - ${by})), [toFloat64(${count})])[1]`;
}

/** @param person who an event counts for, NULL for nobody (analysis/sql/identity.ts) */
export const usersStateSql = (exact: boolean, person: string): string =>
  exact ? `uniqExactState(${person})` : `uniqCombined64State(16)(${person})`;
/** Of states of the one or the other kind. */
export const mergedUsersSql = (exact: boolean, state: string): string =>
  exact ? `${USERS_EXACT_MERGE}(${state})` : unbiased(`${USERS_MERGE}(${state})`);
export const isExact = (exact: boolean, users: number): boolean => exact || users < EXACT_BELOW;

/** Where the UTC quarter hour of an event begins: zones are cut on these, but for history before 1972. */
export const QUARTER = 'toStartOfFifteenMinutes(timestamp)';
export const QUARTER_MS = 900_000;

/**
 * The engine looks at its clock between blocks alone. At worst an expression takes 5 ns an instruction and character, and each text is
 * looked at for 4,096 characters (pattern.ts): so a block takes about a second. 1,024 rows cost a tenth more than the engine's own 65,000.
 */
const PATTERN_BLOCK_STEPS = 50_000;
const PATTERN_BLOCK_ROWS = { least: 32, most: 1_024 };
export const patternBlockRows = (patternSize: number): number =>
  Math.round(Math.min(PATTERN_BLOCK_ROWS.most, Math.max(PATTERN_BLOCK_ROWS.least, PATTERN_BLOCK_STEPS / patternSize)));

/** The limits of a question, for the engine. `small` marks those that never wait behind a heavy one. */
export function options(control: QueryControl, small = false): QueryOptions {
  return {
    settings: {
      max_execution_time: control.maxSeconds,
      max_memory_usage: control.maxBytes,
      max_result_rows: control.maxRows,
      // Beyond a third of its memory a question goes on, slower, on disk.
      max_bytes_before_external_group_by: Math.floor(control.maxBytes / 3),
      max_bytes_before_external_sort: Math.floor(control.maxBytes / 3),
      ...(control.patternSize !== undefined && { max_block_size: patternBlockRows(control.patternSize) }),
      ...(small && { priority: 1 }),
    },
    ...(control.caller && { caller: control.caller }),
    ...(control.signal && { signal: control.signal }),
    ...(control.onStatement && { onStatement: control.onStatement }),
  };
}

/** A row of an answer: 64-bit numbers come as texts. */
export type Row = Readonly<Record<string, string | number>>;
