import type { Filter } from '../../api/wire.ts';
import { type Range, rangeIn } from '../../parts/range.ts';
import type { Search } from '../../parts/search.ts';

export interface EventsSearch extends Range {
  readonly filters?: readonly Filter[];
  /** The properties shown as columns. */
  readonly columns?: readonly string[];
}

export function eventsSearch(search: Search): EventsSearch {
  const { filters, columns } = search;
  return {
    ...rangeIn(search),
    ...(Array.isArray(filters) && { filters: filters as readonly Filter[] }),
    ...(Array.isArray(columns) && { columns: columns.map(String) }),
  };
}
