import { SeismoError } from '../model/errors.ts';

export interface Token {
  /** `name` is unquoted, `quoted` is in double or back quotes. */
  readonly kind: 'name' | 'quoted' | 'string' | 'number' | 'sign' | 'end';
  readonly text: string;
  /** Position in the SQL, from 0. */
  readonly at: number;
}

/** Longer ones first. Everything else is rejected: `;`, `{`, `$`, `@`, `\`, comments. */
const SIGNS = [
  '->',
  '<=',
  '>=',
  '<>',
  '!=',
  '==',
  '||',
  '=',
  '<',
  '>',
  '+',
  '-',
  '*',
  '/',
  '%',
  '(',
  ')',
  '[',
  ']',
  ',',
  '.',
];
const SPACE = /[ \t\r\n]+/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const TOKENS_MAX = 5_000;

/** @throws QUESTION_INVALID */
export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(sql)?.[0];
  };
  while (at < sql.length) {
    const space = match(SPACE);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    if (sql.startsWith('--', at) || sql.startsWith('/*', at))
      throw syntaxError(sql, at, 'contains a comment; remove it');
    const letter = sql[at]!;
    const start = at;
    if (letter === "'" || letter === '"' || letter === '`') {
      const { value, end } = quotedAt(sql, at);
      tokens.push({ kind: letter === "'" ? 'string' : 'quoted', text: value, at: start });
      at = end;
    } else {
      const word = match(NAME);
      const number = word === undefined ? match(NUMBER) : undefined;
      const sign = SIGNS.find((each) => sql.startsWith(each, start));
      const text = word ?? number ?? sign;
      if (text === undefined) throw syntaxError(sql, at, `contains the unexpected character \`${letter}\``);
      at += text.length;
      if (number !== undefined && /[A-Za-z0-9_.]/.test(sql[at] ?? ''))
        throw syntaxError(sql, start, 'contains an invalid number');
      tokens.push({ kind: word !== undefined ? 'name' : number !== undefined ? 'number' : 'sign', text, at: start });
    }
    if (tokens.length > TOKENS_MAX) throw syntaxError(sql, at, `is longer than ${TOKENS_MAX} tokens`);
  }
  return [...tokens, { kind: 'end', text: '', at: sql.length }];
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '`': '`',
};

/** A quote is doubled or escaped with a backslash. Of other escapes, only those that everyone reads the same way are allowed. */
function quotedAt(sql: string, start: number): { value: string; end: number } {
  const quote = sql[start]!;
  let value = '';
  for (let at = start + 1; at < sql.length; at++) {
    const letter = sql[at]!;
    if (letter === '\\') {
      const escaped = ESCAPES[sql[++at] ?? ''];
      if (escaped === undefined) throw syntaxError(sql, at - 1, 'contains an unknown escape sequence');
      value += escaped;
    } else if (letter !== quote) value += letter;
    else if (sql[at + 1] === quote) {
      value += quote;
      at++;
    } else return { value, end: at + 1 };
  }
  throw syntaxError(sql, start, 'contains a string without a closing quote');
}

/** @param what follows the subject `sql`: "contains …" */
export function syntaxError(sql: string, at: number, what: string): SeismoError {
  const before = sql.slice(0, at).split('\n');
  return new SeismoError(
    'QUESTION_INVALID',
    `\`sql\` ${what} (line ${before.length}, column ${before.at(-1)!.length + 1}).`,
    {
      field: 'sql',
    },
  );
}
