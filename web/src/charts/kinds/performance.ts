import type { AnswerOf, Filter } from '../../api/wire.ts';
import { approxFormat, percent } from '../../components/formats.ts';
import { PLAIN, type Unit, unitOf } from '../../components/units.ts';
import { type Buckets, bucketsOf, intervalOf, marksOf } from '../draw/buckets.ts';
import type { ChartInput, ChartSpec } from '../draw/chart-spec.ts';
import { colourOf } from '../draw/colours.ts';
import { type Cell, type DataTable, numberCell, numberColumn, type Row, textCell } from '../draw/data-table.ts';
import { fieldName, groupFilters, groupName } from '../draw/names.ts';
import { plotSpec } from '../draw/plot.ts';
import type { Plot } from '../draw/plot-types.ts';
import { intervalIn, isWhole, selectorFilters } from '../draw/question-parts.ts';
import type { Picked } from '../types.ts';
import { spanOf } from './trend.ts';

type Input = Pick<ChartInput<'performance'>, 'question' | 'answer' | 'now'>;
type Measured = AnswerOf<'performance'>['result']['total'];
type Sort = 'p50' | 'p95' | 'p99' | 'max' | 'count' | 'rate';

const WORDS: Readonly<Record<Sort, string>> = {
  p50: 'Median',
  p95: 'p95',
  p99: 'p99',
  max: 'Max',
  count: 'Events',
  rate: 'Error rate',
};
/** More overlapping lines cannot be read; the table has all. */
const LINES_MAX = 8;

/** The measure that orders the groups is the one drawn. */
const sortOf = (question: Input['question']): Sort =>
  isWhole(question, 'performance') ? (question.sort ?? 'p95') : 'p95';
/** Percentiles alone are ever estimates. */
const formatOf = (sort: Sort, { question, answer }: Input) =>
  sort === 'rate' ? percent : approxFormat(!answer.exact && sort.startsWith('p'), unitOfSort(sort, question).format);
/** Its property is part of the reduced question of a share link too. */
const unitOfSort = (sort: Sort, question: Input['question']): Unit =>
  sort === 'count' ? PLAIN : unitOf('property' in question ? question.property : undefined);

export const performanceSpec = (drawing: ChartInput<'performance'>): ChartSpec =>
  plotSpec(performancePlot(drawing), drawing);

function buckets({ question, answer, now }: Input): Buckets | undefined {
  const points = answer.result.groups.find((group) => group.points)?.points;
  if (!points) return undefined;
  const starts = points.map(({ from }) => from);
  return bucketsOf(starts, {
    interval: intervalIn(question) ?? intervalOf(starts),
    timeZone: answer.timeZone,
    to: answer.to,
    now,
    holds: (place) => answer.result.groups.some((group) => (group.points?.[place]?.count ?? 0) > 0),
  });
}

/** With an interval one line per group, without one a bar per group. */
export function performancePlot(drawing: ChartInput<'performance'>): Plot {
  const { question, answer, annotations, colours } = drawing;
  const sort = sortOf(question);
  const over = buckets(drawing);
  const all = answer.result.groups;
  const groups = over ? all.slice(0, LINES_MAX) : all;
  const names = groups.map(({ group }) => groupName(group));
  const format = formatOf(sort, drawing);
  const unit = sort === 'rate' ? undefined : unitOfSort(sort, question);
  const label = `${WORDS[sort]} by group, ${spanOf(answer)}. ${groups.map((group, i) => `${names[i]}: ${format(group[sort])}`).join('; ')}`;
  const colour = (i: number) => (groups[i]!.group === 'other' ? colours.rest : colourOf(colours, i));
  if (!over)
    return {
      label,
      style: 'bar',
      isHorizontal: true,
      places: names.map((name) => ({ label: name, title: name })),
      series: [
        { label: WORDS[sort], values: groups.map((group) => group[sort] ?? null), colour: colourOf(colours, 0) },
      ],
      format,
      formatAxis: unit?.short ?? percent,
      pick: (_, place) => pickOf(drawing, place, undefined),
    };
  return {
    label,
    style: 'line',
    places: over.places,
    running: over.running,
    marks: marksOf(annotations, over, answer.timeZone),
    series: groups.map(({ points = [] }, i) => ({
      label: names[i]!,
      colour: colour(i),
      values: points.slice(0, over.count).map((point) => point[sort] ?? null),
    })),
    format,
    formatAxis: unit?.short ?? percent,
    notes: [
      ...(all.length > groups.length ? [`The first ${groups.length} of ${all.length} groups; the table has all`] : []),
      `${WORDS[sort]} per ${intervalIn(question) ?? 'interval'}`,
    ],
    pick: (series, place) =>
      pickOf(drawing, series, over.ranges[place] && { ...over.ranges[place], title: over.places[place]!.title }),
  };
}

function pickOf(
  { question, answer }: Input,
  place: number,
  range: { from: string; to: string; title: string } | undefined,
): Picked | undefined {
  const { groups } = answer.result;
  const one = groups[place];
  if (!one || !isWhole(question, 'performance')) return undefined;
  const own = groupFilters(
    one.group,
    groups.map(({ group }) => group),
  );
  if (!own) return undefined;
  const filters: Filter[] = [
    ...(question.filters ?? []),
    ...selectorFilters(question.id === undefined ? {} : { id: question.id }),
    ...own,
  ];
  return {
    label: [groupName(one.group), range?.title].filter((part) => part !== undefined).join(', '),
    from: range?.from ?? answer.from,
    to: range?.to ?? answer.to,
    ...(question.event !== undefined && { event: question.event }),
    filters,
    ...(question.segment && { segment: question.segment }),
  };
}

export function performanceTables(input: Input): readonly DataTable[] {
  const { question, answer } = input;
  const { groups, total } = answer.result;
  const sort = sortOf(question);
  const hasRate = total.rate !== undefined;
  const largest = Math.max(0, ...groups.map((group) => group[sort] ?? 0));
  const measures: readonly Sort[] = ['count', ...(hasRate ? (['rate'] as const) : []), 'p50', 'p95', 'p99', 'max'];
  const cells = (one: Measured, isGroup: boolean): Cell[] =>
    measures.map((measure) => {
      const value = one[measure] ?? null;
      const share = isGroup && measure === sort && largest > 0 ? { share: (value ?? 0) / largest } : {};
      return numberCell(value, formatOf(measure, input), share);
    });
  const by = 'by' in question && typeof question.by === 'string' ? fieldName(question.by) : 'Group';
  const whole: Row = [textCell('All'), ...cells(total, false)];
  const rows = groups.map(
    (group, i): Row => [textCell(groupName(group.group), { pick: pickOf(input, i, undefined) }), ...cells(group, true)],
  );
  return [
    {
      title: 'Performance',
      columns: [{ label: by }, ...measures.map((measure) => numberColumn(WORDS[measure]))],
      rows: [...rows, whole],
    },
  ];
}
