import { present, type Search, textIn } from '../../components/search.ts';

/** A browser removes tabs and line breaks, after which `/<tab>/host` is another host. */
const HERE = /^\/(?!\/)[^\p{Cc}\s\\]*$/u;

/** Where to go afterwards: only an address within this dashboard. */
export function signInSearch(search: Search) {
  const to = textIn(search, 'to');
  return present({
    to: to !== undefined && HERE.test(to) ? to : undefined,
    /** The session ended while the dashboard was open. */
    ended: search['ended'] === true ? true : undefined,
  });
}
