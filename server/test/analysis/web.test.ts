/** The question `web`: every number against a second implementation, against trends and sessions, and worked out by hand. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebAnswer } from '../../src/analysis/web-answer.ts';
import { VISIT_CARDS } from '../../src/model/web-query.ts';
import { idOf, isView, type Known, known } from './reference.ts';
import { type Wanted, webReference } from './web-reference.ts';
import { aWorld, DAY_MS, type Given, type Json, random, type World } from './world.ts';

const MINUTE_MS = 60_000;
const START = Date.UTC(2026, 2, 2);

let world: World;
beforeAll(async () => {
  world = await aWorld();
});
afterAll(() => world.close());

const ask = async (app: string, question: object) =>
  await world.ask<WebAnswer>(app, { kind: 'web', from: '2026-03-03', to: '2026-03-06', ...question });

/** Six days of a few people: views with all that a page sends, some with session ids, and what servers and pages send besides. */
function someEvents(seed: number): Given[] {
  const next = random(seed);
  const below = (n: number): number => Math.floor(next() * n);
  const pick = <T>(values: readonly T[]): T => values[below(values.length)]!;
  const maybe = (name: string, chance: number, values: readonly Json[]): Record<string, Json> =>
    next() < chance ? { [name]: pick(values) } : {};
  const events: Given[] = [];
  let at = START;
  for (let i = 0; i < 1_200; i++) {
    at += below(15 * MINUTE_MS);
    const who = below(7);
    const device = { device: `d${who}` };
    const user = below(3) === 0 ? { user: `u${who}` } : {};
    const session = who < 3 ? { session: `s${who}-${Math.floor(at / (DAY_MS / 3))}` } : {};
    const timestamp = at;
    const kind = below(20);
    if (kind === 0) events.push({ event: '$identify', timestamp, ...device, user: `u${below(12) === 0 ? 9 : who}` });
    else if (kind < 3) events.push({ event: 'order paid', timestamp, user: `u${who}`, data: { amount: below(100) } });
    else if (kind === 3)
      events.push({
        event: 'outbound link clicked',
        timestamp,
        ...device,
        ...user,
        ...session,
        data: { url: `https://a.example/${below(3)}` },
      });
    else if (kind === 4)
      events.push({
        event: pick(['file downloaded', 'page not found']),
        timestamp,
        ...device,
        ...session,
        data: { url: `/f${below(3)}`, path: `/x${below(3)}` },
      });
    else if (kind === 5)
      events.push({
        event: 'web vital',
        timestamp,
        ...device,
        ...session,
        data: { metric: 'LCP', path: `/${below(4)}` },
      });
    else
      events.push({
        event: kind === 6 ? 'screen viewed' : 'page viewed',
        timestamp,
        ...(below(30) === 0 ? {} : device),
        ...user,
        ...session,
        data: {
          ...maybe('path', 0.95, ['/', '/0', '/1', '/Ünï', '/blog/a', '/blog/b']),
          ...maybe('host', 0.9, ['shop.example', 'blog.example']),
          ...maybe('referrer', 0.3, ['https://www.google.com/', 'https://t.co/', 'https://shop.example/a']),
          ...maybe('utm_source', 0.2, ['news', 'ads']),
          ...maybe('utm_campaign', 0.2, ['spring', 'sale']),
          ...maybe('utm_medium', 0.1, ['email', 'cpc']),
          ...maybe('$country', 0.8, ['CH', 'DE', 'US']),
          ...maybe('$city', 0.3, ['Bern', 'Berlin']),
          ...maybe('$browser', 0.9, ['Chrome', 'Firefox']),
          ...maybe('$browserVersion', 0.8, ['130', '131']),
          ...maybe('$os', 0.9, ['Linux', 'Windows']),
          ...maybe('$deviceType', 0.9, ['desktop', 'mobile']),
          ...maybe('screen', 0.5, ['1920x1080', '360x800']),
          ...maybe('language', 0.9, ['de-CH', 'en-US']),
        },
      });
  }
  return events;
}

