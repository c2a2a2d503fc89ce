import type { Chart, Question, QuestionOf } from '../../api/wire.ts';
import { oneIn, present, type Search, textIn } from '../../components/search.ts';

const CHARTS = [
  'line',
  'bar',
  'area',
  'pie',
  'number',
  'table',
  'funnel',
  'heatmap',
  'sankey',
] as const satisfies readonly Chart[];

export interface ExploreSearch {
  /** The whole question, so that everyone with the address sees the same. The server checks it. */
  readonly q?: Question;
  readonly chart?: Chart;
  /** The id of the saved report that was opened; saving can change it. */
  readonly report?: string;
}

export function exploreSearch(search: Search): ExploreSearch {
  const { q } = search;
  const question = typeof q === 'object' && q !== null && 'kind' in q ? (q as Question) : undefined;
  return present({ q: question, chart: oneIn(search, 'chart', CHARTS), report: textIn(search, 'report') });
}

const FIRST: QuestionOf<'trend'> = { kind: 'trend', last: '30d', series: [{}], interval: 'day' };

/** The question in the address, by default the number of events. */
export const questionIn = ({ q }: ExploreSearch): Question => q ?? FIRST;
