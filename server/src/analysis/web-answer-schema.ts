/** The schema of the answer to the question `web`. */
import { Type } from '@sinclair/typebox';
import { Time } from '../model/event-schema.ts';
import { one } from '../questions/parts.ts';
import { WEB_CARDS } from '../questions/web-schema.ts';

const Count = Type.Integer({ minimum: 0 });
const maybe = (description: string) => Type.Union([Type.Number(), Type.Null()], { description });
const Estimated = Type.Optional(
  Type.Literal(true, { description: 'Distinct visitors are estimates. Absent: they are exact.' }),
);
const ConversionRate = maybe('Share of the visitors who converted.');
const conversions = {
  conversions: Type.Optional(Count),
  convertedVisitors: Type.Optional(Count),
  conversionRate: Type.Optional(ConversionRate),
};
const figures = {
  visitors: Count,
  estimated: Estimated,
  visits: Type.Integer({ minimum: 0, description: 'Those that begin in the range or interval.' }),
  pageViews: Type.Integer({ minimum: 0, description: 'Those in the range or interval.' }),
  viewsPerVisit: maybe('null where no visit begins.'),
  bounceRate: maybe(
    'Share of visits with one event at most, besides those that pages send by themselves. null where no visit begins.',
  ),
  durationMs: maybe('From the first event to the last, on the average. null where no visit begins.'),
  ...conversions,
};
const Figures = Type.Object(figures);
const Points = Type.Optional(
  Type.Array(Type.Object({ from: Time, ...figures }), {
    description: 'One for each interval, including empty ones. Absent without an interval.',
  }),
);
const Row = Type.Object({
  value: Type.Union([Type.String(), Type.Null()], { description: 'null: not known; of sources: direct.' }),
  visitors: Count,
  estimated: Estimated,
  visits: Type.Optional(Count),
  pageViews: Type.Optional(Count),
  viewsPerVisit: Type.Optional(figures.viewsPerVisit),
  bounceRate: Type.Optional(figures.bounceRate),
  durationMs: Type.Optional(figures.durationMs),
  events: Type.Optional(Count),
  ...conversions,
});

export const WebResultSchema = Type.Object({
  totals: Figures,
  points: Points,
  compare: Type.Optional(
    Type.Object({
      from: Time,
      to: Time,
      totals: Figures,
      points: Points,
      soFar: Type.Optional(
        Type.Object(
          { to: Time, totals: Figures },
          {
            description:
              'While the range of the question is running: from `from` up to the same moment, so that it can be compared with `totals`.',
          },
        ),
      ),
    }),
  ),
  currentVisitors: Type.Optional(Count),
  goals: Type.Optional(
    Type.Array(
      Type.Object({
        name: Type.String(),
        visitors: Count,
        estimated: Estimated,
        conversions: Count,
        conversionRate: ConversionRate,
      }),
    ),
  ),
  cards: Type.Optional(
    Type.Array(
      Type.Object({
        card: one(WEB_CARDS),
        field: Type.Optional(
          Type.String({ description: 'The field of a condition that shows one row alone. Absent: there is none.' }),
        ),
        totalRows: Type.Integer({ minimum: 0, description: 'All that match `search`, on any page.' }),
        rows: Type.Array(Row),
        others: Type.Optional(Type.Object({ rows: Count }, { description: 'Those after this page.' })),
      }),
    ),
  ),
});
