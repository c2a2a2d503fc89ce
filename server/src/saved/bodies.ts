/** What can be saved. One schema each, for validation, types and OpenAPI. */
import { type Static, type TObject, type TProperties, Type } from '@sinclair/typebox';
import { type Question, QuestionSchema } from '../questions/kinds.ts';
import { object, one, SavedId, SegmentSchema, Time } from '../questions/parts.ts';

export const CHARTS = ['line', 'bar', 'area', 'pie', 'number', 'table', 'funnel', 'heatmap', 'sankey'] as const;
/** Columns of a dashboard's grid. */
export const GRID_COLUMNS = 12;
export const TILES_MAX = 50;
const TEXT_MAX = 2_000;

const Name = Type.String({ minLength: 1, maxLength: 256 });
const Description = Type.Optional(Type.String({ maxLength: TEXT_MAX }));
const Chart = Type.Optional(one(CHARTS, 'The chart type. Default: the one that fits the kind of question.'));
/** Typed so that TypeScript distinguishes the kinds. The schema is that of `/api/query/:app`. */
const Asked = Type.Unsafe<Question>(QuestionSchema);

export const ReportBody = object({ name: Name, description: Description, question: Asked, chart: Chart });

export const TileBody = object(
  {
    x: Type.Integer({ minimum: 0, maximum: GRID_COLUMNS - 1 }),
    y: Type.Integer({ minimum: 0, maximum: 10_000 }),
    w: Type.Integer({ minimum: 1, maximum: GRID_COLUMNS }),
    h: Type.Integer({ minimum: 1, maximum: 100 }),
    name: Type.Optional(Name),
    chart: Chart,
    report: Type.Optional(SavedId),
    question: Type.Optional(Asked),
  },
  `A position in a grid of ${GRID_COLUMNS} columns, with the id of a saved report or a question.`,
);
export const DashboardBody = object({
  name: Name,
  description: Description,
  tiles: Type.Array(TileBody, { maxItems: TILES_MAX }),
});

export const SegmentBody = object({ name: Name, description: Description, segment: SegmentSchema });

export const AnnotationBody = object({
  date: Time,
  text: Type.String({ minLength: 1, maxLength: TEXT_MAX }),
});

export type Report = Static<typeof ReportBody>;
export type Tile = Static<typeof TileBody>;
export type Dashboard = Static<typeof DashboardBody>;
export type SavedSegment = Static<typeof SegmentBody>;
/** `date` as stored: a day, or a time in UTC. */
export type Annotation = { readonly date: string; readonly text: string };

/** The version to change, if `If-Match` does not name it. */
const version = Type.Optional(
  Type.Integer({ minimum: 1, description: 'The version you loaded. You can also send it in `If-Match`.' }),
);

/** The body of a change: any of the fields. null removes an optional one. */
export function changesOf(body: TObject) {
  const fields: TProperties = {};
  const required: readonly string[] = body.required ?? [];
  for (const [name, schema] of Object.entries(body.properties))
    fields[name] = Type.Optional(required.includes(name) ? schema : Type.Union([schema, Type.Null()]));
  return object({ ...fields, version });
}
