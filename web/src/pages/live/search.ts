import type { Search } from '../../parts/search.ts';
import { oneIn, present, textIn } from '../../parts/search.ts';

export const liveSearch = (search: Search) =>
  present({
    show: oneIn(search, 'show', ['refused'] as const),
    event: textIn(search, 'event'),
    user: textIn(search, 'user'),
  });
