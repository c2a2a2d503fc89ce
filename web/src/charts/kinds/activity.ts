/** Stickiness and lifecycle: in how many intervals users are active, and who is new, returning or gone. */
import type { AnswerOf, Segment } from '../../api/wire.ts';
import { count, short } from '../../components/formats.ts';
import { bucketsOf, intervalOf, marksOf, titleOf } from '../draw/buckets.ts';
import type { ChartInput, ChartSpec } from '../draw/chart-spec.ts';
import { colourOf, mixed } from '../draw/colours.ts';
import { type DataTable, numberCell, numberColumn, type Row } from '../draw/data-table.ts';
import { plotSpec } from '../draw/plot.ts';
import type { Plot } from '../draw/plot-types.ts';
import { intervalIn, isWhole, selectorFilters } from '../draw/question-parts.ts';
import type { Picked } from '../types.ts';
import { spanOf } from './trend.ts';

type Sticky = Pick<ChartInput<'stickiness'>, 'question' | 'answer'>;
type Living = Pick<ChartInput<'lifecycle'>, 'question' | 'answer' | 'now'>;

/** Nobody can tell apart more than this many side by side; the table has all. */
const PERIODS_MAX = 6;

export const stickinessSpec = (drawing: ChartInput<'stickiness'>): ChartSpec =>
  plotSpec(stickinessPlot(drawing), drawing);

export function stickinessPlot(drawing: ChartInput<'stickiness'>): Plot {
  const { answer, colours } = drawing;
  const all = answer.result.periods;
  const periods = all.slice(-PERIODS_MAX);
  const interval = intervalIn(drawing.question) ?? 'day';
  const intervals = Math.max(1, ...periods.map(({ distribution }) => distribution.length));
  const places = Array.from({ length: intervals }, (_, i) => i + 1);
  return {
    label: `Users by the number of ${interval}s they were active in. ${periods.map((one) => `${titleOfPeriod(drawing, one.from)}: ${count(one.users)} users, ${count(one.average)} on average`).join('; ')}`,
    style: 'bar',
    places: places.map((active) => ({
      label: String(active),
      title: `Active in ${active} ${active === 1 ? interval : `${interval}s`}`,
    })),
    series: periods.map(({ from, distribution }, i) => ({
      label: titleOfPeriod(drawing, from),
      // The later, the stronger.
      colour: mixed(colourOf(colours, 0), colours.body, periods.length < 2 ? 0 : 0.3 * (1 - i / (periods.length - 1))),
      values: places.map((active) => distribution.find((one) => one.active === active)?.users ?? 0),
    })),
    ...(all.length > periods.length && {
      notes: [`The last ${periods.length} of ${all.length} periods; the table has all`],
    }),
  };
}

function titleOfPeriod({ question, answer }: Sticky, from: string): string {
  const { periods } = answer.result;
  if (periods.length === 1) return spanOf(answer);
  const named = 'period' in question ? question.period : undefined;
  const period = named === 'week' || named === 'month' ? named : intervalOf(periods.map((one) => one.from));
  return titleOf(from, period, answer.timeZone);
}

export function stickinessTables(input: Sticky): readonly DataTable[] {
  const { periods } = input.answer.result;
  const intervals = Math.max(1, ...periods.map(({ distribution }) => distribution.length));
  const interval = intervalIn(input.question) ?? 'day';
  const rows = periods.map(
    ({ from, users, average, distribution }): Row => [
      { text: titleOfPeriod(input, from), value: Date.parse(from) },
      numberCell(users),
      numberCell(average),
      ...distribution.map((one) => numberCell(one.users)),
    ],
  );
  const columns = [
    { label: 'Period' },
    numberColumn('Users'),
    numberColumn(`${interval}s on average`),
    ...Array.from({ length: intervals }, (_, i) => numberColumn(`In ${i + 1}`)),
  ];
  return [{ title: 'Stickiness', columns, rows }];
}

export const STATUSES = ['new', 'returning', 'resurrecting', 'dormant'] as const;
type Status = (typeof STATUSES)[number];
const NAMES: Readonly<Record<Status, string>> = {
  new: 'New',
  returning: 'Returning',
  resurrecting: 'Resurrected',
  dormant: 'Dormant',
};
/** Their indexes in the palette: far apart for every kind of colour vision. */
const PLACES: Readonly<Record<Status, number>> = { returning: 0, new: 1, resurrecting: 2, dormant: 3 };

export const lifecycleSpec = (drawing: ChartInput<'lifecycle'>): ChartSpec => plotSpec(lifecyclePlot(drawing), drawing);

