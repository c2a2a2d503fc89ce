/** For places where no parameter is allowed: in statements that set or define something. Both escapes work in strings and in names. */
const escaped = (text: string, quote: string): string => text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`);

export const quotedText = (text: string): string => `'${escaped(text, "'")}'`;
export const quotedName = (name: string): string => `\`${escaped(name, '`')}\``;
