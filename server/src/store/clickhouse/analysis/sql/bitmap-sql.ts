/** Sets of small numbers (places of periods) of a user, as bits of words of 64: an OR for each row, and nothing to keep. */
const WORD = 64;

/**
 * Aggregates `m0`, `m1`… that hold the places of the rows for which the condition holds.
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

/** The places, ascending, Array(Int64). */
export function bitPositionsSql(count: number): string {
  const words = Array.from(
    { length: Math.ceil(count / WORD) },
    (_, w) => `arrayMap(x -> toInt64(x) + ${w * WORD}, bitPositionsToArray(m${w}))`,
  );
  return words.length === 1 ? words[0]! : `arrayConcat(${words.join(', ')})`;
}
