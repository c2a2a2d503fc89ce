/** Lines, areas and bars along one axis, shared by trends, sessions, performance, lifecycle, stickiness and SQL. */
import type { BarSeriesOption, LineSeriesOption } from 'echarts/charts';
import { approx, changeOf, count } from '../../components/formats.ts';
import { axesOf, hatchOf } from './axes.ts';
import type { ChartSpec, Hit, LegendItem, SeriesOption, Shape, TooltipContent, TooltipRow } from './chart-spec.ts';
import { type Colours, colourOf } from './colours.ts';
import { markLineOf, marksIn } from './marks.ts';
import type { Plot, PlotSeries, PlotView, Values } from './plot-types.ts';

const SHAPES: readonly Shape[] = ['circle', 'rect', 'triangle', 'diamond'];
const MARKERS = 10;
const ROWS_MAX = 12;

export function plotSpec(plot: Plot, view: PlotView): ChartSpec {
  const { series, style } = plot;
  const { colours, hidden } = view;
  const colour = (i: number) => series[i]!.colour ?? colourOf(colours, i);
  const shown = series.map((_, i) => i).filter((i) => !hidden.has(i));
  const options = shown.flatMap((i) => seriesOptions(plot, i, colour(i), view));
  const all = plot.isStacked ? stackedBefore(plot, shown, colours) : [];
  const marked = options[0] as LineSeriesOption | BarSeriesOption | undefined;
  const marks = marksIn(plot, view.width);
  if (marked && marks.length > 0) marked.markLine = markLineOf(marks, colours);
  const legend = series.map(
    ({ label }, i): LegendItem => ({
      series: i,
      label,
      colour: colour(i),
      shape: style === 'line' || isLineOver(plot, i) ? shapeOf(i) : 'rect',
    }),
  );
  return {
    label: plot.label,
    legend: series.length > 1 ? legend : [],
    ...(plot.notes && { notes: plot.notes }),
    option: { ...axesOf(plot, view), series: [...options, ...all] as SeriesOption[] },
    tooltip: ({ index }) => tooltipOf(plot, shown, index, colour),
    ...(plot.pick && { pick: ({ series: name, index }) => plot.pick?.(Number(name), index) }),
    nearest: (place, value) => nearestOf(plot, shown, place, value),
  };
}

export const shapeOf = (i: number): Shape => SHAPES[i % SHAPES.length]!;

/** Bars of two axes would hide each other. */
const isLineOver = ({ series, isHorizontal }: Plot, i: number): boolean => series[i]!.isRight === true && !isHorizontal;

function seriesOptions(plot: Plot, i: number, colour: string, view: PlotView): SeriesOption[] {
  const options =
    plot.style === 'bar' && !isLineOver(plot, i) ? barOptions(plot, i, colour, view) : lineOptions(plot, i, colour);
  return plot.series[i]!.isRight ? options.map((one) => ({ ...one, yAxisIndex: 1 }) as SeriesOption) : options;
}

/** Incomplete periods are dotted, earlier ranges dashed; a moving average is drawn solid over the paler values it is made of. */
function lineOptions(plot: Plot, i: number, colour: string): LineSeriesOption[] {
  const { values, before, average } = plot.series[i]!;
  const isMany = plot.series.length > 1;
  const running = plot.running !== undefined && (values[plot.running] ?? null) !== null ? plot.running : undefined;
  const isArea = plot.style === 'area';
  const fill = { color: colour, opacity: plot.isStacked ? 0.5 : 0.14 };
  const base = { type: 'line' as const, name: String(i), color: colour, showSymbol: false, symbolSize: 7 };
  const options: LineSeriesOption[] = [
    {
      ...base,
      id: `${i}`,
      symbol: shapeOf(i),
      data: running === undefined ? [...values] : values.map((value, at) => (at === running ? null : value)),
      lineStyle: { width: 2, opacity: average ? 0.4 : 1 },
      emphasis: { focus: isMany ? 'series' : 'none', lineStyle: { width: 2 } },
      ...(isArea && { areaStyle: fill }),
      ...(plot.isStacked && { stack: 'all' }),
    },
  ];
  if (running !== undefined && running > 0)
    options.push({
      ...base,
      id: `${i}-running`,
      symbol: shapeOf(i),
      data: values.map((value, at) => (at === running || at === running - 1 ? value : null)),
      lineStyle: { width: 2, type: [2, 4], opacity: average ? 0.4 : 1 },
      ...(isArea && { areaStyle: { ...fill, opacity: fill.opacity / 2 } }),
      ...(plot.isStacked && { stack: 'running' }),
    });
  const markers = markersOf(values, i, isMany && !plot.isStacked);
  if (markers.length > 0 && !plot.isStacked)
    options.push({
      ...base,
      id: `${i}-markers`,
      symbol: shapeOf(i),
      showSymbol: true,
      data: values.map((value, at) => (markers.includes(at) ? value : null)),
      lineStyle: { width: 0 },
      silent: true,
    });
  return [...options, ...besideOptions(plot, i, colour, before?.values, average)];
}

function besideOptions(
  plot: Plot,
  i: number,
  colour: string,
  before: Values | undefined,
  average: Values | undefined,
): LineSeriesOption[] {
  const base = {
    type: 'line' as const,
    name: String(i),
    color: colour,
    showSymbol: false,
    silent: true,
    symbol: 'none',
  };
  const options: LineSeriesOption[] = [];
  if (before && !plot.isStacked)
    options.push({
      ...base,
      id: `${i}-before`,
      data: plot.places.map((_, at) => before[at] ?? null),
      lineStyle: { width: 1.5, type: [6, 4], opacity: 0.65 },
      z: 1,
    });
  if (average) options.push({ ...base, id: `${i}-average`, data: [...average], lineStyle: { width: 2.5 }, z: 4 });
  return options;
}

