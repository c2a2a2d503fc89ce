/** Where ranges end and users go on: what counts for which side, by examples whose answers are plain to see. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FunnelAnswer } from '../../src/analysis/funnel.ts';
import type { PathsAnswer } from '../../src/analysis/paths.ts';
import type { SessionsAnswer } from '../../src/analysis/sessions.ts';
import type { TrendAnswer } from '../../src/analysis/trend-answer.ts';
import { aWorld, DAY_MS, type Given, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await aWorld();
});
afterAll(() => world.close());

/** `2026-03-02T23:50 visit ann`, or with a session behind. */
const events = (text: string, more: Partial<Given> = {}): Given[] =>
  text
    .trim()
    .split('\n')
    .map((line) => {
      const [at = '', event = '', user = '', session] = line.trim().split(' ');
      return { event, timestamp: Date.parse(`${at}Z`), user, ...(session !== undefined && { session }), ...more };
    });
/** Sessions that events do not name are made of these. */
const VIEW = { id: 'page-viewed' };
const on = (from: string, to = from) => ({ from: `2026-03-${from}`, to: `2026-03-${to}` });

describe('a session over midnight', () => {
  beforeAll(async () => {
    // The case session-over-midnight: one session of 2 March, 20 minutes long.
    await world.post(
      'midnight',
      events(
        `
        2026-03-02T23:50 p u
        2026-03-02T23:59 p u
        2026-03-03T00:10 p u`,
        VIEW,
      ),
    );
  });
  const ask = async (range: object) =>
    (await world.ask<SessionsAnswer>('midnight', { kind: 'sessions', ...range, list: 5, interval: 'day' })).result;

  it('belongs to the day it begins, whole', async () => {
    const of = { '2': await ask(on('02')), '3': await ask(on('03')), both: await ask(on('02', '03')) };
    expect([of[2].sessions, of[3].sessions, of.both.sessions]).toEqual([1, 0, 1]);
    expect([of[2].bounceRate, of.both.bounceRate]).toEqual([0, 0]);
    expect(of[2].list).toEqual([
      {
        ...{ user: 'u', events: 3, entry: 'p', exit: 'p', durationMs: 20 * 60_000 },
        ...{ from: '2026-03-02T23:50:00.000Z', to: '2026-03-03T00:10:00.000Z' },
      },
    ]);
    expect(of.both.points!.map(({ sessions }) => sessions)).toEqual([1, 0]);
  });

  it('is the same in trends, funnels by session and paths', async () => {
    const trend = async (range: object) =>
      (await world.ask<TrendAnswer>('midnight', { kind: 'trend', ...range, series: [{ measure: 'sessions' }] })).result
        .series[0]!.total;
    expect([await trend(on('02')), await trend(on('03')), await trend(on('02', '03'))]).toEqual([1, 0, 1]);
    const funnel = async (range: object) =>
      (
        await world.ask<FunnelAnswer>('midnight', {
          ...{ kind: 'funnel', ...range, by: 'session', steps: [{}, {}, {}] },
        })
      ).result.steps.map(({ total }) => total);
    expect([await funnel(on('02')), await funnel(on('03'))]).toEqual([
      [1, 1, 1],
      [0, 0, 0],
    ]);
    const paths = async (range: object) =>
      (await world.ask<PathsAnswer>('midnight', { kind: 'paths', ...range, collapse: false })).result;
    expect([(await paths(on('02'))).nodes.length, (await paths(on('03'))).paths]).toEqual([3, 0]);
  });
});

it('sessions that events name go on until a day passes without them', async () => {
  await world.post(
    'named',
    events(`
      2026-03-02T10:00 open a s1
      2026-03-03T09:59 close a s1
      2026-03-05T10:00 open a s1
      2026-03-05T10:05 open b s1`),
  );
  const ask = async (range: object) =>
    (await world.ask<SessionsAnswer>('named', { kind: 'sessions', ...range, list: 9 })).result;
  const [whole, ...days] = await Promise.all([on('01', '07'), on('02'), on('03'), on('04'), on('05')].map(ask));
  // A session is its user's, so that b has one too.
  expect(whole!.sessions).toBe(3);
  expect(days.map(({ sessions }) => sessions)).toEqual([1, 0, 0, 2]);
  // To its end, though that is on the next day.
  expect(days[0]!.list![0]).toMatchObject({ session: 's1', events: 2, exit: 'close', to: '2026-03-03T09:59:00.000Z' });
});

