/** What a plot shows: lines, areas or bars along one axis. */
import type { Unit } from '../../components/units.ts';
import type { Picked } from '../types.ts';
import type { AxisPoint, Mark } from './chart-spec.ts';
import type { Colours } from './colours.ts';

export type Values = readonly (number | null)[];

export interface PlotSeries {
  readonly label: string;
  /** By its position in the palette by default. */
  readonly colour?: string;
  readonly values: Values;
  /** Whether the value at a place is an estimate; none is by default. */
  isEstimate?(place: number): boolean;
  /** The same for another range, position by position. */
  readonly before?: {
    readonly values: Values;
    readonly titles: readonly string[];
    readonly isEstimate?: boolean;
  };
  /** The moving average. */
  readonly average?: Values;
  /** How its numbers are written; like those of the plot by default. */
  readonly unit?: Unit;
  /** Measured on the axis at the right: in another unit than the first series. */
  readonly isRight?: boolean;
}

export interface Plot {
  /** What it shows, for screen readers. */
  readonly label: string;
  readonly style: 'line' | 'area' | 'bar';
  readonly isStacked?: boolean;
  /** Horizontal bars, with their names before them. */
  readonly isHorizontal?: boolean;
  readonly places: readonly AxisPoint[];
  /** The index of the bucket that is not over yet. */
  readonly running?: number | undefined;
  readonly series: readonly PlotSeries[];
  readonly marks?: readonly Mark[];
  readonly notes?: readonly string[];
  /** In the tooltip. */
  format?(value: number): string;
  /** Along the axis. */
  formatAxis?(value: number): string;
  readonly axisMax?: number;
  /** Colours by position instead of by series. */
  readonly coloursOfPlaces?: readonly string[];
  pick?(series: number, place: number): Picked | undefined;
}

export interface PlotView {
  readonly colours: Colours;
  readonly width: number;
  readonly height: number;
  readonly hidden: ReadonlySet<number>;
}
