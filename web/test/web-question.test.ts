/** What the page Web asks for an address. */
import { describe, expect, it } from 'vitest';
import { worldMap } from '../scripts/world-map.mjs';
import { intervalsFor } from '../src/components/interval.ts';
import { isSite } from '../src/components/site.ts';
import { filterInWords, rowName } from '../src/pages/web/cards.ts';
import { compareOf, goalName, hasFilter, headlineQuestion, rowFilter, toggled } from '../src/pages/web/question.ts';
import { webSearch } from '../src/pages/web/search.ts';

it('asks for 30 days compared with the same weekdays, unless the address says otherwise', () => {
  expect(headlineQuestion(webSearch({}), undefined)).toEqual({
    kind: 'web',
    last: '30d',
    interval: 'day',
    compare: 'sameWeekdays',
  });
  const search = webSearch({
    from: 'today',
    to: 'today',
    filters: [{ field: 'session.source', value: 'Google' }],
    compare: 'none',
  });
  expect(headlineQuestion(search, { page: '/thanks' })).toEqual({
    kind: 'web',
    from: 'today',
    to: 'today',
    interval: 'hour',
    filters: [{ field: 'session.source', value: 'Google' }],
    goals: [{ page: '/thanks' }],
    goal: 1,
  });
});

it.each([
  [{ last: '7d' }, 'sameWeekdays'],
  [{ last: '90d' }, 'sameWeekdays'],
  [{ last: '1w' }, 'sameWeekdays'],
  [{ last: '1d' }, 'previousPeriod'],
  [{ last: '24h' }, 'previousPeriod'],
  [{ last: '1m' }, 'previousPeriod'],
  [{ last: '12m' }, 'previousPeriod'],
  [{ from: 'yesterday', to: 'yesterday' }, 'previousPeriod'],
  [{ from: '2026-11-02', to: '2026-11-15' }, 'sameWeekdays'],
  // One day, and a whole month.
  [{ from: '2026-11-02', to: '2026-11-02' }, 'previousPeriod'],
  [{ from: '2026-10-01', to: '2026-10-31' }, 'previousPeriod'],
  [{ from: '2026-11-02T10:00:00Z', to: '2026-11-04T10:00:00Z' }, 'previousPeriod'],
])('compares %j with %s', (range, comparison) => {
  expect(compareOf(webSearch(range))).toBe(comparison);
  expect(compareOf(webSearch({ ...range, compare: 'previousYear' }))).toBe('previousYear');
  const custom = { from: '2026-01-01', to: '2026-01-31' };
  expect(compareOf(webSearch({ ...range, compare: custom }))).toEqual(custom);
});

it.each([
  [{ last: '60min' }, ['minute']],
  [{ from: 'today', to: 'today' }, ['hour']],
  [{ last: '7d' }, ['hour', 'day']],
  [{ from: '2026-11-02', to: '2026-11-03' }, ['hour', 'day']],
  [{ last: '30d' }, ['day', 'week']],
  [{ last: '90d' }, ['day', 'week', 'month']],
  [{ last: '12m' }, ['day', 'week', 'month']],
  [{ last: '9y' }, ['month']],
])('offers the intervals in which %j can be read', (range, intervals) => {
  expect(intervalsFor(range)).toEqual(intervals);
});

it('draws in the interval of the address where it can', () => {
  expect(headlineQuestion(webSearch({ last: '30d', interval: 'week' }), undefined).interval).toBe('week');
  expect(headlineQuestion(webSearch({ last: '30d', interval: 'hour' }), undefined).interval).toBe('day');
  // Both days are included: two by the hour, three by the day.
  const from = '2026-11-02';
  expect(headlineQuestion(webSearch({ from, to: '2026-11-03' }), undefined).interval).toBe('hour');
  expect(headlineQuestion(webSearch({ from, to: '2026-11-04' }), undefined).interval).toBe('day');
});

it('ignores what an address cannot say', () => {
  expect(webSearch({ compare: 'sometimes', filters: 'x', measure: 7, goal: 'buy', card: ['pages'] })).toEqual({
    measure: '7',
    goal: 'buy',
  });
});

