import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PerformanceAnswer, PerformanceFigures } from '../../src/analysis/performance.ts';
import type { TimelineAnswer, UsersAnswer } from '../../src/analysis/users.ts';
import { bucketName, type FilterLike, groupBy, holds, type Known, known, look, percentile } from './reference.ts';
import { aWorld, type Given, SEEDS, someEvents, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await aWorld();
});
afterAll(() => world.close());

describe.each(SEEDS)('users and numbers (seed %i)', (seed) => {
  const app = `users-${seed}`;
  const range = { from: '2026-03-02', to: '2026-03-15' };
  let all: Known[];
  beforeAll(async () => {
    const given = someEvents({ seed, count: 900, from: Date.UTC(2026, 2, 1), days: 17, people: 30, identify: 0.05 });
    await world.post(app, given);
    all = known(given);
  });
  const kept = (filters: readonly FilterLike[] = []): Known[] =>
    all.filter((event) => {
      const date = bucketName(event.timestamp, 'day', 'UTC');
      return date >= range.from && date <= range.to && filters.every((filter) => holds(event, filter));
    });
  const dataOf = (event: Known) => (event.data === undefined ? undefined : JSON.parse(JSON.stringify(event.data)));

  it.each([
    ['lastSeen', 'desc', undefined, []],
    ['firstSeen', 'asc', undefined, [{ field: 'event', operator: 'in', value: ['A', 'B'] }]],
    ['events', 'desc', 'U1', []],
  ] as const)('are listed by %s %s, with %s in the name', async (sort, order, search, filters) => {
    const people = [
      ...groupBy(
        kept(filters).filter(({ person }) => person !== undefined),
        ({ person }) => person!,
      ),
    ]
      .map(([person, own]) => ({ person, own }))
      .filter(
        ({ person }) =>
          search === undefined || person.replace(/^\w+ /, '').toLowerCase().includes(search.toLowerCase()),
      );
    const found: UsersAnswer['users'][number][] = [];
    for (let offset = 0; ; offset += 7) {
      const { result } = await world.ask<UsersAnswer>(app, {
        kind: 'users',
        ...range,
        sort,
        order,
        filters,
        limit: 7,
        offset,
        ...(search && { search }),
      });
      if (result.users.length === 0) break;
      expect(result.total).toBe(people.length);
      found.push(...result.users);
    }
    const iso = (at: number) => new Date(at).toISOString();
    expect(found).toHaveLength(people.length);
    for (const each of found) {
      const person = each.user === undefined ? `device ${each.device}` : `user ${each.user}`;
      const { own } = people.find((one) => one.person === person)!;
      const last = own.at(-1)!;
      expect(each).toMatchObject({
        firstSeen: iso(own[0]!.timestamp),
        lastSeen: iso(last.timestamp),
        events: own.length,
      });
      expect([each.last.event, each.last.timestamp, each.last.data]).toEqual([
        last.event,
        iso(last.timestamp),
        dataOf(last),
      ]);
      const identified = all.filter(
        ({ event, user }) => event === '$identify' && user !== undefined && `user ${user}` === person,
      );
      expect(each.traits).toEqual(
        identified.length === 0 ? undefined : Object.assign({}, ...identified.map((one) => dataOf(one) ?? {})),
      );
    }
    const key = found.map((each) => each[sort]);
    expect(key).toEqual(key.toSorted((a, b) => (order === 'asc' ? 1 : -1) * (a < b ? -1 : a > b ? 1 : 0)));
  });

  it('have timelines, page by page, over all their devices', async () => {
    const people = groupBy(
      kept([{ field: 'event', operator: 'isNot', value: 'D' }]),
      ({ person }) => person ?? 'nobody',
    );
    for (const [person, own] of [...people].slice(0, 12)) {
      if (person === 'nobody') continue;
      const [kind, name] = [person.slice(0, person.indexOf(' ')), person.slice(person.indexOf(' ') + 1)];
      for (const order of ['asc', 'desc']) {
        const found: string[] = [];
        let after: string | undefined;
        do {
          const { result } = await world.ask<TimelineAnswer>(app, {
            kind: 'timeline',
            ...range,
            [kind]: name,
            order,
            limit: 4,
            filters: [{ field: 'event', operator: 'isNot', value: 'D' }],
            ...(after && { after }),
          });
          found.push(
            ...result.events.map((event) => `${event.timestamp} ${event.event} ${JSON.stringify(event.data)}`),
          );
          after = result.next;
        } while (after);
        const expected = own.map(
          (event) => `${new Date(event.timestamp).toISOString()} ${event.event} ${JSON.stringify(event.data)}`,
        );
        expect(found).toEqual(order === 'asc' ? expected : expected.toReversed());
      }
    }
  });

  it('have timelines by a device that is theirs, of several users of whoever was identified on it last', async () => {
    const owned = all.findLast(({ event, user, device }) => event === '$identify' && user && device)!;
    const by = async (who: object) =>
      (await world.ask<TimelineAnswer>(app, { kind: 'timeline', ...range, ...who, limit: 1_000 })).result.events.map(
        ({ uuid }) => uuid,
      );
    const found = await by({ device: owned.device });
    expect(found).toEqual(await by({ user: owned.user }));
    expect(found).toHaveLength(kept().filter(({ person }) => person === owned.person).length);
  });

  function expectFigures(
    found: PerformanceFigures,
    own: readonly Known[],
    property: string,
    condition?: FilterLike,
  ): void {
    const numbers = own.map((event) => look(event, property)).filter((value) => typeof value === 'number');
    const close = (value: number | null) => (value === null ? null : expect.closeTo(value, 6));
    expect(found).toMatchObject({
      count: own.length,
      ...(condition && {
        rate: own.length === 0 ? null : close(own.filter((event) => holds(event, condition)).length / own.length),
      }),
      p50: close(percentile(numbers, 0.5)),
      p95: close(percentile(numbers, 0.95)),
      p99: close(percentile(numbers, 0.99)),
      max: numbers.length === 0 ? null : Math.max(...numbers),
    });
  }

  it.each([
    ['p95', 'data.country', 'data.ms', 3, 'day'],
    ['p50', 'data.plan', 'data.ms', 100, undefined],
    ['max', 'event', 'data.plan', 2, 'week'],
    ['rate', 'data.country', 'data.ms', 10, undefined],
    ['count', 'data.a.b', 'data[""]', 4, undefined],
    ['p99', 'user', 'data.nowhere', 4, undefined],
  ] as const)('are worst by %s of %s', async (sort, by, property, limit, interval) => {
    const condition: FilterLike = { field: 'data.plan', operator: 'exists', value: true };
    const { result, skipped } = await world.ask<PerformanceAnswer>(app, {
      kind: 'performance',
      ...range,
      property,
      by,
      condition,
      sort,
      limit,
      ...(interval && { interval }),
    });
    const rows = kept();
    expectFigures(result.total, rows, property, condition);
    expect(skipped).toBe(
      rows.filter((event) => !['undefined', 'number'].includes(typeof look(event, property))).length,
    );
    const groups = groupBy(rows, (event) => JSON.stringify(look(event, by)) ?? 'missing');
    const nameOf = ({ group }: PerformanceAnswer['groups'][number]) =>
      group === 'other' ? 'other' : 'value' in group[0]! ? JSON.stringify(group[0].value) : 'missing';
    const shown = result.groups.map(nameOf);
    expect(shown.filter((name) => name !== 'other')).toHaveLength(Math.min(limit, groups.size));
    for (const each of result.groups) {
      const name = nameOf(each);
      const own =
        name === 'other'
          ? [...groups].filter(([key]) => !shown.includes(key)).flatMap(([, some]) => some)
          : groups.get(name)!;
      expectFigures(each, own, property, condition);
      for (const { from, ...figures } of each.points ?? [])
        expectFigures(
          figures,
          own.filter(
            ({ timestamp }) =>
              bucketName(timestamp, interval!, 'UTC') === bucketName(Date.parse(from), interval!, 'UTC'),
          ),
          property,
          condition,
        );
    }
    const keys = result.groups
      .filter(({ group }) => group !== 'other')
      .map((each) => each[sort] ?? Number.NEGATIVE_INFINITY);
    expect(keys).toEqual(keys.toSorted((a, b) => b - a));
    // Nobody who is not shown is worse.
    const worst = (own: readonly Known[]): number => {
      const numbers = own.map((event) => look(event, property)).filter((value) => typeof value === 'number');
      if (sort === 'count') return own.length;
      if (sort === 'rate') return own.filter((event) => holds(event, condition)).length / own.length;
      if (numbers.length === 0) return Number.NEGATIVE_INFINITY;
      return sort === 'max' ? Math.max(...numbers) : percentile(numbers, { p50: 0.5, p95: 0.95, p99: 0.99 }[sort])!;
    };
    for (const [key, own] of groups)
      if (!shown.includes(key)) expect(worst(own)).toBeLessThanOrEqual(keys.at(-1)! + 1e-9);
  });
});

