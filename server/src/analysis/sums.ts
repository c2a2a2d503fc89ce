const MILLION = 1_000_000;

/** The sums of the first, the first two and so on: decimals as people add them (store/clickhouse/analysis/sql/sum-sql.ts). */
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

/** null of nothing. */
export function meanOf(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const whole = values.map((value) => Math.round(value * MILLION));
  const rest = values.reduce((sum, value, i) => sum + value - whole[i]! / MILLION, 0);
  // Divided once: the mean of three times 0.1 is 0.1.
  return whole.reduce((sum, value) => sum + value, 0) / (MILLION * values.length) + rest / values.length;
}
