/** Draws an answer of the analysis. ECharts comes with the first chart, not before (`lazy`). */
import type { Annotation, Answer, Chart, Filter, Kind, Question } from '../api/wire.ts';

/** What a click on a bar, a point, a step, a cell or a link stands for: enough to ask for its users or events. */
export interface Picked {
  readonly label: string;
  /** UTC, half-open. */
  readonly from?: string;
  readonly to?: string;
  readonly event?: string;
  readonly filters: readonly Filter[];
  /** Of a funnel: those who reached the step, or left after it. */
  readonly funnel?: { readonly step: number; readonly status: 'reached' | 'dropped' };
}

export interface AnswerChartProps {
  readonly question: Question;
  readonly answer: Answer;
  /** As fits the kind unless given. */
  readonly chart?: Chart | undefined;
  /** px */
  readonly height?: number;
  readonly annotations?: readonly Annotation[];
  onPick?(picked: Picked): void;
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

export function AnswerChart({ answer }: AnswerChartProps) {
  return <pre>{JSON.stringify(answer.result, undefined, 2)}</pre>;
}
