/** `a`, `b` and `c`, each in backticks. */
export const wordList = (names: readonly string[], last: 'and' | 'or' = 'and'): string =>
  phraseList(
    names.map((name) => `\`${name}\``),
    last,
  );

export function phraseList(phrases: readonly string[], last: 'and' | 'or'): string {
  if (phrases.length < 2) return phrases.join('');
  return `${phrases.slice(0, -1).join(', ')} ${last} ${phrases.at(-1)}`;
}
