/** The kinds of question: a union distinguished by `kind`. */
import { type Static, Type } from '@sinclair/typebox';
import { SESSION_MEASURES } from '../model/session.ts';
import {
  common,
  compare,
  Duration,
  EventSelector,
  eventSelector,
  FieldName,
  FilterSchema,
  groupLimit,
  interval,
  object,
  one,
  TEXT_MAX,
} from './parts.ts';
import { WebSchema } from './web-schema.ts';

export const MEASURES = [
  'count',
  'users',
  ...SESSION_MEASURES,
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
  ...eventSelector,
  measure: Type.Optional(
    one(MEASURES, 'Default: `count`. Measures of a property skip values that are not numbers and report how many.'),
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
      description: 'In formulas, the first series is A, the second B, and so on.',
    }),
    interval: Type.Optional(interval),
    breakdown: Type.Optional(Type.Array(FieldName, { minItems: 1, maxItems: 2 })),
    limit: groupLimit,
    compare: compare('Adds the same series for another range.'),
    formula: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: TEXT_MAX,
        description:
          'Adds a series computed from the others, such as `A / B * 100`. Operators: `+`, `-`, `*`, `/` and brackets.',
      }),
    ),
    cumulative: Type.Optional(
      Type.Boolean({ description: '`true`: each point is the total since the start of the range.' }),
    ),
    movingAverage: Type.Optional(
      Type.Integer({
        minimum: 2,
        maximum: 366,
        description: 'Adds to each point the mean of this many points, up to and including it.',
      }),
    ),
  },
  'Trends: numbers over time.',
);

export const STEPS_MAX = 10;
export const FunnelSchema = object(
  {
    kind: Type.Literal('funnel'),
    ...common,
    steps: Type.Array(EventSelector, { minItems: 2, maxItems: STEPS_MAX }),
    window: Type.Optional(Duration),
    order: Type.Optional(
      one(
        ['ordered', 'strict', 'any'],
        '`ordered` (default): other events can come between the steps. `strict`: no other events in between. `any`: the steps in any order; step n counts those who did n of them.',
      ),
    ),
    exclude: Type.Optional(
      Type.Array(
        object({
          ...eventSelector,
          after: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: STEPS_MAX - 1,
              description:
                'Excludes only between this step (the first is 1) and the next. Default: between any two steps.',
            }),
          ),
        }),
        {
          minItems: 1,
          maxItems: 5,
          description: 'Users who do one of these events between two steps do not count for the second step.',
        },
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
            one(['reached', 'dropped'], '`reached` (default), or `dropped`: reached this step but not the next.'),
          ),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
        },
        'Adds a list of the users.',
      ),
    ),
  },
  'Funnels: how far users get through steps. The default conversion window is 14 days.',
);

export const RetentionSchema = object(
  {
    kind: Type.Literal('retention'),
    ...common,
    start: EventSelector,
    return: Type.Optional(EventSelector),
    interval: one(['day', 'week', 'month']),
    mode: Type.Optional(
      one(
        ['onDay', 'unbounded'],
        '`onDay` (default): came back in that period. `unbounded`: in that period or a later one.',
      ),
    ),
    breakdown: Type.Optional(FieldName),
    limit: groupLimit,
  },
  'Retention: who comes back. Cohorts are the users whose first start event is in the same period.',
);

export const StickinessSchema = object(
  {
    kind: Type.Literal('stickiness'),
    ...common,
    ...eventSelector,
    interval: Type.Optional(one(['day', 'week', 'month'], 'Default: `day`.')),
    period: Type.Optional(
      one(['week', 'month'], 'One distribution for each period. Default: one for the whole range.'),
    ),
  },
  'Stickiness: on how many days of a period users are active.',
);

export const LifecycleSchema = object(
  { kind: Type.Literal('lifecycle'), ...common, ...eventSelector, interval: one(['day', 'week', 'month']) },
  'Lifecycle: new, returning, resurrected and dormant users of each interval.',
);

export const PathsSchema = object(
  {
    kind: Type.Literal('paths'),
    ...common,
    start: Type.Optional(EventSelector),
    end: Type.Optional(EventSelector),
    steps: Type.Optional(
      Type.Integer({
        minimum: 2,
        maximum: 6,
        description: 'Number of events in a path, including the first. Default: 4.',
      }),
    ),
    node: Type.Optional(FieldName),
    sessionGap: Type.Optional(Duration),
    collapse: Type.Optional(Type.Boolean({ description: '`true` (default): repeats of the same event are one step.' })),
    limit: groupLimit,
  },
  'Paths: what follows `start`, what leads to `end`, or how sessions begin.',
);

export const SessionsSchema = object(
  {
    kind: Type.Literal('sessions'),
    ...common,
    gap: Type.Optional(Duration),
    interval: Type.Optional(interval),
    breakdown: Type.Optional(
      Type.Array(FieldName, {
        minItems: 1,
        maxItems: 2,
        description: 'Adds groups of sessions, by the values of these fields on the first event of each session.',
      }),
    ),
    limit: groupLimit,
    list: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1_000, description: 'Adds a list of this many of the latest sessions.' }),
    ),
  },
  'Sessions: how many, how long, and where they begin and end.',
);

const order = Type.Optional(one(['asc', 'desc'], 'Default: `desc`.'));
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
      Type.String({
        minLength: 1,
        maxLength: 256,
        description:
          'Only users whose id, or device if they are anonymous, or any text of their traits (name, email, …) contains this text, ignoring case.',
      }),
    ),
    sort: Type.Optional(one(USER_SORTS, 'Default: `lastSeen`.')),
    order,
    ...page,
  },
  'Users: when they were first and last seen, their event counts and their latest properties.',
);

export const TimelineSchema = object(
  {
    kind: Type.Literal('timeline'),
    ...common,
    user: Type.Optional(Type.String({ minLength: 1, maxLength: 4_096 })),
    device: Type.Optional(Type.String({ minLength: 1, maxLength: 4_096 })),
    order,
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
    after: Type.Optional(Type.String({ maxLength: 200, description: 'The `next` of the previous page.' })),
  },
  'Timeline: the events of one user, from all devices.',
);

export const PERFORMANCE_SORTS = ['p50', 'p95', 'p99', 'max', 'count', 'rate'] as const;
export const PerformanceSchema = object(
  {
    kind: Type.Literal('performance'),
    ...common,
    ...eventSelector,
    property: FieldName,
    by: FieldName,
    condition: Type.Optional(FilterSchema),
    interval: Type.Optional(interval),
    sort: Type.Optional(one(PERFORMANCE_SORTS, 'Default: `p95`. The highest values come first.')),
    limit: groupLimit,
  },
  'Performance: percentiles of a numeric property by another field, slowest first, and how often a condition holds, such as errors.',
);

export const SqlSchema = object(
  {
    kind: Type.Literal('sql'),
    ...common,
    sql: Type.String({
      minLength: 1,
      maxLength: 20_000,
      description: 'One `SELECT` on `events` (see docs/analyze/sql.md).',
    }),
  },
  'SQL: one `SELECT` on the events of the app.',
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
  web: WebSchema,
} as const;
export type Kind = keyof typeof QUESTIONS;
export type QuestionOf<K extends Kind> = Static<(typeof QUESTIONS)[K]>;
export type Question = { [K in Kind]: QuestionOf<K> }[Kind];
export const QuestionSchema = Type.Union(Object.values(QUESTIONS), {
  $id: 'Question',
  'x-error-code': 'QUESTION_INVALID',
});