function barOptions(
  plot: Plot,
  i: number,
  colour: string,
  { colours }: PlotView,
): (BarSeriesOption | LineSeriesOption)[] {
  const { values, before, average } = plot.series[i]!;
  const hatch = hatchOf(colours.body);
  const data = values.map((value, at) => {
    const own = plot.coloursOfPlaces?.[at];
    const style = {
      ...(own !== undefined && { color: own }),
      ...(at === plot.running && { opacity: 0.75, decal: hatch }),
    };
    // Zero has no bar: the minimum height is for small values.
    return { value: value || '-', itemStyle: style };
  });
  const bar: BarSeriesOption = {
    type: 'bar',
    id: `${i}`,
    name: String(i),
    color: colour,
    data,
    barMaxWidth: plot.isHorizontal ? 22 : 48,
    barMinHeight: 1,
    barCategoryGap: plot.series.length > 1 && !plot.isStacked ? '25%' : '30%',
    itemStyle: {
      ...(!plot.isStacked && { borderRadius: plot.isHorizontal ? [0, 3, 3, 0] : [3, 3, 0, 0] }),
      ...(plot.isStacked && { borderColor: colours.body, borderWidth: 0.5 }),
    },
    emphasis: { focus: plot.series.length > 1 ? 'series' : 'none' },
    ...(plot.isStacked && { stack: 'all' }),
  };
  return [bar, ...(plot.isHorizontal ? [] : besideOptions(plot, i, colour, before?.values, average))];
}

/** A stack is compared with the earlier total: one line over all. */
function stackedBefore(plot: Plot, shown: readonly number[], { dimmed }: Colours): LineSeriesOption[] {
  const befores = shown.flatMap((i) => plot.series[i]!.before?.values ?? []);
  if (befores.length === 0) return [];
  const data = plot.places.map((_, at) => shown.reduce((sum, i) => sum + (plot.series[i]!.before?.values[at] ?? 0), 0));
  return [
    {
      type: 'line',
      id: 'before',
      name: 'before',
      color: dimmed,
      data,
      showSymbol: false,
      silent: true,
      symbol: 'none',
      lineStyle: { width: 1.5, type: [6, 4] },
      z: 5,
    },
  ];
}

/** Some points of each line have their own marker, since colour must not be the only sign; isolated points always have one. */
function markersOf(values: Values, series: number, isMany: boolean): readonly number[] {
  const step = Math.max(1, Math.ceil(values.length / MARKERS));
  const isKnown = (at: number) => (values[at] ?? null) !== null;
  return values
    .map((_, at) => at)
    .filter((at) => {
      if (!isKnown(at)) return false;
      const isAlone = !isKnown(at - 1) && !isKnown(at + 1);
      return isAlone || (isMany && at % step === series % step);
    });
}

function tooltipOf(
  plot: Plot,
  shown: readonly number[],
  place: number,
  colour: (i: number) => string,
): TooltipContent | undefined {
  const at = plot.places[place];
  if (!at) return undefined;
  const rows = shown.map((i) => rowOf(plot.series[i]!, place, plot, plot.coloursOfPlaces?.[place] ?? colour(i)));
  // The largest first, in drawing order; a stack keeps its own order.
  if (!plot.isStacked) rows.sort((a, b) => (b.size ?? -Infinity) - (a.size ?? -Infinity));
  const marks = plot.marks?.filter((mark) => mark.index === place) ?? [];
  const notes = [
    ...(rows.length > ROWS_MAX ? [`and ${rows.length - ROWS_MAX} more`] : []),
    ...(place === plot.running ? ['Incomplete'] : []),
    ...marks.map(({ text }) => text),
  ];
  return {
    title: at.title,
    rows: rows.slice(0, ROWS_MAX).map(({ size, ...row }) => row),
    ...(notes.length > 0 && { note: notes.join(' · ') }),
  };
}

function rowOf(
  { label, values, before, average, isEstimate, unit }: PlotSeries,
  place: number,
  { running, format: formatOfPlot = count }: Plot,
  colour: string,
): TooltipRow & { size: number | null } {
  const value = values[place] ?? null;
  const format = unit?.format ?? formatOfPlot;
  const text = (number: number | null | undefined, isApprox = isEstimate?.(place)) =>
    number === null || number === undefined ? '–' : approx(isApprox, format(number));
  const was = before?.values[place] ?? null;
  const beside = [
    ...(average ? [`average ${text(average[place])}`] : []),
    ...(before && before.titles[place] !== undefined
      ? [
          // A part of a day and a whole one cannot be compared.
          `${before.titles[place]}: ${text(was, before.isEstimate)}${value !== null && was !== null && place !== running ? ` (${changeOf(value, was) ?? 'new'})` : ''}`,
        ]
      : []),
  ];
  return { label, colour, value: text(value), size: value, ...(beside.length > 0 && { dimmed: beside.join(' · ') }) };
}

function nearestOf(plot: Plot, shown: readonly number[], place: number, value: number): Hit | undefined {
  let nearest: Hit | undefined;
  let distance = Number.POSITIVE_INFINITY;
  let height = 0;
  for (const i of shown) {
    // The height is one of the left axis.
    if (plot.series[i]!.isRight) continue;
    const own = plot.series[i]!.values[place] ?? null;
    if (own === null) continue;
    height = plot.isStacked ? height + own : own;
    // In a stack the layer around the position is clicked, so only the first upper edge above it counts.
    const away = plot.isStacked ? (height >= value ? height - value : Number.POSITIVE_INFINITY) : Math.abs(own - value);
    if (away < distance) [nearest, distance] = [{ series: String(i), index: place }, away];
  }
  return nearest;
}
