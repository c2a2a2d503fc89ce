/**
 * One device, several users, one after the other. The right values were worked out by hand from the rule of docs/concepts/identity.md: an event that
 * names nobody counts for the user identified on its device last at or before it; if there was none, for the first one after it.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { countErasable, eraseEverywhere } from '../../src/app/erase.ts';
import type { Filter } from '../../src/model/query.ts';
import { filtersOf } from '../../src/reports/filters.ts';
import { aWorld, control, DAY_MS, type Given, NOW, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await aWorld();
});
afterAll(() => world.close());

const at = (text: string): number => Date.parse(`2026-03-${text}:00Z`);
const visit = (device: string, time: string): Given => ({ event: 'visit', device, timestamp: at(time) });
const signIn = (user: string, device: string, time: string): Given => ({
  event: '$identify',
  id: '$identify',
  user,
  device,
  timestamp: at(time),
});
const signUp = (user: string, device: string, time: string): Given => ({
  event: 'sign up',
  user,
  device,
  timestamp: at(time),
});

/** `shared-device.ndjson`: what happened on 2 March, and what a second user of the device did on the day after. */
const FIRST_DAY = [visit('d1', '02T09:00'), signIn('first', 'd1', '02T09:02'), signUp('first', 'd1', '02T09:03')];
const NEXT_DAY = [signIn('second', 'd1', '03T09:00'), signUp('second', 'd1', '03T09:01')];

const ofSecondOfMarch = { from: '2026-03-02', to: '2026-03-02' };
const STEPS = [{ event: 'visit' }, { event: 'sign up' }];
const QUESTIONS = [
  { kind: 'trend', ...ofSecondOfMarch, interval: 'hour', series: [{ measure: 'users' }, { measure: 'sessions' }] },
  { kind: 'trend', ...ofSecondOfMarch, series: [{ measure: 'perUser' }], breakdown: ['event'], exact: true },
  { kind: 'funnel', ...ofSecondOfMarch, steps: STEPS, list: { step: 2, status: 'reached' } },
  { kind: 'funnel', ...ofSecondOfMarch, steps: STEPS, list: { step: 2, status: 'reached' }, by: 'session' },
  { kind: 'retention', ...ofSecondOfMarch, interval: 'day', start: { event: 'visit' }, return: { event: 'sign up' } },
  { kind: 'stickiness', ...ofSecondOfMarch, interval: 'day' },
  { kind: 'lifecycle', ...ofSecondOfMarch, interval: 'day' },
  { kind: 'paths', ...ofSecondOfMarch },
  { kind: 'sessions', ...ofSecondOfMarch, list: 10 },
  { kind: 'users', ...ofSecondOfMarch },
  { kind: 'users', ...ofSecondOfMarch, segment: { did: { event: 'visit' } } },
  { kind: 'timeline', ...ofSecondOfMarch, user: 'first' },
  { kind: 'timeline', ...ofSecondOfMarch, user: 'second' },
  {
    kind: 'sql',
    ...ofSecondOfMarch,
    sql: 'SELECT event, user, uniq(person) AS n FROM events GROUP BY event, user ORDER BY event',
  },
];

async function allAbout2March(app: string): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const question of QUESTIONS) answers.push((await world.ask(app, question)).result);
  const search = new URLSearchParams('date=2026-03-02&interval=hour');
  answers.push((await world.reports.report('day', app, search, control)).value);
  answers.push((await world.reports.groups(app, new URLSearchParams('attr=plan&date=2026-03-02'), control)).value);
  return answers;
}

const usersOf = async (app: string, days: string): Promise<number> =>
  (await world.reports.report('period', app, new URLSearchParams(days), control)).value.users;
const funnelOf = async (app: string) =>
  (
    await world.ask<{ steps: { total: number }[]; users: { user?: string }[] }>(app, {
      kind: 'funnel',
      from: '2026-03-01',
      to: '2026-03-10',
      steps: STEPS,
      list: { step: 2, status: 'reached' },
    })
  ).result;
const whose = async (app: string, event = 'visit') =>
  (
    await world.ask<{ rows: unknown[][] }>(app, {
      kind: 'sql',
      from: '2026-03-01',
      to: '2026-03-10',
      sql: `SELECT user FROM events WHERE event = '${event}' ORDER BY timestamp, uuid`,
    })
  ).rows.map(([user]) => user);

