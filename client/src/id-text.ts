/**
 * Strings that are no id, compared trimmed and in lower case: a missing value written out, and what programs put for a visitor
 * whom they do not know. Everyone who carries one would be the same user. The server rejects the same ones.
 */
export const NO_IDS: readonly string[] = ['', 'null', 'undefined', 'nan', '[object object]', '0', 'anonymous'];

/** The server's `userMaxLength`, unless it was changed. */
export const ID_MAX_LENGTH = 256;

/** @returns a number as a string, anything else unchanged */
export function numberText<T>(value: T): T | string {
  // Beyond 2^53 several numbers are one.
  const isNumber = typeof value === 'bigint' || (typeof value === 'number' && Math.abs(value) <= 2 ** 53 - 1);
  return isNumber ? `${value}` : value;
}

/** @returns the id as a string; nothing when it is no id or longer than the server takes */
export function idText(value: unknown): string | undefined {
  const text = numberText(value);
  return typeof text === 'string' &&
    text.length <= ID_MAX_LENGTH &&
    !NO_IDS.includes(text.trim().toLowerCase()) &&
    !/\p{Cs}/u.test(text)
    ? text
    : undefined;
}