it.each([
  [{ kind: 'timeline' }, 'user'],
  [{ kind: 'timeline', user: 'a', device: 'b' }, 'device'],
  [{ kind: 'timeline', user: 'a', after: '12' }, 'after'],
  [{ kind: 'timeline', user: 'a', segment: { did: {} } }, 'segment'],
  [{ kind: 'users', limit: 1_001 }, 'limit'],
  [{ kind: 'users', sort: 'name' }, 'sort'],
  [{ kind: 'performance', by: 'event' }, 'property'],
  [{ kind: 'performance', by: 'event', property: 'user' }, 'property'],
  [{ kind: 'performance', by: 'event', property: 'data.ms', sort: 'rate' }, 'sort'],
  [{ kind: 'performance', by: 'event', property: 'data.ms', condition: { field: 'x', value: 1 } }, 'condition.field'],
])('%j is refused at %s', async (question, field) => {
  await expect(world.ask('nobody', { last: '7d', ...question })).rejects.toMatchObject({
    code: 'QUESTION_INVALID',
    field,
  });
});

it('users have traits also where no device is known to be theirs', async () => {
  await world.post('servers-only', [
    { event: '$identify', user: 'ann', timestamp: Date.parse('2026-03-02T09:00:00Z'), data: { plan: 'free' } },
    { event: '$identify', user: 'ann', timestamp: Date.parse('2026-03-03T09:00:00Z'), data: { plan: 'pro' } },
    { event: 'buy', user: 'bob', timestamp: Date.parse('2026-03-02T10:00:00Z') },
  ]);
  const { result } = await world.ask<UsersAnswer>('servers-only', {
    kind: 'users',
    from: '2026-03-02',
    to: '2026-03-15',
  });
  expect(result.users.map(({ user, traits }) => [user, traits])).toEqual([
    ['ann', { plan: 'pro' }],
    ['bob', undefined],
  ]);
});

