/** Numbers over time or in total. */

import type { AnswerOf, Filter } from '../../api/wire.ts';
import { approx, percent } from '../../components/formats.ts';
import { formulaUnit, MILLISECONDS, PLAIN, SHARE, type Unit, unitOf } from '../../components/units.ts';
import { type Buckets, bucketsOf, intervalOf, marksOf, titleOf } from '../draw/buckets.ts';
import type { ChartInput, ChartSpec } from '../draw/chart-spec.ts';
import { colourOf } from '../draw/colours.ts';
import { type Group, groupFilters, groupKey, groupName, lineOf } from '../draw/names.ts';
import { plotSpec } from '../draw/plot.ts';
import type { Plot } from '../draw/plot-types.ts';
import { intervalIn, isWhole, selectorFilters } from '../draw/question-parts.ts';
import type { Picked } from '../types.ts';

export type TrendSeries = AnswerOf<'trend'>['result']['series'][number];

const WORDS: Readonly<Record<TrendSeries['measure'], string>> = {
  count: '',
  users: 'users',
  sessions: 'sessions',
  visits: 'visits',
  viewsPerVisit: 'views per visit',
  bounceRate: 'bounce rate',
  sessionDuration: 'session duration',
  eventsPerSession: 'per session',
  entries: 'entries',
  exits: 'exits',
  perUser: 'per user',
  sum: 'sum',
  avg: 'average',
  min: 'minimum',
  max: 'maximum',
  median: 'median',
  p90: '90th percentile',
  p95: '95th percentile',
  p99: '99th percentile',
  uniqueValues: 'unique values',
  formula: '',
};
/** Whether the parts can be stacked; a user of one group may be in another too, so a stack of users is higher than all users. */
const STACKED = new Set<TrendSeries['measure']>(['count', 'users', 'sessions', 'sum']);

/** The series of the answer, from those of the question: each with each group, then the formula. */
export function seriesIndexesOf(series: readonly TrendSeries[]): readonly number[] {
  const places: number[] = [];
  let place = -1;
  let seen = new Set<string>();
  let before: TrendSeries | undefined;
  for (const one of series) {
    const isNext =
      before === undefined ||
      one.name !== before.name ||
      one.measure !== before.measure ||
      seen.has(groupKey(one.group));
    if (isNext) {
      place++;
      seen = new Set();
    }
    seen.add(groupKey(one.group));
    before = one;
    places.push(place);
  }
  return places;
}

/** The label of each series: only what distinguishes it from the others. */
export function seriesNames(
  question: ChartInput<'trend'>['question'],
  series: readonly TrendSeries[],
): readonly string[] {
  const seriesIndexes = seriesIndexesOf(series);
  const isOne = new Set(seriesIndexes).size <= 1;
  const asked = isWhole(question, 'trend') ? question.series : [];
  return series.map(({ name, measure, group }, i) => {
    const own = asked[seriesIndexes[i]!]?.name;
    const word = own === undefined ? WORDS[measure] : '';
    const whole = `${lineOf(name)}${word === '' ? '' : ` (${word})`}`;
    if (group === undefined) return whole;
    return isOne ? groupName(group) : `${whole}: ${groupName(group)}`;
  });
}

/** In which each series is measured. */
export function seriesUnits(
  question: ChartInput<'trend'>['question'],
  series: readonly TrendSeries[],
): readonly Unit[] {
  const asked = isWhole(question, 'trend') ? question.series : [];
  const seriesIndexes = seriesIndexesOf(series);
  return series.map(({ measure, name }, i) => {
    if (measure === 'formula') return formulaUnit(name);
    if (measure === 'bounceRate') return SHARE;
    if (measure === 'sessionDuration') return MILLISECONDS;
    return measure === 'uniqueValues' ? PLAIN : unitOf(asked[seriesIndexes[i]!]?.property);
  });
}

export function trendBuckets({ question, answer, now }: TrendInput): Buckets | undefined {
  const { series } = answer.result;
  const points = series.find((one) => one.points)?.points;
  if (!points) return undefined;
  const starts = points.map(({ from }) => from);
  return bucketsOf(starts, {
    interval: intervalIn(question) ?? intervalOf(starts),
    timeZone: answer.timeZone,
    to: answer.to,
    now,
    // A running total continues to the end of the range without any meaning there.
    holds: (place) =>
      !isCumulative(question) &&
      series.some(({ points, measure }) => measure !== 'formula' && (points?.[place]?.value ?? 0) !== 0),
    isAhead: series.some(({ compare }) => compare?.points),
  });
}
export type TrendInput = Pick<ChartInput<'trend'>, 'question' | 'answer' | 'now'>;

