/**
 * Fields of visits in every kind of question. The same events are in two apps: in one, questions use `session.…`; in the other, each event has what a
 * second implementation says about its visit as an ordinary property, and the same questions use that. The answers must be the same.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, view } from './page-views.ts';
import { known } from './reference.ts';
import { fieldsOf, visitOf, visitsOf } from './visit-reference.ts';
import { aWorld, type Given, type Json, type World } from './world.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 2, 2);

let world: World;
beforeAll(async () => {
  world = await aWorld();
});
afterAll(() => world.close());

/** Mulberry32. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const REFERRERS = [
  'https://www.google.com/',
  'https://t.co/',
  'https://shop.example/a',
  'https://news.ycombinator.com/item',
];

/** Page views, clicks and orders of a few people over six days, some with session ids, some signing in, some from servers. */
function someVisits(seed: number): Given[] {
  const below = randomOf(seed);
  const events: Given[] = [];
  let at = START;
  for (let i = 0; i < 900; i++) {
    at += below(20 * MINUTE_MS);
    const who = below(6);
    const device = `d${who}`;
    const signedIn = below(3) === 0 ? { user: `u${who}` } : {};
    const kind = below(10);
    if (kind === 0) events.push({ event: '$identify', timestamp: at, device, user: `u${below(12) === 0 ? 9 : who}` });
    else if (kind < 3)
      events.push({ event: 'order paid', timestamp: at, user: `u${who}`, data: { amount: below(100) } });
    else {
      const session = below(2) === 0 ? { session: `s${who}-${Math.floor(at / (DAY_MS / 3))}` } : {};
      const isView = kind < 8;
      const data: Record<string, Json> = isView ? { path: `/${below(4)}`, host: 'shop.example' } : { button: 'x' };
      if (isView && below(3) === 0) data['referrer'] = REFERRERS[below(4)]!;
      if (isView && below(4) === 0) data['utm_source'] = ['news', 'ads'][below(2)]!;
      if (isView && below(4) === 0) data['utm_campaign'] = ['spring', 'sale'][below(2)]!;
      events.push({ event: isView ? 'page viewed' : 'clicked', timestamp: at, device, ...signedIn, ...session, data });
    }
  }
  return events;
}

/** `session.entryPage` → `data.visit.entryPage`, anywhere in a question. */
const onProperties = (question: object): object =>
  JSON.parse(JSON.stringify(question).replaceAll('"session.', '"data.visit.'));
const plain = (answer: object): unknown => JSON.parse(JSON.stringify(answer).replaceAll('"data.visit.', '"session.'));

