import { expect, it } from 'vitest';
import { type DateRange, presetsAt } from '../src/components/range.ts';

/** A Wednesday. */
const NOON = Date.parse('2026-11-25T12:00:00Z');
const named = (label: string, timeZone: string, weekStart: 'monday' | 'sunday', at: number): DateRange | undefined =>
  presetsAt({ timeZone, weekStart }, at).find((preset) => preset.label === label)?.range;

it.each([
  ['Last week', 'Europe/Zurich', 'monday', NOON, '2026-11-16', '2026-11-22'],
  ['Last week', 'Europe/Zurich', 'sunday', NOON, '2026-11-15', '2026-11-21'],
  // A Sunday is the last day of one week, or the first of another.
  ['Last week', 'UTC', 'monday', Date.parse('2026-11-22T12:00:00Z'), '2026-11-09', '2026-11-15'],
  ['Last week', 'UTC', 'sunday', Date.parse('2026-11-22T12:00:00Z'), '2026-11-15', '2026-11-21'],
  ['Last month', 'Europe/Zurich', 'monday', NOON, '2026-10-01', '2026-10-31'],
  ['Last month', 'UTC', 'monday', Date.parse('2028-03-31T12:00:00Z'), '2028-02-01', '2028-02-29'],
  ['Last month', 'UTC', 'monday', Date.parse('2027-01-01T00:00:00Z'), '2026-12-01', '2026-12-31'],
  // Where it is 02:00 of the first of December.
  ['Last month', 'Pacific/Kiritimati', 'monday', Date.parse('2026-11-30T12:00:00Z'), '2026-11-01', '2026-11-30'],
] as const)('%s in %s with weeks from %s', (label, timeZone, weekStart, at, from, to) => {
  expect(named(label, timeZone, weekStart, at)).toEqual({ from, to });
});

it('keeps them beside this week and this month', () => {
  const labels = presetsAt({ timeZone: 'UTC', weekStart: 'monday' }, NOON).map(({ label }) => label);
  expect(labels.slice(labels.indexOf('This week'))).toEqual([
    'This week',
    'Last week',
    'This month',
    'Last month',
    'Last 12 weeks',
    'Last 12 months',
    'This year',
  ]);
});