const isCumulative = (question: ChartInput<'trend'>['question']): boolean =>
  'cumulative' in question && question.cumulative === true;

export function trendSpec(drawing: ChartInput<'trend'>): ChartSpec {
  if (drawing.chart === 'pie') return pieSpec(drawing);
  const plot = trendPlot(drawing);
  return plotSpec(plot, drawing);
}

export function trendPlot(drawing: ChartInput<'trend'>): Plot {
  const { question, answer, chart, annotations, colours } = drawing;
  const { series } = answer.result;
  const names = seriesNames(question, series);
  const units = seriesUnits(question, series);
  const pick = pickOf(drawing, names);
  const buckets = trendBuckets(drawing);
  const colour = (i: number) => (series[i]!.group === 'other' ? colours.rest : colourOf(colours, i));
  const seriesIndexes = seriesIndexesOf(series);
  const isOneUnit = new Set(units.map(({ name }) => name)).size === 1;
  if (!buckets)
    return {
      label: `Bars of ${names.length} totals, ${spanOf(answer)}. ${totalsOf(series, names, units)}`,
      style: 'bar',
      isHorizontal: true,
      places: names.map((name) => ({ label: name, title: name })),
      series: [
        {
          label: 'Total',
          values: series.map(({ total }) => total),
          ...(isOneUnit && { unit: units[0]! }),
          isEstimate: (place) => series[place]?.estimated === true,
        },
      ],
      // One colour for the groups of a series: only different series are told apart by it.
      coloursOfPlaces: series.map(({ group }, i) =>
        group === 'other' ? colours.rest : colourOf(colours, seriesIndexes[i]!),
      ),
      pick: (_, place) => pick(place, undefined),
    };
  const isBroken = series.some(({ group }) => group !== undefined);
  return {
    label: `${chart === 'bar' ? 'Bars' : 'Lines'} over time, ${spanOf(answer)}, ${buckets.count} points each. ${totalsOf(series, names, units)}`,
    style: chart === 'bar' || chart === 'area' ? chart : 'line',
    isStacked: chart !== 'line' && isBroken && series.every(({ measure }) => STACKED.has(measure)),
    places: buckets.places,
    running: buckets.running,
    marks: marksOf(annotations, buckets, answer.timeZone),
    series: series.map(({ points = [], compare, estimated }, i) => ({
      label: names[i]!,
      colour: colour(i),
      unit: units[i]!,
      ...(units[i]!.name !== units[0]!.name && { isRight: true }),
      values: buckets.places.map((_, at) => (at < buckets.count ? (points[at]?.value ?? null) : null)),
      isEstimate: () => estimated === true,
      ...(points.some(({ movingAverage }) => movingAverage !== undefined) && {
        average: buckets.places.map((_, at) => (at < buckets.count ? (points[at]?.movingAverage ?? null) : null)),
      }),
      ...(compare?.points && {
        before: {
          values: compare.points.map(({ value }) => value),
          isEstimate: compare.estimated === true,
          titles: compare.points.map(({ from }) => beforeTitle(from, drawing, points.length)),
        },
      }),
    })),
    pick: (i, place) =>
      pick(i, buckets.ranges[place] && { ...buckets.ranges[place], title: buckets.places[place]!.title }),
  };
}

function beforeTitle(from: string, { question, answer }: TrendInput, points: number): string {
  const starts = answer.result.series[0]?.points?.map((point) => point.from) ?? [];
  return points === 0 ? '' : titleOf(from, intervalIn(question) ?? intervalOf(starts), answer.timeZone);
}

const totalsOf = (series: readonly TrendSeries[], names: readonly string[], units: readonly Unit[]): string =>
  series.map(({ total, estimated }, i) => `${names[i]}: ${approx(estimated, units[i]!.format(total))}`).join('; ');
export const spanOf = ({ from, to, timeZone }: { from: string; to: string; timeZone: string }): string =>
  `${titleOf(from, 'day', timeZone)} to ${titleOf(new Date(Date.parse(to) - 1).toISOString(), 'day', timeZone)}`;

