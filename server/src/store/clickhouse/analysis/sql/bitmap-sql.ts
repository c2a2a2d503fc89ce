/** Sets of small numbers (indexes of periods) per user, as bits of 64-bit words: an OR per row, and nothing to store. */
const WORD = 64;

/**
 * Aggregates `m0`, `m1`… that hold the indexes of the rows for which the condition holds.
 * @param place an expression from 0 to count - 1
 */
export function bitmapsSql(place: string, count: number, condition: string): readonly string[] {
  const words = Math.ceil(count / WORD);
  if (words === 1) return [`groupBitOrIf(bitShiftLeft(toUInt64(1), ${place}), ${condition}) AS m0`];
  return Array.from(
    { length: words },
    (_, w) =>
      `groupBitOrIf(bitShiftLeft(toUInt64(1), bitAnd(${place}, ${WORD - 1})), ${condition} AND intDiv(${place}, ${WORD}) = ${w}) AS m${w}`,
  );
}

export const bitmapNames = (count: number): string =>
  Array.from({ length: Math.ceil(count / WORD) }, (_, w) => `m${w}`).join(', ');

/** The indexes, ascending, Array(Int64). */
export function bitPositionsSql(count: number): string {
  const words = Array.from(
    { length: Math.ceil(count / WORD) },
    (_, w) => `arrayMap(x -> toInt64(x) + ${w * WORD}, bitPositionsToArray(m${w}))`,
  );
  return words.length === 1 ? words[0]! : `arrayConcat(${words.join(', ')})`;
}
