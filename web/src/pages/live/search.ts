import type { Search } from '../../components/search.ts';
import { oneIn, present, textIn } from '../../components/search.ts';

export const liveSearch = (search: Search) =>
  present({
    show: oneIn(search, 'show', ['rejected'] as const),
    event: textIn(search, 'event'),
    user: textIn(search, 'user'),
  });
