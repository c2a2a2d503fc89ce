import { expect, it } from 'vitest';
import { bucketsOf } from '../../src/charts/draw/buckets.ts';
import { timeTicks } from '../../src/charts/draw/time-ticks.ts';
import { formulaUnit, unitOf } from '../../src/components/units.ts';

const HOUR = 3_600_000;
/** Hours from a moment on, in New York, with their labels. */
function hours(from: string, count: number, width: number): string[] {
  const starts = Array.from({ length: count }, (_, i) => new Date(Date.parse(from) + i * HOUR).toISOString());
  const to = new Date(Date.parse(from) + count * HOUR).toISOString();
  const { places } = bucketsOf(starts, {
    interval: 'hour',
    timeZone: 'America/New_York',
    to,
    now: Date.parse(to) + HOUR,
    holds: () => true,
  });
  const ticks = timeTicks(places, width);
  return places.flatMap(({ label }, i) => (ticks?.has(i) ? [label.replaceAll(/\s/g, ' ')] : []));
}

it('names the day at midnight, and hours between them where they fit', () => {
  // Midnight in New York is 5:00 in UTC.
  expect(hours('2026-11-23T05:00Z', 24, 600)).toEqual([
    'Nov 23',
    '3:00 AM',
    '6:00 AM',
    '9:00 AM',
    '12:00 PM',
    '3:00 PM',
    '6:00 PM',
    '9:00 PM',
  ]);
  expect(hours('2026-11-23T05:00Z', 7 * 24, 600)).toEqual(
    ['23', '24', '25', '26', '27', '28', '29'].map((date) => `Nov ${date}`),
  );
  expect(hours('2026-11-23T05:00Z', 7 * 24, 270)).toEqual(['Nov 23', 'Nov 25', 'Nov 27', 'Nov 29']);
  // A range that begins in the middle of a day.
  expect(hours('2026-11-23T15:00Z', 48, 400)).toEqual(['12:00 PM', 'Nov 24', '12:00 PM', 'Nov 25']);
});

it.each([
  ['data.ms', 526.37, '526 ms'],
  ['data.loadMs', 2_079.44, '2.08 s'],
  ['data.response_ms', 90_000, '1 min 30 s'],
  ['data.seconds', 0.5, '500 ms'],
  ['data.bodyBytes', 1_500_000, '1.5 MB'],
  ['data.progress.percent', 12.34, '12.3%'],
  ['data.price_eur', 19.5, '€19.50'],
  ['data.price', 19.5, '19.5'],
  // No units: words that end alike.
  ['data.items', 5, '5'],
  ['data.seats', 5, '5'],
])('writes a value of %s in its unit', (property, value, text) => {
  expect(unitOf(property).format(value)).toBe(text);
});

it('writes a formula that ends in * 100 as a percentage', () => {
  expect(formulaUnit('B / A * 100').format(46.27)).toBe('46.3%');
  expect(formulaUnit('B / A').format(0.4627)).toBe('0.46');
});
