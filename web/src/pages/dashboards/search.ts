import { type DateRange, rangeIn } from '../../components/range.ts';
import { oneIn, type Search } from '../../components/search.ts';

/** How often all tiles are refreshed. */
export const REFRESHES = ['30s', '1min', '5min', '15min'] as const;
export type Refresh = (typeof REFRESHES)[number];

export interface DashboardSearch extends DateRange {
  readonly refresh?: Refresh;
}

/** The range, if there is one, replaces the tiles' own. */
export function dashboardSearch(search: Search): DashboardSearch {
  const refresh = oneIn(search, 'refresh', REFRESHES);
  return { ...rangeIn(search), ...(refresh !== undefined && { refresh }) };
}
