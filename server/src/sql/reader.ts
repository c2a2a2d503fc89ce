import type { SeismoError } from '../model/errors.ts';
import type { Select } from '../model/select-tree.ts';
import { refused, type Token, tokensOf } from './tokens.ts';

/** Selects and brackets deeper than anybody means them. */
const DEPTH_MAX = 60;
const LIST_MAX = 2_000;
/** Each is one deeper for whoever walks the tree. */
const OPERATORS_MAX = 500;

/** Words that never name a column or a table unless quoted: they begin or join clauses. */
const RESERVED = new Set(
  'with select distinct from join inner left right full outer cross on using where group by having order limit offset union except intersect and or not in between like ilike is null case when then else end as asc desc nulls first last over partition rows range interval settings format into prewhere final sample array window qualify any all asof semi anti global paste values set'.split(
    ' ',
  ),
);

/** Walks the tokens. */
export class Reader {
  readonly #sql: string;
  readonly #tokens: readonly Token[];
  readonly select: (reader: Reader) => Select;
  #at = 0;
  #depth = 0;
  #operators = 0;

  /** @param select reads a SELECT within an expression */
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

  refuse(what: string, at = this.peek().at): SeismoError {
    return refused(this.#sql, at, what);
  }

  /** How the next word is named in a refusal. */
  seen(): string {
    const { kind, text } = this.peek();
    return kind === 'end' ? 'its end' : `"${text.slice(0, 40)}"`;
  }

  /** What was written from there up to here, in one line. */
  written(from: number): string {
    return this.#sql.slice(from, this.peek().at).replace(/\s+/g, ' ').trim().slice(0, 100);
  }

  nested<T>(parse: () => T): T {
    if (++this.#depth > DEPTH_MAX) throw this.refuse(`is nested more than ${DEPTH_MAX} deep`);
    const made = parse();
    this.#depth--;
    return made;
  }

  /** One more AND, OR, comparison, sum or product. */
  countOperator(): void {
    if (++this.#operators > OPERATORS_MAX)
      throw this.refuse(`has more than ${OPERATORS_MAX} operators; for many values there is IN (…)`);
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
    if (!this.take(sign)) throw this.refuse(`needs "${sign}" where ${this.seen()} is`);
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
    if (!this.takeWord(word)) throw this.refuse(`needs ${word} where ${this.seen()} is`);
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
    if (!this.isPlainName()) throw this.refuse(`needs ${what} where ${this.seen()} is`);
    return this.next().text;
  }

  /** A name that the caller gives: it may not look like one of ours. */
  newName(what: string): string {
    const { at } = this.peek();
    const name = this.name(what);
    if (name.startsWith('__') || name.length > 100)
      throw this.refuse(`may not name anything "${name.slice(0, 40)}"`, at);
    return name;
  }

  list<T>(parse: () => T): T[] {
    const items = [parse()];
    while (this.take(',')) {
      items.push(parse());
      if (items.length > LIST_MAX) throw this.refuse(`has a list of more than ${LIST_MAX}`);
    }
    return items;
  }

  wholeNumber(most: number): number {
    const { kind, text } = this.peek();
    const number = kind === 'number' && /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number <= most)) throw this.refuse(`needs a whole number up to ${most} where ${this.seen()} is`);
    this.#at++;
    return number;
  }
}
