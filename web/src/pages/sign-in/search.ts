import { present, type Search, textIn } from '../../components/search.ts';

/** A browser leaves out tabs and line ends, after which `/<tab>/host` is another host. */
const HERE = /^\/(?!\/)[^\p{Cc}\s\\]*$/u;

/** Where to go on afterwards: an address of this dashboard and nowhere else. */
export function signInSearch(search: Search) {
  const to = textIn(search, 'to');
  return present({ to: to !== undefined && HERE.test(to) ? to : undefined });
}
