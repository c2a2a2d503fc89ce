/**
 * Reports and groups count what an identified device did for its user (API.md, "Who"). Every expectation comes from the plain loops
 * of analysis/reference.ts over the events as they were sent: `known` says who each counts for, `localDate` what clocks show.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketName, distinct, groupBy, type Known, known, localDate } from '../analysis/reference.ts';
import { aWorld, control, DAY_MS, type Given, NOW, random, someEvents, type World } from '../analysis/world.ts';

const FIRST = Date.UTC(2026, 2, 1);
const ZONES = ['UTC', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe'] as const;
const zoneOfSeed = (seed: number) => ZONES[seed % ZONES.length]!;
const zoneOf = (app: string): string => zoneOfSeed(Number(/\d+/.exec(app)?.[0] ?? 0));
/** Two, since each takes a quarter of a minute; or as many as IDENTITY_SEEDS says. */
const SEEDS = Array.from({ length: Number(process.env['IDENTITY_SEEDS'] ?? 2) }, (_, i) => i);

/** All that happened, and then who was behind it: identified twice, at the same time, with no device, or a device never seen. */
function aStory(seed: number): { happened: Given[]; identified: Given[] } {
  const next = random(1000 + seed);
  const below = (n: number): number => Math.floor(next() * n);
  const events = someEvents({ seed, count: 500, from: FIRST, days: 17, people: 14, identify: 0.04 });
  const more = Array.from({ length: 20 }, (_, i): Given => {
    // Six hours apart: several for one device at one instant, and the one that arrives last counts.
    const timestamp = FIRST + below(68) * (DAY_MS / 4);
    const user = `u${below(14)}`;
    if (i % 5 === 0) return { event: '$identify', timestamp, user, data: { plan: 'pro' } };
    return { event: '$identify', timestamp, user, device: i % 7 === 0 ? `unseen ${i}` : `d${below(5)}` };
  });
  return {
    happened: events.filter(({ event }) => event !== '$identify'),
    identified: [...events.filter(({ event }) => event === '$identify'), ...more],
  };
}

const FILTERS: readonly (readonly [query: string, holds: (event: Known) => boolean])[] = [
  ['', () => true],
  ['event=A', ({ event }) => event === 'A'],
  ['id=$identify', ({ event }) => event === '$identify'],
  ['data.country=DE', ({ data }) => data?.['country'] === 'DE'],
  // Filters ask what the event itself says.
  ['user=u3', ({ user }) => user === 'u3'],
  ['device=d3&user[exists]=false', ({ user, device }) => device === 'd3' && user === undefined],
];

const tally = (events: readonly Known[]) => ({
  total: events.length,
  users: distinct(events.map(({ person }) => person)),
});

/** Each report of some dates, filters and intervals, as it is answered and as loops count it. */
async function compareReports({ reports }: World, app: string, events: readonly Known[]): Promise<number> {
  const zones = [...new Set([zoneOf(app), 'UTC', 'America/New_York'])];
  let asked = 0;
  for (const timeZone of zones) {
    const date = ({ timestamp }: Known) => localDate(timestamp, timeZone);
    const span = (from: string, to: string) => (event: Known) => date(event) >= from && date(event) <= to;
    const kinds = [
      [
        'hour',
        'date=2026-03-09&hour=12',
        (e: Known) => localDate(e.timestamp, timeZone, true).startsWith('2026-03-09 12'),
      ],
      ['day', 'date=2026-03-08', (e: Known) => date(e) === '2026-03-08'],
      ['week', 'week=2026-03-04', span('2026-03-02', '2026-03-08')],
      ['month', 'month=2026-03', span('2026-03-01', '2026-03-31')],
      ['period', 'from=2026-03-03&to=2026-03-16', span('2026-03-03', '2026-03-16')],
    ] as const;
    for (const [kind, dates, isIn] of kinds)
      for (const [query, holds] of FILTERS) {
        // By turns: all of them, of each seed, take a minute and a half.
        const exact = asked % 2 === 0;
        const interval = ([undefined, 'hour', 'day', 'week', 'month'] as const)[asked++ % 5];
        const search = new URLSearchParams(`${dates}&${query}&timeZone=${timeZone}&exact=${exact}`);
        if (interval) search.set('interval', interval);
        const { value } = await reports.report(kind, app, search, control);
        const kept = events.filter((event) => isIn(event) && holds(event));
        const say = `${app} ${kind} ${search}`;
        expect({ total: value.total, users: value.users }, say).toEqual(tally(kept));
        expect(value.usersExact).toBe(true);
        if (!interval) continue;
        const buckets = groupBy(kept, ({ timestamp }) => bucketName(timestamp, interval, timeZone));
        const found = value.series!.filter(({ total }) => total > 0).map(({ total, users }) => ({ total, users }));
        expect(found, say).toEqual([...buckets.values()].map(tally));
      }
  }
  return asked;
}

