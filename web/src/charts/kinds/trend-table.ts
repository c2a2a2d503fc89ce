import { changeOf, count } from '../../components/formats.ts';
import { type DataTable, numberCell, numberColumn, type Row, textCell } from '../draw/data-table.ts';
import { pickOf, seriesNames, type TrendInput, trendBuckets } from './trend.ts';

/** With an interval a line a bucket and a column a series, the whole range first; else a line a series. */
export function trendTables(input: TrendInput): readonly DataTable[] {
  const { question, answer } = input;
  const { series } = answer.result;
  const names = seriesNames(question, series);
  const pick = pickOf(input, names);
  const buckets = trendBuckets(input);
  const isCompared = series.some(({ compare }) => compare);
  if (!buckets) {
    const greatest = Math.max(0, ...series.map(({ total }) => total ?? 0));
    const rows = series.map(
      ({ total, compare }, i): Row => [
        textCell(names[i]!, { pick: pick(i, undefined) }),
        numberCell(total, count, greatest > 0 ? { share: Math.max(0, total ?? 0) / greatest } : {}),
        ...(isCompared ? beforeCells(total, compare?.total ?? null) : []),
      ],
    );
    const columns = [{ label: 'Series' }, numberColumn('Total'), ...(isCompared ? BEFORE : [])];
    return [{ title: 'Totals', columns, rows }];
  }
  const columns = names.flatMap((name) => [
    numberColumn(name),
    ...(isCompared ? [numberColumn(`${name}, before`)] : []),
  ]);
  const whole: Row = [
    textCell('Total'),
    ...series.flatMap(({ total, compare }, i) => [
      numberCell(total, count, { pick: pick(i, undefined) }),
      ...(isCompared ? [numberCell(compare?.total ?? null)] : []),
    ]),
  ];
  const rows = buckets.places.map(({ title }, place): Row => {
    const range = { ...buckets.ranges[place]!, title };
    return [
      { text: place === buckets.running ? `${title} (so far)` : title, value: Date.parse(range.from) },
      ...series.flatMap(({ points, compare }, i) => [
        place < buckets.count
          ? numberCell(points?.[place]?.value ?? null, count, { pick: pick(i, range) })
          : numberCell(null),
        ...(isCompared ? [numberCell(compare?.points?.[place]?.value ?? null)] : []),
      ]),
    ];
  });
  return [{ title: 'Over time', columns: [{ label: 'Date' }, ...columns], rows: [whole, ...rows] }];
}

const BEFORE = [numberColumn('Previous'), numberColumn('Change')];
function beforeCells(total: number | null, before: number | null) {
  const change = total === null || before === null ? undefined : changeOf(total, before);
  return [
    numberCell(before),
    { text: change ?? '–', value: change === undefined ? null : (total! - before!) / before! },
  ];
}
