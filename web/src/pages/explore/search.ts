import type { Chart, Question } from '../../api/wire.ts';
import { oneIn, present, type Search } from '../../parts/search.ts';

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
  /** The whole question, so that whoever gets the address sees the same. The server checks it. */
  readonly q?: Question;
  readonly chart?: Chart;
}

export function exploreSearch(search: Search): ExploreSearch {
  const { q } = search;
  const question = typeof q === 'object' && q !== null && 'kind' in q ? (q as Question) : undefined;
  return present({ q: question, chart: oneIn(search, 'chart', CHARTS) });
}
