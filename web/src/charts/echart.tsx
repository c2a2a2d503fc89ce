/** ECharts inside React: drawn in a canvas of the size of its container, in the colours of the theme, until it is unmounted. */
import { useReducedMotion } from '@mantine/hooks';
import { BarChart, HeatmapChart, LineChart, PieChart, SankeyChart } from 'echarts/charts';
import {
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
} from 'echarts/components';
import { type ECharts, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { type Ref, useEffect, useImperativeHandle, useLayoutEffect, useRef } from 'react';
import type { ChartSpec, Hit, Option } from './draw/chart-spec.ts';
import type { Colours } from './draw/colours.ts';
import { pngOf } from './draw/png.ts';
import { tooltipElement } from './draw/tooltip.ts';
import type { ChartHandle, Picked } from './types.ts';

use([
  BarChart,
  HeatmapChart,
  LineChart,
  PieChart,
  SankeyChart,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
  CanvasRenderer,
]);

const ANIMATION_MS = 200;

export interface EChartProps {
  readonly spec: ChartSpec;
  readonly colours: Colours;
  readonly width: number;
  readonly height: number;
  /** The series that the reader points at in the legend. */
  readonly highlighted: number | undefined;
  onPick?: ((picked: Picked) => void) | undefined;
  readonly handle?: Ref<ChartHandle> | undefined;
}

export function EChart({ spec, colours, width, height, highlighted, onPick, handle }: EChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(undefined);
  const reduceMotion = useReducedMotion();
  const size = useRef({ width, height });
  const current = useRef({ spec, onPick });
  current.current = { spec, onPick };

  // Before the page is painted, so that the first frame includes the chart.
  useLayoutEffect(() => {
    const drawn = init(place.current!, undefined, { renderer: 'canvas', ...size.current });
    chart.current = drawn;
    listen(drawn, () => current.current);
    return () => {
      chart.current = undefined;
      // A large chart is painted over several frames, and zrender (6.1) continues after it was disposed of: painting nothing ends that.
      drawn.getZr().clear();
      drawn.getZr().refreshImmediately();
      drawn.dispose();
    };
  }, []);

  useLayoutEffect(() => {
    const drawn = chart.current!;
    const isFirst = drawn.getOption() === undefined;
    if (!isFirst) drawn.resize({ width, height });
    // What is there already is animated; new parts appear immediately.
    drawn.setOption(
      wholeOption(spec, colours, { isStill: reduceMotion || isFirst, isPickable: onPick !== undefined }),
      {
        // Parts that stay are animated to their new position; nothing of another kind of chart remains.
        replaceMerge: ['series', 'xAxis', 'yAxis', 'grid', 'visualMap'],
        lazyUpdate: false,
      },
    );
    if (isFirst) drawn.getZr().flush();
  }, [spec, colours, width, height, reduceMotion, onPick]);

  useEffect(() => {
    if (highlighted === undefined) return;
    const drawn = chart.current!;
    drawn.dispatchAction({ type: 'highlight', seriesName: String(highlighted) });
    return () => {
      if (!drawn.isDisposed()) drawn.dispatchAction({ type: 'downplay', seriesName: String(highlighted) });
    };
  }, [highlighted]);

  useImperativeHandle(handle, () => ({ png: () => pngOf(current.current.spec, colours, width, height) }), [
    colours,
    width,
    height,
  ]);

  return <div ref={place} role="img" aria-label={spec.label} style={{ width, height }} />;
}

interface Moves {
  readonly isStill: boolean;
  readonly isPickable: boolean;
}

/** Options that all charts share. */
function wholeOption(spec: ChartSpec, colours: Colours, { isStill, isPickable }: Moves): Option {
  const tooltip = { ...(spec.option.tooltip as object | undefined) };
  return {
    animation: !isStill,
    animationDuration: ANIMATION_MS,
    animationDurationUpdate: ANIMATION_MS,
    stateAnimation: { duration: isStill ? 0 : 100 },
    textStyle: { fontFamily: FONT, color: colours.text },
    ...spec.option,
    ...(isPickable && { series: [spec.option.series ?? []].flat().map((one) => ({ cursor: 'pointer', ...one })) }),
    tooltip: {
      ...tooltip,
      confine: true,
      transitionDuration: 0,
      padding: 0,
      borderWidth: 0,
      backgroundColor: 'transparent',
      extraCssText: 'box-shadow:none;z-index:10;pointer-events:none',
      // An element and never a string: names from outside are text in it, whatever they look like.
      formatter: (params: unknown) => {
        const hit = hitOf(params);
        const content = hit && spec.tooltip(hit);
        return content ? tooltipElement(content) : '';
      },
    },
  };
}

const FONT = 'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

interface Params {
  readonly seriesName?: unknown;
  readonly seriesType?: unknown;
  readonly name?: unknown;
  readonly dataIndex?: unknown;
  readonly dataType?: unknown;
}

/** ECharts reports one item, or all items at one position of the axis. */
export function hitOf(params: unknown): Hit | undefined {
  const one = (Array.isArray(params) ? params[0] : params) as Params | undefined;
  if (!one || typeof one.dataIndex !== 'number') return undefined;
  // The slices of a pie are named by their index, as series are elsewhere.
  const name = one.seriesType === 'pie' ? one.name : one.seriesName;
  return {
    series: String(name ?? ''),
    index: one.dataIndex,
    ...((one.dataType === 'node' || one.dataType === 'edge') && { part: one.dataType }),
  };
}

/** A click on an item, otherwise on one near it. */
function listen(drawn: ECharts, now: () => { spec: ChartSpec; onPick: ((picked: Picked) => void) | undefined }): void {
  const picked = (hit: Hit | undefined): void => {
    const { spec, onPick } = now();
    const what = hit && spec.pick?.(hit);
    if (what) onPick?.(what);
  };
  drawn.on('click', (params) => picked(hitOf(params)));
  drawn.getZr().on('click', ({ target, offsetX, offsetY }) => {
    const { spec } = now();
    if (target || !spec.nearest || !drawn.containPixel('grid', [offsetX, offsetY])) return;
    const [place, value] = drawn.convertFromPixel('grid', [offsetX, offsetY]) as [number, number];
    picked(spec.nearest(place, value));
  });
}
