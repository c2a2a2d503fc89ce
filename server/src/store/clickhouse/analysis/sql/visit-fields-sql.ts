import type { VisitFieldName } from '../../../../model/visit-fields.ts';
import { type Bound, visitColumn } from '../../sql.ts';
import {
  channelSql,
  clickMediumSql,
  clickSourceSql,
  knownSourceSql,
  referrerHostSql,
  sourceSql,
} from './traffic-sql.ts';

/** Origins of visits are recognized by these. */
const ORIGIN = ['referrer', 'host', 'utm_source', 'click_id'] as const;

/** The properties that the fields come from. */
const PROPERTIES: Readonly<Record<VisitFieldName, readonly string[]>> = {
  source: ORIGIN,
  channel: [...ORIGIN, 'utm_medium'],
  referrerHost: ['referrer', 'host'],
  entryPage: ['path'],
  exitPage: ['path'],
  utmSource: ['utm_source'],
  utmMedium: ['utm_medium'],
  utmCampaign: ['utm_campaign'],
  utmTerm: ['utm_term'],
  utmContent: ['utm_content'],
  hostname: ['host'],
  country: ['$country'],
  region: ['$region'],
  city: ['$city'],
  browser: ['$browser'],
  browserVersion: ['$browser', '$browserVersion'],
  os: ['$os'],
  deviceType: ['$deviceType'],
  screen: ['screen'],
  language: ['language'],
};

/** What fields of visits are made of. */
export const propertiesOf = (fields: Iterable<VisitFieldName>): readonly string[] => [
  ...new Set([...fields].flatMap((name) => PROPERTIES[name])),
];

export const isOfOrigin = (name: VisitFieldName): boolean => PROPERTIES[name].includes('referrer');

/**
 * Columns that the fields are computed from, each once: the origin of a visit.
 * @param first of a property: an expression of its text on the first event of the visit
 */
export function originColumns(
  fields: Iterable<VisitFieldName>,
  first: (property: string) => string,
  bound: Bound,
): readonly string[] {
  const properties = propertiesOf(fields);
  const has = (property: string): boolean => properties.includes(property);
  if (!has('referrer')) return [];
  const site = `${referrerHostSql(first('referrer'), first('host'))} AS site`;
  if (!has('click_id')) return [site];
  const click = first('click_id');
  return [
    site,
    `if(${first('utm_source')} != '', ${first('utm_source')}, ${clickSourceSql(click, bound)}) AS source`,
    ...(has('utm_medium')
      ? [`if(${first('utm_medium')} != '', ${first('utm_medium')}, ${clickMediumSql(click, bound)}) AS medium`]
      : []),
    `${knownSourceSql('source', 'site', bound)} AS known`,
  ];
}

/** The columns of the fields. @param exitPage an expression */
export function fieldColumns(
  fields: Iterable<VisitFieldName>,
  first: (property: string) => string,
  exitPage: string,
  bound: Bound,
): readonly string[] {
  const origin = { known: 'known', site: 'site', source: 'source', medium: 'medium' };
  const sqlOf = (name: VisitFieldName): string => {
    switch (name) {
      case 'source':
        return sourceSql(origin, bound);
      case 'channel':
        return channelSql(origin, bound);
      case 'referrerHost':
        return 'site';
      case 'exitPage':
        return exitPage;
      case 'browserVersion': {
        const [browser, version] = [first('$browser'), first('$browserVersion')];
        return `if(${browser} = '' OR ${version} = '', ${browser}, concat(${browser}, ' ', ${version}))`;
      }
      default:
        return first(PROPERTIES[name][0]!);
    }
  };
  return [...fields].map((name) => `${sqlOf(name)} AS ${visitColumn(name)}`);
}
