import { present, type Search, textIn } from '../../parts/search.ts';

export const sqlSearch = (search: Search) => present({ sql: textIn(search, 'sql') });
