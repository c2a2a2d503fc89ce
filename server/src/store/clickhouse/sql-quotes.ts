/** Where no parameter can stand: in statements that set or define something. Both escapes hold in texts and in names. */
const escaped = (text: string, quote: string): string => text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`);

export const quotedText = (text: string): string => `'${escaped(text, "'")}'`;
export const quotedName = (name: string): string => `\`${escaped(name, '`')}\``;
