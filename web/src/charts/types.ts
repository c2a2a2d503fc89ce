/** What a chart is given, and what a click on it reports. */
import type { Ref } from 'react';
import type { Annotation, Answer, Chart, Filter, Kind, Operations, Question, Segment } from '../api/wire.ts';
import type { WebMeasure } from '../components/web-measures.ts';

/** What a click on a bar, a point, a step, a cell or a link represents: enough to query its users or events. */
export interface Picked {
  readonly label: string;
  /** UTC, half-open. */
  readonly from?: string;
  readonly to?: string;
  readonly event?: string;
  readonly filters: readonly Filter[];
  /** The users selected: of a cohort of a retention, or of a status of a lifecycle. */
  readonly segment?: Segment;
  /** Of a funnel: users who reached the step, or dropped out after it. */
  readonly funnel?: { readonly step: number; readonly status: 'reached' | 'dropped' };
}

/** The part of a question that a share link shows: enough to draw its answer. */
export type DrawnQuestion = Operations['getApiSharedToken']['answer']['parts'][number]['question'];

export interface ChartHandle {
  /** The chart as drawn, with its legend, as a `data:` URL; undefined for tables and figures, and before it is drawn. */
  png(): string | undefined;
}

export interface AnswerChartProps {
  readonly question: Question | DrawnQuestion;
  readonly answer: Answer;
  /** By default what fits the kind. */
  readonly chart?: Chart | undefined;
  /** px */
  readonly height?: number;
  readonly annotations?: readonly Annotation[];
  /** Of an answer about visits: which one is drawn. */
  readonly measure?: WebMeasure | undefined;
  onPick?(picked: Picked): void;
  readonly handle?: Ref<ChartHandle>;
}

/** How a kind can be drawn; the first is the default. */
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
  web: ['area', 'table'],
};

/** What fits the kind, by default or for the requested display. */
export const chartOf = (kind: Kind, chart: Chart | undefined): Chart => {
  // A link may name a kind that there is not.
  const known: readonly Chart[] = (CHARTS_OF as Partial<typeof CHARTS_OF>)[kind] ?? ['table'];
  return chart !== undefined && known.includes(chart) ? chart : known[0]!;
};