/** Part of the total when there is no bucket; nothing can be picked from a formula. */
export function pickOf(
  { question, answer }: TrendInput,
  names: readonly string[],
): (series: number, bucket: { from: string; to: string; title: string } | undefined) => Picked | undefined {
  const { series } = answer.result;
  const seriesIndexes = seriesIndexesOf(series);
  return (i, bucket) => {
    const one = series[i];
    if (!one || one.measure === 'formula' || !isWhole(question, 'trend')) return undefined;
    const selector = question.series[seriesIndexes[i]!];
    const own = groupFilters(one.group, siblingsOf(series, seriesIndexes, i));
    if (!selector || !own) return undefined;
    const filters: Filter[] = [...(question.filters ?? []), ...selectorFilters(selector), ...own];
    return {
      label: [names[i], bucket?.title].filter((part) => part !== undefined).join(', '),
      from: bucket?.from ?? answer.from,
      to: bucket?.to ?? answer.to,
      ...(selector.event !== undefined && { event: selector.event }),
      filters,
      ...(question.segment && { segment: question.segment }),
    };
  };
}

const siblingsOf = (series: readonly TrendSeries[], seriesIndexes: readonly number[], i: number): readonly Group[] =>
  series.flatMap(({ group }, at) => (seriesIndexes[at] === seriesIndexes[i] && group !== undefined ? [group] : []));

/** Shares of the sum of what is shown; values of zero or less have none. */
function pieSpec(drawing: ChartInput<'trend'>): ChartSpec {
  const { question, answer, colours, width, height, hidden } = drawing;
  const { series } = answer.result;
  const names = seriesNames(question, series);
  const units = seriesUnits(question, series);
  const pick = pickOf(drawing, names);
  const colour = (i: number) => (series[i]!.group === 'other' ? colours.rest : colourOf(colours, i));
  const sizes = series.map(({ total }, i) => (hidden.has(i) ? 0 : Math.max(0, total ?? 0)));
  const sum = sizes.reduce((all, size) => all + size, 0);
  const share = (i: number) => (sum === 0 ? 0 : sizes[i]! / sum);
  // A share of an estimate is one.
  const isSumApprox = series.some(({ estimated }) => estimated === true);
  const shareText = (i: number) => approx(isSumApprox, percent(share(i)));
  const isRoomy = width > 560 && height > 200;
  const left = series.filter(({ total }) => (total ?? 0) <= 0).length;
  return {
    label: `Shares, ${spanOf(answer)}. ${series.map((_, i) => `${names[i]}: ${shareText(i)}`).join('; ')}`,
    legend: series.map((_, i) => ({
      series: i,
      label: `${names[i]} ${shareText(i)}`,
      colour: colour(i),
      shape: 'rect',
    })),
    ...(left > 0 && { notes: [`${left} without a share: not above zero`] }),
    option: {
      tooltip: { trigger: 'item' },
      series: [
        {
          type: 'pie',
          id: 'pie',
          radius: isRoomy ? ['42%', '70%'] : ['50%', '86%'],
          center: ['50%', '50%'],
          data: sizes.flatMap((value, i) =>
            value === 0
              ? []
              : [
                  {
                    value,
                    name: String(i),
                    itemStyle: { color: colour(i), borderColor: colours.body, borderWidth: 2 },
                  },
                ],
          ),
          label: {
            show: isRoomy,
            color: colours.text,
            alignTo: 'edge',
            edgeDistance: 4,
            overflow: 'truncate',
            lineHeight: 16,
            formatter: ({ name }) => `${names[Number(name)]} ${shareText(Number(name))}`,
          },
          labelLine: { show: isRoomy, lineStyle: { color: colours.dimmed } },
          emphasis: { scale: false, focus: 'self' },
        },
      ],
    },
    tooltip: ({ series: name }) => {
      const i = Number(name);
      const one = series[i];
      if (!one) return undefined;
      return {
        title: names[i]!,
        rows: [{ label: shareText(i), value: approx(one.estimated, units[i]!.format(one.total)), colour: colour(i) }],
        note: `of ${approx(isSumApprox, units[0]!.short(sum))} shown`,
      };
    },
    pick: ({ series: name }) => pick(Number(name), undefined),
  };
}
