import { UnstyledButton } from '@mantine/core';
import type { AnswerOf } from '../api/wire.ts';
import { count, dayShort } from '../components/formats.ts';
import classes from './charts.module.css';
import { lineOf } from './draw/names.ts';
import { notesOf } from './draw/notes.ts';
import { sqlShape } from './kinds/sql.ts';
import { pickOf, seriesNames, trendBuckets } from './kinds/trend.ts';
import { type Change, StatTile } from './stat-tile.tsx';
import type { AnswerChartProps, Picked } from './types.ts';

export interface NumberViewProps extends Pick<AnswerChartProps, 'question' | 'answer' | 'onPick'> {
  readonly height: number;
}

export interface NumberTile {
  readonly key: string;
  readonly label: string;
  readonly value: string;
  readonly change?: Change;
  readonly values?: readonly (number | null)[];
  readonly isLastRunning?: boolean;
  readonly pick?: Picked | undefined;
}

/** One tile a series, or a number of the first row. */
export function NumberView({ question, answer, height, onPick }: NumberViewProps) {
  const tiles = numberTiles(question, answer, Date.now());
  const notes = notesOf(answer);
  return (
    <div className={classes['box']} style={{ height, overflowY: 'auto' }}>
      <div className={classes['tiles']}>
        {tiles.map(({ pick, key, ...tile }) => {
          const shown = <StatTile {...tile} size={tiles.length === 1 ? 'lg' : 'md'} />;
          return (
            <div key={key} className={classes['tile']}>
              {pick && onPick ? <UnstyledButton onClick={() => onPick(pick)}>{shown}</UnstyledButton> : shown}
            </div>
          );
        })}
      </div>
      {notes.length > 0 && <div className={classes['notes']}>{notes.join(' · ')}</div>}
    </div>
  );
}

export function numberTiles(
  question: AnswerChartProps['question'],
  answer: AnswerChartProps['answer'],
  now: number,
): readonly NumberTile[] {
  if (answer.kind === 'trend') return trendTiles(question, answer, now);
  if (answer.kind !== 'sql') return [];
  const row = answer.result.rows[0] ?? [];
  return sqlShape(answer).numbers.map((column) => {
    const value = row[column];
    return {
      key: String(column),
      label: lineOf(answer.columns[column]!.name),
      value: count(typeof value === 'number' ? value : null),
    };
  });
}

function trendTiles(
  question: AnswerChartProps['question'],
  answer: AnswerOf<'trend'>,
  now: number,
): readonly NumberTile[] {
  const { series } = answer.result;
  const names = seriesNames(question, series);
  const buckets = trendBuckets({ question, answer, now });
  const pick = pickOf({ question, answer, now }, names);
  return series.map(({ total, compare, points }, i): NumberTile => {
    const values = points?.slice(0, buckets?.count).map(({ value }) => value);
    return {
      key: String(i),
      label: names[i]!,
      value: count(total),
      pick: pick(i, undefined),
      ...(compare && { change: changeOf(total, compare, answer.timeZone) }),
      ...(values && { values, isLastRunning: buckets?.running === values.length - 1 }),
    };
  });
}

function changeOf(
  now: number | null,
  before: { from: string; to: string; total: number | null },
  timeZone: string,
): Change {
  const last = Date.parse(before.to) - 1;
  const [first, end] = [dayShort(before.from, timeZone), dayShort(last, timeZone)];
  return { now, before: before.total, text: count(before.total), against: first === end ? first : `${first} – ${end}` };
}
