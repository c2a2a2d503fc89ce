/** The answers of `/api/query/:app`, one schema per kind, told apart by `kind`. Tests check every answer against them. */
import { type TProperties, Type } from '@sinclair/typebox';
import { Json, Notes, StoredEventSchema, Time } from '../model/event-schema.ts';
import { type Kind, MEASURES } from '../questions/kinds.ts';
import { one } from '../questions/parts.ts';
import { WebResultSchema } from './web-answer-schema.ts';

const Count = Type.Integer({ minimum: 0 });
const maybe = (description: string) => Type.Union([Type.Number(), Type.Null()], { description });
const Milliseconds = maybe('Milliseconds; `null` if there is nothing to measure.');
const Share = maybe('0 to 1; `null` if there is nothing to divide by.');

const Group = Type.Union(
  [
    Type.Array(
      Type.Union([
        Type.Object({ field: Type.String(), value: Json }),
        Type.Object({ field: Type.String(), missing: Type.Literal(true) }),
      ]),
    ),
    Type.Literal('other'),
  ],
  {
    description:
      'One entry for each field of the breakdown: its value, or that the events do not have it. `other`: all groups beyond the limit.',
  },
);

const line = {
  total: maybe('Of the whole range; distinct users are not the sum of the points.'),
  estimated: Type.Optional(
    Type.Literal(true, { description: 'Some of its numbers are estimates. Absent: all are exact.' }),
  ),
  points: Type.Optional(
    Type.Array(
      Type.Object({
        from: Time,
        value: maybe('null: nothing to measure.'),
        movingAverage: Type.Optional(maybe('The mean of the last points up to this one.')),
      }),
      { description: 'One point for each bucket, including empty ones. Absent without an interval.' },
    ),
  ),
};
const Trend = Type.Object({
  series: Type.Array(
    Type.Object({
      name: Type.String(),
      measure: one([...MEASURES, 'formula']),
      group: Type.Optional(Group),
      ...line,
      skipped: Type.Optional(Type.Integer({ description: 'Number of values that are not numbers.' })),
      compare: Type.Optional(
        Type.Object({
          ...{ from: Time, to: Time, ...line },
          soFar: Type.Optional(
            Type.Object(
              { to: Time, total: line.total, estimated: line.estimated },
              {
                description:
                  'While the range of the question is running: from `from` up to the same moment, so that it can be compared with `total`.',
              },
            ),
          ),
        }),
      ),
    }),
    { description: 'One entry for each series and group, then the formula.' },
  ),
});

const Steps = Type.Array(
  Type.Object({
    step: Type.Integer({ minimum: 1 }),
    name: Type.String(),
    total: Type.Integer({ minimum: 0, description: 'Users or sessions.' }),
    conversion: Share,
    conversionFromPrevious: Share,
    dropOff: Type.Integer({ minimum: 0, description: 'Those who reached the previous step but not this one.' }),
    medianMs: Milliseconds,
    p90Ms: Milliseconds,
    complete: Type.Boolean({
      description:
        '`false` while users can still reach this step, because the range or their conversion window has not ended.',
    }),
  }),
);
const person = { user: Type.Optional(Type.String()), device: Type.Optional(Type.String()) };
const session = Type.Optional(Type.String());
const Funnel = Type.Object({
  steps: Steps,
  groups: Type.Optional(Type.Array(Type.Object({ group: Group, steps: Steps }))),
  users: Type.Optional(Type.Array(Type.Object({ ...person, session, at: Time }))),
});

const table = {
  cohorts: Type.Array(
    Type.Object({
      from: Time,
      users: Count,
      periods: Type.Array(
        Type.Object({
          period: Type.Integer({
            minimum: 0,
            description: 'Number of periods since the first one of the cohort, which is 0.',
          }),
          users: Count,
          rate: Share,
          complete: Type.Boolean({ description: '`false` while the period has not ended.' }),
        }),
      ),
    }),
  ),
  average: Type.Array(Type.Object({ period: Count, users: Count, rate: Share }), {
    description: 'All cohorts that have reached this period.',
  }),
};
const Retention = Type.Object({
  ...table,
  groups: Type.Optional(Type.Array(Type.Object({ group: Group, ...table }))),
});

const Stickiness = Type.Object({
  periods: Type.Array(
    Type.Object({
      from: Time,
      users: Count,
      average: maybe('Intervals a user was active in.'),
      distribution: Type.Array(Type.Object({ active: Type.Integer({ minimum: 1 }), users: Count })),
    }),
  ),
});

const Lifecycle = Type.Object({
  intervals: Type.Array(
    Type.Object({
      ...{ from: Time, to: Time, new: Count, returning: Count, resurrecting: Count, dormant: Count },
      complete: Type.Boolean({
        description:
          '`false`: the interval has not ended, or the range starts or ends within it; it is counted as a whole anyway.',
      }),
    }),
  ),
});

