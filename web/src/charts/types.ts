/** What a chart is given, and what a click on it reports. */
import type { Ref } from 'react';
import type { Annotation, Answer, Chart, Filter, Kind, Operations, Question, Segment } from '../api/wire.ts';

/** What a click on a bar, a point, a step, a cell or a link stands for: enough to ask for its users or events. */
export interface Picked {
  readonly label: string;
  /** UTC, half-open. */
  readonly from?: string;
  readonly to?: string;
  readonly event?: string;
  readonly filters: readonly Filter[];
  /** Delete by alone are meant: of a cohort of a retention, of a status of a lifecycle. */
  readonly segment?: Segment;
  /** Of a funnel: those who reached the step, or left after it. */
  readonly funnel?: { readonly step: number; readonly status: 'reached' | 'dropped' };
}

/** What a shared link tells of a question: enough to draw its answer. */
export type DrawnQuestion = Operations['getApiSharedToken']['answer']['parts'][number]['question'];

export interface ChartHandle {
  /** The chart as it is drawn, with its legend, as a `data:` address; undefined of tables and figures, and before it is drawn. */
  png(): string | undefined;
}

export interface AnswerChartProps {
  readonly question: Question | DrawnQuestion;
  readonly answer: Answer;
  /** As fits the kind unless given. */
  readonly chart?: Chart | undefined;
  /** px */
  readonly height?: number;
  readonly annotations?: readonly Annotation[];
  onPick?(picked: Picked): void;
  readonly handle?: Ref<ChartHandle>;
}

/** How a kind can be drawn; the first unless something else is asked for. */
export const CHARTS_OF: Readonly<Record<Kind, readonly Chart[]>> = {
  trend: ['line', 'bar', 'area', 'pie', 'number', 'table'],
  funnel: ['funnel', 'table'],
  retention: ['heatmap', 'line', 'table'],
  stickiness: ['bar', 'table'],
  lifecycle: ['bar', 'table'],
  paths: ['sankey', 'table'],
  sessions: ['line', 'table'],
  users: ['table'],
  timeline: ['table'],
  performance: ['table', 'line'],
  sql: ['table', 'line', 'bar', 'area', 'pie', 'number'],
};

/** What fits the kind, when nothing else or something else is asked for. */
export const chartOf = (kind: Kind, chart: Chart | undefined): Chart => {
  const known = CHARTS_OF[kind];
  return chart !== undefined && known.includes(chart) ? chart : known[0]!;
};
