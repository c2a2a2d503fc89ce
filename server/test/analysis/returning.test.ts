import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LifecycleAnswer, StickinessAnswer } from '../../src/analysis/activity.ts';
import type { RetentionAnswer, RetentionTable } from '../../src/analysis/retention.ts';
import type { TrendAnswer } from '../../src/analysis/trend-answer.ts';
import {
  bucketName,
  bucketNames,
  type FilterLike,
  groupBy,
  holds,
  isChosen,
  type Known,
  known,
  look,
  type SelectorLike,
} from './reference.ts';
import { aWorld, SEEDS, someEvents, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await aWorld((app) => (app.endsWith('-1') ? 'America/New_York' : 'UTC'));
});
afterAll(() => world.close());

const groupName = (group: NonNullable<RetentionAnswer['groups']>[number]['group']): string =>
  group === 'other' ? 'other' : 'value' in group[0]! ? JSON.stringify(group[0].value) : 'missing';

describe.each(SEEDS)('users who return (seed %i)', (seed) => {
  const app = `returning-${seed}`;
  const timeZone = seed === 1 ? 'America/New_York' : 'UTC';
  let events: Known[];
  beforeAll(async () => {
    const given = someEvents({ seed, count: 900, from: Date.UTC(2026, 0, 5), days: 70, people: 40 });
    await world.post(app, given);
    events = known(given);
  });

  /** Range, zone, filters; people alone. */
  const trails = (from: string, to: string, zone: string, filters: readonly FilterLike[] = []): Known[][] => {
    const rows = events.filter((event) => {
      const date = bucketName(event.timestamp, 'day', zone);
      return (
        event.person !== undefined && date >= from && date <= to && filters.every((filter) => holds(event, filter))
      );
    });
    return [...groupBy(rows, ({ person }) => person!).values()];
  };

  interface Cohorts {
    readonly [name: string]: { size: number; back: number[] };
  }
  function cohortsOf(
    people: readonly Known[][],
    names: readonly string[],
    interval: string,
    zone: string,
    start: SelectorLike,
    back: SelectorLike,
    mode: string,
  ): Cohorts {
    const cohorts: Record<string, { size: number; back: number[] }> = {};
    names.forEach((name, i) => {
      cohorts[name] = { size: 0, back: Array(names.length - i).fill(0) };
    });
    for (const trail of people) {
      const first = trail.find((event) => isChosen(event, start));
      if (!first) continue;
      const placeOf = (event: Known): number => names.indexOf(bucketName(event.timestamp, interval, zone));
      const cohort = cohorts[names[placeOf(first)]!]!;
      cohort.size++;
      // Only what comes after the start is a return, in its own period too.
      const after = trail.slice(trail.indexOf(first) + 1);
      const later = after.filter((event) => isChosen(event, back)).map((event) => placeOf(event) - placeOf(first));
      cohort.back.forEach((_, period) => {
        if (mode === 'unbounded' ? later.some((each) => each >= period) : later.includes(period))
          cohort.back[period]!++;
      });
    }
    return cohorts;
  }
  function expectTable({ cohorts, average }: RetentionTable, expected: Cohorts, interval: string, zone: string): void {
    expect(cohorts.map(({ from }) => bucketName(Date.parse(from), interval, zone))).toEqual(Object.keys(expected));
    expect(cohorts.map(({ users, periods }) => ({ size: users, back: periods.map((period) => period.users) }))).toEqual(
      Object.values(expected),
    );
    for (const { users, periods } of cohorts)
      for (const { users: some, rate } of periods) expect(rate).toBe(users === 0 ? null : some / users);
    average.forEach(({ period, users, rate }) => {
      const have = Object.values(expected).filter(({ back }) => back.length > period);
      const some = have.reduce((sum, { back }) => sum + back[period]!, 0);
      const of = have.reduce((sum, { size }) => sum + size, 0);
      expect([users, rate]).toEqual([some, of === 0 ? null : some / of]);
    });
  }

  it.each([
    ['week', 'onDay', '2026-01-05', '2026-03-15', { event: 'A' }, { event: 'B' }],
    ['week', 'unbounded', '2026-01-07', '2026-03-11', { event: 'A' }, {}],
    ['month', 'onDay', '2026-01-10', '2026-03-20', {}, {}],
    ['day', 'onDay', '2026-01-05', '2026-03-15', { event: 'C' }, { event: 'C' }],
    ['day', 'unbounded', '2026-02-25', '2026-03-12', {}, { event: 'A' }],
    ['day', 'onDay', '2026-03-05', '2026-03-05', {}, {}],
  ] as const)('are kept by %s, %s', async (interval, mode, from, to, start, back) => {
    for (const zone of [timeZone, 'Asia/Kathmandu']) {
      const { result } = await world.ask<RetentionAnswer>(app, {
        kind: 'retention',
        from,
        to,
        timeZone: zone,
        interval,
        mode,
        start,
        return: back,
      });
      const names = bucketNames(from, to, interval);
      expectTable(result, cohortsOf(trails(from, to, zone), names, interval, zone, start, back, mode), interval, zone);
    }
  });

  it('are kept by the value of the event that made the cohort', async () => {
    const filters: FilterLike[] = [{ field: 'event', operator: 'isNot', value: 'D' }];
    for (const [breakdown, limit, back] of [
      ['data.country', 2, {}],
      ['data.plan', 50, {}],
      ['data.country', 3, { event: 'A' }],
    ] as const) {
      const asked = {
        kind: 'retention',
        from: '2026-01-05',
        to: '2026-03-15',
        interval: 'week',
        start: { event: 'A' },
        return: back,
        breakdown,
        limit,
        filters,
      };
      const { result } = await world.ask<RetentionAnswer>(app, asked);
      const names = bucketNames(asked.from, asked.to, 'week');
      const people = trails(asked.from, asked.to, timeZone, filters);
      const of = (own: readonly Known[][]) => cohortsOf(own, names, 'week', timeZone, asked.start, back, 'onDay');
      expectTable(result, of(people), 'week', timeZone);
      const started = people.filter((trail) => trail.some((event) => isChosen(event, asked.start)));
      const groups = groupBy(
        started,
        (trail) => JSON.stringify(look(trail.find((event) => isChosen(event, asked.start))!, breakdown)) ?? 'missing',
      );
      const shown = result.groups!.map(({ group }) => groupName(group));
      expect(shown.filter((name) => name !== 'other')).toHaveLength(Math.min(limit, groups.size));
      for (const { group, ...table } of result.groups!) {
        const name = groupName(group);
        const own =
          name === 'other'
            ? [...groups].filter(([key]) => !shown.includes(key)).flatMap(([, each]) => each)
            : groups.get(name)!;
        expectTable(table, of(own), 'week', timeZone);
      }
    }
  });

  it.each([
    ['day', undefined, '2026-01-05', '2026-03-15'],
    ['day', 'week', '2026-01-07', '2026-03-11'],
    ['day', 'month', '2026-01-10', '2026-03-12'],
    ['week', undefined, '2026-01-05', '2026-03-15'],
  ] as const)('are active on so many %ss of a %s', async (interval, period, from, to) => {
    for (const zone of [timeZone, 'Australia/Lord_Howe']) {
      const { result } = await world.ask<StickinessAnswer>(app, {
        kind: 'stickiness',
        from,
        to,
        timeZone: zone,
        interval,
        event: 'A',
        ...(period && { period }),
      });
      const chosen = trails(from, to, zone).map((trail) => trail.filter(({ event }) => event === 'A'));
      const nameOf = (at: number): string => (period ? bucketName(at, period, zone) : 'all');
      for (const { from: at, users, average, distribution } of result.periods) {
        const name = nameOf(Date.parse(at));
        const active = chosen
          .map(
            (trail) =>
              new Set(
                trail
                  .filter(({ timestamp }) => nameOf(timestamp) === name)
                  .map(({ timestamp }) => bucketName(timestamp, interval, zone)),
              ).size,
          )
          .filter((count) => count > 0);
        expect(users).toBe(active.length);
        expect(average).toBe(active.length === 0 ? null : active.reduce((a, b) => a + b, 0) / active.length);
        distribution.forEach((each, i) => {
          expect(each).toEqual({ active: i + 1, users: active.filter((count) => count === i + 1).length });
        });
        expect(distribution.reduce((sum, each) => sum + each.users, 0)).toBe(users);
      }
      expect(result.periods).toHaveLength(period ? bucketNames(from, to, period).length : 1);
    }
  });

  it.each([
    ['day', '2026-02-20', '2026-03-15'],
    ['week', '2026-02-02', '2026-03-15'],
    ['week', '2026-02-05', '2026-03-04'],
    ['month', '2026-02-01', '2026-03-16'],
    ['month', '2026-01-20', '2026-02-10'],
  ] as const)('are new, returning, resurrecting or dormant by %s, from %s', async (interval, from, to) => {
    for (const zone of [timeZone, 'Asia/Kathmandu']) {
      const { result } = await world.ask<LifecycleAnswer>(app, {
        kind: 'lifecycle',
        from,
        to,
        timeZone: zone,
        interval,
        filters: [{ field: 'event', operator: 'in', value: ['A', 'B'] }],
      });
      // All intervals there are, whole, whatever the range cuts off.
      const all = bucketNames('2025-11-01', '2026-04-30', interval);
      const names = bucketNames(from, to, interval);
      const people = trails('1970-01-01', '2100-01-01', zone, [
        { field: 'event', operator: 'in', value: ['A', 'B'] },
      ]).map((trail) => new Set(trail.map(({ timestamp }) => all.indexOf(bucketName(timestamp, interval, zone)))));
      expect(result.intervals).toHaveLength(names.length);
      result.intervals.forEach(({ from: at, to: until, complete, ...found }, i) => {
        const now = all.indexOf(names[i]!);
        expect(bucketName(Date.parse(at), interval, zone)).toBe(names[i]);
        // It begins where its first day does, and ends where the next one begins.
        expect(bucketName(Date.parse(at) - 1, interval, zone)).toBe(all[now - 1]);
        expect([-1, 0].map((ms) => bucketName(Date.parse(until) + ms, interval, zone))).toEqual([
          all[now],
          all[now + 1],
        ]);
        const [first, last] = [firstDay(all[now]!, interval), firstDay(all[now + 1]!, interval)];
        expect(complete).toBe((interval === 'day' || (first >= from && last <= dayAfter(to))) && last <= '2026-03-20');
        const count = { new: 0, returning: 0, resurrecting: 0, dormant: 0 };
        for (const active of people) {
          const isOld = [...active].some((place) => place < now);
          if (active.has(now)) count[!isOld ? 'new' : active.has(now - 1) ? 'returning' : 'resurrecting']++;
          else if (active.has(now - 1)) count.dormant++;
        }
        expect(found).toEqual(count);
      });
    }
  });
});

