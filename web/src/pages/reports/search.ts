import { present, type Search, textIn } from '../../components/search.ts';

export const reportsSearch = (search: Search) => present({ search: textIn(search, 'search') });
