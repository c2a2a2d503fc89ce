import { oneIn, present, type Search } from '../../parts/search.ts';

export const SECTIONS = ['app', 'keys', 'users', 'server', 'erase'] as const;
export const settingsSearch = (search: Search) => present({ section: oneIn(search, 'section', SECTIONS) });
