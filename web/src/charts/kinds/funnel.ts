/** How far users get: those who reached a step are solid, those lost on the way to it are hatched above. */
import type { BarSeriesOption } from 'echarts/charts';
import type { AnswerOf } from '../../api/wire.ts';
import { count, duration, percent } from '../../components/formats.ts';
import { hatchOf, NARROW_PX } from '../draw/axes.ts';
import type { ChartInput, ChartSpec, TooltipContent } from '../draw/chart-spec.ts';
import { colourOf, inkOn, mixed } from '../draw/colours.ts';
import { type DataTable, numberCell, numberColumn, type Row, textCell } from '../draw/data-table.ts';
import { type Group, groupFilters, groupName, lineOf } from '../draw/names.ts';
import { isWhole } from '../draw/question-parts.ts';
import type { Picked } from '../types.ts';

type Input = Pick<ChartInput<'funnel'>, 'question' | 'answer'>;
type Step = AnswerOf<'funnel'>['result']['steps'][number];

interface Part {
  readonly name: string;
  readonly group: Group | undefined;
  readonly steps: readonly Step[];
}

/** All together, or the groups of a breakdown side by side. */
function partsOf({ answer }: Input): readonly Part[] {
  const { steps, groups } = answer.result;
  if (!groups || groups.length === 0) return [{ name: 'All', group: undefined, steps }];
  return groups.map(({ group, steps: own }) => ({ name: groupName(group), group, steps: own }));
}

const LOST = 'lost';

export function funnelSpec(drawing: ChartInput<'funnel'>): ChartSpec {
  const { answer, colours, width, height, hidden } = drawing;
  const parts = partsOf(drawing);
  const isBroken = parts.length > 1 || parts[0]?.group !== undefined;
  const { steps } = answer.result;
  // Side by side, the step names need room: a narrow chart is drawn horizontally.
  const isHorizontal = width < Math.max(NARROW_PX, steps.length * 110);
  const names = steps.map(({ name, step }) => `${step}. ${lineOf(name, 40)}`);
  const colour = (i: number) => (parts[i]!.group === 'other' ? colours.rest : colourOf(colours, i));
  const label = { color: colours.dimmed, fontSize: 12 };
  const room = isHorizontal ? Math.min(Math.max(...names.map((name) => name.length)) * 6.6 + 8, width * 0.36) : 0;
  const columnWidth = Math.max(40, (width - 50) / steps.length - 8);
  const categories = {
    type: 'category' as const,
    data: steps.map(({ medianMs }, i) =>
      isHorizontal || medianMs === null ? names[i]! : `${names[i]}\nafter ${duration(medianMs)}`,
    ),
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colours.line } },
    axisLabel: {
      ...label,
      color: colours.text,
      interval: 0,
      lineHeight: 16,
      overflow: 'truncate' as const,
      width: isHorizontal ? room : columnWidth,
    },
    inverse: isHorizontal,
  };
  const shares = {
    type: 'value' as const,
    max: 1,
    interval: height < 200 ? 0.5 : 0.25,
    splitLine: { lineStyle: { color: colours.line } },
    axisLabel: { ...label, formatter: (value: number) => percent(value), hideOverlap: true },
  };
  const shown = parts.map((_, i) => i).filter((i) => !hidden.has(i));
  return {
    label: `Funnel. ${parts.map((part) => `${isBroken ? `${part.name}: ` : ''}${part.steps.map((step) => `${lineOf(step.name)} ${count(step.total)} (${percent(step.conversion)})`).join(', ')}`).join('; ')}`,
    legend: isBroken
      ? parts.map(({ name }, i) => ({ series: i, label: name, colour: colour(i), shape: 'rect' as const }))
      : [],
    ...(steps.some(({ complete }) => !complete) && {
      notes: [
        `So far: ${steps[0]?.complete ? 'some conversion windows are still open' : 'the date range has not ended'}`,
      ],
    }),
    option: {
      tooltip: { trigger: 'item' },
      grid: isHorizontal
        ? { left: room + 12, right: 48, top: 8, bottom: 26, containLabel: false }
        : {
            left: 46,
            right: 10,
            top: 24,
            bottom: steps.some(({ medianMs }) => medianMs !== null) ? 44 : 28,
            containLabel: false,
          },
      xAxis: isHorizontal ? shares : categories,
      yAxis: isHorizontal ? categories : shares,
      series: shown.flatMap((i) =>
        barsOf(parts[i]!, i, colour(i), {
          colours,
          isBroken,
          isHorizontal: isHorizontal,
          length: isHorizontal ? width - room - 60 : height - 68,
        }),
      ),
    },
    tooltip: ({ series, index }) => tooltipOf(parts, series, index, isBroken, colour),
    pick: ({ series, index }) => {
      const [place, what] = series.split('-');
      return pickOf(drawing, parts[Number(place)], index, what === LOST);
    },
  };
}

interface Look {
  readonly colours: ChartInput<'funnel'>['colours'];
  readonly isBroken: boolean;
  readonly isHorizontal: boolean;
  /** The length in px of a full bar. */
  readonly length: number;
}

/** The px that the text in a bar needs along it. */
const WORDS_PX = { lying: 62, standing: 42 } as const;

