import type { Filter } from '../../api/wire.ts';
import { type Range, rangeIn } from '../../components/range.ts';
import { present, type Search, textIn } from '../../components/search.ts';

export interface EventsSearch extends Range {
  /** The name of an event; every event without it. */
  readonly event?: string;
  readonly filters?: readonly Filter[];
  /** The properties shown as columns, spelled as fields of filters: `data.plan`. */
  readonly columns?: readonly string[];
}

export function eventsSearch(search: Search): EventsSearch {
  const { filters, columns } = search;
  return {
    ...rangeIn(search),
    ...present({ event: textIn(search, 'event') }),
    ...(Array.isArray(filters) && { filters: filters as readonly Filter[] }),
    ...(Array.isArray(columns) && { columns: columns.map(String) }),
  };
}