const dayAfter = (day: string): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
const firstDay = (name: string, interval: string): string =>
  interval === 'month' ? `${name}-01` : name.replace('week of ', '');

describe('questions about returning', () => {
  it.each([
    [{ kind: 'retention', start: {}, interval: 'day', last: '2y' }, 'interval'],
    [{ kind: 'retention', interval: 'day', last: '7d' }, 'start'],
    [{ kind: 'retention', start: {}, interval: 'hour', last: '7d' }, 'interval'],
    [{ kind: 'stickiness', interval: 'week', period: 'week', last: '7d' }, 'period'],
    [{ kind: 'stickiness', interval: 'week', period: 'month', last: '7d' }, 'period'],
    [{ kind: 'lifecycle', last: '7d' }, 'interval'],
    [{ kind: 'lifecycle', interval: 'day', last: '7d', event: 'a', id: 'a' }, 'id'],
  ])('%j is refused at %s', async (question, field) => {
    await expect(world.ask('nobody', question)).rejects.toMatchObject({ code: 'QUESTION_INVALID', field });
  });

  it('are answered for an app without events', async () => {
    const retention = await world.ask<RetentionAnswer>('nobody', {
      kind: 'retention',
      start: {},
      interval: 'week',
      last: '2w',
    });
    expect(retention.result.cohorts!.map(({ users, periods }) => [users, periods.length])).toEqual([
      [0, 2],
      [0, 1],
    ]);
    const lifecycle = await world.ask<LifecycleAnswer>('nobody', { kind: 'lifecycle', interval: 'day', last: '2d' });
    expect(lifecycle.result.intervals).toHaveLength(2);
  });

  it('say which periods still run', async () => {
    // Noon of Friday 20 March: this week's period runs, the one before is over.
    const { result } = await world.ask<RetentionAnswer>('nobody', {
      kind: 'retention',
      start: {},
      interval: 'week',
      last: '2w',
    });
    expect(result.cohorts[0]!.periods.map(({ complete }) => complete)).toEqual([true, false]);
  });
});

