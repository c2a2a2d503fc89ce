import type { Filter } from '../../api/wire.ts';
import { isFilters } from '../../components/filter-shape.ts';
import { type DateRange, rangeIn } from '../../components/range.ts';
import { present, type Search, textIn } from '../../components/search.ts';

export interface EventsSearch extends DateRange {
  /** The name of an event; every event without it. */
  readonly event?: string;
  readonly filters?: readonly Filter[];
  /** The properties shown as columns, spelled as in filters: `data.plan`. */
  readonly columns?: readonly string[];
}

export function eventsSearch(search: Search): EventsSearch {
  const { filters, columns } = search;
  return {
    ...rangeIn(search),
    ...present({ event: textIn(search, 'event') }),
    ...(isFilters(filters) && { filters }),
    ...(Array.isArray(columns) && { columns: columns.map(String) }),
  };
}
