import type { GroupKey, SeriesMeasure, TrendCell, TrendQuery } from '../model/analysis-query.ts';
import type { Filter, Interval, QueryControl, Range } from '../model/query.ts';
import { SESSION_GAP_MS } from '../model/session.ts';
import { wrong } from '../questions/check.ts';
import { fieldOf, propertyOf } from '../questions/filters.ts';
import { evaluate, parseFormula } from '../questions/formula.ts';
import type { Measure, QuestionOf } from '../questions/kinds.ts';
import type { AnalysisStore } from '../store/analysis-store.ts';
import { bucketsOf, type Calendar } from '../time/calendar.ts';
import { column, iso, type KindResult } from './answer.ts';
import { type Group, type GroupValue, groupOf } from './groups.ts';
import { previousRange, rangeOf } from './range.ts';
import { type Context, eventSelector, labelOf, type Resolved } from './scope.ts';
import { meanOf, runningSums } from './sums.ts';

const GROUPS = 10;

export interface TrendPoint {
  readonly from: string;
  readonly value: number | null;
  readonly movingAverage?: number | null;
}
export interface TrendLine {
  readonly total: number | null;
  readonly points?: readonly TrendPoint[];
}
export interface TrendSeries extends TrendLine {
  readonly name: string;
  readonly measure: Measure | 'formula';
  readonly group?: readonly GroupValue[] | 'other';
  readonly skipped?: number;
  readonly compare?: TrendLine & { readonly from: string; readonly to: string };
}
export interface TrendAnswer {
  readonly series: readonly TrendSeries[];
}

type Question = QuestionOf<'trend'>;

/** @throws QUESTION_INVALID, RANGE_TOO_MANY_BUCKETS */
export async function trend(
  store: AnalysisStore,
  question: Question,
  { scope, calendar }: Resolved,
  context: Context,
  control: QueryControl,
): Promise<KindResult<TrendAnswer>> {
  const { interval, movingAverage, cumulative = false } = question;
  if (interval === undefined && (movingAverage !== undefined || cumulative)) {
    const name = cumulative ? 'cumulative' : 'movingAverage';
    throw wrong(name, `${name} needs an interval.`);
  }
  const breakdown = (question.breakdown ?? []).map((name, i) => fieldOf(name, `breakdown[${i}]`));
  const measures = question.series.map((series, i) => measureOf(series, `series[${i}]`, cumulative));
  // For the running number of events a user, both are counted: the store has no running ratio.
  const plan = measures.map((measure, i) => ({
    measure,
    filters: eventSelector(question.series[i]!, `series[${i}]`),
  }));
  const counted = cumulative
    ? plan.flatMap((each) =>
        each.measure.kind === 'perUser' ? [{ measure: COUNT, filters: [...each.filters, OF_SOMEBODY] }] : [],
      )
    : [];
  const formula = question.formula === undefined ? undefined : parseFormula(question.formula, measures.length);
  const compared = question.compare && comparedRange(question.compare, scope.range, calendar, context.nowMs);
  const query: TrendQuery = {
    ...scope,
    series: [...plan, ...counted],
    buckets: interval && bucketsOf(scope.range, interval, calendar),
    breakdown,
    groups: { limit: question.limit ?? GROUPS },
    cumulative,
  };
  const isEmpty = scope.range.from >= scope.range.to;
  const found = isEmpty ? { cells: [], groups: [], exact: true } : await store.trend(query, control);
  const other =
    compared === undefined
      ? undefined
      : await compare(store, query, found.groups, compared, interval, calendar, control);
  const groups: Group[] = breakdown.length === 0 ? [[]] : [...found.groups];
  if ([...found.cells, ...(other?.cells ?? [])].some(({ group }) => group === 'other')) groups.push('other');
  const lines = linesOf(query, measures, found.cells, groups, movingAverage);
  const otherLines = other && linesOf(other.query, measures, other.cells, groups, movingAverage);
  const series = question.series.flatMap((each, i) =>
    groups.map((group, g): TrendSeries => {
      const line = lines[i]![g]!;
      return {
        name: labelOf(each),
        measure: each.measure ?? 'count',
        ...(breakdown.length > 0 && { group: groupOf(group, question.breakdown!) }),
        ...line,
        ...(otherLines && {
          compare: { from: iso(compared!.from), to: iso(compared!.to), ...withoutSkipped(otherLines[i]![g]!) },
        }),
      };
    }),
  );
  if (formula) {
    const name = question.formula!;
    const made = (of: readonly (readonly TrendLine[])[], g: number): TrendLine =>
      formulaLine(
        of.map((line) => line[g]!),
        (values) => evaluate(formula, values),
        movingAverage,
      );
    series.push(
      ...groups.map(
        (group, g): TrendSeries => ({
          name,
          measure: 'formula',
          ...(breakdown.length > 0 && { group: groupOf(group, question.breakdown!) }),
          ...made(lines, g),
          ...(otherLines && { compare: { from: iso(compared!.from), to: iso(compared!.to), ...made(otherLines, g) } }),
        }),
      ),
    );
  }
  const skipped = found.cells.reduce((sum, cell) => sum + (cell.bucket === undefined ? cell.skipped : 0), 0);
  return { exact: found.exact && (other?.exact ?? true), skipped, ...tableOf(series, question), result: { series } };
}

