import type { Expression } from '../../../model/select-tree.ts';
import { functionNamed } from '../../../sql/functions.ts';
import { averageValue, sumState, sumValue } from '../analysis/sql/sum-sql.ts';

/** Functions whose results have a fraction when an argument has one. */
const KEEPING = new Set(
  'abs round floor ceil trunc negate plus minus multiply modulo if multiIf coalesce ifNull nullIf greatest least assumeNotNull toNullable ifNotFinite sum min max any anyLast quantileExact first_value last_value'.split(
    ' ',
  ),
);
/** Functions whose results may always have a fraction. */
const MAKING = new Set(
  'divide avg median quantile quantileExactInclusive sqrt cbrt pow exp exp2 exp10 log log2 log10 log1p toFloat32 toFloat64 toFloat64OrNull toFloat64OrZero JSONExtractFloat arrayAvg'.split(
    ' ',
  ),
);

/**
 * Whether an expression may have a fraction: its sum is then computed as that of decimals (sum-sql.ts), while integers stay integers.
 * @param isColumn whether a column of a table may
 */
export function isDecimal(
  expression: Expression,
  isColumn: (of: string | undefined, name: string) => boolean,
): boolean {
  const isAny = (parts: readonly Expression[]): boolean => parts.some((part) => isDecimal(part, isColumn));
  switch (expression.kind) {
    case 'property':
      return true;
    case 'number':
      return /[.e]/i.test(expression.text);
    case 'column':
      return isColumn(expression.of, expression.name);
    case 'minus':
      return isDecimal(expression.operand, isColumn);
    case 'binary':
      return (
        expression.operator === '/' ||
        (['+', '-', '*', '%'].includes(expression.operator) && isAny([expression.left, expression.right]))
      );
    case 'case':
      return isAny([
        ...expression.whens.map(({ result }) => result),
        ...(expression.otherwise ? [expression.otherwise] : []),
      ]);
    case 'call': {
      if (expression.name === 'number') return true;
      const name = functionNamed(expression.name)?.name.replace(/If$/, '') ?? '';
      return MAKING.has(name) || (KEEPING.has(name) && isAny(expression.arguments));
    }
    default:
      return false;
  }
}

/** `sum`, `avg` and their …If over decimals; undefined for any other function. @param window ` OVER (…)`, or empty */
export function decimalSql(name: string, values: readonly string[], window: string): string | undefined {
  const [value = '', condition] = values;
  if (!/^(?:sum|avg)(?:If)?$/.test(name)) return undefined;
  const parts = sumState(value, condition, window);
  if (name.startsWith('sum')) return sumValue(parts);
  const count = condition === undefined ? `count(${value})` : `countIf(isNotNull(${value}) AND ${condition})`;
  return averageValue(parts, `${count}${window}`);
}
