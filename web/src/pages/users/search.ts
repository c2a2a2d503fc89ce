import { present, type Search, textIn } from '../../parts/search.ts';

export const usersSearch = (search: Search) =>
  present({ search: textIn(search, 'search'), sort: textIn(search, 'sort') });
/** A user may be called anything, so who is shown stands in the search and not in the path. */
export const userSearch = (search: Search) =>
  present({ user: textIn(search, 'user'), device: textIn(search, 'device') });
