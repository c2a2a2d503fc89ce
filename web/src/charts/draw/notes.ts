import type { Answer } from '../../api/wire.ts';
import { count } from '../../components/formats.ts';

/** What the reader must know about the numbers, however they are drawn. */
export function notesOf({ kind, exact, skipped }: Pick<Answer, 'kind' | 'exact' | 'skipped'>): readonly string[] {
  const about = kind === 'performance' ? 'Approximate percentiles (±1%)' : 'Approximate (±0.5%)';
  return [
    ...(exact ? [] : [about]),
    ...(skipped > 0
      ? [`${count(skipped)} ${skipped === 1 ? 'value is' : 'values are'} not a number and left out`]
      : []),
  ];
}
