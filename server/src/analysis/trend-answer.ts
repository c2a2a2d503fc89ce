import { evaluate } from '../questions/formula.ts';
import type { Measure, QuestionOf } from '../questions/kinds.ts';
import { column, iso, type KindResult } from './answer.ts';
import { type Group, type GroupValue, groupOf, valueIn } from './groups.ts';
import { labelOf } from './scope.ts';
import { type SeriesLine, type TrendLine, TrendLines } from './trend-lines.ts';
import type { TrendPlan } from './trend-plan.ts';
import type { TrendCells, TrendRun } from './trend-run.ts';

type Question = QuestionOf<'trend'>;

export interface TrendSeries extends TrendLine {
  readonly name: string;
  readonly measure: Measure | 'formula';
  readonly group?: readonly GroupValue[] | 'other';
  readonly skipped?: number;
  readonly compare?: TrendLine & {
    readonly from: string;
    readonly to: string;
    readonly soFar?: Omit<TrendLine, 'points'> & { readonly to: string };
  };
}
export interface TrendAnswer {
  readonly series: readonly TrendSeries[];
}

export function assembleTrend(question: Question, plan: TrendPlan, run: TrendRun): KindResult<TrendAnswer> {
  const { main, compared, comparedSoFar } = run;
  const exact = ![main, compared, comparedSoFar]
    .flatMap((each) => each?.cells ?? [])
    .some(({ estimated }) => estimated);
  const groups = groupsOf(plan, run);
  const shown = shownSeries(question, plan);
  const places = new Map(groups.map((group, place) => [group, place]));
  const options = {
    placeOf: (group: Group) => (plan.query.breakdown.length === 0 ? 0 : places.get(group)),
    isCumulative: plan.query.cumulative,
    averageOver: question.movingAverage,
  };
  const linesOf = (cells: TrendCells) => new TrendLines(cells, options);
  const lines = linesOf(main);
  const others = compared && { range: rangeOf(compared), lines: linesOf(compared) };
  const soFar = comparedSoFar && { to: iso(comparedSoFar.range.to), lines: linesOf(comparedSoFar) };
  const series = shown.flatMap(({ name, measure, lineOf }) =>
    groups.map(
      (group): TrendSeries => ({
        name,
        measure,
        ...(question.breakdown?.length && { group: groupOf(group, question.breakdown) }),
        ...lineOf(lines, group),
        ...(others && {
          compare: {
            ...others.range,
            ...withoutSkipped(lineOf(others.lines, group)),
            ...(soFar && { soFar: { to: soFar.to, ...totalOf(lineOf(soFar.lines, group)) } }),
          },
        }),
      }),
    ),
  );
  const skipped = main.cells.reduce((sum, cell) => sum + (cell.bucket === undefined ? cell.skipped : 0), 0);
  return { exact, skipped, ...tableOf(series, question), result: { series } };
}

/** All others come last, where there are any. */
function groupsOf({ query }: TrendPlan, { main, compared, groups }: TrendRun): readonly Group[] {
  if (query.breakdown.length === 0) return [[]];
  const hasOther = [main, compared].some((each) => each?.cells.some(({ group }) => group === 'other'));
  return hasOther ? [...groups, 'other'] : groups;
}

interface ShownSeries {
  readonly name: string;
  readonly measure: TrendSeries['measure'];
  readonly lineOf: (lines: TrendLines, group: Group) => SeriesLine;
}

/** Those of the question, and its formula over them. */
function shownSeries(question: Question, { series, formula }: TrendPlan): readonly ShownSeries[] {
  const shown: ShownSeries[] = question.series.map((each, i) => ({
    name: labelOf(each),
    measure: each.measure ?? 'count',
    lineOf: (lines, group) => lines.line(series[i]!, group),
  }));
  if (formula)
    shown.push({
      name: question.formula!,
      measure: 'formula',
      lineOf: (lines, group) =>
        lines.combined(
          series.map((each) => lines.line(each, group)),
          (values) => evaluate(formula, values),
        ),
    });
  return shown;
}

const rangeOf = ({ range }: TrendCells) => ({ from: iso(range.from), to: iso(range.to) });

const withoutSkipped = ({ skipped: _, ...line }: SeriesLine): TrendLine => line;

const totalOf = ({ total, estimated }: SeriesLine) => ({ total, ...(estimated && { estimated }) });

/** A row a point, or a series where there is no interval. */
function tableOf(
  series: readonly TrendSeries[],
  { breakdown = [], interval, movingAverage, compare: compared }: Question,
) {
  const columns = [
    column('series', 'text'),
    column('measure', 'text'),
    ...breakdown.map((field) => column(field, 'json')),
    ...(breakdown.length > 0 ? [column('other', 'boolean')] : []),
    ...(interval ? [column('from', 'time')] : []),
    column('value', 'number'),
    ...(interval && movingAverage !== undefined ? [column('movingAverage', 'number')] : []),
    ...(compared ? [...(interval ? [column('compareFrom', 'time')] : []), column('compareValue', 'number')] : []),
  ];
  const rows = function* (): Generator<unknown[]> {
    for (const { name, measure, group, total, points, compare: other } of series) {
      const isOther = group === 'other';
      const head = [
        name,
        measure,
        ...breakdown.map((_, i) => valueIn(group, i)),
        ...(breakdown.length > 0 ? [isOther] : []),
      ];
      if (points === undefined) yield [...head, total, ...(other ? [other.total] : [])];
      else
        for (let i = 0; i < Math.max(points.length, other?.points?.length ?? 0); i++) {
          const [point, before] = [points[i], other?.points?.[i]];
          yield [
            ...head,
            point?.from,
            point?.value,
            ...(movingAverage !== undefined ? [point?.movingAverage] : []),
            ...(other ? [before?.from, before?.value] : []),
          ];
        }
    }
  };
  return { columns, rows };
}
