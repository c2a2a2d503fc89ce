/** The question `web` by examples whose answers are plain to see: rows and pages of cards, running ranges, and what is rejected. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { WebAnswer } from '../../src/analysis/web-answer.ts';
import { view } from './page-views.ts';
import { aWorld, DAY_MS, type Given, NOW, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await aWorld();
  const visit = (visitor: number, browser: string, ...paths: string[]): Given[] =>
    paths.map((path, i) =>
      view(`03T1${i}:00:00`, { path, $browser: browser }, { device: `d${visitor}`, session: `s${visitor}` }),
    );
  await world.post('cards', [
    ...visit(1, 'Chrome', '/', '/a', '/b'),
    ...visit(2, 'Chrome', '/'),
    ...visit(3, 'Firefox', '/', '/a'),
    ...visit(4, 'Safari', '/a_b', '/a%b', '/A'),
    ...visit(5, 'Safari', '/x'),
    ...visit(6, 'Safari', '/x'),
    view('03T10:00:00', { path: '/', $browser: 'Edge' }, { device: 'd7' }),
  ]);
});
afterAll(() => world.close());

const ask = async (app: string, question: object) =>
  await world.ask<WebAnswer>(app, { kind: 'web', from: '2026-03-03', to: '2026-03-03', ...question });
const cardOf = async (card: object) => (await ask('cards', { cards: [card] })).result.cards![0]!;
const names = ({ rows }: Awaited<ReturnType<typeof cardOf>>) => rows.map(({ value }) => value);

it('cards show a page of their rows, and how many there are', async () => {
  const first = await cardOf({ card: 'pages', limit: 2 });
  // Equal numbers are in the order of the values.
  expect(first).toEqual({
    ...{ card: 'pages', field: 'data.path', totalRows: 7, others: { rows: 5 } },
    rows: [
      { value: '/', visitors: 4, pageViews: 4 },
      { value: '/a', visitors: 2, pageViews: 2 },
    ],
  });
  const second = await cardOf({ card: 'pages', limit: 3, offset: 2 });
  expect([names(second), second.totalRows, second.others]).toEqual([['/x', '/A', '/a%b'], 7, { rows: 2 }]);
  const last = await cardOf({ card: 'pages', limit: 3, offset: 5 });
  expect([names(last), last.others]).toEqual([['/a_b', '/b'], undefined]);
  const beyond = await cardOf({ card: 'pages', offset: 100 });
  expect([names(beyond), beyond.totalRows, beyond.others]).toEqual([[], 7, undefined]);
});

it('cards are searched as a text, in any case', async () => {
  expect(names(await cardOf({ card: 'pages', search: '/A' }))).toEqual(['/a', '/A', '/a%b', '/a_b']);
  expect(names(await cardOf({ card: 'pages', search: 'a%' }))).toEqual(['/a%b']);
  expect(names(await cardOf({ card: 'pages', search: '_' }))).toEqual(['/a_b']);
  const none = await cardOf({ card: 'browsers', search: 'opera' });
  expect(none).toEqual({ card: 'browsers', field: 'session.browser', totalRows: 0, rows: [] });
  // A search in one card leaves the others as they are.
  const both = await ask('cards', { cards: [{ card: 'browsers', search: 'fox' }, { card: 'entryPages' }] });
  expect(both.result.cards!.map(names)).toEqual([['Firefox'], ['/', '/x', '/a_b']]);
});

it.each([
  ['visitors', 'desc', ['Safari', 'Chrome', 'Edge', 'Firefox']],
  ['visitors', 'asc', ['Edge', 'Firefox', 'Chrome', 'Safari']],
  ['pageViews', 'desc', ['Safari', 'Chrome', 'Firefox', 'Edge']],
  // 2, 5 / 3, 2 and 1.
  ['viewsPerVisit', 'desc', ['Chrome', 'Firefox', 'Safari', 'Edge']],
  // 1/2, 2/3, 0 and 1.
  ['bounceRate', 'desc', ['Edge', 'Safari', 'Chrome', 'Firefox']],
  ['bounceRate', 'asc', ['Firefox', 'Chrome', 'Safari', 'Edge']],
  // 1 h, 40 min, 1 h and none: the more visitors come first.
  ['durationMs', 'desc', ['Chrome', 'Firefox', 'Safari', 'Edge']],
])('cards are sorted by %s, %s', async (sort, order, expected) => {
  expect(names(await cardOf({ card: 'browsers', sort, order }))).toEqual(expected);
});

it('cards are sorted by the rate of a goal', async () => {
  const { result } = await ask('cards', {
    goals: [{ page: '/a*' }],
    goal: 1,
    cards: [
      { card: 'browsers', sort: 'conversionRate' },
      { card: 'pages', sort: 'convertedVisitors', limit: 1 },
    ],
  });
  expect(
    result.cards![0]!.rows.map(({ value, conversions, conversionRate }) => [value, conversions, conversionRate]),
  ).toEqual([
    ['Firefox', 1, 1],
    ['Chrome', 1, 1 / 2],
    // `*` stands for any text, but upper and lower case differ.
    ['Safari', 2, 1 / 3],
    ['Edge', 0, 0],
  ]);
  expect(result.cards![1]!.rows).toEqual([
    { value: '/', visitors: 4, pageViews: 4, convertedVisitors: 2, conversionRate: 1 / 2 },
  ]);
  expect(result.totals).toMatchObject({ conversions: 4, convertedVisitors: 3, conversionRate: 3 / 7 });
});

it('a visit over midnight counts where it begins; its views and its visitor count where they are', async () => {
  await world.post('midnight', [
    view('03T23:50:00', { path: '/' }),
    view('04T00:10:00', { path: '/late' }),
    view('04T12:00:00', { path: '/' }, { device: 'e' }),
  ]);
  const on = async (day: string) => (await ask('midnight', { from: day, to: day })).result.totals;
  expect(await on('2026-03-03')).toEqual({
    ...{ visitors: 1, visits: 1, pageViews: 1, viewsPerVisit: 2, bounceRate: 0, durationMs: 20 * 60_000 },
  });
  expect(await on('2026-03-04')).toEqual({
    ...{ visitors: 2, visits: 1, pageViews: 2, viewsPerVisit: 1, bounceRate: 1, durationMs: 0 },
  });
  const { result } = await ask('midnight', { to: '2026-03-04', interval: 'day', cards: [{ card: 'exitPages' }] });
  expect(result.totals).toMatchObject({ visitors: 2, visits: 2, pageViews: 3 });
  expect(result.points!.map(({ visitors, visits, pageViews }) => [visitors, visits, pageViews])).toEqual([
    [1, 1, 1],
    [2, 1, 2],
  ]);
  expect(names(result.cards![0]!)).toEqual(['/', '/late']);
});

it('says who is there now, and compares a running range up to the same moment', async () => {
  const ago = (minutes: number, device: string): Given => ({
    event: 'page viewed',
    timestamp: NOW - minutes * 60_000,
    device,
    data: { path: '/', $country: device === 'a' ? 'CH' : 'DE' },
  });
  const yesterday = (DAY_MS / 60_000) | 0;
  await world.post('now', [
    ...[ago(0, 'a'), ago(4, 'b'), ago(6, 'c')],
    ...[ago(yesterday + 30, 'a'), ago(yesterday + 1, 'b'), ago(yesterday - 60, 'c')],
  ]);
  const { result } = await ask('now', { from: 'today', to: 'today', current: true, compare: 'previousPeriod' });
  expect([result.currentVisitors, result.totals.visitors]).toEqual([2, 3]);
  // Yesterday three came, and two of them before noon, as it is now.
  expect(result.compare).toMatchObject({
    totals: { visitors: 3 },
    soFar: { to: '2026-03-19T12:00:00.000Z', totals: { visitors: 2 } },
  });
  const filters = [{ field: 'session.country', value: 'CH' }];
  expect((await ask('now', { from: 'today', to: 'today', current: true, filters })).result.currentVisitors).toBe(1);
});

it('answers for an app without events, and for a range that is empty', async () => {
  const nothing = { visitors: 0, visits: 0, pageViews: 0, viewsPerVisit: null, bounceRate: null, durationMs: null };
  const cards = [{ card: 'sources' }, { card: 'pages' }];
  for (const range of [{}, { from: '2026-03-03T10:00', to: '2026-03-03T10:00' }]) {
    const { result } = await ask('none', { ...range, goals: [{ event: 'paid' }], goal: 1, cards, current: true });
    expect(result).toMatchObject({
      totals: { ...nothing, conversions: 0, convertedVisitors: 0, conversionRate: null },
      goals: [{ name: 'paid', visitors: 0, conversions: 0, conversionRate: null }],
      cards: [
        { totalRows: 0, rows: [] },
        { totalRows: 0, rows: [] },
      ],
      currentVisitors: 0,
    });
  }
});

it('is a table of its rows, its points or its totals', async () => {
  const one = await ask('cards', { cards: [{ card: 'browsers', limit: 1 }] });
  expect(one.columns.map(({ name }) => name).slice(0, 3)).toEqual(['value', 'visitors', 'visits']);
  expect(one.rows[0]!.slice(0, 3)).toEqual(['Safari', 3, 3]);
  const two = await ask('cards', {
    cards: [{ card: 'browsers', limit: 1 }, { card: 'outboundLinks' }, { card: 'pages', limit: 1 }],
  });
  expect(two.columns.map(({ name }) => name)).toEqual([
    ...['card', 'value', 'visitors', 'visits', 'pageViews', 'viewsPerVisit', 'bounceRate', 'durationMs', 'events'],
  ]);
  expect(two.rows.map((row) => row.slice(0, 5))).toEqual([
    ['browsers', 'Safari', 3, 3, 5],
    ['pages', '/', 4, undefined, 4],
  ]);
  const points = await ask('cards', { interval: 'day' });
  expect(points.rows).toHaveLength(1);
  expect(points.rows[0]!.slice(0, 3)).toEqual(['2026-03-03T00:00:00.000Z', 7, 7]);
  expect((await ask('cards', {})).rows[0]!.slice(0, 3)).toEqual([7, 7, 12]);
});

it.each<[string, object, string]>([
  ['a goal that is not there', { goals: [{ event: 'a' }], goal: 2 }, 'goal'],
  ['a goal without goals', { goal: 1 }, 'goal'],
  ['a goal that is nothing', { goals: [{ name: 'any' }] }, 'goals[0].page'],
  [
    'a goal by a field of the visit',
    { goals: [{ filters: [{ field: 'session.source', value: 'x' }] }] },
    'goals[0].filters',
  ],
  ['a card twice', { cards: [{ card: 'pages' }, { card: 'pages' }] }, 'cards[1].card'],
  ['a sort that the card does not have', { cards: [{ card: 'pages', sort: 'bounceRate' }] }, 'cards[0].sort'],
  ['a sort by a goal without one', { cards: [{ card: 'sources', sort: 'conversions' }] }, 'cards[0].sort'],
  [
    'fields of visits and events in one condition',
    {
      filters: [
        {
          or: [
            { field: 'session.source', value: 'x' },
            { field: 'data.path', value: '/' },
          ],
        },
      ],
    },
    'filters[0]',
  ],
])('rejects %s', async (_, question, field) => {
  await expect(ask('cards', question)).rejects.toMatchObject({ code: 'QUESTION_INVALID', field });
});