it('an app without events has no users, and no numbers', async () => {
  expect((await world.ask('nobody', { kind: 'users', last: '7d' })).result).toEqual({ total: 0, users: [] });
  expect((await world.ask('nobody', { kind: 'timeline', last: '7d', user: 'ada' })).result).toEqual({ events: [] });
  expect(
    (await world.ask('nobody', { kind: 'performance', last: '7d', by: 'event', property: 'data.ms', interval: 'day' }))
      .result,
  ).toEqual({
    total: { count: 0, p50: null, p95: null, p99: null, max: null },
    groups: [],
  });
});

describe('the search for users', () => {
  const at = (day: number, hour = 9) => Date.UTC(2026, 2, day, hour);
  const identify = (user: string, day: number, data: Given['data'], device?: string): Given => ({
    event: '$identify',
    user,
    timestamp: at(day),
    ...(data && { data }),
    ...(device !== undefined && { device }),
  });
  beforeAll(async () => {
    await world.post('named', [
      // Before the range: traits are what is known, whenever it was said.
      identify('u-1', 1, { name: 'Chen Weber', email: 'chen@mail.example', plan: 'pro', seats: 42 }),
      identify('u-2', 4, { name: 'Élodie Weber', address: { city: 'Zürich' }, tags: ['vip'] }),
      // Was called Weber, and is not any more; the device was hers before she said so.
      identify('u-3', 4, { name: 'Ann Weber' }),
      identify('u-3', 5, { name: 'Ann Meier' }, 'd-3'),
      ...['u-1', 'u-2', 'u-3', 'weber-4'].map((user) => ({ event: 'A', user, timestamp: at(6) })),
      { event: 'A', device: 'd-3', timestamp: at(6) },
      { event: 'A', device: 'd-Weber', timestamp: at(6) },
    ]);
    // Another app's traits are another app's.
    await world.post('elsewhere', [identify('u-3', 6, { name: 'Weber' })]);
  });

  it.each([
    ['chen weber', ['u-1']],
    ['WEBER', ['d-Weber', 'u-1', 'u-2', 'weber-4']],
    ['élodie', ['u-2']],
    ['ÉLODIE', ['u-2']],
    ['chen@MAIL', ['u-1']],
    ['zürich', ['u-2']],
    ['meier', ['u-3']],
    ['ann w', []],
    ['u-', ['u-1', 'u-2', 'u-3']],
    // Names of traits, numbers and what would be a pattern are not text.
    ['email', []],
    ['42', []],
    ['%', []],
    ['.*', []],
  ])('finds by %j exactly %j', async (search, expected) => {
    const { result } = await world.ask<UsersAnswer>('named', {
      kind: 'users',
      from: '2026-03-02',
      to: '2026-03-15',
      search,
    });
    expect(result.users.map(({ user, device }) => user ?? device).sort()).toEqual(expected);
    expect(result.total).toBe(expected.length);
  });

  it('says everything of whom it finds, not of the events that match', async () => {
    const { result } = await world.ask<UsersAnswer>('named', {
      kind: 'users',
      from: '2026-03-02',
      to: '2026-03-15',
      search: 'meier',
    });
    // Two $identify, one A, and one A of the device.
    expect(result.users).toMatchObject([{ user: 'u-3', events: 4, traits: { name: 'Ann Meier' } }]);
  });
});
