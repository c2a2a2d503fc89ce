/** In which unit the values of a property are, by its name, and how they are written. */
import { bytes, count, duration, percent, short } from './formats.ts';

export interface Unit {
  /** Numbers of different units are measured on different axes. */
  readonly name: string;
  format(value: number | null | undefined): string;
  /** For axes. */
  short(value: number | null | undefined): string;
}

const scaled =
  (format: (value: number | null | undefined) => string, factor: number) =>
  (value: number | null | undefined): string =>
    format(value === null || value === undefined ? value : value * factor);
const same = (name: string, format: Unit['format']): Unit => ({ name, format, short: format });

export const PLAIN: Unit = { name: '', format: count, short };
export const PERCENT: Unit = same('percent', scaled(percent, 0.01));
/** Of a whole, from 0 to 1. */
export const SHARE: Unit = same('percent', percent);
export const MILLISECONDS: Unit = same('time', duration);
const SECONDS = same('time in seconds', scaled(duration, 1_000));
const BYTES = same('bytes', bytes);

/** The last word of a name: `ms` of `durationMs`, `load_ms` and `timing.load-ms`. */
const lastWord = (property: string): string =>
  /([A-Z]?[a-z]+|[A-Z]+|%)[^A-Za-z%]*$/.exec(property.replace(/^data\.?/, ''))?.[1]?.toLowerCase() ?? '';

const BY_WORD: Readonly<Record<string, Unit>> = {
  ms: MILLISECONDS,
  millis: MILLISECONDS,
  milliseconds: MILLISECONDS,
  seconds: SECONDS,
  secs: SECONDS,
  bytes: BYTES,
  percent: PERCENT,
  pct: PERCENT,
  '%': PERCENT,
};

let currencies: ReadonlySet<string> | undefined;

/** @returns the unit that the name of a property says: `ms`, `bytes`, `percent`, or a currency as in `price_eur` */
export function unitOf(property: string | undefined): Unit {
  const word = property === undefined ? '' : lastWord(property);
  if (Object.hasOwn(BY_WORD, word)) return BY_WORD[word]!;
  if (!/^[a-z]{3}$/.test(word)) return PLAIN;
  currencies ??= new Set(Intl.supportedValuesOf('currency'));
  const code = word.toUpperCase();
  return currencies.has(code) ? money(code) : PLAIN;
}

const known = new Map<string, Unit>();
/** @param currency ISO 4217 */
function money(currency: string): Unit {
  const before = known.get(currency);
  if (before) return before;
  const format = new Intl.NumberFormat(undefined, { style: 'currency', currency });
  const compact = new Intl.NumberFormat(undefined, { style: 'currency', currency, notation: 'compact' });
  const unit: Unit = {
    name: currency,
    format: (value) => (value === null || value === undefined ? count(value) : format.format(value)),
    short: (value) =>
      value === null || value === undefined
        ? count(value)
        : Math.abs(value) < 100
          ? format.format(value)
          : compact.format(value),
  };
  known.set(currency, unit);
  return unit;
}

/** Of a formula over series: `A / B * 100` is a percentage; otherwise a number of its own. */
export const formulaUnit = (formula: string): Unit =>
  /\*\s*100\s*$|^\s*100\s*\*/.test(formula) && formula.includes('/') ? PERCENT : { ...PLAIN, name: 'formula' };