function barsOf(
  { steps }: Part,
  i: number,
  colour: string,
  { colours, isBroken, isHorizontal, length }: Look,
): BarSeriesOption[] {
  const radius = isHorizontal ? [0, 3, 3, 0] : [3, 3, 0, 0];
  const base = {
    type: 'bar' as const,
    stack: `part-${i}`,
    barMaxWidth: isBroken ? 48 : 120,
    barGap: '8%',
    barCategoryGap: '22%',
  };
  return [
    {
      ...base,
      id: `${i}`,
      name: `${i}`,
      color: colour,
      data: steps.map(({ conversion, total }) => ({
        value: conversion ?? 0,
        label: {
          show: !isBroken,
          fontSize: 12,
          fontWeight: 600,
          // Two lines, so that it fits a bar of many steps.
          formatter: () => `${percent(conversion)}\n${count(total)}`,
          lineHeight: 15,
          ...((conversion ?? 0) * length >= WORDS_PX[isHorizontal ? 'lying' : 'standing']
            ? {
                position: isHorizontal ? ('insideRight' as const) : ('insideTop' as const),
                color: inkOn(colour),
                distance: 8,
              }
            : {
                position: isHorizontal ? ('right' as const) : ('top' as const),
                color: colours.text,
                backgroundColor: colours.body,
                padding: [2, 4],
                borderRadius: 3,
              }),
        },
      })),
      z: 3,
      barMinHeight: 1,
      itemStyle: { borderRadius: radius },
    },
    {
      ...base,
      id: `${i}-${LOST}`,
      name: `${i}-${LOST}`,
      color: mixed(colour, colours.body, 0.82),
      // Up to the value of the step before.
      data: steps.map(({ conversion }, at) => (at === 0 ? 0 : (steps[at - 1]!.conversion ?? 0) - (conversion ?? 0))),
      itemStyle: { borderRadius: radius, decal: hatchOf(mixed(colour, colours.body, 0.45)) },
    },
  ];
}

function tooltipOf(
  parts: readonly Part[],
  series: string,
  index: number,
  isBroken: boolean,
  colour: (i: number) => string,
): TooltipContent | undefined {
  const place = Number(series.split('-')[0]);
  const part = parts[place];
  const step = part?.steps[index];
  if (!part || !step) return undefined;
  const rows = [
    { label: 'Users', value: count(step.total), colour: colour(place) },
    { label: 'Overall', value: percent(step.conversion) },
  ];
  const later = [
    { label: 'From previous', value: percent(step.conversionFromPrevious) },
    { label: 'Dropped off', value: count(step.dropOff) },
    { label: 'Median time', value: duration(step.medianMs) },
    { label: 'p90 time', value: duration(step.p90Ms) },
  ];
  return {
    title: `${step.step}. ${lineOf(step.name)}${isBroken ? ` · ${part.name}` : ''}`,
    rows: index === 0 ? rows : [...rows, ...later],
    ...(!step.complete && { note: 'Incomplete' }),
  };
}

function pickOf(
  { question, answer }: Input,
  part: Part | undefined,
  index: number,
  isLost: boolean,
): Picked | undefined {
  const step = part?.steps[index];
  if (!part || !step || !isWhole(question, 'funnel')) return undefined;
  const own = groupFilters(
    part.group,
    (answer.result.groups ?? []).map(({ group }) => group),
  );
  if (!own) return undefined;
  const name = lineOf(step.name);
  const of = part.group === undefined ? '' : ` · ${part.name}`;
  return {
    label: isLost ? `Dropped off before ${name}${of}` : `Reached ${name}${of}`,
    from: answer.from,
    to: answer.to,
    filters: own,
    // Users lost on the way to a step reached the one before and nothing after it.
    funnel: isLost ? { step: step.step - 1, status: 'dropped' } : { step: step.step, status: 'reached' },
  };
}

export function funnelTables(input: Input): readonly DataTable[] {
  const parts = partsOf(input);
  const isBroken = parts.length > 1 || parts[0]?.group !== undefined;
  const rows = parts.flatMap((part) =>
    part.steps.map(
      (step, i): Row => [
        ...(isBroken ? [textCell(part.name)] : []),
        { text: `${step.step}. ${lineOf(step.name)}`, value: step.step },
        numberCell(step.total, count, { pick: pickOf(input, part, i, false) }),
        numberCell(
          step.conversion,
          (value) => `${percent(value)}${step.complete ? '' : ' so far'}`,
          step.conversion === null ? {} : { share: step.conversion },
        ),
        numberCell(i === 0 ? null : step.conversionFromPrevious, percent),
        numberCell(i === 0 ? null : step.dropOff, count, i === 0 ? {} : { pick: pickOf(input, part, i, true) }),
        numberCell(step.medianMs, duration),
        numberCell(step.p90Ms, duration),
      ],
    ),
  );
  const columns = [
    ...(isBroken ? [{ label: 'Group' }] : []),
    { label: 'Step' },
    ...['Users', 'Overall', 'From previous', 'Dropped off', 'Median time', 'p90 time'].map(numberColumn),
  ];
  return [{ title: 'Steps', columns, rows }];
}
