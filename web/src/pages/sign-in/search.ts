import { present, type Search, textIn } from '../../parts/search.ts';

/** Where to go on afterwards: an address of this dashboard and nowhere else. */
export function signInSearch(search: Search) {
  const to = textIn(search, 'to');
  return present({ to: to !== undefined && /^\/(?![/\\])/.test(to) ? to : undefined });
}
