/** The axes and the room around them. */
import { short } from '../../components/formats.ts';
import type { Option } from './chart-spec.ts';
import { marksIn, roomOfMarks } from './marks.ts';
import type { Plot, PlotView } from './plot-types.ts';

/** The pattern of what is not over, or was lost. */
export const hatchOf = (color: string) => ({
  symbol: 'rect',
  color,
  dashArrayX: [1, 0],
  dashArrayY: [2, 4],
  symbolSize: 1,
  rotation: Math.PI / 4,
});

const FONT_PX = 12;
/** What a letter of the axis takes at most, on average. */
const LETTER_PX = 6.6;
const TICKS = { narrow: 3, wide: 5 } as const;
/** px: below it there is room for few ticks and short names. */
export const NARROW_PX = 480;

export function axesOf(
  plot: Plot,
  { colours, width, height }: PlotView,
): Pick<Option, 'grid' | 'xAxis' | 'yAxis' | 'tooltip'> {
  const label = { color: colours.dimmed, fontSize: FONT_PX };
  const formatAxis = plot.formatAxis ?? short;
  const names = {
    type: 'category' as const,
    data: plot.places.map((place) => place.label),
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colours.line } },
    axisLabel: { ...label, hideOverlap: true },
  };
  const numbers = {
    type: 'value' as const,
    splitNumber: height < 200 ? TICKS.narrow : TICKS.wide,
    splitLine: { lineStyle: { color: colours.line } },
    axisLabel: { ...label, formatter: (value: number) => formatAxis(value), hideOverlap: true },
    ...(plot.axisMax !== undefined && { max: plot.axisMax, interval: plot.axisMax / (height < 200 ? 2 : 4) }),
  };
  const top = roomOfMarks(marksIn(plot, width));
  const tooltip = {
    trigger: 'axis' as const,
    axisPointer: {
      type: plot.style === 'bar' ? ('shadow' as const) : ('line' as const),
      lineStyle: { color: colours.dimmed, type: 'solid' as const },
      shadowStyle: { color: colours.isDark ? 'rgba(255,255,255,0.05)' : 'rgba(0,0,0,0.04)' },
      label: { show: false },
    },
  };
  if (plot.isHorizontal) {
    const longest = Math.max(...plot.places.map((place) => [...place.label].length), 1);
    const room = Math.round(Math.min(longest * LETTER_PX + 8, width * 0.4));
    return {
      tooltip,
      grid: { left: room + 12, right: 24, top, bottom: 26, containLabel: false },
      xAxis: { ...numbers, splitNumber: width < NARROW_PX ? TICKS.narrow : TICKS.wide },
      yAxis: {
        ...names,
        inverse: true,
        axisLabel: { ...label, width: room, overflow: 'truncate', interval: 0 },
      },
    };
  }
  return {
    tooltip,
    grid: { left: 4 + leftRoom(plot, formatAxis), right: 14, top, bottom: 26, containLabel: false },
    xAxis: { ...names, boundaryGap: plot.style === 'bar' || plot.places.length === 1 },
    yAxis: numbers,
  };
}

/** Known before it is drawn, so that the plot does not move when the numbers of the axis come and go. */
function leftRoom({ series, isStacked, axisMax }: Plot, formatAxis: (value: number) => string): number {
  const values = series
    .flatMap(({ values, before }) => [...values, ...(before?.values ?? [])])
    .map((value) => value ?? 0);
  const factor = isStacked ? series.length : 1;
  const ends = [axisMax ?? Math.max(0, ...values) * factor, Math.min(0, ...values) * factor, 1];
  // Ticks are round numbers near the ends: half as much may need a fraction more.
  const texts = ends.flatMap((end) => [formatAxis(end), formatAxis(roundish(end)), formatAxis(roundish(end) / 4)]);
  return Math.max(20, Math.ceil(Math.max(...texts.map((text) => [...text].length)) * LETTER_PX) + 8);
}

const roundish = (value: number): number => {
  if (value === 0) return 0;
  const power = 10 ** Math.floor(Math.log10(Math.abs(value)));
  return Math.ceil(value / power) * power;
};