it('keeps what a device did with the user it was then: a later sign-in changes no answer about the past', async () => {
  const app = 'shared';
  await world.post(app, FIRST_DAY);
  const before = await allAbout2March(app);
  await world.post(app, NEXT_DAY);
  const after = await allAbout2March(app);
  expect(QUESTIONS.map(({ kind }, i) => [kind, after[i]])).toEqual(QUESTIONS.map(({ kind }, i) => [kind, before[i]]));
  expect(after.slice(QUESTIONS.length)).toEqual(before.slice(QUESTIONS.length));
  const { steps, users } = await funnelOf(app);
  // `first` came by the visit; `second` signed up without one.
  expect(steps.map(({ total }) => total)).toEqual([1, 1]);
  expect(users.map(({ user }) => user)).toEqual(['first']);
  expect([
    await usersOf(app, 'from=2026-03-02&to=2026-03-02'),
    await usersOf(app, 'from=2026-03-02&to=2026-03-03'),
  ]).toEqual([1, 2]);
});

it('looks up one user a device in a plain table until a device has two, and answers the question that finds it', async () => {
  const app = 'plan';
  await world.post(app, [...FIRST_DAY, signIn('first', 'd2', '02T10:00'), signIn('first', 'd1', '02T11:00')]);
  const asked = async () => {
    const before = world.sent.length;
    expect(await whose(app)).toEqual(['first']);
    const users = await usersOf(app, 'from=2026-03-02&to=2026-03-03');
    return { users, joins: world.sent.slice(before).flatMap((sql) => /(ANY|ASOF) LEFT JOIN/.exec(sql)?.[1] ?? []) };
  };
  const one = await asked();
  expect(one.users).toBe(1);
  expect(new Set(one.joins)).toEqual(new Set(['ANY']));
  await world.post(app, NEXT_DAY);
  await usersOf(app, 'from=2026-03-02&to=2026-03-03');
  const two = await asked();
  expect(two.users).toBe(2);
  expect(new Set(two.joins)).toEqual(new Set(['ASOF']));
});

it('is decided by the order of arrival among equal times, in every place that asks', async () => {
  const app = 'ties';
  const noon = '04T12:00';
  const event = (name: string): Given => ({ event: name, device: 'd', timestamp: at(noon) });
  await world.post(app, [
    event('one'),
    signIn('ann', 'd', noon),
    event('two'),
    signIn('bob', 'd', noon),
    event('three'),
  ]);
  expect([await whose(app, 'one'), await whose(app, 'two'), await whose(app, 'three')]).toEqual([
    ['ann'],
    ['ann'],
    ['bob'],
  ]);
  const timeline = async (user: string) =>
    (
      await world.ask<{ events: { event: string }[] }>(app, {
        kind: 'timeline',
        from: '2026-03-01',
        to: '2026-03-10',
        user,
      })
    ).result.events
      .map((each) => each.event)
      .toSorted();
  expect(await timeline('ann')).toEqual(['$identify', 'one', 'two']);
  expect(await timeline('bob')).toEqual(['$identify', 'three']);
});

it('holds from the time that a late sign-in tells, not from its arrival, and back to the beginning where it is the first', async () => {
  const app = 'late';
  await world.post(app, [
    visit('d', '05T08:00'),
    visit('d', '05T10:00'),
    visit('d', '05T12:00'),
    signIn('bob', 'd', '05T11:00'),
  ]);
  expect(await whose(app)).toEqual(['bob', 'bob', 'bob']);
  await world.post(app, [signIn('ann', 'd', '05T09:00')]);
  expect(await whose(app)).toEqual(['ann', 'ann', 'bob']);
  // Back and forth: a user who comes again has two times of the device.
  await world.post(app, [signIn('ann', 'd', '05T13:00'), visit('d', '05T14:00')]);
  expect(await whose(app)).toEqual(['ann', 'ann', 'bob', 'ann']);
});

it('takes an event with user and device for that user, and ties the device to nobody', async () => {
  const app = 'untied';
  await world.post(app, [visit('d', '05T08:00'), { ...visit('d', '05T09:00'), user: 'ann' }, visit('d', '05T10:00')]);
  expect(await whose(app)).toEqual(['', 'ann', '']);
  expect(await usersOf(app, 'from=2026-03-05&to=2026-03-05')).toBe(2);
});

it('stays the same for a kiosk with a thousand users and as many visits', async () => {
  const app = 'kiosk';
  const minute = (n: number): number => at('06T00:00') + n * 60_000;
  const events = Array.from({ length: 1_000 }, (_, i): Given[] => [
    { event: '$identify', id: '$identify', user: `guest ${i}`, device: 'kiosk', timestamp: minute(i) },
    { event: 'visit', device: 'kiosk', timestamp: minute(i) + 30_000 },
  ]).flat();
  await world.post(app, events);
  const { steps } = (
    await world.ask<{ steps: { total: number }[] }>(app, {
      kind: 'funnel',
      from: '2026-03-06',
      to: '2026-03-06',
      steps: [{ id: '$identify' }, { event: 'visit' }],
      window: '45s',
    })
  ).result;
  expect(steps.map(({ total }) => total)).toEqual([1_000, 1_000]);
});

