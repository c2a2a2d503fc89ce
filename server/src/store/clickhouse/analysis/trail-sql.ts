/**
 * A trail: the events of one user (or session) as an array of UInt128, sorted: time, place of arrival, and marks, which say what each
 * event is to the question. One number an event is what makes it quick: arrays of tuples took half as long again.
 *
 * | bits | what |
 * |---|---|
 * | 84… | time, UTC ms |
 * | 20–83 | seq: equal times are in order of arrival |
 * | 0–19 | marks, the highest of them SESSION_BIT where a trail needs it |
 */
const SEQ_SHIFT = 20;
const TIME_SHIFT = 84;
/** Set where the event said its session. */
export const SESSION_BIT = 19;
const AT = 'toUnixTimestamp64Milli(timestamp)';

/** @param marks an expression below 2^20 */
export const packed = (marks: string): string =>
  `bitOr(bitOr(bitShiftLeft(toUInt128(${AT}), ${TIME_SHIFT}), bitShiftLeft(toUInt128(seq), ${SEQ_SHIFT})), toUInt128(${marks}))`;

/** Times in ms plus one, so that none is 0. */
export const timesOf = (trail: string): string =>
  `arrayMap(x -> toInt64(bitShiftRight(x, ${TIME_SHIFT})) + 1, ${trail})`;
export const marksOf = (trail: string): string => `arrayMap(x -> toUInt32(bitAnd(x, ${2 ** SEQ_SHIFT - 1})), ${trail})`;

/** Conditions as bits: the first is bit `from`. */
export function marksSql(conditions: readonly string[], from = 0): string {
  return conditions.length === 0
    ? '0'
    : conditions.map((sql, i) => `toUInt32(${sql}) * ${2 ** (from + i)}`).join(' + ');
}

/** Cuts a sorted trail where more than the gap goes by. */
export const cutAtGaps = (trail: string, gap: string): string =>
  `arraySplit((x, d) -> d > ${gap}, ${trail}, arrayDifference(${timesOf(trail)}))`;

/** Whether a trail has an event with this mark. */
export const hasMark = (bit: number, trail: string): string =>
  `arrayExists(x -> bitTest(toUInt32(x), ${bit}), ${trail})`;
