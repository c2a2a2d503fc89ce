/** Parts of questions of all kinds. One schema each, for validation, types and OpenAPI. */
import { type Static, type TProperties, Type } from '@sinclair/typebox';
import { WEEK_STARTS } from '../model/app-settings.ts';
import { INTERVALS, OPERATORS } from '../model/query.ts';
import { OBJECT_HINT } from '../model/schema-check.ts';

/** Limits of a question. Each keeps the statement for the engine small enough to be answered in seconds. */
export const TEXT_MAX = 1_000;
export const FILTERS_MAX = 50;
export const VALUES_MAX = 1_000;
export const GROUPS_MAX = 1_000;

export const one = <const T extends readonly string[]>(names: T, description?: string) =>
  Type.Unsafe<T[number]>(
    Type.Union(
      names.map((name) => Type.Literal(name)),
      description ? { description } : {},
    ),
  );
export const object = <T extends TProperties>(properties: T, description?: string) =>
  Type.Object(properties, { additionalProperties: false, ...(description && { description }) });

export const FieldName = Type.String({
  minLength: 1,
  maxLength: TEXT_MAX + 10,
  description:
    'A field: `event`, `id`, `user`, `device`, `session`, `uuid` a field of the visit, such as `session.source`, or a property: `data.plan`, `data.address.city` if it is nested, `data["a.b"]` if its key contains a dot.',
});
const Scalar = Type.Union([Type.String({ maxLength: TEXT_MAX }), Type.Number(), Type.Boolean(), Type.Null()]);

export const Condition = object(
  {
    field: FieldName,
    operator: Type.Optional(one(OPERATORS, 'Default: `is`.')),
    value: Type.Optional(
      Type.Union([Scalar, Type.Array(Scalar, { minItems: 1, maxItems: VALUES_MAX })], {
        description:
          'One value. For `in`, a list; for `between`, two numbers (both included); for `exists`, `true` or `false`.',
        [OBJECT_HINT]:
          'must be a string, a number, `true`, `false`, `null` or a list. To compare an object, use one condition for each of its members, such as `data.address.city`.',
      }),
    ),
  },
  'A JSON value only matches values of the same type: `1` does not match `"1"`.',
);

/** Conditions, and lists of them; `and` and `or` nest. */
export const FilterSchema = Type.Recursive(
  (This) =>
    Type.Union([
      Condition,
      object({ and: Type.Array(This, { maxItems: FILTERS_MAX }) }),
      object({ or: Type.Array(This, { maxItems: FILTERS_MAX }) }),
    ]),
  { $id: 'Filter' },
);
export type FilterInput = Static<typeof FilterSchema>;
export const Filters = Type.Array(FilterSchema, {
  maxItems: FILTERS_MAX,
  description: 'Conditions that must all hold.',
});

const which = {
  event: Type.Optional(
    Type.String({ minLength: 1, maxLength: TEXT_MAX, description: 'The name of the event. Default: any event.' }),
  ),
  id: Type.Optional(
    Type.String({ minLength: 1, maxLength: TEXT_MAX, description: 'The id of the event, instead of its name.' }),
  ),
  filters: Type.Optional(Filters),
};
const Label = Type.Optional(
  Type.String({ minLength: 1, maxLength: 256, description: 'Your own name for it in the answer.' }),
);

/** Selects events by name or id, and filters. */
export const EventSelector = object({ ...which, name: Label });
export type EventSelectorInput = Static<typeof EventSelector>;
export const eventSelector = { ...which, name: Label };

/** `90s`, `30min`, `12h`, `14d`, `2w`: a length of time; a day is 24 hours. */
export const Duration = Type.String({
  pattern: '^[1-9][0-9]{0,6}(s|min|h|d|w)$',
  'x-expected': 'a duration such as `90s`, `30min`, `12h`, `14d` or `2w`',
  description: 'A duration such as `90s`, `30min`, `12h`, `14d` or `2w`. A day is 24 hours.',
});
export const Last = Type.String({
  pattern: '^[1-9][0-9]{0,4}(min|h|d|w|m|y)$',
  'x-expected': 'a number with a unit (`min`, `h`, `d`, `w`, `m`, `y`), such as `30d`',
  description:
    'Whole calendar units up to now, including the current one: `30d` is today and the 29 days before. Units: `min`, `h`, `d`, `w`, `m` (months), `y`.',
});
export const Time = Type.Union([Type.String({ minLength: 1, maxLength: 40 }), Type.Integer()], {
  description:
    'A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970.',
});

/** `sameWeekdays`: as many whole weeks earlier as the range touches. `previousYear`: the same dates a year earlier. */
export const COMPARISONS = ['previousPeriod', 'sameWeekdays', 'previousYear'] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** @param description what it adds */
export const compare = (description: string) =>
  Type.Optional(
    Type.Union([...COMPARISONS.map((name) => Type.Literal(name)), object({ from: Time, to: Time })], { description }),
  );

const Did = object(
  {
    did: EventSelector,
    atLeast: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 1_000_000_000, description: 'At least this many times. Default: 1.' }),
    ),
    atMost: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000 })),
    last: Type.Optional(Last),
    from: Type.Optional(Time),
    to: Type.Optional(Time),
  },
  'Users who did an event this often. `from`, `to` or `last` (counted back from the end of the question) set the range; the default is the range of the question.',
);
const seenRange = () => object({ from: Type.Optional(Time), to: Type.Optional(Time) });

/** For saved items (`/api/apps/:app/segments`, `/reports`…). */
export const SavedId = Type.String({ minLength: 1, maxLength: 64, description: 'The id of a saved item.' });

/** A set of users. */
export const SegmentSchema = Type.Recursive(
  (This) =>
    Type.Union([
      Did,
      object({ saved: SavedId }, 'The users of a saved segment.'),
      object({ firstSeen: seenRange() }, 'Users whose first event ever is in this range.'),
      object({ lastSeen: seenRange() }, 'Users whose last event ever is in this range.'),
      object({ and: Type.Array(This, { minItems: 1, maxItems: 10 }) }),
      object({ or: Type.Array(This, { minItems: 1, maxItems: 10 }) }),
      object({ not: This }),
    ]),
  { $id: 'Segment', 'x-error-code': 'QUESTION_INVALID' },
);
export type SegmentInput = Static<typeof SegmentSchema>;

/** Fields that every question can have. */
export const common = {
  from: Type.Optional(Time),
  to: Type.Optional(Time),
  last: Type.Optional(Last),
  timeZone: Type.Optional(
    Type.String({ maxLength: 64, description: 'An IANA time zone. Default: that of the app, or else of the server.' }),
  ),
  weekStart: Type.Optional(one(WEEK_STARTS)),
  filters: Type.Optional(Filters),
  segment: Type.Optional(SegmentSchema),
  exact: Type.Optional(
    Type.Boolean({
      description:
        '`true`: counts distinct users and percentiles exactly, whatever it takes. `false`: may estimate them. Default: distinct users exactly up to `exactUsersMaxRows` events, percentiles up to 20 million values.',
    }),
  ),
};
export const interval = one(INTERVALS);
export const groupLimit = Type.Optional(
  Type.Integer({
    minimum: 1,
    maximum: GROUPS_MAX,
    description: 'Number of groups; the rest is combined into `other`. Default: 10.',
  }),
);
