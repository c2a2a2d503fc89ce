import { RE2JS } from 're2js';
import { type Filter, patternsOf, type QueryControl } from './query.ts';
import { patternSizeOf } from './regexp-size.ts';

/**
 * Regular expressions of filters: RE2, with RE2's default that `.` matches no line feed. In memory (live readers, rejected rows) and in the
 * engine they mean the same.
 */

export const PATTERN_MAX_LENGTH = 200;
/** Of one question, all its filters and segments together. */
export const PATTERNS_MAX = 5;
/** Instructions of one program: what it does for each character of a text, at worst. */
export const PROGRAM_MAX_SIZE = 1_000;
/** So many characters of a text are looked at, here and in the engine: at worst the time grows with text and program. */
export const MATCH_TEXT_MAX = 4_096;

/** Verdicts on expressions, by their text; forgotten together. */
const verdicts = new Map<string, string | undefined>();
const VERDICTS_MAX = 1_000;

/** What is wrong with it, in the words after "must be", and how to mend it; undefined when it may be used. Nothing large is ever compiled. */
export function patternFault(text: string): string | undefined {
  if (text.length > PATTERN_MAX_LENGTH)
    return `a regular expression of at most ${PATTERN_MAX_LENGTH} characters, not ${text.length}; for a fixed text there are contains and startsWith`;
  if (verdicts.has(text)) return verdicts.get(text);
  const verdict = verdictOn(text);
  if (verdicts.size >= VERDICTS_MAX) verdicts.clear();
  verdicts.set(text, verdict);
  return verdict;
}

function verdictOn(text: string): string | undefined {
  const { size, hasNest } = patternSizeOf(text);
  if (hasNest)
    return 'a regular expression without a counted repetition within another one, like (a{2}b){3}; write one of them out, or use * or +';
  if (size > PROGRAM_MAX_SIZE)
    return `a smaller regular expression: its repetitions and classes come to ${size} steps of at most ${PROGRAM_MAX_SIZE}; use lower counts, or * and +`;
  return compiled(text) === undefined
    ? 'a regular expression as RE2 has it, without look-around and back-references'
    : undefined;
}

/** How much work it is for each character; of one that was found right. */
export const programSizeOf = (text: string): number => Math.min(PROGRAM_MAX_SIZE, patternSizeOf(text).size);

/** The limits of a question with these regular expressions: the engine is to look at its clock often enough. */
export function withPatterns(control: QueryControl, patterns: readonly string[]): QueryControl {
  if (patterns.length === 0) return control;
  return { ...control, patternSize: patterns.reduce((sum, pattern) => sum + programSizeOf(pattern), 0) };
}

export const withPatternsOf = (control: QueryControl, filters: readonly Filter[]): QueryControl =>
  withPatterns(control, patternsOf(filters));

/** The part of a text that is looked at: its first MATCH_TEXT_MAX characters, no half of one. */
export function lookedAt(text: string): string {
  if (text.length <= MATCH_TEXT_MAX) return text;
  let end = 0;
  for (let count = 0; count < MATCH_TEXT_MAX && end < text.length; count++)
    end += text.codePointAt(end)! > 0xffff ? 2 : 1;
  return text.slice(0, end);
}

interface Kept {
  readonly pattern: RE2JS | undefined;
  readonly size: number;
  bytes: number;
}

/** Compiled ones, the one used last at the end. */
const kept = new Map<string, Kept>();
let keptBytes = 0;
export const PATTERNS_MAX_BYTES = 64 * 1024 * 1024;
/** An instruction with what hangs on it, and a state of the automaton that grows while texts are matched (RE2JS keeps 8 MiB of them). */
const INSTRUCTION_BYTES = 300;
const AUTOMATON_MAX_BYTES = 8 * 1024 * 1024;

/** @param text of a pattern without a fault, looked at (`lookedAt`) */
export function isMatch(expression: string, text: string): boolean {
  const entry = keptOf(expression);
  // Each character may add a state that names as many instructions as there are.
  const grown = Math.min(AUTOMATON_MAX_BYTES + entry.size * INSTRUCTION_BYTES, entry.bytes + text.length * entry.size);
  keptBytes += grown - entry.bytes;
  entry.bytes = grown;
  return entry.pattern?.test(text) === true;
}

function keptOf(expression: string): Kept {
  const known = kept.get(expression);
  if (known !== undefined) {
    kept.delete(expression);
    kept.set(expression, known);
    return known;
  }
  const size = programSizeOf(expression);
  const entry: Kept = {
    pattern: compiled(expression),
    size,
    bytes: size * INSTRUCTION_BYTES + expression.length * 2,
  };
  kept.set(expression, entry);
  keptBytes += entry.bytes;
  for (const [oldest, { bytes }] of kept) {
    if (keptBytes <= PATTERNS_MAX_BYTES || oldest === expression) break;
    kept.delete(oldest);
    keptBytes -= bytes;
  }
  return entry;
}

/** What the compiled ones take, about. */
export const patternBytes = (): number => keptBytes;

function compiled(text: string): RE2JS | undefined {
  try {
    return RE2JS.compile(text);
  } catch {
    // It says what is wrong only in words of its own.
    return undefined;
  }
}
