import type { SeismoError } from '../model/errors.ts';
import type { Select } from '../model/select-tree.ts';
import { syntaxError, type Token, tokensOf } from './tokens.ts';

/** Selects and brackets nested deeper than anyone needs. */
const DEPTH_MAX = 60;
const LIST_MAX = 2_000;
/** Each one makes the tree one level deeper. */
const OPERATORS_MAX = 500;

/** Words that never name a column or a table unless quoted, because they begin or join clauses. */
const RESERVED = new Set(
  'with select distinct from join inner left right full outer cross on using where group by having order limit offset union except intersect and or not in between like ilike is null case when then else end as asc desc nulls first last over partition rows range interval settings format into prewhere final sample array window qualify any all asof semi anti global paste values set'.split(
    ' ',
  ),
);

/** Reads the tokens. */
export class Reader {
  readonly #sql: string;
  readonly #tokens: readonly Token[];
  readonly select: (reader: Reader) => Select;
  #at = 0;
  #depth = 0;
  #operators = 0;

  /** @param select parses a SELECT within an expression */
  constructor(sql: string, select: (reader: Reader) => Select) {
    this.#sql = sql;
    this.select = select;
    this.#tokens = tokensOf(sql);
  }

  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)]!;
  }

  next(): Token {
    const token = this.peek();
    this.#at++;
    return token;
  }

  error(what: string, at = this.peek().at): SeismoError {
    return syntaxError(this.#sql, at, what);
  }

  /** The next token, as an error names it. */
  seen(): string {
    const { kind, text } = this.peek();
    return kind === 'end' ? 'the end' : `\`${text.slice(0, 40)}\``;
  }

  /** The text from there up to here, in one line. */
  written(from: number): string {
    return this.#sql.slice(from, this.peek().at).replace(/\s+/g, ' ').trim().slice(0, 100);
  }

  nested<T>(parse: () => T): T {
    if (++this.#depth > DEPTH_MAX) throw this.error(`is nested more than ${DEPTH_MAX} levels deep`);
    const made = parse();
    this.#depth--;
    return made;
  }

  /** Counts one more AND, OR, comparison, sum or product. */
  countOperator(): void {
    if (++this.#operators > OPERATORS_MAX)
      throw this.error(`has more than ${OPERATORS_MAX} operators; to compare with many values, use \`IN (…)\``);
  }

  isSign(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'sign' && token.text === text;
  }

  take(sign: string): boolean {
    if (!this.isSign(sign)) return false;
    this.#at++;
    return true;
  }

  expect(sign: string): void {
    if (!this.take(sign)) throw this.error(`needs \`${sign}\` instead of ${this.seen()}`);
  }

  isWord(word: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'name' && token.text.toUpperCase() === word;
  }

  takeWord(word: string): boolean {
    return this.takeWords(word);
  }

  takeWords(...words: readonly string[]): boolean {
    if (!words.every((word, i) => this.isWord(word, i))) return false;
    this.#at += words.length;
    return true;
  }

  expectWord(word: string): void {
    if (!this.takeWord(word)) throw this.error(`needs \`${word}\` instead of ${this.seen()}`);
  }

  isPlainName(ahead = 0): boolean {
    const { kind, text } = this.peek(ahead);
    return kind === 'quoted' ? text !== '' : kind === 'name' && !RESERVED.has(text.toLowerCase());
  }

  /** `name.*` */
  isStarOf(): boolean {
    return this.isPlainName() && this.isSign('.', 1) && this.isSign('*', 2);
  }

  name(what: string): string {
    if (!this.isPlainName()) throw this.error(`needs ${what} instead of ${this.seen()}`);
    return this.next().text;
  }

  /** A name from the caller, which must not look like one of ours. */
  newName(what: string): string {
    const { at } = this.peek();
    const name = this.name(what);
    if (name.startsWith('__') || name.length > 100)
      throw this.error(
        `can't use the name \`${name.slice(0, 40)}\`; use at most 100 characters, not starting with \`__\``,
        at,
      );
    return name;
  }

  list<T>(parse: () => T): T[] {
    const items = [parse()];
    while (this.take(',')) {
      items.push(parse());
      if (items.length > LIST_MAX) throw this.error(`has a list of more than ${LIST_MAX} items`);
    }
    return items;
  }

  wholeNumber(most: number): number {
    const { kind, text } = this.peek();
    const number = kind === 'number' && /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number <= most)) throw this.error(`needs a whole number up to ${most} instead of ${this.seen()}`);
    this.#at++;
    return number;
  }
}
