import { RE2JS } from 're2js';

/** A regular expression as the engine has it (RE2, `.` matches line ends too): its time grows with the text, never beyond. */
export interface Pattern {
  test(text: string): boolean;
}

/** Compiled ones; emptied when callers make too many. */
const known = new Map<string, Pattern | undefined>();
const KNOWN_MAX = 1_000;

/** @returns undefined when the text is no regular expression */
export function patternOf(text: string): Pattern | undefined {
  if (known.has(text)) return known.get(text);
  const pattern = compiled(text);
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(text, pattern);
  return pattern;
}

function compiled(text: string): Pattern | undefined {
  try {
    return RE2JS.compile(text, RE2JS.DOTALL);
  } catch {
    // It says what is wrong only in words of its own.
    return undefined;
  }
}
