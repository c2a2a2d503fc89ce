import { type Range, rangeIn } from '../../parts/range.ts';
import type { Search } from '../../parts/search.ts';

export const overviewSearch = (search: Search): Range => rangeIn(search);