it('days add up to the whole, with any gap', async () => {
  // Every 20 minutes over four days, but for pauses of 40 minutes and of 3 hours.
  const times = Array.from({ length: 4 * 72 }, (_, i) => Date.UTC(2026, 2, 2) - 7 * 60_000 + i * 20 * 60_000);
  const kept = times.filter((_, i) => i % 29 !== 5 && i % 61 > 8);
  await world.post(
    'sums',
    kept.map((timestamp) => ({ event: 'beat', timestamp, user: 'u', ...VIEW })),
  );
  for (const gap of ['25min', '1h', '5h']) {
    const ask = async (range: object) =>
      (await world.ask<SessionsAnswer>('sums', { kind: 'sessions', ...range, gap })).result;
    const days = await Promise.all(['01', '02', '03', '04', '05', '06'].map((day) => ask(on(day))));
    const whole = await ask(on('01', '06'));
    const sum = (of: (day: SessionsAnswer) => number) => days.reduce((total, day) => total + of(day), 0);
    expect(whole.sessions).toBeGreaterThan(0);
    expect(sum(({ sessions }) => sessions)).toBe(whole.sessions);
    // With the longest gap one session goes on for days; it is looked at until a day behind the range.
    const eventsIn = sum(({ sessions, eventsPerSession }) => sessions * (eventsPerSession ?? 0));
    if (gap !== '5h') expect(Math.round(eventsIn)).toBe(kept.length);
  }
});

describe('a funnel at the end of its range', () => {
  beforeAll(async () => {
    // The case funnel-range-end, a month before.
    await world.post(
      'range-end',
      events(
        `
        2026-02-28T23:50 A u1
        2026-03-01T00:10 B u1
        2026-02-17T10:00 A u2
        2026-02-17T11:00 B u2`,
        VIEW,
      ),
    );
  });
  const ask = async (app: string, question: object) =>
    (await world.ask<FunnelAnswer>(app, { kind: 'funnel', window: '14d', ...question })).result;
  const steps = [{ event: 'A' }, { event: 'B' }];
  const totals = (answer: FunnelAnswer) => answer.steps.map(({ total }) => total);

  it.each(['ordered', 'strict', 'any'])('counts later steps while the window lasts (%s)', async (order) => {
    const month = { from: '2026-02-01', to: '2026-02-28', steps, order };
    expect(totals(await ask('range-end', month))).toEqual([2, 2]);
    expect(totals(await ask('range-end', { ...month, window: '20min' }))).toEqual([2, 1]);
    expect(totals(await ask('range-end', { ...month, window: '19min' }))).toEqual([2, 0]);
  });

  it('takes the longest window and gap there are', async () => {
    const month = { from: '2026-02-01', to: '2026-02-28' };
    for (const order of ['ordered', 'strict', 'any'])
      expect(totals(await ask('range-end', { ...month, steps, order, window: '9999999w' }))).toEqual([2, 2]);
    for (const gap of ['9999999w', '1s']) {
      const { result } = await world.ask<SessionsAnswer>('range-end', { kind: 'sessions', ...month, gap });
      expect([gap, result.sessions]).toEqual([gap, gap === '1s' ? 3 : 2]);
      await world.ask<PathsAnswer>('range-end', { kind: 'paths', ...month, sessionGap: gap });
    }
  });

  it('counts nobody who makes the first step behind the range', async () => {
    const before = { from: '2026-02-01', to: '2026-02-16', steps };
    expect(totals(await ask('range-end', before))).toEqual([0, 0]);
    // In any order the first event of any step enters: B of u1 is in March, with its A before.
    const march = { from: '2026-03-01', to: '2026-03-02', steps, order: 'any' };
    expect(totals(await ask('range-end', march))).toEqual([1, 0]);
    expect(totals(await ask('range-end', { ...before, order: 'any' }))).toEqual([0, 0]);
  });

  it('marks the steps whose window has not ended', async () => {
    await world.post('entered', events('2026-03-02T10:00 A u1'));
    const complete = async (question: object, app = 'entered') =>
      (await ask(app, { steps, ...question })).steps.map((step) => step.complete);
    // It is noon of 20 March.
    expect(await complete({ from: '2026-03-01', to: '2026-03-05' })).toEqual([true, true]);
    expect(await complete({ from: '2026-03-01', to: '2026-03-06' })).toEqual([true, false]);
    expect(await complete({ from: '2026-03-01', to: '2026-03-06', window: '1d' })).toEqual([true, true]);
    expect(await complete({ from: '2026-03-01', to: '2026-03-20', window: '1min' })).toEqual([false, false]);
    // Where nobody entered, nobody is on the way to a later step once the range is over.
    expect(await complete({ from: '2026-03-01', to: '2026-03-06' }, 'nobody')).toEqual([true, true]);
    expect(await complete({ from: '2026-03-01', to: '2026-03-20' }, 'nobody')).toEqual([false, false]);
    expect(await complete({ from: '2026-03-01', to: '2026-03-19', by: 'session' }, 'nobody')).toEqual([false, false]);
    expect(await complete({ from: '2026-03-01', to: '2026-03-18', by: 'session' })).toEqual([true, true]);
    expect(await complete({ from: '2026-03-01', to: '2026-03-19', by: 'session' })).toEqual([false, false]);
  });
});

