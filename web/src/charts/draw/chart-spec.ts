/** What a kind of question makes of its answer before ECharts draws it: nothing here needs a browser. */
import type {
  BarSeriesOption,
  HeatmapSeriesOption,
  LineSeriesOption,
  PieSeriesOption,
  SankeySeriesOption,
} from 'echarts/charts';
import type {
  GridComponentOption,
  LegendComponentOption,
  MarkLineComponentOption,
  TooltipComponentOption,
  VisualMapComponentOption,
} from 'echarts/components';
import type { ComposeOption } from 'echarts/core';
import type { Annotation, AnswerOf, Chart, Kind } from '../../api/wire.ts';
import type { AnswerChartProps, Picked } from '../types.ts';
import type { Colours } from './colours.ts';

export type SeriesOption =
  | LineSeriesOption
  | BarSeriesOption
  | PieSeriesOption
  | HeatmapSeriesOption
  | SankeySeriesOption;
export type Option = ComposeOption<
  | SeriesOption
  | GridComponentOption
  | LegendComponentOption
  | TooltipComponentOption
  | MarkLineComponentOption
  | VisualMapComponentOption
>;

export interface ChartInput<K extends Kind> {
  readonly question: AnswerChartProps['question'];
  readonly answer: AnswerOf<K>;
  readonly chart: Chart;
  readonly annotations: readonly Annotation[];
  readonly colours: Colours;
  /** px */
  readonly width: number;
  readonly height: number;
  /** ms since 1970 */
  readonly now: number;
  /** Series that the reader has hidden, by index. */
  readonly hidden: ReadonlySet<number>;
  /** The group of a breakdown that is shown, where one chart cannot show all; 0 is all together. */
  readonly group: number;
  readonly measure?: AnswerChartProps['measure'];
}

export interface ChartSpec {
  readonly option: Option;
  /** What it is and shows, for screen readers. */
  readonly label: string;
  readonly legend: readonly LegendItem[];
  /** To choose from, where one chart cannot show all; the first is all together. */
  readonly groups?: readonly string[];
  /** What is left out or drawn differently from what one would expect. */
  readonly notes?: readonly string[];
  tooltip(hit: Hit): TooltipContent | undefined;
  pick?(hit: Hit): Picked | undefined;
  /** For lines and areas, where a click between the points selects the nearest: the series at this height. */
  nearest?(place: number, value: number): Hit | undefined;
}

/** The point under the mouse. Series are named by their index, so that no name from outside is ever looked up. */
export interface Hit {
  readonly series: string;
  readonly index: number;
  /** A link of a Sankey diagram. */
  readonly part?: 'node' | 'edge';
}

export type Shape = 'circle' | 'rect' | 'triangle' | 'diamond';

export interface LegendItem {
  readonly series: number;
  readonly label: string;
  readonly colour: string;
  readonly shape: Shape;
}

export interface TooltipContent {
  readonly title: string;
  readonly rows: readonly TooltipRow[];
  readonly note?: string;
}
export interface TooltipRow {
  readonly label: string;
  readonly value: string;
  readonly colour?: string;
  readonly dimmed?: string;
}

/** Along an axis. */
export interface AxisPoint {
  readonly label: string;
  readonly title: string;
  /** Of the local day, where the axis shows hours or minutes: labels stand at round times. */
  readonly minute?: number;
}

/** An annotation. */
export interface Mark {
  readonly index: number;
  readonly text: string;
}
