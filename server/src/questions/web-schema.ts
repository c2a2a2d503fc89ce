/** The schema of the question `web`. */
import { Type } from '@sinclair/typebox';
import { EVENT_CARDS, GOAL_MEASURES, VISIT_CARDS, WEB_MEASURES, type WebCardName } from '../model/web-query.ts';
import { common, compare, EventSelector, interval, object, one, TEXT_MAX } from './parts.ts';

export const WEB_CARDS = [...Object.keys(VISIT_CARDS), ...Object.keys(EVENT_CARDS)] as readonly WebCardName[];
export const GOALS_MAX = 20;

const Card = object({
  card: one(WEB_CARDS),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, description: 'Number of rows. Default: 10.' })),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000 })),
  search: Type.Optional(
    Type.String({ minLength: 1, maxLength: 256, description: 'Only values that contain this text, ignoring case.' }),
  ),
  sort: Type.Optional(one([...WEB_MEASURES, ...GOAL_MEASURES, 'events'], 'Default: `visitors`.')),
  order: Type.Optional(one(['asc', 'desc'], 'Default: `desc`.')),
});

export const Goal = Type.Union([
  EventSelector,
  object({
    page: Type.String({
      minLength: 1,
      maxLength: TEXT_MAX,
      description: 'The path of a page that is viewed, such as `/thanks`. `*` stands for any text: `/blog/*`.',
    }),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
  }),
]);

export const WebSchema = object(
  {
    kind: Type.Literal('web'),
    ...common,
    interval: Type.Optional(interval),
    compare: compare('Adds the same numbers, without cards and goals, for another range.'),
    current: Type.Optional(Type.Boolean({ description: '`true`: adds the number of visitors of the last 5 minutes.' })),
    goals: Type.Optional(
      Type.Array(Goal, { minItems: 1, maxItems: GOALS_MAX, description: 'Adds the conversions of each.' }),
    ),
    goal: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: GOALS_MAX,
        description: 'The number of one of `goals`, from 1: adds its conversions to all numbers and rows.',
      }),
    ),
    cards: Type.Optional(
      Type.Array(Card, {
        maxItems: WEB_CARDS.length,
        description: 'Breakdowns of the visits, or of what happens in them. Each card can be asked for once.',
      }),
    ),
  },
  'Web: visitors, visits and page views, with their sources, pages, places and devices in one answer.',
);