describe('a funnel in any order', () => {
  const day = { kind: 'funnel', ...on('02'), order: 'any' };
  const totals = async (app: string, steps: object[], more: object = {}) =>
    (await world.ask<FunnelAnswer>(app, { ...day, steps, ...more })).result.steps.map(({ total }) => total);

  it('takes an event for one step alone', async () => {
    // The case any-order-repeated.
    await world.post(
      'repeated',
      events(`
        2026-03-02T10:00 buy one
        2026-03-02T10:00 buy two
        2026-03-02T11:00 buy two`),
    );
    const buy = { event: 'buy' };
    expect(await totals('repeated', [buy, buy])).toEqual([2, 1]);
    expect(await totals('repeated', [buy, buy], { window: '59min' })).toEqual([2, 0]);
    expect(await totals('repeated', [buy, { event: 'buy', filters: [] }, buy])).toEqual([2, 1, 0]);
    expect(await totals('repeated', [{}, buy])).toEqual([2, 1]);
    expect(await totals('repeated', [buy, buy], { by: 'session' })).toEqual([3, 0]);
  });

  it('finds for each event the step that makes the most of all', async () => {
    const cheap = { event: 'buy', filters: [{ field: 'data.price', operator: 'lt', value: 10 }] };
    const dear = { event: 'buy', filters: [{ field: 'data.price', operator: 'gt', value: 5 }] };
    const buy = (timestamp: number, user: string, price: number) => ({
      event: 'buy',
      timestamp,
      user,
      data: { price },
    });
    const at = Date.UTC(2026, 2, 2, 10);
    await world.post('matched', [
      // 7 is both cheap and dear, and has to be what the other one is not.
      ...[buy(at, 'a', 7), buy(at + 1_000, 'a', 1)],
      ...[buy(at, 'b', 7), buy(at + 1_000, 'b', 20)],
      ...[buy(at, 'c', 1), buy(at + 1_000, 'c', 2)],
    ]);
    expect(await totals('matched', [cheap, dear])).toEqual([3, 2]);
    expect(await totals('matched', [dear, cheap, {}])).toEqual([3, 3, 0]);
    const { result } = await world.ask<FunnelAnswer>('matched', { ...day, steps: [cheap, dear] });
    expect(result.steps[1]!.medianMs).toBe(1_000);
  });
});

it('a funnel in any order refuses too many steps that may be the same event, and takes ten that name theirs', async () => {
  const above = (n: number) => ({ filters: [{ field: 'data.price', operator: 'gt', value: n }] });
  const ask = (steps: object[]) =>
    world.ask<FunnelAnswer>('matched', { kind: 'funnel', ...on('02'), order: 'any', steps });
  await expect(ask([1, 2, 3, 4, 5, 6, 7].map(above))).rejects.toMatchObject({
    code: 'QUESTION_INVALID',
    field: 'steps',
  });
  // The same condition again is no other one, and every event is a step that costs nothing.
  const { result } = await ask([...[1, 2, 3].map(above), ...[1, 2, 3].map(above), {}]);
  expect(result.steps.map(({ total }) => total)).toEqual([3, 3, 0, 0, 0, 0, 0]);
  const named = Array.from({ length: 10 }, (_, i) => ({ event: `e${i}`, ...above(i) }));
  expect((await ask(named)).result.steps).toHaveLength(10);
});

