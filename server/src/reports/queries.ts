/** The parameters of reports, groups, events, erasures, names and values: one schema each, from which checks, types and OpenAPI are derived. */
import { type SchemaOptions, type Static, type TObject, type TProperties, Type } from '@sinclair/typebox';
import { WEEK_STARTS } from '../model/app-settings.ts';
import { PROPERTY_MAX_LENGTH } from '../model/property-name.ts';
import { INTERVALS } from '../model/query.ts';
import { FILTER_MAX_LENGTH, type FilterParameters } from './filters.ts';

const oneOf = <const T extends readonly string[]>(names: T, options: SchemaOptions) =>
  Type.Unsafe<T[number]>(
    Type.Union(
      names.map((name) => Type.Literal(name)),
      options,
    ),
  );

/** The parameters of a request. */
type Asked<T extends TProperties> = Static<TObject<T>>;
type Filtered<T extends TProperties> = Asked<T> & { readonly filters: FilterParameters };
/** With the parameters of its range. */
export type ReportQuery = Filtered<typeof REPORT_PARAMETERS>;
export type GroupsQuery = Filtered<typeof GROUPS_PARAMETERS>;
export type EventsQuery = Filtered<typeof EVENTS_PARAMETERS>;
export type EraseQuery = Filtered<typeof ERASE_PARAMETERS>;
export type FreshQuery = Asked<typeof FRESH_PARAMETERS>;
export type EventNamesQuery = Asked<typeof EVENT_NAMES_PARAMETERS>;
export type PropertiesQuery = Asked<typeof PROPERTIES_PARAMETERS>;
export type ValuesQuery = Filtered<typeof VALUES_PARAMETERS>;

/** `2026-11-24T09:30:00.123456789 +01:00` has 36 characters. */
const TIME_MAX_LENGTH = 40;
const EVENTS_MAX = 999_999_999;
const GROUPS_LIMIT = 100;
const GROUPS_LIMIT_MAX = 10_000;
const VALUES_LIMIT = 20;
const VALUES_LIMIT_MAX = 1_000;
/** Older callers expect the number of erased events in the answer; proxies time out after 30 or 60 s. */
const ERASE_WAIT_S = 10;
const ERASE_WAIT_MAX_S = 60;

export const day = (description: string) =>
  Type.Optional(
    Type.String({
      pattern: '^(today|yesterday|\\d{4}-\\d\\d-\\d\\d)$',
      'x-expected': 'a day such as 2026-11-24, `today` or `yesterday`',
      description,
    }),
  );
export const from = Type.String({
  minLength: 1,
  maxLength: TIME_MAX_LENGTH,
  description: 'A day or a time. A time without an offset is in the time zone of the request.',
});
export const to = Type.String({
  minLength: 1,
  maxLength: TIME_MAX_LENGTH,
  description: 'A day or a time. A day is included; a time is excluded.',
});
const optionalRange = { from: Type.Optional(from), to: Type.Optional(to) };
const date = day('A day such as 2026-11-24, `today` or `yesterday`.');
const calendar = {
  timeZone: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 64,
      description: 'An IANA time zone. Default: that of the app, or else of the server.',
    }),
  ),
  weekStart: Type.Optional(oneOf(WEEK_STARTS, { description: 'Default: that of the app, or else of the server.' })),
};
/** For every question about stored events. */
export const FRESH_PARAMETERS = {
  fresh: Type.Boolean({
    default: true,
    description:
      '`true` (default): the answer includes every event acknowledged before the request. `false`: never waits for them.',
  }),
};
export const EVENT_NAMES_PARAMETERS = {
  system: Type.Boolean({
    default: false,
    description: '`true`: with system events, whose ids begin with `$`, such as `$identify`.',
  }),
  ...FRESH_PARAMETERS,
};
const exact = {
  exact: Type.Optional(
    Type.Boolean({
      description:
        '`true`: counts distinct users exactly. `false`: may estimate them. Default: exactly up to `exactUsersMaxRows` events.',
    }),
  ),
};

/** For every report, in addition to those of its range (report-ranges.ts). */
export const REPORT_PARAMETERS = {
  interval: Type.Optional(oneOf(INTERVALS, { description: 'Adds a series with this interval.' })),
  ...calendar,
  ...exact,
  ...FRESH_PARAMETERS,
};

export const GROUPS_PARAMETERS = {
  attr: Type.String({
    minLength: 1,
    maxLength: PROPERTY_MAX_LENGTH,
    description: 'The property. Use dots for nested ones: `address.city`.',
  }),
  date,
  ...optionalRange,
  limit: Type.Integer({
    minimum: 1,
    maximum: GROUPS_LIMIT_MAX,
    default: GROUPS_LIMIT,
    description: 'Number of groups, most frequent first. The rest is combined into `others`.',
  }),
  ...calendar,
  ...exact,
  ...FRESH_PARAMETERS,
};

export const EVENTS_PARAMETERS = {
  date,
  ...optionalRange,
  order: oneOf(['asc', 'desc'], { default: 'desc', description: '`asc` or `desc` (default).' }),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: EVENTS_MAX,
      description:
        'JSON: events per page (default 1,000, at most 10,000). NDJSON, CSV and Parquet: events in total (default: all).',
    }),
  ),
  cursor: Type.Optional(
    Type.String({
      maxLength: 200,
      'x-error-code': 'CURSOR_INVALID',
      description: 'The cursor from the `Link` header of the previous page.',
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
      '`true`: if an erased event is sent again within the next `idWindowDays` days, it counts as a duplicate.',
  }),
  dryRun: Type.Boolean({
    default: false,
    description: '`true`: erases nothing, and answers how many events match (`matching`).',
  }),
  all: Type.Boolean({ default: false, description: '`true`: erases all events of the app. Send no filter.' }),
  wait: Type.Integer({
    minimum: 0,
    maximum: ERASE_WAIT_MAX_S,
    default: ERASE_WAIT_S,
    description:
      'Seconds to wait for the erasure to finish, 0 to 60 (default 10). If it takes longer, the answer is 202 and the erasure continues.',
  }),
};

export const PROPERTIES_PARAMETERS = {
  event: Type.Optional(
    Type.String({ maxLength: FILTER_MAX_LENGTH, description: 'Only properties of events with this name.' }),
  ),
  ...FRESH_PARAMETERS,
};

export const VALUES_PARAMETERS = {
  field: Type.String({
    minLength: 1,
    maxLength: 'data.'.length + PROPERTY_MAX_LENGTH,
    description: '`event`, `id`, `user`, `device`, `session`, `uuid` or a property such as `data.plan`.',
  }),
  search: Type.Optional(
    Type.String({
      maxLength: FILTER_MAX_LENGTH,
      description: 'Only values that contain this text, ignoring case. Those that start with it come first.',
    }),
  ),
  limit: Type.Integer({
    minimum: 1,
    maximum: VALUES_LIMIT_MAX,
    default: VALUES_LIMIT,
    description: 'Number of values. Default: 20, at most 1,000.',
  }),
  date,
  ...optionalRange,
  ...calendar,
  ...FRESH_PARAMETERS,
};
