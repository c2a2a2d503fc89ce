import type { AnswerOf } from '../../api/wire.ts';
import { approx, approxFormat, count, dateTime, duration, percent } from '../../components/formats.ts';
import { bucketsOf, intervalOf, marksOf } from '../draw/buckets.ts';
import type { ChartInput, ChartSpec } from '../draw/chart-spec.ts';
import { colourOf } from '../draw/colours.ts';
import { type DataTable, numberCell, numberColumn, type Row, textCell } from '../draw/data-table.ts';
import { groupName, lineOf } from '../draw/names.ts';
import { plotSpec } from '../draw/plot.ts';
import type { Plot } from '../draw/plot-types.ts';
import { intervalIn, isWhole } from '../draw/question-parts.ts';
import { spanOf } from './trend.ts';

type Input = Pick<ChartInput<'sessions'>, 'question' | 'answer' | 'now'>;
type Result = AnswerOf<'sessions'>['result'];

export interface Figure {
  readonly label: string;
  readonly value: string;
}
export const sessionFigures = ({ result, exact }: Pick<Input['answer'], 'result' | 'exact'>): readonly Figure[] => [
  { label: 'Sessions', value: count(result.sessions) },
  { label: 'Users', value: approx(!exact, count(result.users)) },
  { label: 'Events per session', value: count(result.eventsPerSession) },
  { label: 'Bounce rate', value: percent(result.bounceRate) },
  { label: 'Average duration', value: duration(result.averageMs) },
  { label: 'Median duration', value: duration(result.medianMs) },
];

export const sessionsSpec = (drawing: ChartInput<'sessions'>): ChartSpec => plotSpec(sessionsPlot(drawing), drawing);

function sessionBuckets({ question, answer, now }: Input) {
  const { points = [] } = answer.result;
  const starts = points.map(({ from }) => from);
  return bucketsOf(starts, {
    interval: intervalIn(question) ?? intervalOf(starts),
    timeZone: answer.timeZone,
    to: answer.to,
    now,
    holds: (place) => points[place]!.sessions > 0,
  });
}

export function sessionsPlot(drawing: ChartInput<'sessions'>): Plot {
  const { question, answer, annotations, colours } = drawing;
  const buckets = sessionBuckets(drawing);
  const points = (answer.result.points ?? []).slice(0, buckets.count);
  return {
    label: `Sessions and their users over time, ${spanOf(answer)}. Sessions: ${count(answer.result.sessions)}; users: ${approx(!answer.exact, count(answer.result.users))}`,
    style: 'line',
    places: buckets.places,
    running: buckets.running,
    marks: marksOf(annotations, buckets, answer.timeZone),
    series: [
      { label: 'Sessions', colour: colourOf(colours, 0), values: points.map(({ sessions }) => sessions) },
      {
        label: 'Users',
        colour: colourOf(colours, 1),
        values: points.map(({ users }) => users),
        isEstimate: () => !answer.exact,
      },
    ],
    pick: (_, place) => {
      const range = buckets.ranges[place];
      if (!range || !isWhole(question, 'sessions')) return undefined;
      return {
        label: `Sessions, ${buckets.places[place]!.title}`,
        ...range,
        filters: question.filters ?? [],
        ...(question.segment && { segment: question.segment }),
      };
    },
  };
}

/** The measures of sessions over time and in total; where sessions begin and end; the latest sessions. */
export function sessionsTables(input: Input): readonly DataTable[] {
  const { result, timeZone, exact } = input.answer;
  const buckets = sessionBuckets(input);
  const measures = (one: Omit<Result, 'entry' | 'exit' | 'points' | 'groups' | 'list'>): Row => [
    numberCell(one.sessions),
    numberCell(one.users, approxFormat(!exact, count)),
    numberCell(one.eventsPerSession),
    numberCell(one.bounceRate, percent),
    numberCell(one.averageMs, duration),
    numberCell(one.medianMs, duration),
    numberCell(one.p90Ms, duration),
  ];
  const rows = [
    [textCell('Total'), ...measures(result)],
    ...(result.points ?? []).slice(0, buckets.count).map((point, place): Row => {
      const { title } = buckets.places[place]!;
      const text = place === buckets.running ? `${title} (so far)` : title;
      return [{ text, value: Date.parse(point.from) }, ...measures(point)];
    }),
  ];
  const columns = ['Sessions', 'Users', 'Events per session', 'Bounce rate', 'Average', 'Median', 'p90'].map(
    numberColumn,
  );
  return [
    { title: 'Sessions', columns: [{ label: 'Date' }, ...columns], rows },
    ...(result.groups ? [groupsTable(result.groups, result.sessions)] : []),
    placesTable('Entry events', result.entry, result.sessions),
    placesTable('Exit events', result.exit, result.sessions),
    ...(result.list ? [listTable(result.list, timeZone)] : []),
  ];
}

/** By what the first event of each session says. */
export function groupsTable(groups: NonNullable<Result['groups']>, all: number): DataTable {
  const largest = Math.max(1, ...groups.map(({ sessions }) => sessions));
  const rows = groups.map(
    (one): Row => [
      textCell(groupName(one.group)),
      numberCell(one.sessions, count, { share: one.sessions / largest }),
      numberCell(all === 0 ? null : one.sessions / all, percent),
      numberCell(one.users),
      numberCell(one.bounceRate, percent),
      numberCell(one.averageMs, duration),
    ],
  );
  const columns = ['Sessions', 'Share', 'Users', 'Bounce rate', 'Average duration'].map(numberColumn);
  return { title: 'By first event', columns: [{ label: 'Group' }, ...columns], rows };
}

export function placesTable(title: string, places: Result['entry'], all: number): DataTable {
  const largest = Math.max(1, ...places.map(({ sessions }) => sessions));
  const rows = places.map(
    (place): Row => [
      textCell('other' in place ? 'Other' : lineOf(place.event)),
      numberCell(place.sessions, count, { share: place.sessions / largest }),
      numberCell(all === 0 ? null : place.sessions / all, percent),
    ],
  );
  return { title, columns: [{ label: title }, numberColumn('Sessions'), numberColumn('Share')], rows };
}

function listTable(list: NonNullable<Result['list']>, timeZone: string): DataTable {
  const rows = list.map(
    (one): Row => [
      { text: dateTime(one.from, timeZone), value: Date.parse(one.from) },
      textCell(lineOf(one.user ?? one.device ?? '–')),
      numberCell(one.durationMs, duration),
      numberCell(one.events),
      textCell(lineOf(one.entry)),
      textCell(lineOf(one.exit)),
    ],
  );
  const columns = [
    { label: 'Started' },
    { label: 'User or device' },
    numberColumn('Duration'),
    numberColumn('Events'),
    { label: 'First' },
    { label: 'Last' },
  ];
  return { title: 'Latest sessions', columns, rows };
}
