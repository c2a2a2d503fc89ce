const MILLION = 1_000_000;

/** Running totals: decimals are added without rounding errors (store/clickhouse/analysis/sql/sum-sql.ts). */
export function runningSums(values: readonly number[]): number[] {
  let millionths = 0;
  let rest = 0;
  return values.map((value) => {
    const whole = Math.round(value * MILLION);
    millionths += whole;
    rest += value - whole / MILLION;
    return millionths / MILLION + rest;
  });
}

/** The sum of some values, in whole millionths and the remainder. */
interface Sum {
  readonly whole: number;
  readonly rest: number;
  readonly count: number;
}

const NOTHING: Sum = { whole: 0, rest: 0, count: 0 };

/**
 * For each position the mean of the values of the window that ends there; nulls do not count, and a window without values gives null. A window is
 * the end of one block of its own length and the beginning of the next, so that the time does not grow with its length, and nothing is ever subtracted
 * from a sum, which would leave rounding errors.
 */
export function movingMeans(values: readonly (number | null)[], window: number): (number | null)[] {
  const begun: Sum[] = [];
  const ending: Sum[] = [];
  for (let i = 0; i < values.length; i++) begun.push(plus(i % window === 0 ? NOTHING : begun[i - 1]!, values[i]!));
  for (let i = values.length - 1; i >= 0; i--)
    ending[i] = plus(i % window === window - 1 ? NOTHING : (ending[i + 1] ?? NOTHING), values[i]!);
  return begun.map(({ whole, rest, count }, i) => {
    const from = i - window + 1;
    const before = from > 0 && from % window !== 0 ? ending[from]! : NOTHING;
    const all = before.count + count;
    // A single division: the mean of three times 0.1 is 0.1.
    return all === 0 ? null : (before.whole + whole) / (MILLION * all) + (before.rest + rest) / all;
  });
}

function plus({ whole, rest, count }: Sum, value: number | null): Sum {
  if (value === null) return { whole, rest, count };
  const millionths = Math.round(value * MILLION);
  return { whole: whole + millionths, rest: rest + value - millionths / MILLION, count: count + 1 };
}