interface Case {
  readonly question: object;
  readonly wanted: Omit<Wanted, 'from' | 'to'>;
}
const isPaid = (event: Known): boolean => idOf(event) === 'order-paid';
const isBlog = (event: Known): boolean => isView(event) && /^\/blog\/.*$/s.test(String(event.data?.['path'] ?? ''));
const GOALS = [{ event: 'order paid' }, { page: '/blog/*' }, { id: 'outbound-link-clicked', name: 'left' }];
const isLeft = (event: Known): boolean => idOf(event) === 'outbound-link-clicked';

const CASES: readonly (readonly [name: string, Case])[] = [
  ['without filters', { question: {}, wanted: {} }],
  [
    'with filters of visits',
    {
      question: {
        filters: [
          { field: 'session.browser', value: 'Chrome' },
          {
            or: [
              { field: 'session.country', operator: 'in', value: ['CH', 'DE'] },
              { field: 'session.entryPage', value: '/' },
            ],
          },
        ],
      },
      wanted: {
        visit: ({ browser, country, entryPage }) =>
          browser === 'Chrome' && (country === 'CH' || country === 'DE' || entryPage === '/'),
      },
    },
  ],
  [
    'with a filter by exit page',
    {
      question: { filters: [{ field: 'session.exitPage', operator: 'startsWith', value: '/blog' }] },
      wanted: { visit: ({ exitPage }) => exitPage!.startsWith('/blog') },
    },
  ],
  [
    'with a filter by page',
    {
      question: { filters: [{ field: 'data.path', value: '/blog/a' }] },
      wanted: { event: (event) => event.data?.['path'] === '/blog/a' },
    },
  ],
  [
    'with filters by an event of the server and of visits',
    {
      question: {
        filters: [
          { field: 'event', value: 'order paid' },
          { field: 'session.os', value: 'Linux' },
        ],
      },
      wanted: { event: isPaid, visit: ({ os }) => os === 'Linux' },
    },
  ],
  ['with a goal of the server', { question: { goals: GOALS, goal: 1 }, wanted: { goal: isPaid } }],
  [
    'with a goal of pages and filters',
    {
      question: {
        goals: GOALS,
        goal: 2,
        filters: [
          { field: 'session.referrerHost', operator: 'exists' },
          { field: 'data.path', operator: 'in', value: ['/', '/blog/a'] },
        ],
      },
      wanted: {
        goal: isBlog,
        visit: ({ referrerHost }) => referrerHost !== '',
        event: (event) => event.data?.['path'] === '/' || event.data?.['path'] === '/blog/a',
      },
    },
  ],
];
const WITH_MISSING = new Set(['hostname', 'country', 'browser', 'os', 'deviceType', 'screen', 'language']);
/** These need the table of sources. */
const BY_TABLE = new Set(['source', 'channel']);
const CARDS = Object.entries(VISIT_CARDS).filter(([, field]) => !BY_TABLE.has(field));
const EVENTS = [
  ['pages', 'page-viewed', 'path'],
  ['outboundLinks', 'outbound-link-clicked', 'url'],
  ['downloads', 'file-downloaded', 'url'],
  ['notFound', 'page-not-found', 'path'],
] as const;