it('counts the end of a last month that is longer than the one before it', async () => {
  const at = (month: number, day: number) => ({ event: 'A', user: 'ada', timestamp: Date.UTC(2025, month - 1, day) });
  // The 30th of March is 57 days behind the 1st of February, whose month has 28.
  await world.post('longer', [at(2, 10), at(3, 30)]);
  const range = { from: '2025-02-01', to: '2025-03-31', timeZone: 'UTC', interval: 'month' };
  const { result } = await world.ask<RetentionAnswer>('longer', { kind: 'retention', ...range, start: {}, return: {} });
  expect(result.cohorts!.map(({ users, periods }) => [users, ...periods.map((period) => period.users)])).toEqual([
    // Who came once in February did not return in it.
    [1, 0, 1],
    [0, 0],
  ]);
  // In the app's own zone by days, in another by times.
  for (const timeZone of ['UTC', 'Asia/Kathmandu']) {
    const counted = await world.ask<TrendAnswer>('longer', {
      kind: 'trend',
      ...range,
      timeZone,
      series: [{ measure: 'count' }],
      // No roll-up answers for this one.
      filters: [{ field: 'data.none', operator: 'exists', value: false }],
    });
    expect(counted.result.series[0]!.points!.map(({ value }) => value)).toEqual([1, 1]);
  }
});