async function compareGroups({ reports }: World, app: string, events: readonly Known[]): Promise<void> {
  const timeZone = zoneOf(app);
  for (const attr of ['country', 'plan'])
    for (const exact of [false, true]) {
      const search = new URLSearchParams(`attr=${attr}&from=2026-03-03&to=2026-03-16&limit=3&exact=${exact}`);
      const kept = events.filter(({ timestamp }) => {
        const date = localDate(timestamp, timeZone);
        return date >= '2026-03-03' && date <= '2026-03-16';
      });
      const { value } = await reports.groups(app, search, control);
      const keyOf = ({ data }: Known): string => {
        const own = data && Object.hasOwn(data, attr) ? data[attr] : undefined;
        return own === undefined ? 'missing' : JSON.stringify(own);
      };
      const byValue = groupBy(kept, keyOf);
      expect(value.groups).toHaveLength(3);
      for (const { value: own, ...found } of value.groups)
        expect([attr, own, found]).toEqual([attr, own, tally(byValue.get(JSON.stringify(own))!)]);
      const shown = new Set(value.groups.map((each) => JSON.stringify(each.value)));
      expect(value.missing).toEqual(tally(byValue.get('missing') ?? []));
      expect(value.other).toEqual(tally(kept.filter((each) => keyOf(each) !== 'missing' && !shown.has(keyOf(each)))));
      expect({ total: value.total, users: value.users }).toEqual(tally(kept));
    }
}

/** A URL leads to the same engine, which is asked the same: `npm run test:faults` goes there too. */
const WAYS = process.env['FAULTS'] === 'long' ? (['socket', 'url'] as const) : (['socket'] as const);

