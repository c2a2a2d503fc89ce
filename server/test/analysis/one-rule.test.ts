/** One rule says what a visit is, in every question: named events and views, and nothing that a server sends besides. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SessionsAnswer } from '../../src/analysis/sessions.ts';
import type { TrendAnswer } from '../../src/analysis/trend-answer.ts';
import { at, view } from './page-views.ts';
import { aWorld, type World } from './world.ts';

let world: World;
const range = { from: '2026-03-03', to: '2026-03-03' };
beforeAll(async () => {
  world = await aWorld();
  const session = 's1';
  await world.post('shop', [
    // A visit that begins with a sign-in: one view, and what the page sends by itself.
    { event: '$identify', timestamp: at('03T09:59:59'), user: 'ann', device: 'd', session },
    view('03T10:00:00', { utm_source: 'news', utm_medium: 'email' }, { user: 'ann', session }),
    { event: 'web vital', timestamp: at('03T10:01:00'), user: 'ann', session },
    // Servers: within the visit, and hours after it.
    { event: 'request', timestamp: at('03T10:00:30'), user: 'ann' },
    { event: 'request', timestamp: at('03T15:00:00'), user: 'ann' },
    { event: 'request', timestamp: at('03T16:00:00'), user: 'bob' },
  ]);
});
afterAll(() => world.close());

it('sessions are not made by what servers send, and are not named after system events', async () => {
  const { result } = await world.ask<SessionsAnswer>('shop', { kind: 'sessions', ...range, list: 5 });
  expect(result).toMatchObject({
    ...{ sessions: 1, users: 1, eventsPerSession: 3, bounceRate: 1, averageMs: 61_000 },
    entry: [{ event: 'page viewed', sessions: 1 }],
    exit: [{ event: 'web vital', sessions: 1 }],
    list: [{ user: 'ann', entry: 'page viewed' }],
  });
});

it('measures of sessions have no groups outside of visits', async () => {
  const trend = await world.ask<TrendAnswer>('shop', {
    ...{ kind: 'trend', ...range, breakdown: ['session.channel'] },
    series: ['bounceRate', 'visits', 'viewsPerVisit'].map((measure) => ({ measure })),
  });
  expect(trend.result.series.map(({ measure, group, total }) => [measure, group, total])).toEqual(
    [
      ['bounceRate', 1],
      ['visits', 1],
      ['viewsPerVisit', 1],
    ].map(([measure, total]) => [measure, [{ field: 'session.channel', value: 'Direct' }], total]),
  );
});

it('the page of web analytics says the same', async () => {
  const { result } = await world.ask<{ totals: object }>('shop', { kind: 'web', ...range });
  expect(result.totals).toMatchObject({ visitors: 1, visits: 1, pageViews: 1, bounceRate: 1, durationMs: 61_000 });
});