it('answers the same about a week, wherever the range begins', async () => {
  const at = (day: number, user: string) => ({ event: 'A', user, timestamp: Date.UTC(2026, 0, day, 12) });
  // Mondays are 29 December, 5 January and so on: ann comes each week, ben every other, cas once, in the week that the range cuts.
  await world.post('weeks', [
    ...[-3, 1, 6, 13, 20, 27].map((day) => at(day, 'ann')),
    ...[6, 20].map((day) => at(day, 'ben')),
    at(-1, 'cas'),
  ]);
  const ask = async (range: object) =>
    (
      await world.ask<LifecycleAnswer>('weeks', {
        ...{ kind: 'lifecycle', interval: 'week', weekStart: 'monday', timeZone: 'UTC', ...range },
      })
    ).result.intervals;
  const cut = await ask({ from: '2026-01-01', to: '2026-01-31' });
  const whole = await ask({ from: '2025-12-29', to: '2026-02-01' });
  const numbers = ({ from, to, new: come, returning, resurrecting, dormant }: (typeof whole)[number]) =>
    [from.slice(0, 10), to.slice(0, 10), come, returning, resurrecting, dormant].join(' ');
  expect(whole.map(numbers)).toEqual([
    '2025-12-29 2026-01-05 1 1 0 0',
    '2026-01-05 2026-01-12 1 1 0 1',
    '2026-01-12 2026-01-19 0 1 0 1',
    '2026-01-19 2026-01-26 0 1 1 0',
    '2026-01-26 2026-02-02 0 1 0 1',
  ]);
  expect(whole.map(({ complete }) => complete)).toEqual([true, true, true, true, true]);
  expect(cut.map(numbers)).toEqual(whole.map(numbers));
  expect(cut.map(({ complete }) => complete)).toEqual([false, true, true, true, false]);
  // It is Friday 20 March: the thirty days from 19 February begin on a Thursday, and this week still runs.
  const last = await ask({ last: '30d' });
  const same = await ask({ from: '2026-02-16', to: '2026-03-22' });
  expect(last.map(numbers)).toEqual(same.map(numbers));
  expect(last.map(({ complete }) => complete)).toEqual([false, true, true, true, false]);
});
