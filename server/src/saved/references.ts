/** References: saved segments in questions, and saved reports in dashboards. */
import type { Question } from '../questions/kinds.ts';
import type { SegmentInput } from '../questions/parts.ts';
import type { Dashboard, Report } from './bodies.ts';
import type { Item } from './item.ts';

export interface Use {
  readonly kind: 'report' | 'dashboard';
  readonly id: string;
  readonly name: string;
}

/** The saved segments that a segment refers to, each with its path. */
export function savedIn(
  segment: SegmentInput | undefined,
  path: string,
): readonly { readonly id: string; readonly path: string }[] {
  if (segment === undefined) return [];
  if ('saved' in segment) return [{ id: segment.saved, path: `${path}.saved` }];
  if ('and' in segment) return segment.and.flatMap((each, i) => savedIn(each, `${path}.and[${i}]`));
  if ('or' in segment) return segment.or.flatMap((each, i) => savedIn(each, `${path}.or[${i}]`));
  return 'not' in segment ? savedIn(segment.not, `${path}.not`) : [];
}

const names = (question: Question | undefined, segment: string): boolean =>
  savedIn(question?.segment, 'segment').some(({ id }) => id === segment);

export function usesOfSegment(
  id: string,
  reports: readonly Item<Report>[],
  dashboards: readonly Item<Dashboard>[],
): readonly Use[] {
  return [
    ...reports.filter(({ question }) => names(question, id)).map((item) => useOf('report', item)),
    ...dashboards
      .filter(({ tiles }) => tiles.some(({ question }) => names(question, id)))
      .map((item) => useOf('dashboard', item)),
  ];
}

export const usesOfReport = (id: string, dashboards: readonly Item<Dashboard>[]): readonly Use[] =>
  dashboards.filter(({ tiles }) => tiles.some(({ report }) => report === id)).map((item) => useOf('dashboard', item));

const useOf = (kind: Use['kind'], { id, name }: { id: string; name: string }): Use => ({ kind, id, name });
