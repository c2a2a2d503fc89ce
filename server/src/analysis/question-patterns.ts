import { PATTERNS_MAX } from '../pattern.ts';
import { wrong } from '../questions/check.ts';
import type { SegmentInput } from '../questions/parts.ts';

/**
 * The regular expressions of a question or a segment, wherever they stand in it, with those of the saved segments that it names.
 * @param value with its schema checked
 * @throws QUESTION_INVALID at the first one too many
 */
export function patternsIn(value: unknown, segmentOf: (id: string) => SegmentInput | undefined): readonly string[] {
  const patterns: string[] = [];
  const walk = (each: unknown, path: string): void => {
    if (typeof each !== 'object' || each === null) return;
    if (Array.isArray(each)) {
      for (const [i, item] of each.entries()) walk(item, `${path}[${i}]`);
      return;
    }
    if ('operator' in each && each.operator === 'matches' && 'value' in each) {
      patterns.push(String(each.value));
      if (patterns.length > PATTERNS_MAX)
        throw wrong(
          path,
          `${path} is one regular expression too many: a question holds at most ${PATTERNS_MAX} (matches), with those of saved segments. Join some by |, or use contains.`,
        );
      return;
    }
    if ('saved' in each && typeof each.saved === 'string') walk(segmentOf(each.saved), path);
    for (const [name, inner] of Object.entries(each)) walk(inner, path === '' ? name : `${path}.${name}`);
  };
  walk(value, '');
  return patterns;
}
