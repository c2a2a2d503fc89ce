/** The axes and the space around them. */
import { short } from '../../components/formats.ts';
import type { Option } from './chart-spec.ts';
import { marksIn, roomOfMarks } from './marks.ts';
import type { Plot, PlotSeries, PlotView } from './plot-types.ts';
import { timeTicks } from './time-ticks.ts';

/** The pattern for incomplete periods and for losses. */
export const hatchOf = (color: string) => ({
  symbol: 'rect',
  color,
  dashArrayX: [1, 0],
  dashArrayY: [2, 4],
  symbolSize: 1,
  rotation: Math.PI / 4,
});

const FONT_PX = 12;
/** The average width that a letter of the axis takes at most. */
const LETTER_PX = 6.6;
const TICKS = { narrow: 3, wide: 5 } as const;
/** px: below this there is room for few ticks and short names only. */
export const NARROW_PX = 480;

export function axesOf(
  plot: Plot,
  { colours, width, height }: PlotView,
): Pick<Option, 'grid' | 'xAxis' | 'yAxis' | 'tooltip'> {
  const label = { color: colours.dimmed, fontSize: FONT_PX };
  const left = plot.series.filter(({ isRight }) => !isRight);
  const right = plot.series.filter(({ isRight }) => isRight);
  const formatAxis = axisFormat(left, plot.formatAxis);
  const formatRight = axisFormat(right);
  const roomRight = right.length === 0 ? 14 : 4 + axisRoom({ ...plot, series: right }, formatRight);
  const roomLeft = 4 + axisRoom({ ...plot, series: left }, formatAxis);
  const ticks = timeTicks(plot.places, width - roomLeft - roomRight);
  const names = {
    type: 'category' as const,
    data: plot.places.map((place) => place.label),
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colours.line } },
    axisLabel: { ...label, hideOverlap: true, ...(ticks && { interval: (i: number) => ticks.has(i) }) },
  };
  const numbers = (format: (value: number) => string, series: readonly PlotSeries[]) => ({
    type: 'value' as const,
    splitNumber: height < 200 ? TICKS.narrow : TICKS.wide,
    splitLine: { lineStyle: { color: colours.line } },
    axisLabel: { ...label, formatter: (value: number) => format(value), hideOverlap: true },
    // Half an event is none.
    ...(areWhole(series) && { minInterval: 1 }),
    ...(plot.axisMax !== undefined && { max: plot.axisMax, interval: plot.axisMax / (height < 200 ? 2 : 4) }),
  });
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
      xAxis: { ...numbers(formatAxis, left), splitNumber: width < NARROW_PX ? TICKS.narrow : TICKS.wide },
      yAxis: {
        ...names,
        inverse: true,
        axisLabel: { ...label, width: room, overflow: 'truncate', interval: 0 },
      },
    };
  }
  return {
    tooltip,
    grid: { left: roomLeft, right: roomRight, top, bottom: 26, containLabel: false },
    xAxis: { ...names, boundaryGap: plot.style === 'bar' || plot.places.length === 1 },
    yAxis: [
      numbers(formatAxis, left),
      // Its own lines would cross those of the first.
      ...(right.length > 0 ? [{ ...numbers(formatRight, right), splitLine: { show: false } }] : []),
    ],
  };
}

/** In the unit that all series of the axis share. */
const axisFormat = (series: readonly PlotSeries[], otherwise: (value: number) => string = short) => {
  const [unit, ...others] = [...new Set(series.map((one) => one.unit))];
  return unit && others.length === 0 ? unit.short : otherwise;
};

const areWhole = (series: readonly PlotSeries[]): boolean =>
  series.every(({ values, before }) =>
    [...values, ...(before?.values ?? [])].every((value) => value === null || Number.isInteger(value)),
  );

/** Calculated before drawing, so that the plot does not move when the numbers of the axis change. */
function axisRoom({ series, isStacked, axisMax }: Plot, formatAxis: (value: number) => string): number {
  const values = series
    .flatMap(({ values, before }) => [...values, ...(before?.values ?? [])])
    .map((value) => value ?? 0);
  const factor = isStacked ? series.length : 1;
  const ends = [axisMax ?? Math.max(0, ...values) * factor, Math.min(0, ...values) * factor, 1];
  // Ticks are round numbers near the ends: half as many may need one more decimal.
  const texts = ends.flatMap((end) => [formatAxis(end), formatAxis(roundish(end)), formatAxis(roundish(end) / 4)]);
  return Math.max(20, Math.ceil(Math.max(...texts.map((text) => [...text].length)) * LETTER_PX) + 8);
}

const roundish = (value: number): number => {
  if (value === 0) return 0;
  const power = 10 ** Math.floor(Math.log10(Math.abs(value)));
  return Math.ceil(value / power) * power;
};
