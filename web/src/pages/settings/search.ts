import { oneIn, present, type Search, textIn } from '../../parts/search.ts';

export const SECTIONS = ['app', 'keys', 'users', 'segments', 'annotations', 'server', 'erase'] as const;
export type Section = (typeof SECTIONS)[number];
/** `user`: whose events are to be erased. */
export const settingsSearch = (search: Search) =>
  present({ section: oneIn(search, 'section', SECTIONS), user: textIn(search, 'user') });
