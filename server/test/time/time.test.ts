import { describe, expect, it } from 'vitest';
import {
  bucketsOf,
  dayNumber,
  daysRange,
  dayText,
  firstOfWeek,
  hourRange,
  monthRange,
  parseDay,
  startOfDay,
  weekRange,
} from '../../src/time/calendar.ts';
import { zoneNamed } from '../../src/time/zone-spans.ts';

const day = (text: string) => parseDay(text)!;
const iso = (range: { from: number; to: number }) =>
  [range.from, range.to].map((ms) => new Date(ms).toISOString().slice(0, 16));
const HOUR = 3_600_000;

/** Independent of the code: what Intl says that clocks show. */
function shown(zone: string): (ms: number) => { date: string; hour: number } {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    hourCycle: 'h23',
  });
  return (ms) => {
    const text = format.format(ms);
    return { date: text.slice(0, 10), hour: Number(text.slice(11, 13)) };
  };
}

describe('zones', () => {
  it('knows IANA names and nothing else', () => {
    expect(zoneNamed('Europe/Zurich')).toBe('Europe/Zurich');
    expect(zoneNamed('utc')).toBe('UTC');
    for (const name of ['+05:00', 'Mars/Olympus', '', 'Europe/Zurich; DROP']) expect(zoneNamed(name)).toBeUndefined();
  });
});

