/** The kinds of question, a union told apart by `kind`. */
import { type Static, Type } from '@sinclair/typebox';
import { choice, common, FieldName, groupLimit, interval, object, one, TEXT_MAX, Time } from './parts.ts';

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

export const QUESTIONS = {
  trend: TrendSchema,
} as const;
export type Kind = keyof typeof QUESTIONS;
export type QuestionOf<K extends Kind> = Static<(typeof QUESTIONS)[K]>;
export type Question = { [K in Kind]: QuestionOf<K> }[Kind];
export const QuestionSchema = Type.Union(Object.values(QUESTIONS), { $id: 'Question' });
