import type { AnswerOf } from '../../api/wire.ts';

export interface Group {
  /** As text; undefined: the events that do not have the property. */
  readonly value: string | undefined;
  /** Of each series of the question, in their order. */
  readonly totals: readonly number[];
}

/** The groups of a trend that is broken down by one field, without *other*; of each all series together. */
export function groupsOf(answer: AnswerOf<'trend'>): readonly Group[] {
  const totals = new Map<string | undefined, number[]>();
  for (const { group, total } of answer.result.series) {
    const key = group === 'other' ? undefined : group?.[0];
    if (key === undefined) continue;
    const value = 'value' in key ? textOf(key.value) : undefined;
    const known = totals.get(value);
    if (known) known.push(total ?? 0);
    else totals.set(value, [total ?? 0]);
  }
  return [...totals].map(([value, of]) => ({ value, totals: of }));
}

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
