/**
 * SQL expressions for one property of an event. Empty texts and zeros are kept in `others` (row.ts), so an empty text or a 0 from
 * one of the maps always means that the map does not have the property.
 */
export interface PropertySql {
  /** The text, empty when the property is something else or absent; likewise `numbers` (0) and `others` (JSON). */
  readonly texts: string;
  readonly numbers: string;
  readonly others: string;
  /** The value as a text with the letter of its type before it (analysis-query.ts, TypedValue); empty when absent. */
  readonly typed: string;
  /** `typed` is a column: grouping by it is cheap. */
  readonly isTypedStored: boolean;
  readonly isNumber: string;
  /** Present, but not a number. */
  readonly isOther: string;
  readonly isPresent: string;
}

type Maps = Pick<PropertySql, 'texts' | 'numbers' | 'others'>;

const LETTERS = { texts: 't', numbers: 'n', others: 'o', typed: 'v', sort: 's' } as const;
/** The columns that a frequently queried property may have (hot-columns.ts). Only `typed` may be missing. */
export type HotColumn = keyof typeof LETTERS;
export const HOT_COLUMNS = Object.keys(LETTERS) as readonly HotColumn[];

/** In hexadecimal, so that nothing a caller sent becomes part of a statement. */
export const hotColumnName = (column: HotColumn, key: string): string =>
  `hot_${LETTERS[column]}_${Buffer.from(key).toString('hex')}`;

/** Tells a query which columns a property has; undefined: only the maps have it. */
export type HotColumnsOf = (key: string) => readonly HotColumn[] | undefined;
export const NO_HOT_COLUMNS: HotColumnsOf = () => undefined;

/** @param key an expression */
const mapsAt = (key: string): Maps => ({
  texts: `texts[${key}]`,
  numbers: `numbers[${key}]`,
  others: `others[${key}]`,
});

const typedFrom = ({ texts, numbers, others }: Maps): string =>
  `multiIf(${texts} != '', concat('t', ${texts}), ${numbers} != 0, concat('n', toString(${numbers})), ${others} = '""', 't', ${others} = '0', 'n0', ${others} != '', concat('o', ${others}), '')`;
const isOtherFrom = ({ texts, others }: Maps): string => `(${texts} != '' OR ${others} NOT IN ('', '0'))`;
const isPresentFrom = ({ texts, numbers, others }: Maps): string =>
  `(${texts} != '' OR ${numbers} != 0 OR ${others} != '')`;
/** The column `sort`: what `texts` and `others` say about a number, in one byte: 1 it is something else, 2 it is 0, 0 nothing. */
export const sortSql = (maps: Maps): string => `multiIf(${isOtherFrom(maps)}, 1, ${maps.others} = '0', 2, 0)`;

/** @param key an expression */
export function propertyInMaps(key: string): PropertySql {
  const maps = mapsAt(key);
  return {
    ...maps,
    typed: typedFrom(maps),
    isTypedStored: false,
    isNumber: `(${maps.numbers} != 0 OR ${maps.others} = '0')`,
    isOther: isOtherFrom(maps),
    isPresent: isPresentFrom(maps),
  };
}

/** A text that is no property of the event. @param text an expression, empty when absent */
export const textInColumn = (text: string): PropertySql => ({
  texts: text,
  numbers: '0',
  others: "''",
  typed: `if(empty(${text}), '', concat('t', ${text}))`,
  isTypedStored: false,
  isNumber: '0',
  isOther: `notEmpty(${text})`,
  isPresent: `notEmpty(${text})`,
});

export function propertyInColumns(key: string, columns: readonly HotColumn[]): PropertySql {
  const [texts, numbers, others, sort] = (['texts', 'numbers', 'others', 'sort'] as const).map((column) =>
    hotColumnName(column, key),
  ) as [string, string, string, string];
  const maps = { texts, numbers, others };
  const isTypedStored = columns.includes('typed');
  return {
    ...maps,
    typed: isTypedStored ? hotColumnName('typed', key) : typedFrom(maps),
    isTypedStored,
    isNumber: `(${numbers} != 0 OR ${sort} = 2)`,
    isOther: `(${sort} = 1)`,
    isPresent: isPresentFrom(maps),
  };
}
