/** The kinds of question, a union told apart by `kind`. */
import { type Static, Type } from '@sinclair/typebox';
import {
  choice,
  common,
  Duration,
  EventChoice,
  FieldName,
  FilterSchema,
  groupLimit,
  interval,
  object,
  one,
  TEXT_MAX,
  Time,
} from './parts.ts';

export const MEASURES = [
  'count',
  'users',
  'sessions',
  'perUser',
  'sum',
  'avg',
  'min',
  'max',
  'median',
  'p90',
  'p95',
  'p99',
  'uniqueValues',
] as const;
export type Measure = (typeof MEASURES)[number];

export const SERIES_MAX = 10;
const Series = object({
  ...choice,
  measure: Type.Optional(
    one(MEASURES, '`count` unless said. Those of a number skip what is not a number and say how many.'),
  ),
  property: Type.Optional(FieldName),
});

export const TrendSchema = object(
  {
    kind: Type.Literal('trend'),
    ...common,
    series: Type.Array(Series, {
      minItems: 1,
      maxItems: SERIES_MAX,
      description: 'The first is A in formulas, the second B…',
    }),
    interval: Type.Optional(interval),
    breakdown: Type.Optional(Type.Array(FieldName, { minItems: 1, maxItems: 2 })),
    limit: groupLimit,
    compare: Type.Optional(
      Type.Union([Type.Literal('previousPeriod'), object({ from: Time, to: Time })], {
        description: 'The same for another range.',
      }),
    ),
    formula: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: TEXT_MAX,
        description: 'Adds a series: `A / B * 100`, with + - * / and brackets.',
      }),
    ),
    cumulative: Type.Optional(Type.Boolean({ description: 'Each point counts from the beginning of the range.' })),
    movingAverage: Type.Optional(
      Type.Integer({
        minimum: 2,
        maximum: 366,
        description: 'Adds to each point the mean of so many points up to it.',
      }),
    ),
  },
  'Numbers over time.',
);

export const STEPS_MAX = 10;
export const FunnelSchema = object(
  {
    kind: Type.Literal('funnel'),
    ...common,
    steps: Type.Array(EventChoice, { minItems: 2, maxItems: STEPS_MAX }),
    window: Type.Optional(Duration),
    order: Type.Optional(
      one(
        ['ordered', 'strict', 'any'],
        '`ordered` (unless said): other events may come between. `strict`: none. `any`: the steps in any order; step n counts who did n of them.',
      ),
    ),
    exclude: Type.Optional(
      Type.Array(
        object({
          ...choice,
          after: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: STEPS_MAX - 1,
              description: 'Between this step (from 1) and the next; between any two unless said.',
            }),
          ),
        }),
        { minItems: 1, maxItems: 5, description: 'Whoever did this between two steps has not made the second.' },
      ),
    ),
    by: Type.Optional(one(['user', 'session'])),
    breakdown: Type.Optional(FieldName),
    limit: groupLimit,
    list: Type.Optional(
      object(
        {
          step: Type.Integer({ minimum: 1, maximum: STEPS_MAX }),
          status: Type.Optional(
            one(['reached', 'dropped'], '`reached` unless said; `dropped`: reached this step and not the next.'),
          ),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
        },
        'Adds who they are.',
      ),
    ),
  },
  'How far users come through steps. The window is 14 days unless said.',
);

export const RetentionSchema = object(
  {
    kind: Type.Literal('retention'),
    ...common,
    start: EventChoice,
    return: Type.Optional(EventChoice),
    interval: one(['day', 'week', 'month']),
    mode: Type.Optional(
      one(
        ['onDay', 'unbounded'],
        '`onDay` (unless said): came back in that period. `unbounded`: in that period or a later one.',
      ),
    ),
    breakdown: Type.Optional(FieldName),
    limit: groupLimit,
  },
  'Who comes back: cohorts by the period of the first start event, users by periods since.',
);

export const StickinessSchema = object(
  {
    kind: Type.Literal('stickiness'),
    ...common,
    ...choice,
    interval: Type.Optional(one(['day', 'week', 'month'], '`day` unless said.')),
    period: Type.Optional(one(['week', 'month'], 'One distribution each; the whole range unless said.')),
  },
  'On how many days of a period users are active.',
);