describe.each([1, 2])('fields of visits (seed %i)', (seed) => {
  const [app, other] = [`visits-${seed}`, `properties-${seed}`];
  beforeAll(async () => {
    const given = someVisits(seed);
    const events = known(given);
    const visits = visitsOf(events);
    const visit = new Map(events.map((event) => [event.seq, fieldsOf(visitOf(event, visits))]));
    const withVisit = given.map((event, seq) => {
      const present = Object.entries(visit.get(seq)!).filter(([, value]) => value !== '');
      return present.length === 0 ? event : { ...event, data: { ...event.data, visit: Object.fromEntries(present) } };
    });
    expect(visits.length).toBeGreaterThan(100);
    await world.post(app, given);
    await world.post(other, withVisit);
  });

  const range = { from: '2026-03-03', to: '2026-03-06' };
  const campaign = { field: 'session.utmCampaign', value: 'spring' };
  const fromNews = [
    {
      or: [
        { field: 'session.utmSource', value: 'news' },
        { field: 'session.referrerHost', operator: 'exists' },
      ],
    },
  ];

  it.each<[string, object]>([
    [
      'a trend by entry page',
      { kind: 'trend', series: [{}, { measure: 'users' }], interval: 'day', breakdown: ['session.entryPage'] },
    ],
    [
      'a trend by two fields',
      {
        kind: 'trend',
        series: [{ event: 'order paid', measure: 'sum', property: 'data.amount' }],
        breakdown: ['session.utmSource', 'session.exitPage'],
      },
    ],
    [
      'a trend by referrer with a filter',
      {
        kind: 'trend',
        series: [{ event: 'page viewed' }, { event: 'order paid', filters: [campaign] }],
        filters: fromNews,
        breakdown: ['session.referrerHost'],
        formula: 'B / A',
      },
    ],
    [
      'unique values and comparison',
      {
        kind: 'trend',
        series: [{ measure: 'uniqueValues', property: 'session.entryPage' }],
        compare: 'previousPeriod',
      },
    ],
    [
      'operators',
      {
        kind: 'trend',
        series: [
          { filters: [{ field: 'session.entryPage', operator: 'in', value: ['/1', '/2'] }] },
          { filters: [{ field: 'session.entryPage', operator: 'isNot', value: '/1' }] },
          { filters: [{ field: 'session.entryPage', operator: 'exists', value: false }] },
          { filters: [{ field: 'session.exitPage', operator: 'matches', value: '^/[01]$' }] },
        ],
      },
    ],
    [
      'a funnel',
      {
        kind: 'funnel',
        steps: [{ event: 'page viewed' }, { event: 'order paid' }],
        window: '1d',
        breakdown: 'session.entryPage',
      },
    ],
    [
      'a funnel with a filter',
      {
        kind: 'funnel',
        steps: [{ event: 'page viewed', filters: fromNews }, { event: 'clicked' }],
        window: '2d',
        order: 'any',
      },
    ],
    [
      'retention',
      {
        kind: 'retention',
        start: { event: 'page viewed', filters: [campaign] },
        interval: 'day',
        breakdown: 'session.entryPage',
      },
    ],
    ['stickiness', { kind: 'stickiness', event: 'page viewed', filters: fromNews }],
    ['lifecycle', { kind: 'lifecycle', event: 'page viewed', filters: fromNews, interval: 'day' }],
    ['paths', { kind: 'paths', start: { event: 'page viewed', filters: [campaign] } }],
    ['paths of fields', { kind: 'paths', node: 'session.entryPage' }],
    ['users', { kind: 'users', filters: fromNews, sort: 'events' }],
    [
      'performance',
      {
        kind: 'performance',
        event: 'order paid',
        property: 'data.amount',
        by: 'session.utmSource',
        condition: campaign,
      },
    ],
    [
      'sessions by source',
      {
        kind: 'sessions',
        filters: [{ field: 'id', value: 'page-viewed' }, ...fromNews],
        interval: 'day',
        breakdown: ['session.referrerHost', 'session.entryPage'],
      },
    ],
    [
      'a measure of sessions',
      {
        kind: 'trend',
        series: [{ event: 'page viewed', measure: 'sessions' }],
        filters: fromNews,
        breakdown: ['session.exitPage'],
      },
    ],
    [
      'a segment',
      {
        kind: 'trend',
        series: [{ measure: 'users' }],
        segment: { did: { event: 'page viewed', filters: fromNews }, from: '2026-03-02', to: '2026-03-04' },
      },
    ],
  ])('%s', async (_, question) => {
    const found = await world.ask(app, { ...range, ...question });
    const expected = await world.ask(other, onProperties({ ...range, ...question }));
    if ((question as { kind: string }).kind === 'users') {
      // The last event and the traits show that the apps differ.
      const users = (answer: { result: unknown }) =>
        (answer.result as { users: Record<string, unknown>[] }).users.map(
          ({ last: _last, traits: _traits, ...user }) => user,
        );
      expect(users(found).length).toBeGreaterThan(2);
      expect(users(found)).toEqual(users(expected));
      return;
    }
    expect(JSON.stringify(found.result).length).toBeGreaterThan(40);
    expect(plain(found.result as object)).toEqual(plain(expected.result as object));
  });
});

/** Events and users of a trend by a field of visits, by its value. */
async function byField(app: string, field: string, more: object = {}): Promise<Record<string, number>> {
  const { result } = await world.ask<{
    series: readonly { total: number; group: readonly { value?: string }[] | 'other' }[];
  }>(app, {
    kind: 'trend',
    from: '2026-03-03',
    to: '2026-03-03',
    series: [{}],
    breakdown: [field],
    limit: 100,
    ...more,
  });
  return Object.fromEntries(
    result.series.map(({ total, group }) => [group === 'other' ? 'other' : (group[0]!.value ?? 'none'), total]),
  );
}

