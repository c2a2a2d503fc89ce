import { type Range, rangeIn } from '../../components/range.ts';
import type { Search } from '../../components/search.ts';

export const shareSearch = (search: Search): Range => rangeIn(search);
