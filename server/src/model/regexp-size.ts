/**
 * Estimates how large the program of a regular expression would be, without building it: counted repetitions multiply,
 * so a few characters can need gigabytes.
 */

/** Sizes are in instructions, about as RE2 makes them for UTF-8; never too small. */
const ANY_SIZE = 10;
const UNICODE_CLASS_SIZE = 250;
/** RE2 copies the repeated part at most this many times. */
const COUNT_MAX = 1_000;

interface Part {
  readonly size: number;
  /** Contains a counted repetition. */
  readonly isCounted: boolean;
}

export interface PatternSize {
  readonly size: number;
  /** A counted repetition is inside another one. */
  readonly hasNest: boolean;
}

/** Unreadable parts count as literal text: the compiler decides whether the expression is valid. */
export function patternSizeOf(text: string): PatternSize {
  return new Measure(text).measure();
}

class Measure {
  readonly #letters: readonly string[];
  #at = 0;
  #hasNest = false;
  /** Letters of either case have two forms or more. */
  #foldFactor = 1;

  constructor(text: string) {
    this.#letters = [...text];
    // Where the flag applies does not matter for an upper bound.
    if (/\(\?[a-zA-Z]*i/.test(text)) this.#foldFactor = 4;
  }

  measure(): PatternSize {
    let size = 0;
    // A closing bracket without an opening one is no reason to stop.
    while (this.#at < this.#letters.length) {
      size += this.#alternatives().size + 1;
      this.#at++;
    }
    return { size, hasNest: this.#hasNest };
  }

  /** Up to a closing bracket or the end. */
  #alternatives(): Part {
    // Groups open and close without recursion: 200 of them can be nested.
    const open: { size: number; isCounted: boolean }[] = [{ size: 0, isCounted: false }];
    while (this.#at < this.#letters.length) {
      const letter = this.#letters[this.#at]!;
      if (letter === '(') {
        this.#at++;
        this.#skipGroupHead();
        open.push({ size: 2, isCounted: false });
        continue;
      }
      let part: Part;
      if (letter === ')') {
        if (open.length === 1) break;
        this.#at++;
        part = open.pop()!;
      } else part = { size: this.#atom(), isCounted: false };
      const whole = this.#repeated(part);
      const around = open.at(-1)!;
      around.size += whole.size;
      around.isCounted ||= whole.isCounted;
    }
    return open.reduce((sum, { size, isCounted }) => ({
      size: sum.size + size,
      isCounted: sum.isCounted || isCounted,
    }));
  }

  /** `?:`, `?i:`, `?P<name>`, `?i)`: the last one stops at its bracket, and is then an empty group. */
  #skipGroupHead(): void {
    if (this.#letters[this.#at] !== '?') return;
    while (this.#at < this.#letters.length && !':)>'.includes(this.#letters[this.#at]!)) this.#at++;
    if (this.#letters[this.#at] !== ')') this.#at++;
  }

  #atom(): number {
    const letter = this.#letters[this.#at++]!;
    switch (letter) {
      case '.':
        return ANY_SIZE;
      case '[':
        return this.#class();
      case '\\':
        return this.#escape();
      case '|':
      case '^':
      case '$':
        return 1;
      default:
        return literalSize(letter) * this.#foldFactor;
    }
  }

  #escape(): number {
    const letter = this.#letters[this.#at++] ?? '';
    if (letter === 'Q') return this.#quoted();
    if (letter === 'p' || letter === 'P') {
      if (this.#letters[this.#at] === '{') this.#skipBehind('}');
      else this.#at++;
      return UNICODE_CLASS_SIZE;
    }
    if (letter === 'x' && this.#letters[this.#at] === '{') {
      this.#skipBehind('}');
      return ANY_SIZE;
    }
    if ('DSW'.includes(letter)) return ANY_SIZE * 2;
    // \xFF, \123: the rest of them counts as literal text.
    return 'dsw'.includes(letter) ? 4 : literalSize(letter) * this.#foldFactor;
  }

  /** `\Q…\E` */
  #quoted(): number {
    let size = 0;
    while (this.#at < this.#letters.length) {
      if (this.#letters[this.#at] === '\\' && this.#letters[this.#at + 1] === 'E') {
        this.#at += 2;
        break;
      }
      size += literalSize(this.#letters[this.#at++]!) * this.#foldFactor;
    }
    return size;
  }

  #class(): number {
    let size = 1;
    if (this.#letters[this.#at] === '^') {
      size = ANY_SIZE;
      this.#at++;
    }
    for (let isFirst = true; this.#at < this.#letters.length; isFirst = false) {
      const letter = this.#letters[this.#at++]!;
      if (letter === ']' && !isFirst) break;
      if (letter === '[' && this.#letters[this.#at] === ':') {
        this.#skipBehind(']');
        size += 4;
      } else if (letter === '\\') size += this.#escape();
      else size += literalSize(letter) === 1 ? 0.5 * this.#foldFactor : ANY_SIZE;
    }
    return Math.ceil(size);
  }

  #skipBehind(letter: string): void {
    while (this.#at < this.#letters.length && this.#letters[this.#at] !== letter) this.#at++;
    this.#at++;
  }

  /** `*`, `+`, `?`, `{2}`, `{2,}`, `{2,5}`, each also lazy, and several in a row. */
  #repeated(part: Part): Part {
    let { size, isCounted } = part;
    for (;;) {
      const letter = this.#letters[this.#at];
      if (letter === '*' || letter === '+' || letter === '?') {
        this.#at++;
        size += 1;
        continue;
      }
      const count = this.#count();
      if (count === undefined) return { size, isCounted };
      if (isCounted && count > 1) this.#hasNest = true;
      isCounted ||= count > 1;
      size = (size + 1) * Math.max(1, Math.min(count, COUNT_MAX + 1));
    }
  }

  /** How many copies are made. Undefined if there is no count. */
  #count(): number | undefined {
    if (this.#letters[this.#at] !== '{') return undefined;
    const found = /^\{(\d{1,9})(?:(,)(\d{0,9}))?\}/.exec(this.#letters.slice(this.#at, this.#at + 22).join(''));
    if (found === null) return undefined;
    this.#at += found[0].length;
    const least = Number(found[1]);
    if (found[2] === undefined) return least;
    return found[3] === '' ? least + 1 : Number(found[3]);
  }
}

/** In bytes of UTF-8. */
const literalSize = (letter: string): number => Math.max(1, Buffer.byteLength(letter));
