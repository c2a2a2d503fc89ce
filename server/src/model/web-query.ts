/** The question `web` in the store's terms (docs/analyze/web.md). */
import type { Scope } from './analysis-query.ts';
import type { Filter } from './query.ts';
import type { VisitFieldName } from './visit-fields.ts';

/** Cards of visits, each with the field of visits that it breaks down by. */
export const VISIT_CARDS = {
  sources: 'source',
  channels: 'channel',
  referrers: 'referrerHost',
  utmSources: 'utmSource',
  utmMediums: 'utmMedium',
  utmCampaigns: 'utmCampaign',
  utmTerms: 'utmTerm',
  utmContents: 'utmContent',
  entryPages: 'entryPage',
  exitPages: 'exitPage',
  hostnames: 'hostname',
  countries: 'country',
  regions: 'region',
  cities: 'city',
  browsers: 'browser',
  browserVersions: 'browserVersion',
  operatingSystems: 'os',
  deviceTypes: 'deviceType',
  screens: 'screen',
  languages: 'language',
} as const satisfies Record<string, VisitFieldName>;

/** Cards of events, each with the ids of its events and the property that it breaks down by. */
export const EVENT_CARDS = {
  pages: { ids: ['page-viewed', 'screen-viewed'], property: 'path' },
  outboundLinks: { ids: ['outbound-link-clicked'], property: 'url' },
  downloads: { ids: ['file-downloaded'], property: 'url' },
  notFound: { ids: ['page-not-found'], property: 'path' },
} as const satisfies Record<string, { readonly ids: readonly string[]; readonly property: string }>;

export type VisitCardName = keyof typeof VISIT_CARDS;
export type EventCardName = keyof typeof EVENT_CARDS;
export type WebCardName = VisitCardName | EventCardName;
export const isVisitCard = (name: WebCardName): name is VisitCardName => name in VISIT_CARDS;

/** Cards that have a row for visits without a value; the others leave them out. */
export const CARDS_WITH_MISSING: ReadonlySet<WebCardName> = new Set<WebCardName>([
  'sources',
  'hostnames',
  'countries',
  'browsers',
  'operatingSystems',
  'deviceTypes',
  'screens',
  'languages',
]);

export const WEB_MEASURES = ['visitors', 'visits', 'pageViews', 'viewsPerVisit', 'bounceRate', 'durationMs'] as const;
export const GOAL_MEASURES = ['conversions', 'convertedVisitors', 'conversionRate'] as const;
export type WebSort = (typeof WEB_MEASURES)[number] | (typeof GOAL_MEASURES)[number] | 'events';

export interface WebCardQuery {
  readonly card: WebCardName;
  readonly limit: number;
  readonly offset: number;
  /** Only values that contain it, ignoring case. */
  readonly search: string | undefined;
  readonly sort: WebSort;
  readonly order: 'asc' | 'desc';
}

/** The filters of its scope are about events; those about visits are apart. */
export interface WebQuery extends Scope {
  readonly visitFilters: readonly Filter[];
  /** Ascending starts, the first is range.from; absent: totals only. */
  readonly buckets: readonly number[] | undefined;
  /** Selectors, one for each goal whose conversions are counted. */
  readonly goals: readonly (readonly Filter[])[];
  /** Conversions of this goal are counted for every number. */
  readonly goal: readonly Filter[] | undefined;
  readonly cards: readonly WebCardQuery[];
}

export interface WebNumbers {
  readonly visitors: number;
  /** Those that begin in the range. */
  readonly visits: number;
  /** In the range. */
  readonly pageViews: number;
  /** Of the visits that begin in the range, like the next two. */
  readonly viewsOfVisits: number;
  readonly bounces: number;
  readonly durationMs: number;
  readonly conversions: number;
  readonly convertedVisitors: number;
  /** Of cards of events. */
  readonly events: number;
  /** Distinct visitors are estimates. */
  readonly isEstimated: boolean;
}

export interface WebRow extends WebNumbers {
  /** Undefined: visits without a value. */
  readonly value: string | undefined;
}

export interface WebResult {
  readonly totals: WebNumbers;
  readonly buckets: readonly (WebNumbers & { readonly bucket: number })[];
  /** In the order of the query: visitors and events of each. */
  readonly goals: readonly WebNumbers[];
  /** In the order of the query. */
  readonly cards: readonly { readonly totalRows: number; readonly rows: readonly WebRow[] }[];
}
