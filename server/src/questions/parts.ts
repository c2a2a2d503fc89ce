/** The parts that questions of every kind are made of. One schema each: validation, types and OpenAPI come from it. */
import { type Static, type TProperties, Type } from '@sinclair/typebox';
import { WEEK_STARTS } from '../model/app-settings.ts';
import { INTERVALS, OPERATORS } from '../model/query.ts';
import { OBJECT_HINT } from '../model/schema-check.ts';

/** Bounds of a question; each keeps a statement for the engine within what it answers in seconds. */
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
    'What is looked at: `event`, `id`, `user`, `device`, `session`, `uuid`, or a property: `data.plan`, nested `data.address.city`, a key with a dot of its own `data["a.b"]`.',
});
const Scalar = Type.Union([Type.String({ maxLength: TEXT_MAX }), Type.Number(), Type.Boolean(), Type.Null()]);

export const Condition = object(
  {
    field: FieldName,
    operator: Type.Optional(one(OPERATORS, '`is` unless said.')),
    value: Type.Optional(
      Type.Union([Scalar, Type.Array(Scalar, { minItems: 1, maxItems: VALUES_MAX })], {
        description:
          'One value; for `in` a list, for `between` two numbers, both included, for `exists` true or false.',
        [OBJECT_HINT]:
          'must be a text, a number, a boolean, null or a list. An object is compared by its members: one condition for each, like data.address.city.',
      }),
    ),
  },
  'A JSON value matches values of its own type alone: 1 is not "1".',
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
export const Filters = Type.Array(FilterSchema, { maxItems: FILTERS_MAX, description: 'All of them must hold.' });

const which = {
  event: Type.Optional(
    Type.String({ minLength: 1, maxLength: TEXT_MAX, description: 'The name of the event; every event without it.' }),
  ),
  id: Type.Optional(
    Type.String({ minLength: 1, maxLength: TEXT_MAX, description: 'The id of the event, instead of its name.' }),
  ),
  filters: Type.Optional(Filters),
};
const Label = Type.Optional(
  Type.String({ minLength: 1, maxLength: 256, description: 'A name of your own for the answer.' }),
);

/** Which events: by name or id, and filters. */
export const EventChoice = object({ ...which, name: Label });
export type EventChoiceInput = Static<typeof EventChoice>;
export const choice = { ...which, name: Label };

/** `90s`, `30min`, `12h`, `14d`, `2w`: a length of time; a day is 24 hours. */
export const Duration = Type.String({
  pattern: '^[1-9][0-9]{0,6}(s|min|h|d|w)$',
  description: 'A length of time: `90s`, `30min`, `12h`, `14d`, `2w`.',
});
export const Last = Type.String({
  pattern: '^[1-9][0-9]{0,4}(min|h|d|w|m|y)$',
  description:
    'Up to now, whole calendar units with the running one: `30d` are today and the 29 days before; also `min`, `h`, `w`, `m` (months), `y`.',
});
export const Time = Type.Union([Type.String({ minLength: 1, maxLength: 40 }), Type.Integer()], {
  description:
    'A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970.',
});

const Did = object(
  {
    did: EventChoice,
    atLeast: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 1_000_000_000, description: 'How often; 1 unless said.' }),
    ),
    atMost: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000 })),
    last: Type.Optional(Last),
    from: Type.Optional(Time),
    to: Type.Optional(Time),
  },
  'Users who did that so often; in the range of the question unless `from`, `to` or `last` (back from the end of the question) say otherwise.',
);
const seenRange = () => object({ from: Type.Optional(Time), to: Type.Optional(Time) });

/** Of what is saved (`/api/apps/:app/segments`, `/reports`…). */
export const SavedId = Type.String({ minLength: 1, maxLength: 64, description: 'The id of what was saved.' });

/** A set of users. */
export const SegmentSchema = Type.Recursive(
  (This) =>
    Type.Union([
      Did,
      object({ saved: SavedId }, 'The users of a saved segment, by its id.'),
      object({ firstSeen: seenRange() }, 'Users whose first event of all lies between.'),
      object({ lastSeen: seenRange() }, 'Users whose last event of all lies between.'),
      object({ and: Type.Array(This, { minItems: 1, maxItems: 10 }) }),
      object({ or: Type.Array(This, { minItems: 1, maxItems: 10 }) }),
      object({ not: This }),
    ]),
  { $id: 'Segment', 'x-error-code': 'QUESTION_INVALID' },
);
export type SegmentInput = Static<typeof SegmentSchema>;

/** What every question may say. */
export const common = {
  from: Type.Optional(Time),
  to: Type.Optional(Time),
  last: Type.Optional(Last),
  timeZone: Type.Optional(
    Type.String({ maxLength: 64, description: "An IANA zone; else the app's, else the configuration's." }),
  ),
  weekStart: Type.Optional(one(WEEK_STARTS)),
  filters: Type.Optional(Filters),
  segment: Type.Optional(SegmentSchema),
  exact: Type.Optional(
    Type.Boolean({ description: 'true: distinct users and percentiles are counted exactly, whatever it costs.' }),
  ),
};
export const interval = one(INTERVALS);
export const groupLimit = Type.Optional(
  Type.Integer({
    minimum: 1,
    maximum: GROUPS_MAX,
    description: 'The so many greatest by themselves, the rest as *other*; 10 unless said.',
  }),
);
