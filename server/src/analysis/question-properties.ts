import { parseField } from '../model/property-name.ts';
import type { PropertyField } from '../model/query.ts';
import type { Question } from '../questions/kinds.ts';
import type { SegmentInput } from '../questions/parts.ts';
import { parseSql } from '../sql/parse.ts';

/** Where questions name fields. */
const NAMING = new Set(['field', 'breakdown', 'property', 'by', 'node']);

/** All properties that a question names, including those of saved segments. @param question was answered, so it is valid */
export function propertiesIn(
  question: Question,
  segmentOf: (id: string) => SegmentInput | undefined,
): readonly PropertyField[] {
  const found: PropertyField[] = [];
  const named = (text: string): void => {
    const field = parseField(text);
    if (field?.kind === 'property') found.push(field);
  };
  const walk = (each: unknown): void => {
    if (typeof each !== 'object' || each === null) return;
    if (Array.isArray(each)) {
      each.forEach(walk);
      return;
    }
    if ('saved' in each && typeof each.saved === 'string') walk(segmentOf(each.saved));
    for (const [name, inner] of Object.entries(each)) {
      if (NAMING.has(name)) for (const text of [inner].flat()) if (typeof text === 'string') named(text);
      walk(inner);
    }
  };
  walk(question);
  if (question.kind === 'sql') walkSql(parseSql(question.sql), found);
  return found;
}

function walkSql(node: unknown, found: PropertyField[]): void {
  if (typeof node !== 'object' || node === null) return;
  if ('kind' in node && node.kind === 'property' && 'path' in node) {
    found.push(node as PropertyField);
    return;
  }
  for (const inner of Object.values(node)) walkSql(inner, found);
}
