import { oneIn, present, type Search, textIn } from '../../components/search.ts';

export const SECTIONS = ['app', 'keys', 'users', 'segments', 'annotations', 'server', 'erase'] as const;
export type Section = (typeof SECTIONS)[number];
/** `user` and `device`: whose events are to be erased, filled in when coming from a profile. */
export const settingsSearch = (search: Search) =>
  present({
    section: oneIn(search, 'section', SECTIONS),
    user: textIn(search, 'user'),
    device: textIn(search, 'device'),
  });
