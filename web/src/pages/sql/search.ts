import { type DateRange, rangeIn } from '../../components/range.ts';
import { oneIn, present, type Search, textIn } from '../../components/search.ts';

/** How an SQL result can be drawn. */
const CHARTS = ['table', 'line', 'bar', 'area', 'pie', 'number'] as const;

export interface SqlSearch extends DateRange {
  readonly sql?: string;
  readonly chart?: (typeof CHARTS)[number];
}

export const sqlSearch = (search: Search): SqlSearch => ({
  ...rangeIn(search),
  ...present({ sql: textIn(search, 'sql'), chart: oneIn(search, 'chart', CHARTS) }),
});
