import type { Filter } from '../../api/wire.ts';
import { isFilters } from '../../components/filter-shape.ts';
import { type DateRange, rangeIn } from '../../components/range.ts';
import { present, type Search, textIn } from '../../components/search.ts';

/** What the numbers are compared with; the period before by default. */
export type Comparison = 'none' | 'previousYear' | { readonly from: string; readonly to: string };

export interface WebSearch extends DateRange {
  readonly filters?: readonly Filter[];
  readonly compare?: Comparison;
  /** The measure of the chart. */
  readonly measure?: string;
  /** Of the chart; what fits the range by default. */
  readonly interval?: string;
  /** The name of one of the app's goals. */
  readonly goal?: string;
  /** The card that is open in full. */
  readonly card?: string;
}

export function webSearch(search: Search): WebSearch {
  const { filters } = search;
  return {
    ...rangeIn(search),
    ...(isFilters(filters) && filters.length > 0 && { filters }),
    ...present({
      compare: comparisonIn(search['compare']),
      measure: textIn(search, 'measure'),
      interval: textIn(search, 'interval'),
      goal: textIn(search, 'goal'),
      card: textIn(search, 'card'),
    }),
  };
}

function comparisonIn(value: unknown): Comparison | undefined {
  if (value === 'none' || value === 'previousYear') return value;
  if (typeof value !== 'object' || value === null || !('from' in value) || !('to' in value)) return undefined;
  const { from, to } = value;
  return typeof from === 'string' && typeof to === 'string' ? { from, to } : undefined;
}
