import { UnstyledButton } from '@mantine/core';
import type { AnswerOf } from '../api/wire.ts';
import { type Earlier, earlierOf, earlierWords } from '../components/earlier.ts';
import { approx, count } from '../components/formats.ts';
import type { Unit } from '../components/units.ts';
import classes from './charts.module.css';
import { lineOf } from './draw/names.ts';
import { notesOf } from './draw/notes.ts';
import { sqlShape } from './kinds/sql.ts';
import { pickOf, seriesNames, seriesUnits, trendBuckets } from './kinds/trend.ts';
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

/** One tile per series, or per number of the first row. */
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
  clock: number,
): readonly NumberTile[] {
  const { series } = answer.result;
  const names = seriesNames(question, series);
  const units = seriesUnits(question, series);
  const buckets = trendBuckets({ question, answer, now: clock });
  const pick = pickOf({ question, answer, now: clock }, names);
  return series.map(({ name, total, compare, points, estimated }, i): NumberTile => {
    const values = points?.slice(0, buckets?.count).map(({ value }) => value);
    return {
      key: String(i),
      label: names[i]!,
      value: approx(estimated, units[i]!.format(total)),
      pick: pick(i, undefined),
      ...(compare && {
        change: {
          ...changeOf(total, earlierOf(compare), units[i]!, answer.timeZone, clock),
          more: name === ERROR ? 'worse' : 'better',
        },
      }),
      ...(values && { values, isLastRunning: buckets?.running === values.length - 1 }),
    };
  });
}

/** The event of the clients of which more is bad news. */
const ERROR = 'error';

function changeOf(now: number | null, before: Earlier, { format }: Unit, timeZone: string, clock: number): Change {
  return {
    now,
    before: before.total,
    text: `vs ${approx(before.estimated, format(before.total))} ${earlierWords(before, timeZone, clock)}`,
  };
}