describe('paths by a property', () => {
  beforeAll(async () => {
    const page = (minute: number, name?: string): Given => ({
      ...{ event: name === undefined ? 'ping' : 'page', user: 'u', timestamp: Date.UTC(2026, 2, 2, 10, minute) },
      ...(name !== undefined && { data: { page: name } }),
    });
    // 25 minutes apart: the pages alone would be 50 apart.
    await world.post('pages', [page(0, '/a'), page(25), page(50, '/b'), { ...page(55), event: 'buy' }]);
  });
  const ask = async (more: object) =>
    (await world.ask<PathsAnswer>('pages', { kind: 'paths', ...on('02'), node: 'data.page', ...more })).result;
  const names = ({ nodes }: PathsAnswer) => nodes.map((node) => ('value' in node ? node.value : 'other'));

  it('go on over events without it', async () => {
    const found = await ask({});
    expect([found.paths, names(found)]).toEqual([1, ['/a', '/b']]);
    expect(found.links).toEqual([{ from: 0, to: 1, total: 1 }]);
  });

  it('begin and end at events without it', async () => {
    expect(names(await ask({ end: { event: 'buy' } }))).toEqual(['/b', '/a']);
    expect(names(await ask({ start: { event: 'ping' } }))).toEqual(['/b']);
    expect((await ask({ start: { event: 'buy' } })).paths).toBe(0);
  });

  it('by user, over events of nobody known', async () => {
    await world.post('visitors', [
      { event: 'visit', device: 'd', timestamp: Date.UTC(2026, 2, 2) },
      { event: 'visit', device: 'd', timestamp: Date.UTC(2026, 2, 2) + DAY_MS },
      { event: 'visit', user: 'u', timestamp: Date.UTC(2026, 2, 2) },
    ]);
    const { result } = await world.ask<PathsAnswer>('visitors', { kind: 'paths', ...on('02', '03'), node: 'user' });
    expect([result.paths, names(result)]).toEqual([1, ['u']]);
  });
});

describe('a running range that is compared', () => {
  beforeAll(async () => {
    // It is noon of 20 March, a Friday.
    await world.post(
      'running',
      events(`
        2026-03-20T08:00 p ann
        2026-03-20T09:00 p bob
        2026-03-19T08:00 p ann
        2026-03-19T11:59 p ann
        2026-03-19T12:00 p cas
        2026-03-19T23:00 p dan
        2026-03-13T11:00 p ann
        2026-03-13T13:00 p eve
        2026-02-20T11:00 q ann
        2026-02-20T13:00 q bob
        2026-02-28T13:00 q bob`),
    );
  });
  const compared = async (question: object) => {
    const { result } = await world.ask<TrendAnswer>('running', {
      kind: 'trend',
      compare: 'previousPeriod',
      ...question,
    });
    return result.series.map(({ total, compare }) => [
      total,
      compare?.total,
      compare?.soFar?.to,
      compare?.soFar?.total,
    ]);
  };

  it('says what there was up to the same moment', async () => {
    expect(
      await compared({
        from: 'today',
        series: [{ event: 'p' }, { event: 'p', measure: 'users' }],
        formula: 'A / B',
        interval: 'hour',
      }),
    ).toEqual([
      [2, 4, '2026-03-19T12:00:00.000Z', 2],
      [2, 3, '2026-03-19T12:00:00.000Z', 1],
      [1, 4 / 3, '2026-03-19T12:00:00.000Z', 2],
    ]);
    // This week until Friday noon, and the week before until its Friday noon.
    expect(await compared({ last: '1w', series: [{ event: 'p' }] })).toEqual([[6, 2, '2026-03-13T12:00:00.000Z', 1]]);
    // March against February until the 20th.
    expect(await compared({ last: '1m', series: [{ event: 'q' }] })).toEqual([[0, 3, '2026-02-20T12:00:00.000Z', 1]]);
    expect(
      await compared({ from: 'today', series: [{ event: 'q' }], compare: { from: '2026-02-20', to: '2026-02-20' } }),
    ).toEqual([[0, 2, '2026-02-20T12:00:00.000Z', 1]]);
  });

  it('says nothing of a range that is over, or is all ahead', async () => {
    const none = [[4, 0, undefined, undefined]];
    expect(await compared({ from: 'yesterday', to: 'yesterday', series: [{ event: 'p' }] })).toEqual(none);
    expect(await compared({ from: '2026-03-21', to: '2026-03-21', series: [{ event: 'p' }] })).toEqual([
      [0, 2, undefined, undefined],
    ]);
  });
});
