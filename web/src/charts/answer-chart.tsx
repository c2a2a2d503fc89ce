/** Draws an answer of the analysis. ECharts comes with the first chart, not before (`lazy`). */
import { Box, Skeleton, Text } from '@mantine/core';
import { Suspense } from 'react';
import { loadable } from '../components/loadable.tsx';
import { type AnswerChartProps, chartOf } from './types.ts';

const DrawnChart = loadable(() => import('./drawn-chart.tsx').then((module) => module.DrawnChart));
const SessionsView = loadable(() => import('./sessions-view.tsx').then((module) => module.SessionsView));
const TableView = loadable(() => import('./table-view.tsx').then((module) => module.TableView));
const NumberView = loadable(() => import('./number-view.tsx').then((module) => module.NumberView));

/** Loads what draws charts before the first is there, so that it does not wait for the answer: call it where a page begins. */
export const preloadCharts = DrawnChart.preload;

export const CHART_HEIGHT_PX = 320;

/** A line of small text. */
const NOTE_PX = 20;

/** The chart, below what its reader must know about the answer. */
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