describe('days', () => {
  // Worked out with `TZ=… date -u -d` and zdump.
  it.each([
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00', '2018-11-05T02:00'],
    ['America/New_York', '2026-03-08', '2026-03-08T05:00', '2026-03-09T04:00'],
    ['America/New_York', '2026-11-01', '2026-11-01T04:00', '2026-11-02T05:00'],
    ['Asia/Kathmandu', '2026-01-01', '2025-12-31T18:15', '2026-01-01T18:15'],
    ['Australia/Lord_Howe', '2026-10-04', '2026-10-03T13:30', '2026-10-04T13:00'],
    ['Pacific/Apia', '2011-12-29', '2011-12-29T10:00', '2011-12-30T10:00'],
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00', '2011-12-30T10:00'],
    ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00', '2011-12-31T10:00'],
    ['UTC', '2024-02-29', '2024-02-29T00:00', '2024-03-01T00:00'],
  ])('in %s %s lasts from %s to %s', (zone, date, from, to) => {
    expect(iso(daysRange(day(date), day(date), zone))).toEqual([from, to]);
  });

  it('refuses days that do not exist', () => {
    expect([parseDay('2025-02-29'), parseDay('2026-13-01'), parseDay('2026-1-1')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(dayText(day('2024-02-29'))).toBe('2024-02-29');
  });

  it.each([
    'America/Sao_Paulo',
    'Europe/Zurich',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'Pacific/Apia',
    'Africa/Casablanca',
    'UTC',
  ])('are in %s what Intl shows, every 15 minutes around each change of 2011 and 2018', (zone) => {
    const of = dayNumber(zone);
    const show = shown(zone);
    for (const year of [2011, 2018])
      for (let ms = Date.UTC(year, 0, 1); ms < Date.UTC(year + 1, 0, 1); ms += 6 * HOUR)
        for (const at of show(ms).hour < 6 ? [ms, ms + 15 * 60_000, ms + 3 * HOUR - 1] : [ms])
          expect(dayText(of(at)), new Date(at).toISOString()).toBe(show(at).date);
  });

  it('never go back where the clock is set back over midnight', () => {
    // St. John's 2010-11-07: at 00:01 (02:31Z) back to 23:01 of the day before; the hour shown again is the new day's.
    const of = dayNumber('America/St_Johns');
    const change = Date.UTC(2010, 10, 7, 2, 31);
    expect([change - 90_000, change - 30_000, change, change + HOUR].map((ms) => dayText(of(ms)))).toEqual([
      '2010-11-06',
      '2010-11-07',
      '2010-11-07',
      '2010-11-07',
    ]);
    expect(startOfDay(day('2010-11-07'), 'America/St_Johns')).toBe(change - 60_000);
  });
});

describe('hours', () => {
  it.each([
    ['America/New_York', '2026-11-01', 1, '2026-11-01T05:00', '2026-11-01T07:00'],
    ['America/New_York', '2026-03-08', 2, '2026-03-08T07:00', '2026-03-08T07:00'],
    ['America/New_York', '2026-03-08', 3, '2026-03-08T07:00', '2026-03-08T08:00'],
    ['Australia/Lord_Howe', '2026-10-04', 2, '2026-10-03T15:30', '2026-10-03T16:00'],
    ['Australia/Lord_Howe', '2026-04-05', 1, '2026-04-04T14:00', '2026-04-04T15:30'],
    ['Asia/Kathmandu', '2026-01-01', 0, '2025-12-31T18:15', '2025-12-31T19:15'],
    ['America/Sao_Paulo', '2018-11-04', 0, '2018-11-04T03:00', '2018-11-04T03:00'],
    ['Pacific/Apia', '2011-12-30', 5, '2011-12-30T10:00', '2011-12-30T10:00'],
    // 03:45 +13:45 (14:00Z) goes back to 02:45 +12:45: a quarter of hour 2 is shown again in hour 3.
    ['Pacific/Chatham', '2026-04-05', 2, '2026-04-04T12:15', '2026-04-04T13:15'],
    ['Pacific/Chatham', '2026-04-05', 3, '2026-04-04T13:15', '2026-04-04T15:15'],
    // 03:00 +02 (01:00Z) goes back to 01:00 +00: hours 1 and 2 are shown again in hour 2.
    ['Antarctica/Troll', '2026-10-25', 1, '2026-10-24T23:00', '2026-10-25T00:00'],
    ['Antarctica/Troll', '2026-10-25', 2, '2026-10-25T00:00', '2026-10-25T03:00'],
    ['Antarctica/Troll', '2026-10-25', 3, '2026-10-25T03:00', '2026-10-25T04:00'],
  ])('in %s on %s hour %i lasts from %s to %s', (zone, date, hour, from, to) => {
    expect(iso(hourRange(day(date), hour, zone))).toEqual([from, to]);
  });

  it.each([
    ['Pacific/Chatham', '2026-04-05'],
    ['Pacific/Chatham', '2026-09-27'],
    ['Antarctica/Troll', '2026-10-25'],
    ['Antarctica/Troll', '2026-03-29'],
    ['America/New_York', '2026-11-01'],
    ['Australia/Lord_Howe', '2026-04-05'],
    ['America/St_Johns', '2010-11-07'],
    ['America/St_Johns', '2010-11-06'],
    ['Pacific/Apia', '2011-12-30'],
  ])('of a day in %s (%s) follow each other without gap or overlap', (zone, date) => {
    const hours = Array.from({ length: 24 }, (_, hour) => hourRange(day(date), hour, zone));
    const whole = daysRange(day(date), day(date), zone);
    expect([hours[0]!.from, ...hours.map(({ to }) => to)]).toEqual([...hours.map(({ from }) => from), whole.to]);
    expect(hours[0]!.from).toBe(whole.from);
    for (const { from, to } of hours) expect(from).toBeLessThanOrEqual(to);
  });
});

describe('weeks and months', () => {
  it('begin on the day configured, across new year', () => {
    const calendar = { timeZone: 'UTC', weekStart: 'sunday' } as const;
    // 2026-01-01 is a Thursday.
    expect(iso(weekRange(day('2026-01-01'), calendar))).toEqual(['2025-12-28T00:00', '2026-01-04T00:00']);
    expect(iso(weekRange(day('2026-01-01'), { ...calendar, weekStart: 'monday' }))).toEqual([
      '2025-12-29T00:00',
      '2026-01-05T00:00',
    ]);
    expect(firstOfWeek(day('2026-01-04'), 'sunday')).toBe(day('2026-01-04'));
    expect(firstOfWeek(day('2026-01-04'), 'monday')).toBe(day('2025-12-29'));
  });

  it('have 29 days in February of a leap year', () => {
    expect(iso(monthRange(day('2024-02-10'), 'UTC'))).toEqual(['2024-02-01T00:00', '2024-03-01T00:00']);
    expect(iso(monthRange(day('2026-12-31'), 'America/New_York'))).toEqual(['2026-12-01T05:00', '2027-01-01T05:00']);
  });
});

describe('buckets', () => {
  const calendar = { timeZone: 'America/New_York', weekStart: 'sunday' } as const;

  it('have 23 and 25 hours on the days of change, and 24 otherwise', () => {
    const hours = (date: string) =>
      bucketsOf(daysRange(day(date), day(date), 'America/New_York'), 'hour', calendar).length;
    expect([hours('2026-03-08'), hours('2026-11-01'), hours('2026-06-01')]).toEqual([23, 25, 24]);
  });

  it('leave out a day that was skipped', () => {
    const zone = { timeZone: 'Pacific/Apia', weekStart: 'sunday' } as const;
    const starts = bucketsOf(daysRange(day('2011-12-29'), day('2012-01-01'), 'Pacific/Apia'), 'day', zone);
    expect(starts.map((ms) => dayText(dayNumber('Pacific/Apia')(ms)))).toEqual([
      '2011-12-29',
      '2011-12-31',
      '2012-01-01',
    ]);
  });

  it('begin with the range and end with it', () => {
    const range = { from: Date.UTC(2026, 0, 1, 12), to: Date.UTC(2026, 2, 2) };
    const months = bucketsOf(range, 'month', { timeZone: 'UTC', weekStart: 'sunday' });
    expect(months).toEqual([range.from, Date.UTC(2026, 1, 1), Date.UTC(2026, 2, 1)]);
    const weeks = bucketsOf(range, 'week', { timeZone: 'UTC', weekStart: 'monday' });
    expect([weeks.length, weeks[1], weeks.at(-1)]).toEqual([9, Date.UTC(2026, 0, 5), Date.UTC(2026, 1, 23)]);
  });

  it('are refused beyond ten thousand', () => {
    const range = { from: 0, to: 10_000 * 60_000 };
    const utc = { timeZone: 'UTC', weekStart: 'sunday' } as const;
    expect(bucketsOf(range, 'minute', utc).length).toBe(10_000);
    expect(() => bucketsOf({ ...range, to: range.to + 1 }, 'minute', utc)).toThrow('RANGE_TOO_MANY_BUCKETS');
  });
});
