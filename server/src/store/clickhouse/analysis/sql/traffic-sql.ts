import { CLICK_IDS, type SourceKind, TRAFFIC_SOURCES } from '../../../../model/traffic-sources.ts';
import type { Bound } from '../../sql.ts';

/** Prefixes of the same site for other devices, and of its redirects. */
const PREFIXES = "'^(?:www|m|mobile|l|lm|out|old|away)\\\\.'";
const hostSql = (url: string): string => `replaceRegexpOne(lower(domain(${url})), ${PREFIXES}, '')`;

/** The host that a visitor came from; empty: none, or a page of the same site. */
export function referrerHostSql(referrer: string, host: string): string {
  const own = `replaceRegexpOne(lower(domain(concat('//', ${host}))), ${PREFIXES}, '')`;
  return `if(${hostSql(referrer)} = ${own}, '', ${hostSql(referrer)})`;
}

const hosts = new Map(TRAFFIC_SOURCES.flatMap((each, i) => each.hosts.map((host) => [host, i + 1] as const)));
const brands = new Map(TRAFFIC_SOURCES.flatMap(({ brand }, i) => (brand ? [[brand, i + 1] as const] : [])));
const spellings = new Map(
  TRAFFIC_SOURCES.flatMap(({ name, brand, hosts: own, aliases = [] }, i) =>
    [name.toLowerCase(), ...(brand ? [brand] : []), ...own, ...aliases].map((text) => [text, i + 1] as const),
  ),
);

/** The index of a known source from 1; 0 for others. */
const indexSql = (text: string, known: ReadonlyMap<string, number>, bound: Bound): string =>
  `transform(${text}, ${bound.add('Array(String)', [...known.keys()])}, ${bound.add('Array(UInt16)', [...known.values()])}, toUInt16(0))`;

/** `search.google.co.uk` → `google`. */
const brandSql = (host: string): string =>
  `extract(${host}, '(?:^|\\\\.)(${[...brands.keys()].join('|')})\\\\.[a-z]{2,3}(?:\\\\.[a-z]{2})?$')`;

/** The index of the source among the known ones, from 1; 0 for others. @param site what `referrerHostSql` returns */
export function knownSourceSql(source: string, site: string, bound: Bound): string {
  const found = [indexSql(site, hosts, bound), indexSql(brandSql(site), brands, bound)];
  return `if(${source} != '', ${indexSql(`lower(${source})`, spellings, bound)}, arrayFirst(x -> x != 0, [${found.join(', ')}]))`;
}

const ofClick = (click: string, values: readonly string[], bound: Bound): string =>
  `transform(${click}, ${bound.add(
    'Array(String)',
    CLICK_IDS.map(({ parameter }) => parameter),
  )}, ${bound.add('Array(String)', values)}, '')`;

/** The source that the id of a click stands for; empty where there is none. @param click the name of its parameter */
export const clickSourceSql = (click: string, bound: Bound): string =>
  ofClick(
    click,
    CLICK_IDS.map(({ source }) => source),
    bound,
  );

/** What `utm_medium` would say of it. */
export const clickMediumSql = (click: string, bound: Bound): string =>
  ofClick(
    click,
    CLICK_IDS.map(({ medium }) => medium),
    bound,
  );

/** Of a visit, as columns. */
export interface Origin {
  readonly known: string;
  /** The host that the visitor came from. */
  readonly site: string;
  readonly source: string;
  readonly medium: string;
}

/** The name of the source: of a known one its own, otherwise what `utm_source` says, otherwise the host; empty for direct visits. */
export function sourceSql({ known, site, source }: Pick<Origin, 'known' | 'site' | 'source'>, bound: Bound): string {
  const names = bound.add(
    'Array(String)',
    TRAFFIC_SOURCES.map(({ name }) => name),
  );
  return `multiIf(${known} != 0, ${names}[${known}], ${source} != '', ${source}, ${site})`;
}

const PAID = "'^(.*cp.*|ppc|retargeting|paid.*)$'";
const EMAIL = ['email', 'e-mail', 'e_mail', 'e mail', 'newsletter'];
const SOCIAL = ['social', 'social-network', 'social-media', 'sm', 'social network', 'social media'];
const oneOf = (text: string, words: readonly string[]): string =>
  `${text} IN (${words.map((word) => `'${word}'`).join(', ')})`;

/** Google Analytics' default channel group (https://support.google.com/analytics/answer/9756891), in its order. */
export function channelSql(origin: Origin, bound: Bound): string {
  const kinds = bound.add(
    'Array(String)',
    TRAFFIC_SOURCES.map(({ kind }) => kind),
  );
  const of = (kind: SourceKind): string => `(${kinds}[${origin.known}] = '${kind}')`;
  const medium = `lower(${origin.medium})`;
  const source = `lower(${origin.source})`;
  const isPaid = `match(${medium}, ${PAID})`;
  return `multiIf(
    ${oneOf(source, ['', 'direct'])} AND ${oneOf(medium, ['', '(none)', '(not set)'])} AND ${origin.site} = '', 'Direct',
    ${isPaid} AND ${of('shopping')}, 'Paid Shopping',
    ${isPaid} AND ${of('search')}, 'Paid Search',
    ${isPaid} AND ${of('social')}, 'Paid Social',
    ${isPaid} AND ${of('video')}, 'Paid Video',
    ${oneOf(medium, ['display', 'banner', 'expandable', 'interstitial', 'cpm'])}, 'Display',
    ${isPaid}, 'Paid Other',
    ${of('ai')}, 'AI Assistants',
    ${of('shopping')}, 'Organic Shopping',
    ${of('social')} OR ${oneOf(medium, SOCIAL)}, 'Organic Social',
    ${of('video')} OR match(${medium}, 'video'), 'Organic Video',
    ${of('search')} OR ${medium} = 'organic', 'Organic Search',
    ${of('email')} OR ${oneOf(source, EMAIL)} OR ${oneOf(medium, EMAIL)}, 'Email',
    ${oneOf(medium, ['affiliate', 'affiliates'])}, 'Affiliates',
    ${medium} = 'audio', 'Audio',
    ${source} = 'sms' OR ${medium} = 'sms', 'SMS',
    match(${medium}, 'push$|mobile|notification') OR ${source} = 'firebase', 'Push Notifications',
    ${origin.site} != '' OR ${oneOf(medium, ['referral', 'app', 'link'])}, 'Referral',
    'Other')`;
}
