import { expect, it } from 'vitest';
import { placeMarks, roomOfMarks } from '../../src/charts/draw/marks.ts';

/** 558 px between 44 px on the left and 14 on the right: 20 px from each of 29 points to the next less 2 at the ends. */
const ROOM = { width: 618, places: 29, isBar: false };
const at = (index: number, text: string) => ({ index, text });
const rows = (...marks: { index: number; text: string }[]) => placeMarks(marks, ROOM).map(({ row }) => row);

it('puts notes that have room side by side', () => {
  // Ten letters are 62 px; the points are 200 px from one another.
  expect(rows(at(5, 'ten lettrs'), at(15, 'ten lettrs'))).toEqual([0, 0]);
});

it('puts what would lie over another one above it, and goes back down where there is room', () => {
  expect(rows(at(15, 'ten lettrs'), at(5, 'ten lettrs'), at(6, 'ten lettrs'), at(7, 'ten lettrs'))).toEqual([
    0, 1, 2, 0,
  ]);
});

it('leaves the fourth to the tooltip', () => {
  expect(rows(at(5, 'ten lettrs'), at(6, 'ten lettrs'), at(7, 'ten lettrs'), at(8, 'ten lettrs'))).toEqual([
    0,
    1,
    2,
    undefined,
  ]);
});

it('keeps notes inside of the chart, and holds room for their rows', () => {
  const placed = placeMarks([at(0, 'a note of many letters'), at(28, 'a note of many letters')], ROOM);
  expect(placed.map(({ align, row }) => [align, row])).toEqual([
    ['left', 0],
    ['right', 0],
  ]);
  expect(roomOfMarks(placed)).toBe(24);
  expect(roomOfMarks(placeMarks([at(5, 'ten lettrs'), at(6, 'ten lettrs')], ROOM))).toBe(38);
  expect(roomOfMarks([])).toBe(10);
});
