/** The columns of an SQL result: the first that is not numeric is the axis, the numeric ones are series. */
import type { AnswerOf } from '../../api/wire.ts';
import { count, dateTime, day, dayShort, isMidnight, time } from '../../components/formats.ts';
import type { AxisPoint, ChartInput, ChartSpec } from '../draw/chart-spec.ts';
import { colourOf } from '../draw/colours.ts';
import { type Cell, type DataTable, numberCell, type Row, textCell } from '../draw/data-table.ts';
import { lineOf, valueName } from '../draw/names.ts';
import { plotSpec } from '../draw/plot.ts';
import type { Plot, Values } from '../draw/plot-types.ts';

type Answer = AnswerOf<'sql'>;

/** Nobody sees more points than a wide screen has pixels. */
const POINTS_MAX = 5_000;
const SLICES_MAX = 12;

export interface SqlShape {
  /** The column of the axis; undefined when all columns are numeric. */
  readonly axis: number | undefined;
  readonly numbers: readonly number[];
}
export function sqlShape({ columns }: Pick<Answer, 'columns'>): SqlShape {
  const axis = columns.findIndex(({ type }) => type === 'time');
  const text = columns.findIndex(({ type }) => type !== 'number');
  const chosen = axis === -1 ? text : axis;
  return {
    axis: chosen === -1 ? undefined : chosen,
    numbers: columns.flatMap(({ type }, i) => (type === 'number' && i !== chosen ? [i] : [])),
  };
}

const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);

function valuesOf(rows: Answer['result']['rows'], column: number): Values {
  return rows.map((row) => numberOf(row[column]));
}

function placesOf(
  { columns, timeZone }: Answer,
  rows: Answer['result']['rows'],
  axis: number | undefined,
): readonly AxisPoint[] {
  return rows.map((row, i): AxisPoint => {
    if (axis === undefined) return { label: String(i + 1), title: `Row ${i + 1}` };
    const value = row[axis];
    if (columns[axis]!.type !== 'time' || typeof value !== 'string')
      return { label: valueName(value), title: valueName(value) };
    // A date is a day of the calendar, in no zone.
    if (isDate(value)) return { label: dayShort(value, 'UTC'), title: day(value, 'UTC') };
    return isMidnight(value, timeZone)
      ? { label: dayShort(value, timeZone), title: day(value, timeZone) }
      : { label: time(value, timeZone), title: dateTime(value, timeZone) };
  });
}
/** What `toDate`, `toMonday` or `toStartOfMonth` return; times have a `T`. */
const isDate = (value: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(value);

export function sqlSpec(drawing: ChartInput<'sql'>): ChartSpec {
  return drawing.chart === 'pie' ? pie(drawing) : plotSpec(sqlPlot(drawing), drawing);
}

export function sqlPlot({ answer, chart, colours }: ChartInput<'sql'>): Plot {
  const { axis, numbers } = sqlShape(answer);
  const rows = answer.result.rows.slice(0, POINTS_MAX);
  const places = placesOf(answer, rows, axis);
  const isText = axis !== undefined && answer.columns[axis]!.type !== 'time';
  const left = answer.result.rows.length - rows.length;
  return {
    label: `${chart} of ${rows.length} rows. ${numbers.map((column) => lineOf(answer.columns[column]!.name)).join(', ')}`,
    // Strings have no order that a line could follow.
    style: chart === 'bar' || chart === 'area' ? chart : isText ? 'bar' : 'line',
    isHorizontal: chart === 'bar' && isText && numbers.length === 1 && rows.length <= 30,
    places,
    series: numbers.map((column, i) => ({
      label: lineOf(answer.columns[column]!.name),
      colour: colourOf(colours, i),
      values: valuesOf(rows, column),
    })),
    ...(left > 0 && {
      notes: [`The first ${count(rows.length)} of ${count(answer.result.rows.length)} rows; the table has all`],
    }),
  };
}

function pie(drawing: ChartInput<'sql'>): ChartSpec {
  const { answer, colours, hidden } = drawing;
  const { axis, numbers } = sqlShape(answer);
  const column = numbers[0];
  const rows = answer.result.rows.slice(0, SLICES_MAX);
  const places = placesOf(answer, rows, axis);
  const sizes = rows.map((row, i) =>
    column === undefined || hidden.has(i) ? 0 : Math.max(0, numberOf(row[column]) ?? 0),
  );
  const sum = sizes.reduce((all, size) => all + size, 0);
  const left = answer.result.rows.length - rows.length;
  return {
    label: `Shares of ${rows.length} rows. ${places.map(({ title }, i) => `${title}: ${count(sizes[i])}`).join('; ')}`,
    legend: places.map(({ label }, i) => ({ series: i, label, colour: colourOf(colours, i), shape: 'rect' })),
    ...(left > 0 && { notes: [`The first ${rows.length} of ${count(answer.result.rows.length)} rows`] }),
    option: {
      tooltip: { trigger: 'item' },
      series: [
        {
          type: 'pie',
          id: 'pie',
          radius: ['48%', '84%'],
          label: { show: false },
          data: sizes.flatMap((value, i) =>
            value === 0
              ? []
              : [
                  {
                    value,
                    name: String(i),
                    itemStyle: { color: colourOf(colours, i), borderColor: colours.body, borderWidth: 2 },
                  },
                ],
          ),
          emphasis: { scale: false },
        },
      ],
    },
    tooltip: ({ series }) => {
      const i = Number(series);
      const place = places[i];
      if (!place) return undefined;
      return {
        title: place.title,
        rows: [{ label: 'Value', value: count(sizes[i]), colour: colourOf(colours, i) }],
        note: `of ${count(sum)} shown`,
      };
    },
  };
}

export function sqlTables({ answer }: Pick<ChartInput<'sql'>, 'answer'>): readonly DataTable[] {
  const { columns, result, timeZone } = answer;
  const cell = (value: unknown, type: Answer['columns'][number]['type']): Cell => {
    if (value === null || value === undefined) return { text: '–', value: null };
    if (typeof value === 'number') return numberCell(value);
    if (type === 'time' && typeof value === 'string' && !Number.isNaN(Date.parse(value)))
      return {
        text: isDate(value) ? day(value, 'UTC') : dateTime(value, timeZone),
        value: Date.parse(value),
      };
    return textCell(valueName(value));
  };
  return [
    {
      title: 'Result',
      columns: columns.map(({ name, type }) => ({ label: lineOf(name), isNumber: type === 'number' })),
      rows: result.rows.map((row): Row => columns.map(({ type }, i) => cell(row[i], type))),
      empty: 'No rows.',
    },
  ];
}