describe.each([1, 2])('the second implementation (seed %i)', (seed) => {
  const app = `web-${seed}`;
  let reference: ReturnType<typeof webReference>;
  beforeAll(async () => {
    const given = someEvents(seed);
    reference = webReference(known(given));
    await world.post(app, given);
  });

  it.each(CASES)('says the same %s', async (_, { question, wanted: chosen }) => {
    const wanted = { from: Date.UTC(2026, 2, 3), to: Date.UTC(2026, 2, 7), ...chosen };
    const { result, exact } = await ask(app, {
      ...question,
      interval: 'hour',
      compare: { from: '2026-03-02', to: '2026-03-04' },
      cards: [...CARDS.map(([card]) => ({ card, limit: 1_000 })), ...EVENTS.map(([card]) => ({ card }))],
    });
    expect(exact).toBe(true);
    expect(result.totals).toEqual(reference.totals(wanted));
    expect(result.totals.visits).toBeGreaterThan(3);
    const hours = Array.from({ length: 96 }, (_, i) => wanted.from + i * 60 * MINUTE_MS);
    expect(result.points).toEqual(reference.points(wanted, hours));
    const earlier = { ...wanted, from: Date.UTC(2026, 2, 2), to: Date.UTC(2026, 2, 5) };
    expect(result.compare!.totals).toEqual(reference.totals(earlier));
    expect(result.compare!.points).toHaveLength(72);
    const cards = Object.fromEntries(result.cards!.map(({ card, rows }) => [card, rows]));
    for (const [card, field] of CARDS)
      expect([card, cards[card]]).toEqual([card, reference.visitCard(wanted, field, WITH_MISSING.has(field))]);
    for (const [card, id, property] of EVENTS)
      expect([card, cards[card]]).toEqual([card, reference.eventCard(wanted, id, property)]);
    expect(cards['entryPages']!.length).toBeGreaterThan(1);
    if ('goals' in question)
      expect(result.goals).toEqual([
        { name: 'order paid', ...reference.goal(wanted, isPaid) },
        { name: '/blog/*', ...reference.goal(wanted, isBlog) },
        { name: 'left', ...reference.goal(wanted, isLeft) },
      ]);
  });

  const own = [
    {
      or: [
        { field: 'session', operator: 'exists' },
        { field: 'id', operator: 'in', value: ['page-viewed', 'screen-viewed'] },
      ],
    },
  ];
  it('trends say the same, by source too', async () => {
    const { result } = await ask(app, { interval: 'day', cards: [{ card: 'sources' }, { card: 'channels' }] });
    const range = { from: '2026-03-03', to: '2026-03-06' };
    const views = { field: 'id', operator: 'in', value: ['page-viewed', 'screen-viewed'] };
    // A view of nobody without a session belongs to no visit.
    const ofSomebody = { or: ['user', 'device', 'session'].map((field) => ({ field, operator: 'exists' })) };
    const series = [{ measure: 'users', filters: [...own, ofSomebody] }, { filters: [views, ofSomebody] }];
    const trend = await world.ask<{ series: { total: number; points: { value: number }[] }[] }>(app, {
      kind: 'trend',
      ...range,
      series,
      interval: 'day',
    });
    const [visitors, pageViews] = trend.result.series;
    expect([result.totals.visitors, result.totals.pageViews]).toEqual([visitors!.total, pageViews!.total]);
    expect(result.points!.map((point) => [point.visitors, point.pageViews])).toEqual(
      visitors!.points.map(({ value }, i) => [value, pageViews!.points[i]!.value]),
    );
    for (const [i, field] of ['session.source', 'session.channel'].entries()) {
      const by = await world.ask<{ series: { total: number; group: { value?: string }[] }[] }>(app, {
        kind: 'trend',
        ...range,
        series,
        breakdown: [field],
      });
      const count = by.result.series.length / 2;
      const ofSeries = (nth: number): [string | null, number][] =>
        by.result.series
          .slice(nth * count, (nth + 1) * count)
          .map(({ group, total }) => [group[0]!.value ?? null, total]);
      const { rows } = result.cards![i]!;
      expect(rows.length).toBeGreaterThan(3);
      expect(new Map(rows.map(({ value, visitors: each }) => [value, each]))).toEqual(new Map(ofSeries(0)));
      expect(new Map(rows.map(({ value, pageViews: each }) => [value, each]))).toEqual(new Map(ofSeries(1)));
    }
  });
});
