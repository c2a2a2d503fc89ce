import { describe, expect, it } from 'vitest';
import {
  ALL_TIME,
  calendarOf,
  type Ends,
  type RangeInput,
  RangeParser,
  type Refuse,
} from '../../src/time/range-parser.ts';

// 2026-11-24T12:00Z, a Tuesday.
const NOW = Date.UTC(2026, 10, 24, 12);
/** Field, colon, message. */
const refuse: Refuse = (field, detail) => new Error(`${field}: ${detail}`);
const parser = (timeZone = 'UTC', nowMs = NOW) => new RangeParser({ timeZone, weekStart: 'monday' }, nowMs, refuse);
const text = ({ from, to }: { from: number; to: number }) =>
  [from, to].map((ms) => new Date(ms).toISOString().slice(0, 16));
const messageOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
};
const DAY =
  'must be a day such as 2026-11-24 (from 1970 to 2100), `today`, `yesterday`, a time such as 2026-11-24T08:00, or milliseconds since 1970.';

describe('a range', () => {
  it.each<[RangeInput, string, string, string]>([
    [{ from: '2026-11-01', to: '2026-11-03' }, 'UTC', '2026-11-01T00:00', '2026-11-04T00:00'],
    // The last day of summer time has 25 hours; UTC is 4 and then 5 hours ahead.
    [{ from: '2026-11-01', to: '2026-11-01' }, 'America/New_York', '2026-11-01T04:00', '2026-11-02T05:00'],
    [{ from: 'yesterday', to: 'today' }, 'UTC', '2026-11-23T00:00', '2026-11-25T00:00'],
    // At noon UTC it is Wednesday already, which began there 14 hours before it does in UTC.
    [{ from: 'yesterday', to: 'today' }, 'Pacific/Kiritimati', '2026-11-23T10:00', '2026-11-25T10:00'],
    [{ from: 'today' }, 'UTC', '2026-11-24T00:00', '2026-11-25T00:00'],
    [{ from: '2026-11-01T10:00', to: '2026-11-01T10:30Z' }, 'Asia/Kathmandu', '2026-11-01T04:15', '2026-11-01T10:30'],
    // 1,700,000,000 s and ms are 2023-11-14T22:13:20Z.
    [{ from: 1_700_000_000, to: 1_700_000_060_000 }, 'UTC', '2023-11-14T22:13', '2023-11-14T22:14'],
    [{ date: '2026-11-03' }, 'Asia/Kathmandu', '2026-11-02T18:15', '2026-11-03T18:15'],
    [{ last: '2d' }, 'UTC', '2026-11-23T00:00', '2026-11-25T00:00'],
    [{ last: '2w' }, 'UTC', '2026-11-16T00:00', '2026-11-30T00:00'],
    [{ last: '2m' }, 'UTC', '2026-10-01T00:00', '2026-12-01T00:00'],
    [{ last: '2y' }, 'UTC', '2025-01-01T00:00', '2027-01-01T00:00'],
    [{ last: '3h' }, 'UTC', '2026-11-24T10:00', '2026-11-24T13:00'],
    [{ last: '90min' }, 'UTC', '2026-11-24T10:31', '2026-11-24T12:01'],
    // 1970 began at 23:00 of the year before, where no event can be.
    [{ from: '1970-01-01', to: '1970-01-01' }, 'Europe/Zurich', '1970-01-01T00:00', '1970-01-01T23:00'],
    [{ last: '57y' }, 'Europe/Zurich', '1970-01-01T00:00', '2026-12-31T23:00'],
    [{ from: '2100-01-01', to: '2100-01-01' }, 'UTC', '2100-01-01T00:00', '2100-01-01T00:00'],
    // The day 2011-12-30 was left out in Apia: it begins where it ends.
    [{ from: '2011-12-30', to: '2011-12-30' }, 'Pacific/Apia', '2011-12-30T10:00', '2011-12-30T10:00'],
  ])('%o in %s lasts from %s to %s', (input, timeZone, from, to) => {
    expect(text(parser(timeZone).range(input))).toEqual([from, to]);
  });

  it.each<[RangeInput, string]>([
    [{}, 'from: `from` is missing. Send `from` and `to`, or `last`, such as `30d`.'],
    [{ to: 'today' }, 'from: `from` is missing. Send `from` and `to`, or `last`, such as `30d`.'],
    [{ from: '2026-02-30', to: 'today' }, `from: \`from\` ${DAY}`],
    [{ from: 'today', to: 'tomorrow' }, `to: \`to\` ${DAY}`],
    [{ from: '1969-12-31', to: 'today' }, `from: \`from\` ${DAY}`],
    [{ from: 'today', to: '2100-01-02' }, `to: \`to\` ${DAY}`],
    [{ from: -1, to: 'today' }, 'from: `from` must be between 1970-01-01 and 2100-01-01.'],
    [{ from: 'today', to: '2100-01-01T00:01' }, 'to: `to` must be between 1970-01-01 and 2100-01-01.'],
    [{ last: '58y' }, 'last: `last` must be between 1970-01-01 and 2100-01-01.'],
    [{ from: '2026-11-03', to: '2026-11-02' }, 'from: `from` must not be after `to`.'],
    [{ from: '2026-11-04T00:00', to: '2026-11-02' }, 'from: `from` must not be after `to`.'],
    [{ from: '2026-11-02T00:01', to: '2026-11-02T00:00' }, 'from: `from` must not be after `to`.'],
    [{ last: '1d', from: 'today' }, "from: `from` and `last` can't be combined. Send one of them."],
    [{ last: '1d', to: 'today' }, "to: `to` and `last` can't be combined. Send one of them."],
    [{ date: 'today', from: 'today' }, "from: `from` and `date` can't be combined. Send one of them."],
    [
      { date: '24.11.2026' },
      'date: `date` must be a day such as 2026-11-24 (from 1970 to 2100), `today` or `yesterday`.',
    ],
  ])('%o is refused: %s', (input, message) => {
    expect(messageOf(() => parser().range(input))).toBe(message);
  });

  it.each<[Ends, string, string]>([
    [{}, '2026-01-01T00:00', '2027-01-01T00:00'],
    [{ from: '2026-03-01' }, '2026-03-01T00:00', '2027-01-01T00:00'],
    [{ to: '2026-03-01' }, '1970-01-01T00:00', '2026-03-02T00:00'],
  ])('that may be left out: %o lasts from %s to %s', (input, from, to) => {
    const absent = { from: Date.UTC(2026, 0), to: Date.UTC(2027, 0) };
    expect(text(parser().range(input, absent))).toEqual([from, to]);
  });

  it('is refused with the path to its field', () => {
    const compared = new RangeParser({ timeZone: 'UTC', weekStart: 'monday' }, NOW, refuse, 'compare.');
    expect(messageOf(() => compared.range({ from: 'today', to: 'yesterday' }))).toBe(
      'compare.from: `compare.from` must not be after `compare.to`.',
    );
  });

  it('of one instant is empty, and fine', () => {
    expect(text(parser().range({ from: '2026-11-02T10:00', to: '2026-11-02T10:00' }))).toEqual([
      '2026-11-02T10:00',
      '2026-11-02T10:00',
    ]);
  });

  it('ends where events do when nothing is said', () => {
    expect(parser().range({}, ALL_TIME)).toEqual({ from: 0, to: Date.UTC(2100, 0, 1) });
  });
});

