import { approxFormat, count, duration, percent } from '../../components/formats.ts';
import type { ChartInput } from '../draw/chart-spec.ts';
import { type DataTable, numberCell, numberColumn, type Row, textCell } from '../draw/data-table.ts';
import { lineOf } from '../draw/names.ts';

type Input = Pick<ChartInput<'web'>, 'answer'>;
type Figures = Partial<Input['answer']['result']['totals']>;

const COLUMNS = ['Visitors', 'Visits', 'Page views', 'Views per visit', 'Bounce rate', 'Visit duration'].map(
  numberColumn,
);

const cellsOf = (one: Figures): Row => [
  numberCell(one.visitors ?? null, approxFormat(one.estimated === true, count)),
  numberCell(one.visits ?? null),
  numberCell(one.pageViews ?? null),
  numberCell(one.viewsPerVisit ?? null),
  numberCell(one.bounceRate ?? null, percent),
  numberCell(one.durationMs ?? null, duration),
];

/** The totals, and each card. */
export function webTables({ answer: { result } }: Input): readonly DataTable[] {
  const total: Row = [textCell('Total'), ...cellsOf(result.totals)];
  return [
    { title: 'Visits', columns: [{ label: '' }, ...COLUMNS], rows: [total] },
    ...(result.cards ?? []).map(({ card, rows }) => ({
      title: card,
      columns: [{ label: card }, ...COLUMNS],
      rows: rows.map(({ value, ...one }): Row => [textCell(value === null ? '–' : lineOf(value)), ...cellsOf(one)]),
    })),
  ];
}
