/** The decimal separator: a point (`1,234.50`) or a comma (`1.234,50`). */
export type Decimal = 'point' | 'comma';

/** Without leading zeros, and with at least one digit. Thousands are in groups of three with the same separator. */
const POINT = /^[-−]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
const COMMA = /^[-−]?(?:(?:0|[1-9]\d*)(?:,\d*)?|,\d+)(?:[eE][+-]?\d{1,3})?$/;
const POINT_GROUPED = /^[-−]?[1-9]\d{0,2}([,' ’\u00a0\u202f])\d{3}(?:\1\d{3})*(?:\.\d*)?$/;
const COMMA_GROUPED = /^[-−]?[1-9]\d{0,2}([.' ’\u00a0\u202f])\d{3}(?:\1\d{3})*(?:,\d*)?$/;
/** What would be a number without its leading zero or plus sign. */
const IDENTIFIER = /^(?:\+[\d.,' ]+|[-−]?0\d[\d.,' ]*)$/;
const NON_ZERO = /[1-9]/;
const UNSAFE = 2 ** 53;

/** A number as people write it: `20.00`, `1,234.50`, `-3.10`, `1e3`. @returns undefined if it is not one, or if a double can't hold it exactly */
export function writtenNumber(text: string, decimal: Decimal): number | undefined {
  const trimmed = text.trim();
  const [plain, grouped] = decimal === 'point' ? [POINT, POINT_GROUPED] : [COMMA, COMMA_GROUPED];
  let digits = trimmed;
  if (!plain.test(trimmed)) {
    const separator = grouped.exec(trimmed)?.[1];
    if (separator === undefined) return undefined;
    digits = trimmed.replaceAll(separator, '');
  }
  if (decimal === 'comma') digits = digits.replace(',', '.');
  const number = Number(digits.replace('−', '-'));
  if (Math.abs(number) >= UNSAFE || Number.isNaN(number)) return undefined;
  return number === 0 && NON_ZERO.test(digits.split(/e/i)[0]!) ? undefined : number;
}

/** Telephone numbers, postcodes and the like: as numbers they would lose a zero or their plus sign, or be rounded. */
export function isIdentifier(text: string): boolean {
  const trimmed = text.trim();
  return IDENTIFIER.test(trimmed) || (/^[-−]?\d{16,}$/.test(trimmed) && Math.abs(Number(trimmed)) >= UNSAFE);
}
