/** What the first event of a visit says about all of its events (docs/concepts/visits.md), as questions name it after `session.`. */
export const VISIT_FIELDS = [
  'source',
  'channel',
  'referrerHost',
  'entryPage',
  'exitPage',
  'utmSource',
  'utmMedium',
  'utmCampaign',
  'utmTerm',
  'utmContent',
  'hostname',
  'country',
  'region',
  'city',
  'browser',
  'browserVersion',
  'os',
  'deviceType',
  'screen',
  'language',
] as const;
export type VisitFieldName = (typeof VISIT_FIELDS)[number];

/** A field of the visit that an event belongs to. */
export interface VisitField {
  readonly kind: 'session';
  readonly name: VisitFieldName;
}

/** `session.source`. Undefined if it is none. */
export function parseVisitField(text: string): VisitField | undefined {
  const name = VISIT_FIELDS.find((each) => text === `session.${each}`);
  return name && { kind: 'session', name };
}

/** The fields of visits anywhere in a query. */
export function visitFieldsIn(value: unknown): ReadonlySet<VisitFieldName> {
  const found = new Set<VisitFieldName>();
  const walk = (each: unknown): void => {
    if (typeof each !== 'object' || each === null) return;
    if (isVisitField(each)) found.add(each.name);
    else for (const inner of Object.values(each)) walk(inner);
  };
  walk(value);
  return found;
}

const isVisitField = (value: object): value is VisitField =>
  'kind' in value && value.kind === 'session' && 'name' in value;
