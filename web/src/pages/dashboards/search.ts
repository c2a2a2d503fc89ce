import { type Range, rangeIn } from '../../components/range.ts';
import { oneIn, type Search } from '../../components/search.ts';

/** Number of events all tiles are asked again. */
export const REFRESHES = ['30s', '1min', '5min', '15min'] as const;
export type Refresh = (typeof REFRESHES)[number];

export interface DashboardSearch extends Range {
  readonly refresh?: Refresh;
}

/** The range, when there is one, takes the place of the tiles' own. */
export function dashboardSearch(search: Search): DashboardSearch {
  const refresh = oneIn(search, 'refresh', REFRESHES);
  return { ...rangeIn(search), ...(refresh !== undefined && { refresh }) };
}
