import { describe, expect, it } from 'vitest';
import { parseDay } from '../../src/time/calendar.ts';
import { dateTimeOf } from '../../src/time/parse-date-time.ts';

const at = (text: string): number => Date.parse(text);

describe('a date with a time of day', () => {
  it.each([
    ['2026-03-02T09:30Z', at('2026-03-02T09:30:00.000Z')],
    ['2026-03-02t09:30:15z', at('2026-03-02T09:30:15.000Z')],
    // Only milliseconds count, and nothing is rounded.
    ['2026-03-02 09:30:15.123999999Z', at('2026-03-02T09:30:15.123Z')],
    ['2026-03-02T09:30:15,5Z', at('2026-03-02T09:30:15.500Z')],
    ['2026-03-02T09:30:00+01:30', at('2026-03-02T08:00:00.000Z')],
    ['2026-03-02T09:30:00-0130', at('2026-03-02T11:00:00.000Z')],
    ['2026-03-02T09:30:00 +01', at('2026-03-02T08:30:00.000Z')],
    // The end of 2 March.
    ['2026-03-02T24:00Z', at('2026-03-03T00:00:00.000Z')],
  ])('%s is read with its offset', (text, expected) => {
    expect(dateTimeOf(text, 'America/New_York')).toBe(expected);
  });

  it('without an offset is in the time zone', () => {
    expect(dateTimeOf('2026-03-02T09:30', 'UTC')).toBe(at('2026-03-02T09:30:00.000Z'));
    // New York is at -05:00 in winter.
    expect(dateTimeOf('2026-03-02T09:30', 'America/New_York')).toBe(at('2026-03-02T14:30:00.000Z'));
  });

  it.each([
    '2026-03-02',
    '2026-02-30T09:30Z',
    '2026-03-02T24:00:01Z',
    '2026-03-02T25:00Z',
    '2026-03-02T09:60Z',
    '2026-03-02T09:30:60Z',
    '2026-03-02T09:30:00+24:00',
    '2026-03-02T09:30:00+01:60',
    '2026-03-02T09Z',
    'yesterday',
  ])('%s is not one', (text) => {
    expect(dateTimeOf(text, 'UTC')).toBeUndefined();
  });
});

it('a year below 100 is not one of the 20th century', () => {
  expect(parseDay('0085-01-01')).toBeUndefined();
  expect(parseDay('1985-01-01')).toBe(5479);
});
