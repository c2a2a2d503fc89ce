import { type DateRange, rangeIn } from '../../components/range.ts';
import { oneIn, present, type Search, textIn } from '../../components/search.ts';

export const SORTS = ['lastSeen', 'firstSeen', 'events'] as const;
export type Sort = (typeof SORTS)[number];

export interface UsersSearch extends DateRange {
  readonly search?: string;
  readonly sort?: Sort;
  readonly order?: 'asc' | 'desc';
  /** The id of a saved segment. */
  readonly segment?: string;
  /** 2 and more. */
  readonly page?: number;
}

export function usersSearch(search: Search): UsersSearch {
  const page = Number(search['page']);
  return {
    ...rangeIn(search),
    ...present({
      search: textIn(search, 'search'),
      sort: oneIn(search, 'sort', SORTS),
      order: oneIn(search, 'order', ['asc', 'desc']),
      segment: textIn(search, 'segment'),
      page: Number.isSafeInteger(page) && page > 1 ? page : undefined,
    }),
  };
}

export interface UserSearch extends DateRange {
  readonly user?: string;
  readonly device?: string;
  /** Limits the timeline to this event. */
  readonly event?: string;
}

/** A user may have any name, so it is in the query and not in the path. */
export const userSearch = (search: Search): UserSearch => ({
  ...rangeIn(search),
  ...present({ user: textIn(search, 'user'), device: textIn(search, 'device'), event: textIn(search, 'event') }),
});
