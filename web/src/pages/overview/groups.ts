import type { AnswerOf } from '../../api/wire.ts';

export interface Group {
  /** As a string; undefined: the events that do not have the property. */
  readonly value: string | undefined;
  /** One per series of the question, in order. */
  readonly totals: readonly number[];
  /** Whether each of them is an estimate. */
  readonly estimated: readonly boolean[];
}

/** The groups of a trend with a breakdown by one field, without *other*; each with all series. */
export function groupsOf(answer: AnswerOf<'trend'>): readonly Group[] {
  const found = new Map<string | undefined, { totals: number[]; estimated: boolean[] }>();
  for (const { group, total, estimated = false } of answer.result.series) {
    const key = group === 'other' ? undefined : group?.[0];
    if (key === undefined) continue;
    const value = 'value' in key ? textOf(key.value) : undefined;
    const known = found.get(value) ?? { totals: [], estimated: [] };
    known.totals.push(total ?? 0);
    known.estimated.push(estimated);
    found.set(value, known);
  }
  return [...found].map(([value, group]) => ({ value, ...group }));
}

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