const TWO_USERS = [
  visit('shared', '07T08:00'),
  signIn('ann', 'shared', '07T09:00'),
  visit('shared', '07T10:00'),
  signIn('bob', 'shared', '07T11:00'),
  visit('shared', '07T12:00'),
  signIn('ann', 'shared', '07T13:00'),
  visit('shared', '07T14:00'),
  visit('phone of ann', '07T15:00'),
  signIn('ann', 'phone of ann', '07T16:00'),
  visit('of nobody', '07T17:00'),
  signUp('bob', 'shared', '07T18:00'),
];
const search = (text: string) => new URLSearchParams(text);
const timesLeft = async (app: string) =>
  (await world.reports.eventsPage(app, search('order=asc'), control)).value.events.map(({ timestamp }) =>
    new Date(timestamp).toISOString().slice(11, 13),
  );

it('erases with a user what counted for them by their devices, and nothing of another user of the device', async () => {
  const app = 'erase-ann';
  await world.post(app, TWO_USERS);
  // Of ann: 08 (before the first sign-in), 09, 10, 13, 14, and 15 and 16 on a device of her own.
  expect(await world.reports.erase(app, search('user=ann&dryRun=true'))).toEqual({ erased: 0, matching: 7 });
  expect(await timesLeft(app)).toHaveLength(11);
  expect(await world.reports.erase(app, search('user=ann'))).toEqual({ erased: 7 });
  expect(await timesLeft(app)).toEqual(['11', '12', '17', '18']);
  expect(await world.reports.erase(app, search('user=ann&dryRun=true'))).toEqual({ erased: 0, matching: 0 });
});

it.each([
  ['user=bob', ['08', '09', '10', '13', '14', '15', '16', '17']],
  ['user[in]=bob,cas', ['08', '09', '10', '13', '14', '15', '16', '17']],
  ['user[startsWith]=an', ['11', '12', '17', '18']],
  ['user[isNot]=bob', ['11', '12', '18']],
  ['user=ann&event=visit', ['09', '11', '12', '13', '16', '17', '18']],
  ['user=ann&from=2026-03-07T09:30&to=2026-03-07T15:30', ['08', '09', '11', '12', '16', '17', '18']],
  [
    'filters=[{"or":[{"field":"user","value":"bob"},{"field":"device","value":"of nobody"}]}]',
    ['08', '09', '10', '13', '14', '15', '16'],
  ],
  // What an event itself says.
  ['device=shared', ['15', '16', '17']],
  ['user[exists]=false', ['09', '11', '13', '16', '18']],
])('erases by %s what that means, as its dry run counted', async (filter, left) => {
  const app = `by-${filter.replaceAll(/\W/g, '').slice(0, 40)}`;
  await world.post(app, TWO_USERS);
  const dryRun = await world.reports.erase(app, search(`${filter}&dryRun=true`));
  const matching = 'matching' in dryRun ? dryRun.matching : undefined;
  expect(await world.reports.erase(app, search(filter))).toEqual({ erased: matching });
  expect(await timesLeft(app)).toEqual(left);
});

it('finds it all again after an erasure that was cut short: what ties the devices goes last', async () => {
  const app = 'cut-short';
  await world.post(app, TWO_USERS);
  const { store, ingest } = world;
  const ann: readonly Filter[] = filtersOf(new Map([['user', 'ann']]), app);
  const range = { from: 0, to: Date.UTC(2100, 0, 1) };
  const options = { isKeptOut: false, idWindowMs: 7 * DAY_MS, nowMs: NOW };
  let calls = 0;
  const failing = {
    reachingDevices: store.reachingDevices,
    uuids: store.uuids,
    erase: async (...asked: Parameters<typeof store.erase>) => {
      if (++calls > 1) throw new Error('As the test wants it.');
      return await store.erase(...asked);
    },
  };
  await expect(eraseEverywhere(ingest, failing, app, range, ann, options)).rejects.toThrow('As the test wants it.');
  await world.post(app, [visit('phone of ann', '07T20:00')]);
  expect(await countErasable(ingest, store, app, range, ann)).toBe(4);
  expect(await eraseEverywhere(ingest, store, app, range, ann, options)).toBe(4);
  expect(await timesLeft(app)).toEqual(['11', '12', '17', '18']);
});