describe('the first event of a visit decides', () => {
  it('even when it lies before the range, and on another day', async () => {
    await world.post('before', [
      view('02T23:50:00', { utm_source: 'news' }, { session: 's' }),
      view('03T00:10:00', {}, { session: 's' }),
      // Half an hour without a view ends a visit without a name: 00:05 and 00:36.
      view('02T23:59:00', { utm_source: 'ads' }, { device: 'e' }),
      view('03T00:05:00', {}, { device: 'e' }),
      view('03T00:36:00', {}, { device: 'e' }),
    ]);
    expect(await byField('before', 'session.utmSource')).toEqual({ news: 1, ads: 1, none: 1 });
  });

  it('whatever arrives first: late events and batches out of order change the answer', async () => {
    await world.post('late', [view('03T10:10:00', { path: '/b' }, { session: 's' })]);
    expect(await byField('late', 'session.source')).toEqual({ none: 1 });
    await world.post('late', [view('03T10:05:00', { path: '/a', utm_source: 'ads' }, { session: 's' })]);
    expect(await byField('late', 'session.source')).toEqual({ ads: 2 });
    await world.post('late', [
      view('03T10:00:00', { path: '/', referrer: 'https://www.google.com/' }, { session: 's' }),
      view('03T10:20:00', { path: '/c', utm_source: 'ads' }, { session: 's' }),
    ]);
    expect(await byField('late', 'session.source')).toEqual({ Google: 4 });
    expect(await byField('late', 'session.entryPage')).toEqual({ '/': 4 });
    expect(await byField('late', 'session.exitPage')).toEqual({ '/c': 4 });
  });

  it('also for what servers send of the user until half an hour after the visit, and for nothing else', async () => {
    const paid = (time: string, user: string): Given => ({ event: 'order paid', timestamp: at(time), user });
    await world.post('orders', [
      view('03T10:00:00', { utm_source: 'news' }, { session: 's', user: 'ann' }),
      view('03T12:00:00', {}, { session: 's', user: 'ann' }),
      paid('03T09:59:59', 'ann'),
      paid('03T11:00:00', 'ann'),
      paid('03T12:30:00', 'ann'),
      paid('03T12:30:01', 'ann'),
      paid('03T11:00:00', 'bob'),
    ]);
    const orders = { series: [{ event: 'order paid' }] };
    expect(await byField('orders', 'session.source', orders)).toEqual({ news: 2, none: 3 });
    // They make no visit, and do not prolong one.
    expect(await byField('orders', 'session.channel', orders)).toEqual({ Other: 2, none: 3 });
  });

  it('also for what the visitor did before signing in', async () => {
    await world.post('signing-in', [
      view('03T10:00:00', { utm_source: 'news' }),
      { event: '$identify', timestamp: at('03T10:01:00'), device: 'd', user: 'ann' },
      view('03T10:02:00', {}, { user: 'ann' }),
      { event: 'order paid', timestamp: at('03T10:03:00'), user: 'ann' },
    ]);
    expect(await byField('signing-in', 'session.source')).toEqual({ news: 4 });
  });
});

it('exits and entries are counted by the page on which visits end and begin', async () => {
  const pages = (session: string, ...paths: string[]): Given[] =>
    paths.map((path, i) => view(`03T1${i}:00:00`, { path }, { session }));
  await world.post('exits', [
    ...pages('a', '/', '/prices', '/cart'),
    ...pages('b', '/', '/cart', '/prices'),
    ...pages('c', '/prices'),
    // In the same millisecond the order of arrival decides: this visit ends on /cart.
    view('03T10:00:00', { path: '/prices' }, { session: 'd' }),
    view('03T10:00:00', { path: '/cart' }, { session: 'd' }),
  ]);
  const by = (measure: string) => byField('exits', 'data.path', { series: [{ measure }] });
  expect(await by('exits')).toEqual({ '/cart': 2, '/prices': 2 });
  expect(await by('entries')).toEqual({ '/': 2, '/prices': 2 });
  expect(await by('sessions')).toEqual({ '/': 2, '/prices': 4, '/cart': 3 });
  // Of the visits with that page: 3, 3, 1 and 2 views.
  expect(await by('eventsPerSession')).toEqual({ '/': 3, '/prices': 2.25, '/cart': 8 / 3 });
  expect(await by('bounceRate')).toEqual({ '/': 0, '/prices': 0.25, '/cart': 0 });
});

it('says where fields of visits can be used', async () => {
  const filters = [{ field: 'session.source', value: 'Google' }];
  for (const question of [
    { kind: 'timeline', user: 'ann', from: '2026-03-03', to: '2026-03-03', filters },
    { kind: 'sql', sql: 'SELECT 1', from: '2026-03-03', to: '2026-03-03', filters },
  ])
    await expect(world.ask('none', question)).rejects.toMatchObject({ code: 'QUESTION_INVALID', field: 'filters' });
  const trend = { kind: 'trend', series: [{}], from: '2026-03-03', to: '2026-03-03' };
  await expect(world.ask('none', { ...trend, breakdown: ['session.color'] })).rejects.toMatchObject({
    code: 'QUESTION_INVALID',
    field: 'breakdown[0]',
  });
  const ordered = [{ field: 'session.source', operator: 'gt', value: 1 }];
  await expect(world.ask('none', { ...trend, filters: ordered })).rejects.toMatchObject({
    code: 'QUESTION_INVALID',
    field: 'filters[0].operator',
  });
});

it('is the same after a restart', async () => {
  const first = await aWorld();
  await first.post('shop', [view('03T10:00:00', { utm_source: 'news' }, { session: 's' })]);
  await first.close({ keep: true });
  const second = await aWorld(undefined, { dataDir: first.dataDir });
  await second.post('shop', [view('03T10:10:00', { utm_source: 'ads' }, { session: 's' })]);
  const question = {
    kind: 'trend',
    from: '2026-03-03',
    to: '2026-03-03',
    series: [{ filters: [{ field: 'session.source', value: 'news' }] }],
  };
  const { result } = await second.ask<{ series: readonly { total: number }[] }>('shop', question);
  expect(result.series[0]!.total).toBe(2);
  await second.close();
});
