import { PATTERNS_MAX } from '../model/regexp.ts';
import { wrong } from '../questions/check.ts';
import type { SegmentInput } from '../questions/parts.ts';

/** For all filters of a question together: each is some 200 characters of SQL, once per series or step. */
export const CONDITIONS_MAX = 500;
/** `did`, `firstSeen`, `lastSeen`: each reads the events of the app once more. */
export const SEGMENT_PARTS_MAX = 30;

/**
 * Counts the conditions of a question or a segment at any depth, including the saved segments it refers to.
 * @param value already checked against its schema
 * @returns its regular expressions
 * @throws QUESTION_INVALID at the first excess condition, part of a segment or regular expression
 */
export function patternsIn(value: unknown, segmentOf: (id: string) => SegmentInput | undefined): readonly string[] {
  const patterns: string[] = [];
  let conditions = 0;
  let parts = 0;
  const condition = (each: object, path: string): void => {
    if (++conditions > CONDITIONS_MAX)
      throw wrong(
        path,
        `\`${path}\` is one condition too many: a question can have at most ${CONDITIONS_MAX}. For many values of one field, use \`in\`.`,
      );
    if (!('operator' in each) || each.operator !== 'matches' || !('value' in each)) return;
    patterns.push(String(each.value));
    if (patterns.length > PATTERNS_MAX)
      throw wrong(
        path,
        `\`${path}\` is one regular expression too many: a question can have at most ${PATTERNS_MAX} (\`matches\`), including those of saved segments. Combine some with \`|\`, or use \`contains\`.`,
      );
  };
  const walk = (each: unknown, path: string): void => {
    if (typeof each !== 'object' || each === null) return;
    if (Array.isArray(each)) {
      for (const [i, item] of each.entries()) walk(item, `${path}[${i}]`);
      return;
    }
    if ('field' in each) {
      condition(each, path);
      return;
    }
    if (('did' in each || 'firstSeen' in each || 'lastSeen' in each) && ++parts > SEGMENT_PARTS_MAX)
      throw wrong(
        path,
        `\`${path}\` is one part too many: the segment of a question can have at most ${SEGMENT_PARTS_MAX} of \`did\`, \`firstSeen\` and \`lastSeen\`.`,
      );
    if ('saved' in each && typeof each.saved === 'string') walk(segmentOf(each.saved), path);
    for (const [name, inner] of Object.entries(each)) walk(inner, path === '' ? name : `${path}.${name}`);
  };
  walk(value, '');
  return patterns;
}