describe('a range that is narrowed', () => {
  const march = { from: Date.UTC(2026, 2, 1), to: Date.UTC(2026, 3, 1) };

  it.each<[Ends, string, string]>([
    [{}, '2026-03-01T00:00', '2026-04-01T00:00'],
    [{ from: '2026-03-10', to: '2026-03-11' }, '2026-03-10T00:00', '2026-03-12T00:00'],
    [{ from: '2026-02-10', to: '2026-05-11' }, '2026-03-01T00:00', '2026-04-01T00:00'],
    [{ from: '2026-05-10', to: '2026-05-11' }, '2026-04-01T00:00', '2026-04-01T00:00'],
  ])('to %o lasts from %s to %s', (ends, from, to) => {
    expect(text(parser().narrow(march, ends))).toEqual([from, to]);
  });

  it('is refused when an end lies on the wrong side of the other', () => {
    for (const ends of [{ from: '2026-03-11', to: '2026-03-10' }, { to: '2026-02-10' }])
      expect(messageOf(() => parser().narrow(march, ends))).toBe('from: `from` must not be after `to`.');
  });
});

describe('the calendar', () => {
  const own = { timeZone: 'Europe/Zurich', weekStart: 'monday' } as const;

  it('is that of the app unless the caller names another', () => {
    expect(calendarOf({}, own, refuse)).toEqual(own);
    expect(calendarOf({ timeZone: 'asia/kathmandu', weekStart: 'sunday' }, own, refuse)).toEqual({
      timeZone: 'Asia/Kathmandu',
      weekStart: 'sunday',
    });
  });

  it('has a zone that exists', () => {
    expect(messageOf(() => calendarOf({ timeZone: 'Mars' }, own, refuse))).toBe(
      'timeZone: `timeZone` must be an IANA time zone such as `Europe/Zurich`.',
    );
  });
});
