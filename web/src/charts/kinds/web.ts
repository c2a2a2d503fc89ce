/** Visits of a web site over time: one measure as an area, all of them as a table. */
import type { AnswerOf } from '../../api/wire.ts';
import { figureText, HEADLINE, isEstimate, WEB_MEASURES, type WebMeasure } from '../../components/web-measures.ts';
import { type Buckets, bucketsOf, intervalOf, marksOf, titleOf } from '../draw/buckets.ts';
import type { ChartInput, ChartSpec } from '../draw/chart-spec.ts';
import { type DataTable, numberColumn, type Row, textCell } from '../draw/data-table.ts';
import { plotSpec } from '../draw/plot.ts';
import type { Plot } from '../draw/plot-types.ts';
import { intervalIn } from '../draw/question-parts.ts';
import { spanOf } from './trend.ts';

type Input = Pick<ChartInput<'web'>, 'question' | 'answer' | 'now'>;
type Figures = Partial<AnswerOf<'web'>['result']['totals']>;

function webBuckets({ question, answer, now }: Input): Buckets {
  const { points = [], compare } = answer.result;
  const starts = points.map(({ from }) => from);
  return bucketsOf(starts, {
    interval: intervalIn(question) ?? intervalOf(starts),
    timeZone: answer.timeZone,
    to: answer.to,
    now,
    holds: (place) => points[place]!.pageViews > 0 || points[place]!.visits > 0,
    isAhead: compare?.points !== undefined,
  });
}

export const webSpec = (drawing: ChartInput<'web'>): ChartSpec => plotSpec(webPlot(drawing), drawing);

export function webPlot(drawing: ChartInput<'web'>): Plot {
  const { question, answer, annotations, measure = 'visitors' } = drawing;
  const { points = [], totals, compare } = answer.result;
  const { label, unit } = WEB_MEASURES[measure];
  const buckets = webBuckets(drawing);
  const interval = intervalIn(question) ?? intervalOf(points.map(({ from }) => from));
  return {
    label: `${label} over time, ${spanOf(answer)}, ${buckets.count} points. Total: ${figureText(totals, measure)}`,
    style: 'area',
    places: buckets.places,
    running: buckets.running,
    marks: marksOf(annotations, buckets, answer.timeZone),
    series: [
      {
        label,
        unit,
        values: buckets.places.map((_, at) => (at < buckets.count ? (points[at]?.[measure] ?? null) : null)),
        isEstimate: (place) => points[place] !== undefined && isEstimate(points[place], measure),
        ...(compare?.points && {
          before: {
            values: compare.points.map((point) => point[measure] ?? null),
            isEstimate: isEstimate(compare.totals, measure),
            titles: compare.points.map(({ from }) => titleOf(from, interval, answer.timeZone)),
          },
        }),
      },
    ],
    pick: (_, place) => {
      const range = buckets.ranges[place];
      return range && { label: buckets.places[place]!.title, ...range, filters: [] };
    },
  };
}

/** All measures over time, the whole range first. */
export function webTables(input: Input): readonly DataTable[] {
  const { points = [], totals } = input.answer.result;
  const buckets = webBuckets(input);
  const measures: readonly WebMeasure[] =
    totals.conversions === undefined ? HEADLINE : [...HEADLINE, 'convertedVisitors', 'conversions', 'conversionRate'];
  const cells = (figures: Figures): Row =>
    measures.map((measure) => ({ text: figureText(figures, measure), value: figures[measure] ?? null }));
  const rows = points.slice(0, buckets.count).map((point, place): Row => {
    const { title } = buckets.places[place]!;
    return [
      { text: place === buckets.running ? `${title} (so far)` : title, value: Date.parse(point.from) },
      ...cells(point),
    ];
  });
  return [
    {
      title: 'Over time',
      columns: [{ label: 'Date' }, ...measures.map((measure) => numberColumn(WEB_MEASURES[measure].label))],
      rows: [[textCell('Total'), ...cells(totals)], ...rows],
    },
  ];
}
