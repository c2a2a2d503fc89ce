/** Draws an answer of the analysis API. ECharts is loaded with the first chart, not before (`lazy`). */
import { Box, Skeleton, Text } from '@mantine/core';
import { Suspense } from 'react';
import { loadable } from '../components/loadable.tsx';
import { type AnswerChartProps, chartOf } from './types.ts';

const DrawnChart = loadable(() => import('./drawn-chart.tsx'), 'DrawnChart');
const SessionsView = loadable(() => import('./sessions-view.tsx'), 'SessionsView');
const TableView = loadable(() => import('./table-view.tsx'), 'TableView');
const NumberView = loadable(() => import('./number-view.tsx'), 'NumberView');

/** Loads the chart code early, so that it does not wait for the answer: call it at the start of a page. */
export const preloadCharts = DrawnChart.preload;

export const CHART_HEIGHT_PX = 320;

/** A line of small text. */
const NOTE_PX = 20;

/** The chart, under the notes that the reader must know about the answer. */
export function AnswerChart({ height = CHART_HEIGHT_PX, ...props }: AnswerChartProps) {
  const notes = props.answer.notes ?? [];
  if (notes.length === 0) return <Chart height={height} {...props} />;
  return (
    <Box>
      {notes.map(({ field, detail }) => (
        <Text key={field} role="note" size="xs" c="orange.8" h={NOTE_PX} lineClamp={1} title={detail}>
          {detail}
        </Text>
      ))}
      <Chart height={height - notes.length * NOTE_PX} {...props} />
    </Box>
  );
}

function Chart({ height, ...props }: AnswerChartProps & { readonly height: number }) {
  const chart = chartOf(props.answer.kind, props.chart);
  return (
    <Suspense fallback={<Skeleton height={height} />}>
      {chart === 'table' ? (
        <TableView {...props} height={height} />
      ) : chart === 'number' ? (
        <NumberView {...props} height={height} />
      ) : props.answer.kind === 'sessions' ? (
        <SessionsView {...props} answer={props.answer} chart={chart} height={height} />
      ) : (
        <DrawnChart {...props} chart={chart} height={height} />
      )}
    </Suspense>
  );
}
