import type { SeriesMeasure, TrendCell, TrendQuery } from '../model/analysis-query.ts';
import { isSessionMean } from '../model/session.ts';
import { iso } from './answer.ts';
import type { Group } from './groups.ts';
import { movingMeans, runningSums } from './sums.ts';
import type { SeriesPlan } from './trend-plan.ts';
import type { TrendCells } from './trend-run.ts';

export interface TrendPoint {
  readonly from: string;
  readonly value: number | null;
  readonly movingAverage?: number | null;
}
export interface TrendLine {
  /** Some of its numbers are estimates. */
  readonly estimated?: true;
  readonly total: number | null;
  readonly points?: readonly TrendPoint[];
}

export interface SeriesLine extends TrendLine {
  /** Values that were to be numbers and are none. */
  readonly skipped?: number;
}

type Values = readonly (number | null)[];
interface LineValues {
  readonly total: number | null;
  readonly points: Values | undefined;
}
/** Of one series and group, by the start of the bucket; undefined: the whole range. */
type Cells = ReadonlyMap<number | undefined, TrendCell>;

export interface LineOptions {
  /** The place of a group among those shown. A value may be a text of 250 kB: keys made of it for each point took minutes. */
  readonly placeOf: (group: Group) => number | undefined;
  readonly isCumulative: boolean;
  /** The points of a moving average; undefined: none. */
  readonly averageOver: number | undefined;
}

/** Puts cells together to lines. */
export class TrendLines {
  readonly #buckets: TrendQuery['buckets'];
  readonly #starts: readonly string[];
  readonly #options: LineOptions;
  readonly #cells: ReadonlyMap<string, Cells>;
  /** A formula needs them once more. */
  readonly #made = new Map<string, SeriesLine>();

  constructor({ buckets, cells }: TrendCells, options: LineOptions) {
    this.#buckets = buckets;
    this.#starts = (buckets ?? []).map(iso);
    this.#options = options;
    const byLine = new Map<string, Map<number | undefined, TrendCell>>();
    for (const cell of cells) {
      const key = this.#keyOf(cell.series, cell.group);
      byLine.set(key, (byLine.get(key) ?? new Map<number | undefined, TrendCell>()).set(cell.bucket, cell));
    }
    this.#cells = byLine;
  }

  /** Of a series and a group. */
  line(series: SeriesPlan, group: Group): SeriesLine {
    const key = this.#keyOf(series.index, group);
    const made = this.#made.get(key) ?? this.#make(series, group);
    this.#made.set(key, made);
    return made;
  }

  #make({ measure, index, eventsIndex }: SeriesPlan, group: Group): SeriesLine {
    const values = this.#valuesOf(index, group, emptyOf(measure));
    const { total, points } = this.#options.isCumulative ? this.#cumulative(values, eventsIndex, group) : values;
    return {
      total,
      ...(this.#isEstimated(index, group) && { estimated: true }),
      ...(points && { points: this.#pointsOf(points) }),
      ...('property' in measure && {
        skipped: this.#cells.get(this.#keyOf(index, group))?.get(undefined)?.skipped ?? 0,
      }),
    };
  }

  /** Made of other lines, point by point. */
  combined(lines: readonly TrendLine[], combine: (values: Values) => number | null): TrendLine {
    const points = lines[0]?.points?.map((_, i) => combine(lines.map((line) => line.points![i]!.value)));
    return {
      total: combine(lines.map(({ total }) => total)),
      ...(lines.some(({ estimated }) => estimated) && { estimated: true }),
      ...(points && { points: this.#pointsOf(points) }),
    };
  }

  #isEstimated(series: number, group: Group): boolean {
    return [...(this.#cells.get(this.#keyOf(series, group))?.values() ?? [])].some(({ estimated }) => estimated);
  }

  #keyOf(series: number, group: Group): string {
    return `${series} ${this.#options.placeOf(group)}`;
  }

  #valuesOf(index: number, group: Group, empty: number | null): LineValues {
    const cells = this.#cells.get(this.#keyOf(index, group));
    const at = (bucket: number | undefined): number | null => cells?.get(bucket)?.value ?? empty;
    return { total: at(undefined), points: this.#buckets?.map(at) };
  }

  #cumulative({ total, points = [] }: LineValues, eventsIndex: number | undefined, group: Group): LineValues {
    const sums = running(points);
    if (eventsIndex === undefined) return { total, points: sums };
    const events = this.#valuesOf(eventsIndex, group, 0);
    const eventSums = running(events.points ?? []);
    return { total: ratio(events.total, total), points: sums.map((users, i) => ratio(eventSums[i]!, users)) };
  }

  #pointsOf(values: Values): TrendPoint[] {
    const { averageOver } = this.#options;
    const means = averageOver === undefined ? undefined : movingMeans(values, averageOver);
    return values.map((value, i) => ({
      from: this.#starts[i]!,
      value,
      ...(means && { movingAverage: means[i]! }),
    }));
  }
}

/** Where there are no events nothing was counted, and nothing has no mean. */
const emptyOf = (measure: SeriesMeasure): number | null =>
  measure.kind === 'perUser' || isSessionMean(measure.kind) || ('property' in measure && measure.kind !== 'sum')
    ? null
    : 0;

const ratio = (count: number | null, users: number | null): number | null => (users ? (count ?? 0) / users : null);

const running = (values: Values): number[] => runningSums(values.map((value) => value ?? 0));