describe('filters of rows', () => {
  const google = rowFilter('session.source', 'Google');
  const direct = rowFilter('session.source', null);

  it('are added, replaced by another row of the same card, and removed by the same row', () => {
    expect(toggled(undefined, google)).toEqual([{ field: 'session.source', value: 'Google' }]);
    expect(toggled([google], direct)).toEqual([{ field: 'session.source', operator: 'exists', value: false }]);
    expect(toggled([google], google)).toEqual([]);
    const country = rowFilter('session.country', 'CH');
    expect(toggled([google], country)).toEqual([google, country]);
    expect(hasFilter([{ field: 'session.source', operator: 'is', value: 'Google' }], google)).toBe(true);
  });

  it('leave other conditions alone', () => {
    const contains = { field: 'session.source', operator: 'contains', value: 'oo' } as const;
    expect(toggled([contains], google)).toEqual([contains, google]);
  });

  it('are written in the words of the cards', () => {
    expect(filterInWords(google)).toBe('Source is Google');
    expect(filterInWords(direct)).toBe('Source is Direct / None');
    expect(filterInWords(rowFilter('session.country', 'CH'))).toBe('Country is Switzerland');
    expect(filterInWords(rowFilter('data.path', '/a'))).toBe('Page is /a');
    expect(filterInWords({ field: 'session.entryPage', operator: 'startsWith', value: '/blog' })).toBe(
      'Entry page starts with /blog',
    );
    expect(filterInWords({ field: 'data.plan', value: 'pro' })).toBe('plan is pro');
  });
});

it('names rows for people', () => {
  expect(rowName('countries', 'US')).toBe('United States');
  expect(rowName('countries', 'no code')).toBe('no code');
  expect(rowName('countries', null)).toBe('(unknown)');
  expect(rowName('languages', 'de-CH')).toBe('Swiss High German');
  expect(rowName('deviceTypes', 'tv')).toBe('TV');
  expect(rowName('pages', '')).toBe('(empty)');
  expect(goalName({ page: '/thanks*' })).toBe('/thanks*');
  expect(goalName({ event: 'signed up', name: 'Sign-ups' })).toBe('Sign-ups');
});

it('opens apps with it whose events are mostly page views', () => {
  const of = (id: string, total: number) => ({ id, total });
  expect(isSite([of('page-viewed', 10), of('web-vital', 40), of('error', 9), of('bought', 9)])).toBe(true);
  expect(isSite([of('page-viewed', 10), of('request', 10)])).toBe(false);
  expect(isSite([])).toBe(false);
});

it('has a map of every country, the small ones as dots', () => {
  const { width, height, shapes, dots } = worldMap();
  // 177 shapes of the coarse map without Antarctica; Northern Cyprus and Somaliland belong to the code of their neighbour.
  expect(Object.keys(shapes)).toHaveLength(174);
  expect(Object.keys(shapes).filter((code) => !/^[A-Z]{2}$/.test(code))).toEqual([]);
  expect(shapes).toMatchObject({ CH: expect.stringMatching(/^M\d+,\d+l/), XK: expect.any(String) });
  expect(dots).toMatchObject({ SG: expect.any(Array), HK: expect.any(Array), MT: expect.any(Array) });
  expect(Object.values(dots).every(([x, y]) => x >= 0 && x <= width && y >= 0 && y <= height)).toBe(true);
  // Switzerland is at 47° north, 8° east: right of the middle and in the upper third.
  const [x, y] = /^M(\d+),(\d+)/.exec(shapes['CH']!)!.slice(1).map(Number);
  expect(x! > width / 2 && x! < width * 0.55 && y! < height / 3).toBe(true);
  // Kiribati lies on both sides of the edge: its middle is not in the middle of the map.
  expect(Math.abs(dots['KI']![0] - width / 2)).toBeGreaterThan(width / 3);
  expect(JSON.stringify({ shapes, dots }).length).toBeLessThan(50_000);
});
