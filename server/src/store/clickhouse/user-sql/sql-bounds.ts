/** Rewrites calls in a caller's SQL whose cost is a product, so that the engine's limits apply to them. */
import { MATCH_TEXT_MAX } from '../../../model/regexp.ts';
import type { Expression } from '../../../model/select-tree.ts';

/** The argument that a pattern is searched in. */
const TEXT_AT: ReadonlyMap<string, number> = new Map([
  ...'match extract extractAll replaceRegexpOne replaceRegexpAll'.split(' ').map((name): [string, number] => [name, 0]),
  ['splitByRegexp', 1],
]);
/**
 * They scan their first argument for each row. Where that is a constant, a megabyte of it times a million rows took minutes, within
 * the memory limit and one block: written as a column it reaches the memory limit first.
 */
const SEARCHING = new Set(
  'has hasAny hasAll indexOf arrayIntersect position positionUTF8 positionCaseInsensitive positionCaseInsensitiveUTF8 countSubstrings substringUTF8 leftUTF8 rightUTF8 JSONLength JSONHas JSONExtractInt JSONExtractFloat JSONExtractBool JSONExtractString JSONExtractRaw JSONExtractArrayRaw JSONExtractKeys'.split(
    ' ',
  ),
);
/** Their own search takes the product of both lengths (10 strings of 100 kB in 50 kB: a minute); the lower-case search does not. */
const CASELESS: ReadonlyMap<string, readonly [name: string, lower: string]> = new Map([
  ['positionCaseInsensitive', ['position', 'lower']],
  ['positionCaseInsensitiveUTF8', ['positionUTF8', 'lowerUTF8']],
]);
const LEVENSHTEIN_MAX_LENGTH = 100;
/** Each argument of levenshteinDistance is written twice, and may contain another call. */
const DOUBLED_MAX_LENGTH = 10_000;
const SHORT = 200;

/** @returns undefined when the argument of levenshteinDistance is too long to be written twice */
export function boundedCall(
  name: string,
  list: readonly Expression[],
  values: readonly string[],
): { readonly name: string; readonly values: readonly string[] } | undefined {
  const textAt = TEXT_AT.get(name);
  if (textAt !== undefined)
    return {
      name,
      values: values.map((sql, i) => (i === textAt ? `substringUTF8(${sql}, 1, ${MATCH_TEXT_MAX})` : sql)),
    };
  if (name === 'levenshteinDistance') {
    if (values.some((sql) => sql.length > DOUBLED_MAX_LENGTH)) return undefined;
    return { name, values: values.map(shortText) };
  }
  if (!SEARCHING.has(name)) return { name, values };
  const isAll = name === 'arrayIntersect';
  const spread = values.map((sql, i) => ((i === 0 || isAll) && isConstantLike(list[i]!) ? `materialize(${sql})` : sql));
  const caseless = CASELESS.get(name);
  if (caseless === undefined) return { name, values: spread };
  return { name: caseless[0], values: spread.map((sql, i) => (i < 2 ? `${caseless[1]}(${sql})` : sql)) };
}

const shortText = (sql: string): string =>
  `substring(${sql}, 1, ${LEVENSHTEIN_MAX_LENGTH} + throwIf(ifNull(length(${sql}) > ${LEVENSHTEIN_MAX_LENGTH}, 0), 'levenshteinDistance takes texts of at most ${LEVENSHTEIN_MAX_LENGTH} bytes; cut them by substring'))`;

/** What may be a large constant: not a column, and not anything that is short as written. */
function isConstantLike(expression: Expression): boolean {
  switch (expression.kind) {
    case 'column':
    case 'property':
    case 'number':
      return false;
    case 'text':
      return expression.value.length > SHORT;
    case 'list':
      return expression.items.length > SHORT || expression.items.some(isConstantLike);
    default:
      return true;
  }
}
