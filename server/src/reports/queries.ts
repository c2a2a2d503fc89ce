/** The parameters of reports, groups, events, erasing, names and values: one schema each, from which checks, types and OpenAPI come. */
import { type SchemaOptions, type Static, type TObject, type TProperties, Type } from '@sinclair/typebox';
import { WEEK_STARTS } from '../model/app-settings.ts';
import { PROPERTY_MAX_LENGTH } from '../model/property-name.ts';
import { INTERVALS } from '../model/query.ts';
import { FILTER_MAX_LENGTH, type FilterParameters } from './filters.ts';

const choice = <const T extends readonly string[]>(names: T, options: SchemaOptions) =>
  Type.Unsafe<T[number]>(
    Type.Union(
      names.map((name) => Type.Literal(name)),
      options,
    ),
  );

/** What a question was asked with. */
type Asked<T extends TProperties> = Static<TObject<T>>;
type Filtered<T extends TProperties> = Asked<T> & { readonly filters: FilterParameters };
/** With the parameters of its range. */
export type ReportQuery = Filtered<typeof REPORT_PARAMETERS>;
export type GroupsQuery = Filtered<typeof GROUPS_PARAMETERS>;
export type EventsQuery = Filtered<typeof EVENTS_PARAMETERS>;
export type EraseQuery = Filtered<typeof ERASE_PARAMETERS>;
export type FreshQuery = Asked<typeof FRESH_PARAMETERS>;
export type PropertiesQuery = Asked<typeof PROPERTIES_PARAMETERS>;
export type ValuesQuery = Filtered<typeof VALUES_PARAMETERS>;

/** `2026-11-24T09:30:00.123456789 +01:00` has 36 characters. */
const TIME_MAX_LENGTH = 40;
const EVENTS_MAX = 999_999_999;
const GROUPS_LIMIT = 100;
const GROUPS_LIMIT_MAX = 10_000;
const VALUES_LIMIT = 20;
const VALUES_LIMIT_MAX = 1_000;
/** Callers written before erasures had a status expect to hear how many were erased; proxies give up after 30 or 60 s. */
const ERASE_WAIT_S = 10;
const ERASE_WAIT_MAX_S = 60;

export const day = (description: string) =>
  Type.Optional(
    Type.String({
      pattern: '^(today|yesterday|\\d{4}-\\d\\d-\\d\\d)$',
      'x-expected': 'a day such as 2026-11-24, today or yesterday',
      description,
    }),
  );
export const from = Type.String({
  minLength: 1,
  maxLength: TIME_MAX_LENGTH,
  description: 'A day, or a time; a time without offset is in the zone of the question.',
});
export const to = Type.String({
  minLength: 1,
  maxLength: TIME_MAX_LENGTH,
  description: 'A day is included, a time excluded.',
});
const optionalRange = { from: Type.Optional(from), to: Type.Optional(to) };
const date = day('`today`, `yesterday` or a day.');
const calendar = {
  timeZone: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 64,
      description: "An IANA zone; else the app's, else the configuration's.",
    }),
  ),
  weekStart: Type.Optional(choice(WEEK_STARTS, { description: "Else the app's, else the configuration's." })),
};
/** Of every question about stored events. */
export const FRESH_PARAMETERS = {
  fresh: Type.Boolean({
    default: true,
    description: '`true` (default): what was acknowledged before the question is in the answer. `false` never waits.',
  }),
};
const exact = {
  exact: Type.Boolean({
    default: false,
    description: '`true` asks for exact distinct users instead of a sketch.',
  }),
};

/** Of every report, beside those of its range (report-ranges.ts). */
export const REPORT_PARAMETERS = {
  interval: Type.Optional(choice(INTERVALS, { description: 'Adds the series.' })),
  ...calendar,
  ...exact,
  ...FRESH_PARAMETERS,
};

export const GROUPS_PARAMETERS = {
  attr: Type.String({
    minLength: 1,
    maxLength: PROPERTY_MAX_LENGTH,
    description: 'The property, nested by dots: `address.city`.',
  }),
  date,
  ...optionalRange,
  limit: Type.Integer({
    minimum: 1,
    maximum: GROUPS_LIMIT_MAX,
    default: GROUPS_LIMIT,
    description: 'The most frequent so many; the others are summed.',
  }),
  ...calendar,
  ...exact,
  ...FRESH_PARAMETERS,
};

export const EVENTS_PARAMETERS = {
  date,
  ...optionalRange,
  order: choice(['asc', 'desc'], { default: 'desc', description: '`asc` or `desc` (default).' }),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: EVENTS_MAX,
      description:
        'Events of a JSON page, 1,000 unless said and 10,000 at most; of NDJSON, CSV and Parquet, events in all.',
    }),
  ),
  cursor: Type.Optional(
    Type.String({
      maxLength: 200,
      'x-error-code': 'CURSOR_INVALID',
      description: 'From the Link header: the page after this place.',
    }),
  ),
  ...calendar,
  ...FRESH_PARAMETERS,
};

export const ERASE_PARAMETERS = {
  date,
  ...optionalRange,
  ...calendar,
  block: Type.Boolean({
    default: false,
    description:
      '`true` keeps what is erased out: for `idWindowDays` from now on it is a duplicate when it is sent again.',
  }),
  dryRun: Type.Boolean({
    default: false,
    description: '`true` erases nothing and answers how many events match (`matching`).',
  }),
  all: Type.Boolean({ default: false, description: '`true` erases without a filter.' }),
  wait: Type.Integer({
    minimum: 0,
    maximum: ERASE_WAIT_MAX_S,
    default: ERASE_WAIT_S,
    description:
      'Seconds to wait for the end, 0 to 60; 10 by default. An erasure that takes longer is answered 202 and goes on.',
  }),
};

export const PROPERTIES_PARAMETERS = {
  event: Type.Optional(
    Type.String({ maxLength: FILTER_MAX_LENGTH, description: 'Of the events with this name alone.' }),
  ),
  ...FRESH_PARAMETERS,
};

export const VALUES_PARAMETERS = {
  field: Type.String({
    minLength: 1,
    maxLength: 'data.'.length + PROPERTY_MAX_LENGTH,
    description: '`event`, `id`, `user`, `device`, `session`, `uuid`, or a property like `data.plan`.',
  }),
  search: Type.Optional(
    Type.String({
      maxLength: FILTER_MAX_LENGTH,
      description: "What a value's text holds, whatever the case; those that begin with it come first.",
    }),
  ),
  limit: Type.Integer({
    minimum: 1,
    maximum: VALUES_LIMIT_MAX,
    default: VALUES_LIMIT,
    description: '20 unless said, 1,000 at most.',
  }),
  date,
  ...optionalRange,
  ...calendar,
  ...FRESH_PARAMETERS,
};
