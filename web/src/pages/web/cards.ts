/** The cards of the page, and how their rows are named. */
import type { Filter } from '../../api/wire.ts';
import { inWords, isCondition } from '../../components/filters.ts';
import { VISIT_FIELDS, type VisitFieldName } from '../../components/visit-fields.ts';
import type { CardName } from './question.ts';

interface CardInfo {
  /** The tab. */
  readonly label: string;
  /** The column, and the field in a filter: `Source is Google`. */
  readonly one: string;
  /** By which its rows are filtered; absent where they are not. */
  readonly field?: string;
  /** What a row without a value is called. */
  readonly none?: string;
  readonly name?: (value: string) => string;
}

const regions = (): Intl.DisplayNames => new Intl.DisplayNames(undefined, { type: 'region' });
const languages = (): Intl.DisplayNames => new Intl.DisplayNames(undefined, { type: 'language' });
const lazily = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
};
const [regionNames, languageNames] = [lazily(regions), lazily(languages)];

/** `CH` is Switzerland; what is no code stays as it is. */
export const countryName = (code: string): string => nameIn(regionNames(), code);
function nameIn(names: Intl.DisplayNames, code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}
const DEVICES: Readonly<Record<string, string>> = { desktop: 'Desktop', mobile: 'Mobile', tablet: 'Tablet', tv: 'TV' };
const UNKNOWN = '(unknown)';

const visit = (field: VisitFieldName) => ({ field, one: VISIT_FIELDS[field].label });

export const CARDS: Readonly<Record<CardName, CardInfo>> = {
  sources: { label: 'Sources', ...visit('session.source'), none: 'Direct / None' },
  channels: { label: 'Channels', ...visit('session.channel') },
  referrers: { label: 'Referrers', ...visit('session.referrerHost') },
  utmMediums: { label: 'UTM medium', ...visit('session.utmMedium') },
  utmSources: { label: 'UTM source', ...visit('session.utmSource') },
  utmCampaigns: { label: 'UTM campaign', ...visit('session.utmCampaign') },
  utmTerms: { label: 'UTM term', ...visit('session.utmTerm') },
  utmContents: { label: 'UTM content', ...visit('session.utmContent') },
  pages: { label: 'Pages', one: 'Page', field: 'data.path' },
  entryPages: { label: 'Entry pages', ...visit('session.entryPage') },
  exitPages: { label: 'Exit pages', ...visit('session.exitPage') },
  hostnames: { label: 'Hostnames', ...visit('session.hostname'), none: UNKNOWN },
  countries: { label: 'Countries', ...visit('session.country'), none: UNKNOWN, name: countryName },
  regions: { label: 'Regions', ...visit('session.region') },
  cities: { label: 'Cities', ...visit('session.city') },
  browsers: { label: 'Browsers', ...visit('session.browser'), none: UNKNOWN },
  browserVersions: { label: 'Browsers', ...visit('session.browserVersion') },
  operatingSystems: { label: 'Systems', ...visit('session.os'), none: UNKNOWN },
  deviceTypes: {
    label: 'Devices',
    ...visit('session.deviceType'),
    none: UNKNOWN,
    name: (value) => DEVICES[value] ?? value,
  },
  screens: { label: 'Screens', ...visit('session.screen'), none: UNKNOWN },
  languages: {
    label: 'Languages',
    ...visit('session.language'),
    none: UNKNOWN,
    name: (value) => nameIn(languageNames(), value),
  },
  outboundLinks: { label: 'Outbound links', one: 'Link' },
  downloads: { label: 'Downloads', one: 'File' },
  notFound: { label: '404s', one: 'Page not found' },
};

export const UTM = ['utmMediums', 'utmSources', 'utmCampaigns', 'utmTerms', 'utmContents'] as const;

export interface Group {
  readonly title: string;
  readonly cards: readonly CardName[];
}
export const SOURCES: Group = { title: 'Sources', cards: ['sources', 'channels', 'referrers', ...UTM] };
export const PAGES: Group = { title: 'Pages', cards: ['pages', 'entryPages', 'exitPages', 'hostnames'] };
export const LOCATIONS: Group = { title: 'Locations', cards: ['countries', 'regions', 'cities'] };
export const DEVICE_GROUP: Group = {
  title: 'Devices',
  cards: ['browsers', 'operatingSystems', 'deviceTypes', 'screens', 'languages'],
};
export const LINKS: Group = { title: 'Links', cards: ['outboundLinks', 'downloads', 'notFound'] };

export const isCard = (name: string | undefined): name is CardName => name !== undefined && Object.hasOwn(CARDS, name);

/** What a row is called. */
export function rowName(card: CardName, value: string | null): string {
  const { none = '(none)', name } = CARDS[card];
  if (value === null) return none;
  if (value === '') return '(empty)';
  return name?.(value) ?? value;
}

/** A condition in the words of the cards: `Country is Switzerland`. */
export function filterInWords(filter: Filter): string {
  if (!isCondition(filter)) return inWords(filter);
  const { field, operator = 'is', value } = filter;
  const card = (Object.keys(CARDS) as CardName[]).find((name) => CARDS[name].field === field);
  if (card === undefined) return inWords(filter);
  const { one } = CARDS[card];
  if (operator === 'is' && typeof value === 'string') return `${one} is ${rowName(card, value)}`;
  if (operator === 'exists' && value === false) return `${one} is ${rowName(card, null)}`;
  return inWords({ ...filter, field: `data.${one}` });
}
