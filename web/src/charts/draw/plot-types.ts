/** What a plot shows: lines, areas or bars along one axis. */
import type { Picked } from '../types.ts';
import type { AxisPoint, Mark } from './chart-spec.ts';
import type { Colours } from './colours.ts';

export type Values = readonly (number | null)[];

export interface PlotSeries {
  readonly label: string;
  /** By its place in the palette unless given. */
  readonly colour?: string;
  readonly values: Values;
  /** The same for another range, place by place. */
  readonly before?: { readonly values: Values; readonly titles: readonly string[] };
  /** The moving average. */
  readonly average?: Values;
}

export interface Plot {
  /** What it shows, for those who do not see it. */
  readonly label: string;
  readonly style: 'line' | 'area' | 'bar';
  readonly isStacked?: boolean;
  /** Bars from the left to the right, their names before them. */
  readonly isHorizontal?: boolean;
  readonly places: readonly AxisPoint[];
  /** The place that is not over yet. */
  readonly running?: number | undefined;
  readonly series: readonly PlotSeries[];
  readonly marks?: readonly Mark[];
  readonly notes?: readonly string[];
  /** Of what is pointed at. */
  format?(value: number): string;
  /** Along the axis. */
  formatAxis?(value: number): string;
  readonly axisMax?: number;
  /** Colour by place and not by series. */
  readonly coloursOfPlaces?: readonly string[];
  pick?(series: number, place: number): Picked | undefined;
}

export interface PlotView {
  readonly colours: Colours;
  readonly width: number;
  readonly height: number;
  readonly hidden: ReadonlySet<number>;
}
