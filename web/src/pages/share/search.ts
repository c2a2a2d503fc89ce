import { type DateRange, rangeIn } from '../../components/range.ts';
import type { Search } from '../../components/search.ts';

export const shareSearch = (search: Search): DateRange => rangeIn(search);
