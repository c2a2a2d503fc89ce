/** Retention: cohorts down, periods across. */
import type { AnswerOf, Filter, Segment } from '../../api/wire.ts';
import { count, percent } from '../../components/formats.ts';
import { hatchOf, NARROW_PX } from '../draw/axes.ts';
import { type Interval, intervalOf, labelOf, titleOf } from '../draw/buckets.ts';
import type { ChartInput, ChartSpec } from '../draw/chart-spec.ts';
import { type Colours, colourOf, inkOn, mixed } from '../draw/colours.ts';
import { type DataTable, numberCell, numberColumn, type Row } from '../draw/data-table.ts';
import { groupName } from '../draw/names.ts';
import { plotSpec } from '../draw/plot.ts';
import type { Plot } from '../draw/plot-types.ts';
import { intervalIn, isWhole, selectorFilters } from '../draw/question-parts.ts';
import type { Picked } from '../types.ts';

type Input = Pick<ChartInput<'retention'>, 'question' | 'answer'>;
type Result = AnswerOf<'retention'>['result'];
type Cohort = Result['cohorts'][number];
type Part = Pick<Result, 'cohorts' | 'average'>;

/** The px that the numbers in the cells need. */
const CELL = { width: 38, height: 17 } as const;

export function retentionSpec(drawing: ChartInput<'retention'>): ChartSpec {
  if (drawing.chart === 'line') return plotSpec(averagePlot(drawing), drawing);
  const { answer, colours, width, height } = drawing;
  const names = groupNames(drawing);
  const part = partAt(drawing);
  const interval = interval_(drawing);
  // Rows without anybody before the first event say nothing.
  const cohorts = part.cohorts.slice(
    Math.max(
      0,
      part.cohorts.findIndex(({ users }) => users > 0),
    ),
  );
  const periods = Math.max(1, ...cohorts.map(({ periods: own }) => own.length));
  const titles = cohorts.map(({ from }) => titleOf(from, interval, answer.timeZone));
  const rows = cohorts.map(({ from, users }) => `${labelOf(from, interval, answer.timeZone)} · ${count(users)}`);
  const left = Math.min(width * 0.36, Math.max(...rows.map((row) => row.length), 6) * 6.6 + 12);
  const cell = { width: (width - left - 12) / periods, height: (height - 30) / Math.max(1, cohorts.length) };
  const isRoomy = cell.width >= CELL.width && cell.height >= CELL.height;
  const cells = cohorts.flatMap(({ periods: own }, y) => own.map((one) => ({ ...one, y })));
  const label = { color: colours.dimmed, fontSize: 12 };
  return {
    label: `Retention, ${cohorts.length} cohorts by ${interval}. On average: ${averageText(part, interval)}`,
    legend: [],
    ...(names.length > 1 && { groups: names }),
    ...(cells.some(({ complete }) => !complete) && { notes: ['Striped = incomplete'] }),
    option: {
      tooltip: { trigger: 'item' },
      grid: { left, right: 12, top: 24, bottom: 6, containLabel: false },
      xAxis: {
        type: 'category',
        position: 'top',
        data: Array.from({ length: periods }, (_, i) => (width < NARROW_PX ? String(i) : `${WORD[interval]} ${i}`)),
        axisTick: { show: false },
        axisLine: { show: false },
        axisLabel: { ...label, hideOverlap: true },
      },
      yAxis: {
        type: 'category',
        inverse: true,
        data: rows,
        axisTick: { show: false },
        axisLine: { show: false },
        axisLabel: { ...label, width: left - 12, overflow: 'truncate', hideOverlap: true },
      },
      // ECharts takes the colours of cells from here only.
      visualMap: {
        type: 'continuous',
        show: false,
        min: 0,
        max: 1,
        dimension: 2,
        inRange: { color: [groundOf(0, colours), groundOf(1, colours)] },
      },
      series: [
        {
          type: 'heatmap',
          id: 'cells',
          name: '0',
          data: cells.map(({ period, rate, complete, y }) => {
            const ground = groundOf(rate, colours);
            return {
              value: [period, y, Math.sqrt(rate ?? 0)],
              itemStyle: {
                borderColor: colours.body,
                borderWidth: isRoomy ? 2 : 0.5,
                borderRadius: isRoomy ? 4 : 0,
                ...(!complete && { decal: hatchOf(mixed(ground, colours.body, 0.5)) }),
              },
              label: {
                show: isRoomy && rate !== null,
                color: inkOn(ground),
                formatter: () => percent(rate),
                // Digits over hatching are hard to read: they get a background.
                ...(!complete && { backgroundColor: ground, padding: [1, 3], borderRadius: 3 }),
              },
            };
          }),
          emphasis: { itemStyle: { borderColor: colours.text } },
        },
      ],
    },
    tooltip: ({ index }) => {
      const at = cells[index];
      const cohort = at && cohorts[at.y];
      if (!at || !cohort) return undefined;
      return {
        title: titles[at.y]!,
        rows: [
          { label: `${WORD[interval]} ${at.period}`, value: percent(at.rate), colour: groundOf(at.rate, colours) },
          { label: 'Users', value: `${count(at.users)} of ${count(cohort.users)}` },
        ],
        ...(!at.complete && { note: 'Incomplete' }),
      };
    },
    pick: ({ index }) => {
      const at = cells[index];
      return at && pickOf(drawing, cohorts[at.y]!, at.period);
    },
  };
}

