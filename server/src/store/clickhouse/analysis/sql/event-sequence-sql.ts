import type { Range } from '../../../../model/query.ts';

/**
 * An event sequence: the events of one user (or session) as a sorted array of numbers: time, order of arrival, and marks, which say what each
 * event means to the question. One number per event is what makes it fast: arrays of tuples took half as long again.
 *
 * From the highest bit: the time since the start of the range, `seq` (equal times are in order of arrival), the marks. In a UInt64
 * where all three fit, otherwise in a UInt128, which takes a third longer.
 */
export interface EventSequences {
  /** @param marks an expression below 2^markBits */
  packed(marks: string): string;
  /** The time in ms since the start of the range, plus one, so that none is 0. */
  timeOf(one: string): string;
  timesOf(sequence: string): string;
  /** One of these times as UTC ms. */
  utcMs(time: string): string;
  marksOf(sequence: string): string;
  /** Time and order of arrival as one number, by which an event is found again. */
  momentOf(one: string): string;
  /** The sequence numbers. */
  seqsOf(sequence: string): string;
  /** Splits a sorted sequence where the gap is exceeded. */
  splitAtGaps(sequence: string, gap: string): string;
  /** Whether a sorted sequence begins in the range, a part of that of the question. */
  beginsIn(sequence: string, range: Range): string;
}

const AT = 'toUnixTimestamp64Milli(timestamp)';
const SEQ_BITS = 64;
/** Marks are read as a UInt32. */
const MARKS_MAX_BITS = 31;

/** The number of bits of a number. */
export const bitsOf = (number: number): number => (number < 1 ? 0 : Math.floor(Math.log2(number)) + 1);

/**
 * @param range contains all events
 * @param highestSeq no event has a higher sequence number; undefined when it is not known, `unused` when the order of equal times does not matter
 */
export function eventSequences(
  range: Range,
  markBits: number,
  highestSeq: number | 'unused' | undefined,
): EventSequences {
  if (markBits > MARKS_MAX_BITS) throw new Error(`BUG: ${markBits} bits of marks`);
  const isUnused = highestSeq === 'unused';
  const seqBits = isUnused ? 0 : highestSeq === undefined ? SEQ_BITS : bitsOf(highestSeq);
  const isNarrow = bitsOf(range.to - range.from) + seqBits + markBits <= 64;
  const type = isNarrow ? 'toUInt64' : 'toUInt128';
  const timeShift = (isNarrow ? seqBits : SEQ_BITS) + markBits;
  const timeOf = (one: string): string => `toInt64(bitShiftRight(${one}, ${timeShift})) + 1`;
  const timesOf = (sequence: string): string => `arrayMap(x -> ${timeOf('x')}, ${sequence})`;
  return {
    packed: (marks) =>
      `bitOr(bitOr(bitShiftLeft(${type}(${AT} - (${range.from})), ${timeShift}), ${isUnused ? '0' : `bitShiftLeft(${type}(seq), ${markBits})`}), ${type}(${marks}))`,
    timeOf,
    timesOf,
    utcMs: (time) => `(${time} + (${range.from - 1}))`,
    marksOf: (sequence) => `arrayMap(x -> toUInt32(bitAnd(x, ${2 ** markBits - 1})), ${sequence})`,
    momentOf: (one) => `bitShiftRight(${one}, ${markBits})`,
    seqsOf: (sequence) => {
      const shifted = `toUInt64(bitShiftRight(x, ${markBits}))`;
      return `arrayMap(x -> ${isNarrow ? `bitAnd(${shifted}, ${2 ** seqBits - 1})` : shifted}, ${sequence})`;
    },
    splitAtGaps: (sequence, gap) =>
      `arraySplit((x, d) -> d > ${gap}, ${sequence}, arrayDifference(${timesOf(sequence)}))`,
    beginsIn: (sequence, { from, to }) =>
      `toInt64(bitShiftRight(${sequence}[1], ${timeShift})) BETWEEN ${from - range.from} AND ${to - range.from - 1}`,
  };
}

/** Conditions as bits: the first is bit `from`. */
export function marksSql(conditions: readonly string[], from = 0): string {
  return conditions.length === 0
    ? '0'
    : conditions.map((sql, i) => `toUInt32(${sql}) * ${2 ** (from + i)}`).join(' + ');
}

/** Whether an event of a sequence has this mark. */
export const isMarked = (bit: number, one: string): string => `bitTest(toUInt32(${one}), ${bit})`;
/** Whether a sequence has an event with this mark. */
export const hasMark = (bit: number, sequence: string): string =>
  `arrayExists(x -> ${isMarked(bit, 'x')}, ${sequence})`;
