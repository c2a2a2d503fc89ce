/** The fields of the visit that an event belongs to (docs/concepts/visits.md): what people call them, and the card that has their values. */
import type { QuestionOf } from '../api/wire.ts';

type CardName = NonNullable<QuestionOf<'web'>['cards']>[number]['card'];
interface VisitField {
  readonly label: string;
  readonly card: CardName;
}

export const VISIT_FIELDS = {
  'session.source': { label: 'Source', card: 'sources' },
  'session.channel': { label: 'Channel', card: 'channels' },
  'session.referrerHost': { label: 'Referrer', card: 'referrers' },
  'session.utmMedium': { label: 'UTM medium', card: 'utmMediums' },
  'session.utmSource': { label: 'UTM source', card: 'utmSources' },
  'session.utmCampaign': { label: 'UTM campaign', card: 'utmCampaigns' },
  'session.utmTerm': { label: 'UTM term', card: 'utmTerms' },
  'session.utmContent': { label: 'UTM content', card: 'utmContents' },
  'session.entryPage': { label: 'Entry page', card: 'entryPages' },
  'session.exitPage': { label: 'Exit page', card: 'exitPages' },
  'session.hostname': { label: 'Hostname', card: 'hostnames' },
  'session.country': { label: 'Country', card: 'countries' },
  'session.region': { label: 'Region', card: 'regions' },
  'session.city': { label: 'City', card: 'cities' },
  'session.browser': { label: 'Browser', card: 'browsers' },
  'session.browserVersion': { label: 'Browser version', card: 'browserVersions' },
  'session.os': { label: 'Operating system', card: 'operatingSystems' },
  'session.deviceType': { label: 'Device', card: 'deviceTypes' },
  'session.screen': { label: 'Screen size', card: 'screens' },
  'session.language': { label: 'Language', card: 'languages' },
} as const satisfies Readonly<Record<string, VisitField>>;
export type VisitFieldName = keyof typeof VISIT_FIELDS;

export const isVisitField = (field: string): field is VisitFieldName => Object.hasOwn(VISIT_FIELDS, field);