const WORD: Readonly<Record<Interval, string>> = {
  minute: 'Minute',
  hour: 'Hour',
  day: 'Day',
  week: 'Week',
  month: 'Month',
};

/** From the body's colour at 0 to the full colour at 1, by the square root, since most values to be told apart are below a third. */
const groundOf = (rate: number | null, { body, series }: Colours): string =>
  mixed(body, series[0]!, 0.06 + 0.94 * Math.sqrt(Math.min(1, Math.max(0, rate ?? 0))));

const interval_ = ({ question, answer }: Input): Interval =>
  intervalIn(question) ?? intervalOf(answer.result.cohorts.map(({ from }) => from));

const groupNames = ({ answer }: Input): readonly string[] => [
  'All users',
  ...(answer.result.groups ?? []).map(({ group }) => groupName(group)),
];
const partAt = ({ answer, group }: ChartInput<'retention'>): Part =>
  (group > 0 && answer.result.groups?.[group - 1]) || answer.result;

const averageText = ({ average }: Part, interval: Interval): string =>
  average.map(({ period, rate }) => `${interval} ${period}: ${percent(rate)}`).join(', ');

/** The average of all cohorts, or of those of each group. */
export function averagePlot(drawing: ChartInput<'retention'>): Plot {
  const { answer, colours } = drawing;
  const { average, groups = [] } = answer.result;
  const interval = interval_(drawing);
  const parts = groups.length === 0 ? [{ average, group: undefined }] : groups;
  return {
    label: `Retention on average, by ${interval}. ${averageText(answer.result, interval)}`,
    style: 'line',
    places: average.map(({ period }) => ({ label: String(period), title: `${WORD[interval]} ${period}` })),
    series: parts.map(({ average: own, group }, i) => ({
      label: group === undefined ? 'All users' : groupName(group),
      colour: group === 'other' ? colours.rest : colourOf(colours, i),
      values: own.map(({ rate }) => rate),
    })),
    format: percent,
    formatAxis: percent,
    axisMax: 1,
  };
}

/** Users whose first start event of the range is in the cohort and who have the return event in the period. */
function pickOf({ question, answer }: Input, cohort: Cohort, period: number): Picked | undefined {
  // In the mode `unbounded` a period means then or later; for groups the first event's value would have to be known.
  if (!isWhole(question, 'retention') || question.breakdown !== undefined) return undefined;
  const starts = answer.result.cohorts.map(({ from }) => from);
  const place = starts.indexOf(cohort.from);
  const startOf = (at: number): string => starts[at] ?? answer.to;
  const { start } = question;
  const first: Segment = { did: start, from: cohort.from, to: startOf(place + 1) };
  const before: Segment = { not: { did: start, from: answer.from, to: cohort.from } };
  const own: Segment = place === 0 ? first : { and: [first, before] };
  const selector = period === 0 ? start : (question.return ?? start);
  const interval = interval_({ question, answer });
  const filters: Filter[] = [...(question.filters ?? []), ...selectorFilters(selector)];
  return {
    label: `${titleOf(cohort.from, interval, answer.timeZone)}, ${interval} ${period}`,
    from: startOf(place + period),
    to: period > 0 && question.mode === 'unbounded' ? answer.to : startOf(place + period + 1),
    ...(selector.event !== undefined && { event: selector.event }),
    filters,
    segment: question.segment ? { and: [question.segment, own] } : own,
  };
}

export function retentionTables(input: Input): readonly DataTable[] {
  const { answer } = input;
  const interval = interval_(input);
  const parts: readonly Part[] = [answer.result, ...(answer.result.groups ?? [])];
  const names = groupNames(input);
  return parts.map(({ cohorts, average }, i) => {
    const periods = Math.max(1, ...cohorts.map(({ periods: own }) => own.length));
    const columns = [
      { label: 'Cohort' },
      numberColumn('Users'),
      ...Array.from({ length: periods }, (_, period) => numberColumn(`${WORD[interval]} ${period}`)),
    ];
    const averages: Row = [
      { text: 'Average', value: null },
      // Of whom the shares are: `average[0].users` is who came back.
      numberCell(cohorts.reduce((all, { users }) => all + users, 0)),
      ...average.map(({ rate }) => numberCell(rate, percent)),
    ];
    const rows = cohorts.map(
      (cohort): Row => [
        { text: titleOf(cohort.from, interval, answer.timeZone), value: Date.parse(cohort.from) },
        numberCell(cohort.users),
        ...cohort.periods.map(({ period, rate, complete }) =>
          numberCell(rate, (value) => `${percent(value)}${complete ? '' : ' so far'}`, {
            pick: i === 0 ? pickOf(input, cohort, period) : undefined,
          }),
        ),
      ],
    );
    return { title: names[i]!, columns, rows: [averages, ...rows] };
  });
}