describe.each(WAYS)('users that were identified, through the %s', (way) => {
  let world: World;
  const open = async (dataDir?: string) => {
    world = await aWorld(zoneOf, { byUrl: way === 'url', ...(dataDir !== undefined && { dataDir }) });
  };
  beforeAll(() => open());
  afterAll(() => world.close());
  const seeds = way === 'socket' ? SEEDS : SEEDS.slice(-1);
  const appOf = (seed: number) => `story-${seed}`;

  it.each(seeds)('count as plain loops count them, seed %i', { timeout: 300_000 }, async (seed) => {
    const { happened, identified } = aStory(seed);
    const app = appOf(seed);
    await world.post(app, happened);
    // Asked before the first: that nobody was identified must not be remembered.
    await compareReports(world, app, known(happened));
    await world.post(app, identified);
    const events = known([...happened, ...identified]);
    expect(tally(events).users).toBeLessThan(tally(known(happened)).users);
    expect(await compareReports(world, app, events)).toBeGreaterThan(59);
    await compareGroups(world, app, events);
  });

  it('count the same after a restart, before anything new comes', { timeout: 300_000 }, async () => {
    await world.close({ keep: true });
    await open(world.dataDir);
    for (const seed of seeds) {
      const { happened, identified } = aStory(seed);
      await compareGroups(world, appOf(seed), known([...happened, ...identified]));
    }
  });

  it('are known from the first question on, where a restart follows upon them', async () => {
    const app = 'on-its-way';
    await world.post(app, [{ event: 'A', device: 'phone', timestamp: FIRST }]);
    const month = new URLSearchParams('month=2026-03&fresh=false');
    expect((await world.reports.report('month', app, month, control)).value).toMatchObject({ total: 1, users: 1 });
    const body = [
      { event: 'A', user: 'ada', timestamp: FIRST + 1 },
      { event: '$identify', user: 'ada', device: 'phone', timestamp: FIRST + 2 },
    ];
    await world.ingest.post(app, Buffer.from(JSON.stringify(body)), NOW);
    await world.close({ keep: true });
    await open(world.dataDir);
    const fresh = new URLSearchParams('month=2026-03');
    expect((await world.reports.report('month', app, fresh, control)).value).toMatchObject({ total: 3, users: 1 });
  });

  it('vanish with the events that named them', async () => {
    for (const seed of seeds) {
      const { happened, identified } = aStory(seed);
      const whole = known([...happened, ...identified]);
      // What counted for them by their devices goes too, and nothing of another user of a device.
      const left = (users: readonly string[]) =>
        whole.filter(({ person }) => !users.some((user) => person === `user ${user}`));
      const all = Array.from({ length: 14 }, (_, i) => `u${i}`);
      // One, and then all.
      for (const gone of [['u3'], all]) {
        const search = new URLSearchParams(`user[in]=${gone.join(',')}`);
        await world.reports.erase(appOf(seed), search);
        await compareGroups(world, appOf(seed), left(gone));
      }
      const { value } = await world.reports.report('month', appOf(seed), new URLSearchParams('month=2026-03'), control);
      const march = left(all).filter(({ timestamp }) =>
        localDate(timestamp, zoneOf(appOf(seed))).startsWith('2026-03'),
      );
      expect({ total: value.total, users: value.users }).toEqual(tally(march));
    }
  });

  it('are not asked for by `user=`: filters of events and reports ask what the event itself says; erasures reach further', async () => {
    const app = 'asked-by-name';
    await world.post(app, [
      { event: 'seen', device: 'phone', timestamp: FIRST },
      { event: 'bought', user: 'ada', timestamp: FIRST + 1 },
      { event: '$identify', user: 'ada', device: 'phone', timestamp: FIRST + 2 },
    ]);
    const names = async (query: string) =>
      (await world.reports.eventsPage(app, new URLSearchParams(`${query}&order=asc`), control)).value.events.map(
        ({ event }) => event,
      );
    expect(await names('user=ada')).toEqual(['bought', '$identify']);
    expect(await names('device=phone')).toEqual(['seen', '$identify']);
    await world.reports.erase(app, new URLSearchParams('user=ada'));
    expect(await names('')).toEqual([]);
  });

  it('are within 0.5 % of the exact number where a sketch answers', { timeout: 120_000 }, async () => {
    const app = 'many';
    const devices = 60_000;
    // Two devices a user, a third of them identified after they were seen; half of all users are seen by name as well.
    const events = Array.from({ length: devices }, (_, i): Given[] => {
      const device = `device ${i}`;
      const user = `user ${i >> 1}`;
      const timestamp = FIRST + (i % 20) * DAY_MS;
      return [
        { event: 'A', device, timestamp },
        ...(i % 4 === 0 ? [{ event: 'A', user, timestamp }] : []),
        ...(i % 3 === 0 ? [{ event: '$identify', user, device, timestamp }] : []),
      ];
    }).flat();
    await world.post(app, events);
    const expected = distinct(known(events).map(({ person }) => person));
    const of = async (more: string) =>
      (await world.reports.report('month', app, new URLSearchParams(`month=2026-03${more}`), control)).value;
    expect(await of('&exact=true')).toMatchObject({ total: events.length, users: expected, usersExact: true });
    const sketched = await of('&exact=false');
    expect(sketched.usersExact).toBe(false);
    expect(Math.abs(sketched.users - expected) / expected).toBeLessThan(0.005);
    const { value } = await world.reports.groups(
      app,
      new URLSearchParams('attr=x&from=2026-03-01&to=2026-03-31&exact=false'),
      control,
    );
    expect(value.users).toBe(sketched.users);
  });
});

describe('an app whose devices nobody identified', () => {
  let world: World;
  beforeAll(async () => {
    world = await aWorld();
  });
  afterAll(() => world.close());
  const asked = async (app: string, query = '') => {
    const before = world.sent.length;
    await world.reports.report('month', app, new URLSearchParams(`month=2026-03${query}`), control);
    return world.sent.slice(before);
  };

  it('is asked about once, and then reports and groups are as if there were no identities', async () => {
    const app = 'plain';
    // Traits of a user alone identify no device.
    await world.post(app, [
      { event: 'A', device: 'phone', timestamp: FIRST },
      { event: '$identify', user: 'ada', timestamp: FIRST, data: { plan: 'pro' } },
    ]);
    await asked(app);
    // Estimates come from the roll-up of users, which knows no identities.
    const [only, ...others] = await asked(app, '&exact=false');
    expect(others).toEqual([]);
    expect(only).toMatch(/ FROM events WHERE app = \{p3:String\} AND day >= /);
    expect(only).not.toMatch(/JOIN|\$identify/);
    const [table] = await asked(app, '&data.plan=pro');
    expect(table).not.toContain('JOIN');
    const before = world.sent.length;
    await world.reports.groups(app, new URLSearchParams('attr=plan'), control);
    expect(world.sent.slice(before).map((sql) => /JOIN|\$identify/.test(sql))).toEqual([false]);
    await world.post(app, [{ event: '$identify', user: 'ada', device: 'phone', timestamp: FIRST }]);
    expect((await asked(app)).join()).toContain('JOIN');
  });
});