const COUNT: SeriesMeasure = { kind: 'count' };
/** Events of nobody are no user's. */
const OF_SOMEBODY: Filter = {
  or: (['user', 'device'] as const).map((name) => ({
    field: { kind: 'column', name },
    operator: 'exists',
    matches: [],
  })),
};

function measureOf(
  { measure = 'count', property }: Question['series'][number],
  path: string,
  cumulative: boolean,
): SeriesMeasure {
  const needs = !['count', 'users', 'sessions', 'perUser'].includes(measure);
  if (needs && property === undefined)
    throw wrong(`${path}.property`, `${path}.property is missing; ${measure} needs one.`);
  if (!needs && property !== undefined)
    throw wrong(`${path}.property`, `${path}.property is not for ${measure}; leave it out.`);
  switch (measure) {
    case 'count':
    case 'users':
    case 'perUser':
      return { kind: measure };
    case 'sessions':
      return { kind: measure, gapMs: SESSION_GAP_MS };
    case 'uniqueValues':
      return { kind: measure, field: fieldOf(property!, `${path}.property`) };
    default:
      if (cumulative && measure !== 'sum')
        throw wrong(
          'cumulative',
          `cumulative is for count, users, sessions, perUser, sum and uniqueValues, not for ${measure}.`,
        );
      return { kind: measure, property: propertyOf(property!, `${path}.property`) };
  }
}

function comparedRange(
  compare: NonNullable<Question['compare']>,
  range: Range,
  calendar: Calendar,
  nowMs: number,
): Range {
  return compare === 'previousPeriod'
    ? previousRange(range, calendar.timeZone)
    : rangeOf(compare, calendar, nowMs, 'compare.');
}

/** The same groups in another range. */
async function compare(
  store: AnalysisStore,
  query: TrendQuery,
  keys: readonly GroupKey[],
  range: Range,
  interval: Interval | undefined,
  calendar: Calendar,
  control: QueryControl,
) {
  const other: TrendQuery = {
    ...query,
    range,
    buckets: interval && bucketsOf(range, interval, calendar),
    groups: { keys },
  };
  if (range.from >= range.to) return { query: other, cells: [], exact: true };
  const { cells, exact } = await store.trend(other, control);
  return { query: other, cells, exact };
}

/** By series and group. */
function linesOf(
  query: TrendQuery,
  measures: readonly SeriesMeasure[],
  cells: readonly TrendCell[],
  groups: readonly Group[],
  movingAverage: number | undefined,
): (TrendLine & { skipped?: number })[][] {
  const found = new Map(cells.map((cell) => [`${cell.series} ${cell.bucket} ${JSON.stringify(cell.group)}`, cell]));
  const { buckets, cumulative } = query;
  let nextCount = measures.length;
  return measures.map((measure, series) => {
    const countSeries = cumulative && measure.kind === 'perUser' ? nextCount++ : undefined;
    const isNumber = 'property' in measure;
    // No events: nothing was counted, and of nothing there is no mean.
    const empty = isNumber && measure.kind !== 'sum' ? null : measure.kind === 'perUser' ? null : 0;
    return groups.map((group) => {
      const cell = (of: number, bucket: number | undefined) => found.get(`${of} ${bucket} ${JSON.stringify(group)}`);
      const valueAt = (bucket: number | undefined): number | null => cell(series, bucket)?.value ?? empty;
      let values = buckets?.map(valueAt);
      let total = valueAt(undefined);
      if (cumulative && values) {
        values = running(values);
        if (countSeries !== undefined) {
          const counts = running(buckets!.map((bucket) => cell(countSeries, bucket)?.value ?? 0));
          values = values.map((users, i) => ratio(counts[i]!, users));
          total = ratio(cell(countSeries, undefined)?.value ?? 0, total);
        }
      }
      const skipped = cell(series, undefined)?.skipped ?? 0;
      return {
        total,
        ...(values && { points: pointsOf(buckets!, values, movingAverage) }),
        ...(isNumber && { skipped }),
      };
    });
  });
}

const ratio = (count: number | null, users: number | null): number | null => (users ? (count ?? 0) / users : null);

const running = (values: readonly (number | null)[]): number[] => runningSums(values.map((value) => value ?? 0));

function pointsOf(
  buckets: readonly number[],
  values: readonly (number | null)[],
  window: number | undefined,
): TrendPoint[] {
  return values.map((value, i) => ({
    from: iso(buckets[i]!),
    value,
    ...(window !== undefined && { movingAverage: mean(values.slice(Math.max(0, i - window + 1), i + 1)) }),
  }));
}

/** Of those that have a value. */
const mean = (values: readonly (number | null)[]): number | null => meanOf(values.filter((value) => value !== null));

function formulaLine(
  lines: readonly TrendLine[],
  valueOfLines: (values: readonly (number | null)[]) => number | null,
  window: number | undefined,
): TrendLine {
  const points = lines[0]?.points?.map((_, i) => valueOfLines(lines.map((line) => line.points![i]!.value)));
  const starts = lines[0]?.points?.map(({ from }) => Date.parse(from));
  return {
    total: valueOfLines(lines.map(({ total }) => total)),
    ...(points && { points: pointsOf(starts!, points, window) }),
  };
}

const withoutSkipped = ({ skipped: _, ...line }: TrendLine & { skipped?: number }): TrendLine => line;

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
        ...breakdown.map((_, i) => {
          const value = group === undefined || isOther ? undefined : group[i];
          return value && 'value' in value ? value.value : undefined;
        }),
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
