import { type Earlier, earlierOf } from '../../components/earlier.ts';
import { approxFormat, changeOf } from '../../components/formats.ts';
import type { Unit } from '../../components/units.ts';
import { type DataTable, numberCell, numberColumn, type Row, textCell } from '../draw/data-table.ts';
import { pickOf, seriesNames, seriesUnits, type TrendInput, trendBuckets } from './trend.ts';

/** With an interval one row per bucket and one column per series, the whole range first; otherwise one row per series. */
export function trendTables(input: TrendInput): readonly DataTable[] {
  const { question, answer } = input;
  const { series } = answer.result;
  const names = seriesNames(question, series);
  const units = seriesUnits(question, series);
  const pick = pickOf(input, names);
  const buckets = trendBuckets(input);
  const isCompared = series.some(({ compare }) => compare);
  const isSoFar = series.some(({ compare }) => compare?.soFar);
  if (!buckets) {
    const largest = Math.max(0, ...series.map(({ total }) => total ?? 0));
    const rows = series.map(
      ({ total, compare, estimated }, i): Row => [
        textCell(names[i]!, { pick: pick(i, undefined) }),
        numberCell(
          total,
          approxFormat(estimated, units[i]!.format),
          largest > 0 ? { share: Math.max(0, total ?? 0) / largest } : {},
        ),
        ...(isCompared ? beforeCells(total, compare && earlierOf(compare), units[i]!) : []),
      ],
    );
    const columns = [{ label: 'Series' }, numberColumn('Total'), ...(isCompared ? beforeColumns(isSoFar) : [])];
    return [{ title: 'Totals', columns, rows }];
  }
  const columns = names.flatMap((name) => [
    numberColumn(name),
    ...(isCompared ? [numberColumn(`${name}, before`)] : []),
  ]);
  const whole: Row = [
    textCell(isSoFar ? 'Total, up to now' : 'Total'),
    ...series.flatMap(({ total, compare, estimated }, i) => [
      numberCell(total, approxFormat(estimated, units[i]!.format), { pick: pick(i, undefined) }),
      ...(isCompared ? beforeCells(total, compare && earlierOf(compare), units[i]!).slice(0, 1) : []),
    ]),
  ];
  const rows = buckets.places.map(({ title }, place): Row => {
    const range = { ...buckets.ranges[place]!, title };
    return [
      { text: place === buckets.running ? `${title} (so far)` : title, value: Date.parse(range.from) },
      ...series.flatMap(({ points, compare, estimated }, i) => [
        place < buckets.count
          ? numberCell(points?.[place]?.value ?? null, approxFormat(estimated, units[i]!.format), {
              pick: pick(i, range),
            })
          : numberCell(null),
        ...(isCompared
          ? [numberCell(compare?.points?.[place]?.value ?? null, approxFormat(compare?.estimated, units[i]!.format))]
          : []),
      ]),
    ];
  });
  return [{ title: 'Over time', columns: [{ label: 'Date' }, ...columns], rows: [whole, ...rows] }];
}

const beforeColumns = (isSoFar: boolean) => [
  numberColumn(isSoFar ? 'Previous, up to the same time' : 'Previous'),
  numberColumn('Change'),
];
function beforeCells(total: number | null, earlier: Earlier | undefined, { format }: Unit) {
  const before = earlier?.total ?? null;
  const change = total === null || before === null ? undefined : changeOf(total, before);
  return [
    numberCell(before, approxFormat(earlier?.estimated, format)),
    { text: change ?? '–', value: change === undefined ? null : (total! - before!) / before! },
  ];
}