const node = {
  id: Count,
  step: Type.Integer({
    description: 'Counted from the start: 0 to 5. For paths that lead to `end`: 0, -1, and so on.',
  }),
  total: Type.Integer({ minimum: 0, description: 'Number of paths through this node.' }),
  ended: Type.Integer({ minimum: 0, description: 'Number of paths that end here, if there is a next step.' }),
};
const Paths = Type.Object({
  paths: Count,
  nodes: Type.Array(
    Type.Union([Type.Object({ ...node, value: Json }), Type.Object({ ...node, other: Type.Literal(true) })]),
  ),
  links: Type.Array(Type.Object({ from: Count, to: Count, total: Count }), {
    description: 'In chronological order; `from` and `to` are ids of nodes.',
  }),
});

const figures = {
  sessions: Count,
  users: Count,
  eventsPerSession: maybe('null when there is none.'),
  bounceRate: maybe('Share of sessions with one event at most, besides those that pages send by themselves.'),
  averageMs: Milliseconds,
  medianMs: Milliseconds,
  p90Ms: Milliseconds,
};
const Ends = Type.Array(
  Type.Union([
    Type.Object({ sessions: Count, event: Type.String() }),
    Type.Object({ sessions: Count, other: Type.Literal(true) }),
  ]),
);
const Sessions = Type.Object({
  ...figures,
  points: Type.Optional(Type.Array(Type.Object({ ...figures, from: Time }))),
  groups: Type.Optional(
    Type.Array(Type.Object({ group: Group, ...figures }), {
      description: 'By the values on the first event of each session, the largest first. Absent without a breakdown.',
    }),
  ),
  entry: Ends,
  exit: Ends,
  list: Type.Optional(
    Type.Array(
      Type.Object({
        ...{ ...person, session, from: Time, to: Time, durationMs: Type.Integer({ minimum: 0 }) },
        ...{ events: Count, entry: Type.String(), exit: Type.String() },
      }),
    ),
  ),
});

const Properties = Type.Record(Type.String(), Type.Unknown());
const Users = Type.Object({
  total: Type.Integer({ minimum: 0, description: 'Number of all matches, on any page.' }),
  users: Type.Array(
    Type.Object({
      ...person,
      ...{ firstSeen: Time, lastSeen: Time, events: Count, last: StoredEventSchema },
      traits: Type.Optional(Properties),
    }),
  ),
});
const Timeline = Type.Object({
  events: Type.Array(StoredEventSchema),
  next: Type.Optional(Type.String({ description: 'Send it as `after` for the next page. Absent on the last page.' })),
});

const numbers = {
  count: Count,
  rate: Type.Optional(maybe('Share of events for which the condition holds; absent without one.')),
  ...Object.fromEntries(['p50', 'p95', 'p99', 'max'].map((name) => [name, maybe('null of nothing.')])),
} as TProperties;
const Performance = Type.Object({
  total: Type.Object(numbers),
  groups: Type.Array(
    Type.Object({
      group: Group,
      ...numbers,
      points: Type.Optional(Type.Array(Type.Object({ from: Time, ...numbers }))),
    }),
    { description: 'Worst first.' },
  ),
});

const Sql = Type.Object({
  rows: Type.Array(Type.Array(Json), { description: 'One list of values for each row, in the order of `columns`.' }),
});

const RESULTS = {
  trend: Trend,
  funnel: Funnel,
  retention: Retention,
  stickiness: Stickiness,
  lifecycle: Lifecycle,
  paths: Paths,
  sessions: Sessions,
  users: Users,
  timeline: Timeline,
  performance: Performance,
  sql: Sql,
  web: WebResultSchema,
} as const satisfies Record<Kind, unknown>;

/** Every answer; `result` depends on the kind. */
export const AnswerSchema = Type.Union(
  (Object.keys(RESULTS) as Kind[]).map((kind) =>
    Type.Object({
      kind: Type.Literal(kind),
      from: Time,
      to: Time,
      timeZone: Type.String(),
      exact: Type.Boolean({ description: '`false`: distinct users or percentiles are estimates.' }),
      skipped: Type.Integer({ description: 'Number of values that were skipped because they are not numbers.' }),
      columns: Type.Array(
        Type.Object({ name: Type.String(), type: one(['text', 'number', 'time', 'boolean', 'json']) }),
        { description: 'The columns of the answer as CSV or NDJSON.' },
      ),
      result: RESULTS[kind],
      notes: Type.Optional(Notes),
    }),
  ),
  { $id: 'Answer' },
);
