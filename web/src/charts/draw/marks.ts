/** Labels of annotations above their dates: in rows, so that none overlaps another. */
import type { LineSeriesOption } from 'echarts/charts';
import type { Mark } from './chart-spec.ts';
import type { Colours } from './colours.ts';
import type { Plot } from './plot-types.ts';

const FONT_PX = 11;
/** The average width that a letter of a label takes at most. */
const LETTER_PX = 6.2;
const ROW_PX = 14;
const GAP_PX = 8;
/** What does not fit into this many rows is only in the tooltip of its date. */
const ROWS_MAX = 3;
/** Roughly the space left and right of the plot. */
const LEFT_PX = 44;
const RIGHT_PX = 14;

export interface MarkRoom {
  /** px, of the whole chart. */
  readonly width: number;
  /** The number of positions on the axis. */
  readonly places: number;
  /** Whether positions are bands, as for bars, and not points. */
  readonly isBar: boolean;
}

export interface PlacedMark extends Mark {
  /** The row, counted upwards from the plot; undefined when there is no room. */
  readonly row: number | undefined;
  readonly align: 'left' | 'center' | 'right';
  /** The px it may take at most. */
  readonly room: number;
}

/** @returns the labels from left to right */
export function placeMarks(marks: readonly Mark[], { width, places, isBar }: MarkRoom): readonly PlacedMark[] {
  const room = Math.max(60, Math.min(160, width / 5));
  const inner = width - LEFT_PX - RIGHT_PX;
  const shareOf = (place: number) => (isBar || places < 2 ? (place + 0.5) / places : place / (places - 1));
  /** The end of the last label in each row. */
  const ends: number[] = [];
  return marks
    .toSorted((a, b) => a.index - b.index)
    .map((mark) => {
      const x = LEFT_PX + shareOf(mark.index) * inner;
      const length = Math.min(room, [...mark.text].length * LETTER_PX);
      const align = x - length / 2 < 0 ? 'left' : x + length / 2 > width ? 'right' : 'center';
      const start = align === 'left' ? x : align === 'right' ? x - length : x - length / 2;
      const row = Array.from({ length: ROWS_MAX }, (_, i) => i).find((i) => (ends[i] ?? -GAP_PX) + GAP_PX <= start);
      if (row !== undefined) ends[row] = start + length;
      return { ...mark, row, align, room };
    });
}

/** For a plot of this width. */
export const marksIn = ({ marks = [], places, style }: Plot, width: number): readonly PlacedMark[] =>
  placeMarks(marks, { width, places: places.length, isBar: style === 'bar' });

/** px above the plot. */
export const roomOfMarks = (placed: readonly PlacedMark[]): number =>
  placed.length === 0 ? 10 : 10 + ROW_PX * (1 + Math.max(0, ...placed.map(({ row }) => row ?? 0)));

export const markLineOf = (
  placed: readonly PlacedMark[],
  { dimmed }: Colours,
): NonNullable<LineSeriesOption['markLine']> => ({
  silent: true,
  symbol: 'none',
  animation: false,
  lineStyle: { color: dimmed, type: [3, 3], width: 1 },
  data: placed.map(({ index: place, text, row, align, room }) => ({
    xAxis: place,
    label: {
      show: row !== undefined,
      formatter: () => text,
      color: dimmed,
      fontSize: FONT_PX,
      width: room,
      overflow: 'truncate' as const,
      position: 'end' as const,
      align,
      distance: 4 + ROW_PX * (row ?? 0),
    },
  })),
});
