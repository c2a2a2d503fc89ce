import type { Operations } from './wire.ts';

export type StoredEvent = Operations['getApiEventsApp']['answer'][number];

type Scalar = string | number | boolean;
/** Conditions on properties: `{ plan: 'pro', ms: { gte: 500 }, address: { city: 'Bern' } }`. */
export interface DataFilter {
  readonly [name: string]: Scalar | readonly Scalar[] | DataFilter;
}
interface WithData {
  readonly data?: DataFilter;
}

export type EventsQuery = Omit<Operations['getApiEventsApp']['query'], 'csvSafe'> & WithData;
export type GroupsQuery = Operations['getApiGroupsApp']['query'] & WithData;
export type Groups = Operations['getApiGroupsApp']['answer'];
export type Report = Operations['getApiReportsDayApp']['answer'];
/** `report` names the range; the other fields are its parameters. */
export type ReportQuery =
  | ({ readonly report: 'hour' } & Operations['getApiReportsHourApp']['query'] & WithData)
  | ({ readonly report: 'day' } & Operations['getApiReportsDayApp']['query'] & WithData)
  | ({ readonly report: 'week' } & Operations['getApiReportsWeekApp']['query'] & WithData)
  | ({ readonly report: 'month' } & Operations['getApiReportsMonthApp']['query'] & WithData)
  | ({ readonly report: 'period' } & Operations['getApiReportsPeriodApp']['query'] & WithData);

export type Question = Operations['postApiQueryApp']['body'];
export type Analysis = Operations['postApiQueryApp']['answer'];
/** The answer to one kind of question: `kind` distinguishes answers. */
export type AnalysisOf<Q> = Q extends { readonly kind: infer Kind }
  ? Extract<Analysis, { readonly kind: Kind }>
  : Analysis;

const OPERATORS = new Set([
  'is',
  'isNot',
  'contains',
  'startsWith',
  'matches',
  'in',
  'gt',
  'gte',
  'lt',
  'lte',
  'between',
  'exists',
]);

/** The parameters as a query string. */
export function searchOf(parameters: object): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined || value === null) continue;
    if (name === 'data' && typeof value === 'object') addData(search, [], value);
    else search.set(name, value instanceof Date ? value.toISOString() : String(value));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

function addData(search: URLSearchParams, path: readonly string[], filter: object): void {
  for (const [name, value] of Object.entries(filter)) {
    if (value === undefined) continue;
    if (OPERATORS.has(name) && path.length > 0) search.set(`${nameOf(path)}[${name}]`, spelled(value, name));
    else if (Array.isArray(value)) search.set(`${nameOf([...path, name])}[in]`, spelled(value, 'in'));
    else if (typeof value === 'object' && value !== null) addData(search, [...path, name], value);
    else search.set(nameOf([...path, name]), spelled(value, 'is'));
  }
}

/** A single key that holds a dot or a bracket is written as a literal. */
const nameOf = (path: readonly string[]): string =>
  path.length === 1 && /[.[\]]/.test(path[0]!) ? `data[${JSON.stringify(path[0])}]` : `data.${path.join('.')}`;

/** A string that could be read as a number, a boolean or a list is quoted, since the string is what was asked for. */
function spelled(value: unknown, operator: string): string {
  if (Array.isArray(value)) return value.map((item) => spelled(item, operator)).join(',');
  const isExact = operator === 'is' || operator === 'isNot' || operator === 'in';
  if (typeof value === 'string' && isExact && /^(-?\d.*|true|false|null|".*)$|,/s.test(value))
    return JSON.stringify(value);
  return String(value);
}