export const LifecycleSchema = object(
  { kind: Type.Literal('lifecycle'), ...common, ...choice, interval: one(['day', 'week', 'month']) },
  'New, returning, resurrecting and dormant users of each interval.',
);

export const PathsSchema = object(
  {
    kind: Type.Literal('paths'),
    ...common,
    start: Type.Optional(EventChoice),
    end: Type.Optional(EventChoice),
    steps: Type.Optional(
      Type.Integer({ minimum: 2, maximum: 6, description: 'Events of a path, the first included; 4 unless said.' }),
    ),
    node: Type.Optional(FieldName),
    sessionGap: Type.Optional(Duration),
    collapse: Type.Optional(Type.Boolean({ description: 'true (unless said): the same again and again is one step.' })),
    limit: groupLimit,
  },
  'What follows `start`, or precedes `end`, or how sessions begin.',
);

export const SessionsSchema = object(
  {
    kind: Type.Literal('sessions'),
    ...common,
    gap: Type.Optional(Duration),
    interval: Type.Optional(interval),
    limit: groupLimit,
    list: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, description: 'Adds the latest so many sessions.' })),
  },
  'Sessions: how many, how long, where they begin and end.',
);

const order = Type.Optional(one(['asc', 'desc'], '`desc` unless said.'));
const page = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000 })),
};
export const USER_SORTS = ['lastSeen', 'firstSeen', 'events'] as const;
export const UsersSchema = object(
  {
    kind: Type.Literal('users'),
    ...common,
    search: Type.Optional(
      Type.String({ minLength: 1, maxLength: 256, description: 'Users whose name contains it, in any case.' }),
    ),
    sort: Type.Optional(one(USER_SORTS, '`lastSeen` unless said.')),
    order,
    ...page,
  },
  'Users with first and last seen, counts and their latest properties.',
);

export const TimelineSchema = object(
  {
    kind: Type.Literal('timeline'),
    ...common,
    user: Type.Optional(Type.String({ minLength: 1, maxLength: 4_096 })),
    device: Type.Optional(Type.String({ minLength: 1, maxLength: 4_096 })),
    order,
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
    after: Type.Optional(Type.String({ maxLength: 200, description: '`next` of the page before.' })),
  },
  "One user's events, of all devices.",
);

export const PERFORMANCE_SORTS = ['p50', 'p95', 'p99', 'max', 'count', 'rate'] as const;
export const PerformanceSchema = object(
  {
    kind: Type.Literal('performance'),
    ...common,
    ...choice,
    property: FieldName,
    by: FieldName,
    condition: Type.Optional(FilterSchema),
    interval: Type.Optional(interval),
    sort: Type.Optional(one(PERFORMANCE_SORTS, '`p95` unless said; the greatest first.')),
    limit: groupLimit,
  },
  'A number by another property, the slowest first: percentiles, and how often a condition holds (errors).',
);

export const SqlSchema = object(
  {
    kind: Type.Literal('sql'),
    ...common,
    sql: Type.String({
      minLength: 1,
      maxLength: 20_000,
      description: 'One SELECT over `events` (docs/analyze/sql.md).',
    }),
  },
  'A SELECT over the events of the app.',
);

export const QUESTIONS = {
  trend: TrendSchema,
  funnel: FunnelSchema,
  retention: RetentionSchema,
  stickiness: StickinessSchema,
  lifecycle: LifecycleSchema,
  paths: PathsSchema,
  sessions: SessionsSchema,
  users: UsersSchema,
  timeline: TimelineSchema,
  performance: PerformanceSchema,
  sql: SqlSchema,
} as const;
export type Kind = keyof typeof QUESTIONS;
export type QuestionOf<K extends Kind> = Static<(typeof QUESTIONS)[K]>;
export type Question = { [K in Kind]: QuestionOf<K> }[Kind];
export const QuestionSchema = Type.Union(Object.values(QUESTIONS), {
  $id: 'Question',
  'x-error-code': 'QUESTION_INVALID',
});
