/**
 * Texts that are no id, compared trimmed and in lower case: a value that was not there, written out, and what programs put for a visitor
 * whom they do not know. All who carry one would be one user. The server refuses the same ones.
 */
export const NO_IDS: readonly string[] = ['', 'null', 'undefined', 'nan', '[object object]', '0', 'anonymous'];

/** The server's `userMaxLength`, unless it was changed. */
export const ID_MAX_LENGTH = 256;

/** @returns a number's text, and all else as it is */
export function numberText<T>(value: T): T | string {
  // Beyond 2^53 several numbers are one.
  const isNumber = typeof value === 'bigint' || (typeof value === 'number' && Math.abs(value) <= 2 ** 53 - 1);
  return isNumber ? `${value}` : value;
}

/** @returns the text of an id, a number's too; nothing for what is no id or for more than a server takes */
export function idText(value: unknown): string | undefined {
  const text = numberText(value);
  return typeof text === 'string' &&
    text.length <= ID_MAX_LENGTH &&
    !NO_IDS.includes(text.trim().toLowerCase()) &&
    !/\p{Cs}/u.test(text)
    ? text
    : undefined;
}
