import { expect, it } from 'vitest';
import { comparedRange, partSoFar } from '../../src/analysis/range.ts';

const range = (from: string, to: string) => ({ from: Date.parse(from), to: Date.parse(to) });
const until = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text));

it.each([
  // Clocks in New York went forward at 2:00 on 8 March 2026: that day had 23 hours.
  [
    'the same time of day',
    '2026-03-08T04:00Z/2026-03-09T04:00Z',
    '2026-03-07T05:00Z/2026-03-08T05:00Z',
    '2026-03-08T22:00Z',
    '2026-03-07T23:00Z',
  ],
  // March until the 31st; February ended before.
  [
    'at most the whole',
    '2026-03-01T05:00Z/2026-04-01T04:00Z',
    '2026-02-01T05:00Z/2026-03-01T05:00Z',
    '2026-03-31T20:00Z',
    '2026-03-01T05:00Z',
  ],
  // The last 24 hours begin with no day.
  [
    'as many hours later',
    '2026-03-05T10:00Z/2026-03-06T10:00Z',
    '2026-03-04T10:00Z/2026-03-05T10:00Z',
    '2026-03-06T09:30Z',
    '2026-03-05T09:30Z',
  ],
  [
    'nothing when it is over',
    '2026-03-05T05:00Z/2026-03-06T05:00Z',
    '2026-03-04T05:00Z/2026-03-05T05:00Z',
    '2026-03-06T05:00Z',
    undefined,
  ],
  [
    'nothing before it',
    '2026-03-05T05:00Z/2026-03-06T05:00Z',
    '2026-03-04T05:00Z/2026-03-05T05:00Z',
    '2026-03-05T05:00Z',
    undefined,
  ],
])('a running range is compared up to %s', (_, running, compared, now, to) => {
  const [from = '', end = ''] = running.split('/');
  const [first = '', last = ''] = compared.split('/');
  const part = partSoFar(range(from, end), range(first, last), Date.parse(now), 'America/New_York');
  expect(part?.to).toBe(until(to));
  expect(part === undefined || part.from === Date.parse(first)).toBe(true);
});

it.each([
  // 30 days touch five weeks.
  ['sameWeekdays', '2026-11-02T05:00Z/2026-12-02T05:00Z', '2026-09-28T04:00Z/2026-10-28T04:00Z'],
  // One week is compared with the one before; clocks went back on 1 November.
  ['sameWeekdays', '2026-11-02T05:00Z/2026-11-09T05:00Z', '2026-10-26T04:00Z/2026-11-02T05:00Z'],
  ['previousYear', '2026-11-01T04:00Z/2026-12-01T05:00Z', '2025-11-01T04:00Z/2025-12-01T05:00Z'],
  // The end of 28 February 2028 is the 29th, which the year before does not have.
  ['previousYear', '2028-02-01T05:00Z/2028-02-29T05:00Z', '2027-02-01T05:00Z/2027-02-28T05:00Z'],
] as const)('%s of %s is %s', (comparison, running, expected) => {
  const [from = '', end = ''] = running.split('/');
  const [first = '', last = ''] = expected.split('/');
  expect(comparedRange(comparison, range(from, end), { timeZone: 'America/New_York', weekStart: 'monday' }, 0)).toEqual(
    range(first, last),
  );
});