export function lifecyclePlot(drawing: ChartInput<'lifecycle'>): Plot {
  const { answer, colours, annotations } = drawing;
  const buckets = lifecycleBuckets(drawing);
  const intervals = answer.result.intervals.slice(0, buckets.count);
  const size = (value: number) => count(Math.abs(value));
  return {
    label: `New, returning, resurrected and dormant users, ${spanOf(answer)}. Dormant users are below the axis. ${STATUSES.map((status) => `${NAMES[status]}: ${count(intervals.reduce((sum, one) => sum + one[status], 0))}`).join('; ')}`,
    style: 'bar',
    isStacked: true,
    places: buckets.places,
    running: buckets.running,
    ...(intervals.some((one, i) => isCut(one, i, buckets.running)) && {
      notes: [`A ${buckets.interval} partly outside the range is counted in full`],
    }),
    marks: marksOf(annotations, buckets, answer.timeZone),
    series: STATUSES.map((status) => ({
      label: NAMES[status],
      colour: colourOf(colours, PLACES[status]),
      values: intervals.map((one) => (status === 'dormant' ? -one.dormant : one[status])),
    })),
    format: size,
    formatAxis: (value) => short(Math.abs(value)),
    pick: (series, place) => lifecyclePick(drawing, STATUSES[series]!, place),
  };
}

type LivingInterval = AnswerOf<'lifecycle'>['result']['intervals'][number];

/** Incomplete, and not because it is still running. */
const isCut = ({ complete }: LivingInterval, place: number, running: number | undefined): boolean =>
  !complete && place !== running;

function lifecycleBuckets({ question, answer, now }: Living) {
  const { intervals } = answer.result;
  const starts = intervals.map(({ from }) => from);
  const interval = intervalIn(question) ?? intervalOf(starts);
  const buckets = bucketsOf(starts, {
    interval,
    timeZone: answer.timeZone,
    to: intervals.at(-1)?.to ?? answer.to,
    now,
    // Users who have not been active yet on a future day are not gone.
    holds: (place) => intervals[place]!.new + intervals[place]!.returning + intervals[place]!.resurrecting > 0,
  });
  return { ...buckets, interval };
}

/** As the server counts them: nothing before the first interval is queried here, so it has no predecessor to compare with. */
function lifecyclePick(input: Living, status: Status, place: number): Picked | undefined {
  const { question } = input;
  if (!isWhole(question, 'lifecycle')) return undefined;
  const { ranges, places } = lifecycleBuckets(input);
  const [range, last] = [ranges[place], ranges[place - 1]];
  if (!range || !last) return undefined;
  const selector = {
    ...(question.event !== undefined && { event: question.event }),
    ...(question.id !== undefined && { id: question.id }),
  };
  const did: Segment = { did: selector, ...range };
  const didLast: Segment = { did: selector, ...last };
  const ever: Segment = { did: selector, from: EVER, to: last.from };
  const own: Readonly<Record<Status, Segment>> = {
    new: { not: { did: selector, from: EVER, to: range.from } },
    returning: didLast,
    resurrecting: { and: [ever, { not: didLast }] },
    dormant: { not: did },
  };
  // What dormant users did is found where they were last active.
  const shown = status === 'dormant' ? last : range;
  return {
    label: `${NAMES[status]}, ${places[place]!.title}`,
    from: shown.from,
    to: shown.to,
    ...(question.event !== undefined && { event: question.event }),
    filters: [...(question.filters ?? []), ...selectorFilters(question.id === undefined ? {} : { id: question.id })],
    segment: question.segment ? { and: [question.segment, own[status]] } : own[status],
  };
}

/** Before there were events. */
const EVER = '1970-01-01T00:00:00.000Z';

const noteOf = (one: LivingInterval, place: number, running: number | undefined): string =>
  place === running ? ' (so far)' : isCut(one, place, running) ? ' (partly outside the range)' : '';

export function lifecycleTables(input: Living): readonly DataTable[] {
  const buckets = lifecycleBuckets(input);
  const rows = buckets.places.map(({ title }, place): Row => {
    const one: LivingInterval = input.answer.result.intervals[place]!;
    return [
      { text: `${title}${noteOf(one, place, buckets.running)}`, value: Date.parse(one.from) },
      ...STATUSES.map((status) => numberCell(one[status], count, { pick: lifecyclePick(input, status, place) })),
    ];
  });
  return [
    {
      title: 'Lifecycle',
      columns: [{ label: 'Date' }, ...STATUSES.map((status) => numberColumn(NAMES[status]))],
      rows,
    },
  ];
}
