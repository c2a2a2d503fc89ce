/** 20,000 flights of early 2001, against numbers counted by loops, straight from the file. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { distinct, grouped, iso, mean, quantile, read, type Series } from './real-data.ts';
import { aWorld, DAY_MS, type Given, type World } from './world.ts';

interface Flight {
  /** `2001/01/01 00:47`, taken as UTC. */
  readonly date: string;
  readonly delay: number;
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
}
const flights = read<Flight[]>('flights-20k.json').map((flight) => ({
  ...flight,
  at: Date.parse(`${flight.date.replaceAll('/', '-').replace(' ', 'T')}:00Z`),
  event: flight.delay <= 0 ? 'on time' : flight.delay < 60 ? 'late' : 'very late',
}));
let world: World;
beforeAll(async () => {
  world = await aWorld();
  await world.post(
    'flights',
    flights.map(
      ({ at, event, origin, delay, distance, destination }): Given => ({
        // Sessions that events do not name are made of views.
        ...{ event, id: 'page-viewed', timestamp: at, user: origin },
        data: { origin, destination, delay, distance },
      }),
    ),
  );
});
afterAll(() => world.close());

const range = { from: '2001-01-01', to: '2001-03-31' };
/** Ninety days, all of UTC. */
const DAYS = Array.from({ length: 90 }, (_, i) => Date.UTC(2001, 0, 1) + i * DAY_MS);
/** In order of time; those of one minute as they stand in the file. */
const byAirport = grouped(
  flights.map((flight, i) => ({ ...flight, i })).sort((a, b) => a.at - b.at || a.i - b.i),
  ({ origin }) => origin,
);

describe('the flights', () => {
  it('by day: how many, from how many airports, how late on average, in the middle and at the worst', async () => {
    const of = (measure: string) => ({ measure, property: 'data.delay' });
    const { result, skipped } = await world.ask<{ series: readonly Series[] }>('flights', {
      ...{ kind: 'trend', ...range, interval: 'day' },
      series: [{}, { measure: 'users' }, of('avg'), of('median'), of('p95'), of('max'), of('sum')],
    });
    const days = grouped(flights, ({ date }) => date.slice(0, 10));
    const due = DAYS.map((day) => {
      const those = days.get(iso(day).slice(0, 10).replaceAll('-', '/'))!;
      const delays = those.map(({ delay }) => delay);
      const users = distinct(those.map(({ origin }) => origin));
      const sum = delays.reduce((all, delay) => all + delay, 0);
      return [
        those.length,
        users,
        mean(delays),
        quantile(delays, 0.5),
        quantile(delays, 0.95),
        Math.max(...delays),
        sum,
      ];
    });
    expect(skipped).toBe(0);
    result.series.forEach(({ points }, series) => {
      expect(points.map(({ from }) => from)).toEqual(DAYS.map(iso));
      expect(points.map(({ value }) => value)).toEqual(due.map((day) => expect.closeTo(day[series]!, 6)));
    });
    const all = flights.map(({ delay }) => delay);
    expect(result.series.map(({ total }) => total)).toEqual(
      [20_000, 220, mean(all), quantile(all, 0.5), quantile(all, 0.95), Math.max(...all), mean(all) * 20_000].map(
        (each) => expect.closeTo(each, 4),
      ),
    );
  });

  it('by week of Los Angeles, eight hours behind all that winter', async () => {
    const { result } = await world.ask<{ series: readonly Series[] }>('flights', {
      ...{
        kind: 'trend',
        ...range,
        interval: 'week',
        timeZone: 'America/Los_Angeles',
        weekStart: 'monday',
        series: [{}],
      },
    });
    // The 1st of January 2001 was a Monday.
    const first = Date.UTC(2001, 0, 1, 8);
    const weeks = Array<number>(13).fill(0);
    let earlier = 0;
    for (const { at } of flights) {
      const week = Math.floor((at - first) / (7 * DAY_MS));
      if (week < 0) earlier++;
      else weeks[week]!++;
    }
    // Ninety days are twelve weeks and six days; what flew before eight in the morning of the first day belongs to the year before.
    expect(result.series[0]!.points.map(({ value }) => value)).toEqual(weeks);
    expect(result.series[0]!.total).toBe(20_000 - earlier);
    expect(result.series[0]!.points[1]!.from).toBe(iso(first + 7 * DAY_MS));
  });

  it('by airport, the five busiest and the others together', async () => {
    const { result } = await world.ask<{ series: readonly Series[] }>('flights', {
      ...{ kind: 'trend', ...range, breakdown: ['data.origin'], limit: 5 },
      series: [{}, { measure: 'uniqueValues', property: 'data.destination' }, { measure: 'users' }],
    });
    const airports = [...byAirport].toSorted(([, a], [, b]) => b.length - a.length);
    const top = airports.slice(0, 5);
    expect(new Set(airports.slice(0, 6).map(([, { length }]) => length)).size).toBe(6);
    const others = airports.slice(5).flatMap(([, those]) => those);
    const due = [...top.map(([, those]) => those), others];
    const names = [...top.map(([name]) => name), 'other'];
    expect(result.series.map(({ group }) => (group === 'other' ? group : group![0]!.value))).toEqual([
      ...names,
      ...names,
      ...names,
    ]);
    expect(result.series.map(({ total }) => total)).toEqual([
      ...due.map(({ length }) => length),
      ...due.map((those) => distinct(those.map(({ destination }) => destination))),
      ...[1, 1, 1, 1, 1, 215],
    ]);
  });

  it('as a funnel: airports where a flight on time is followed by a late and a very late one within a day', async () => {
    const { result } = await world.ask<{ steps: readonly { total: number }[] }>('flights', {
      // Times are whole minutes: none is exactly so far from another.
      ...{ kind: 'funnel', ...range, window: '86399s' },
      steps: [{ event: 'on time' }, { event: 'late' }, { event: 'very late' }],
    });
    const steps = ['on time', 'late', 'very late'];
    const reached = [0, 0, 0];
    for (const those of byAirport.values()) {
      let best = 0;
      those.forEach((start, i) => {
        if (start.event !== steps[0]) return;
        let step = 1;
        for (const { event, at } of those.slice(i + 1)) {
          if (at - start.at > 86_399_000 || step === 3) break;
          if (event === steps[step]) step++;
        }
        best = Math.max(best, step);
      });
      for (let step = 0; step < best; step++) reached[step]!++;
    }
    expect(reached[2]).toBeGreaterThan(10);
    expect(result.steps.map(({ total }) => total)).toEqual(reached);
  });

  it('as retention: airports with a very late flight again, by the week of the first one', async () => {
    interface Cohort {
      readonly users: number;
      readonly periods: readonly { readonly users: number }[];
    }
    const { result } = await world.ask<{ cohorts: readonly Cohort[] }>('flights', {
      ...{ kind: 'retention', ...range, weekStart: 'monday', interval: 'week', start: { event: 'very late' } },
    });
    const weekOf = (at: number): number => Math.floor((at - DAYS[0]!) / (7 * DAY_MS));
    const table = Array.from({ length: 13 }, () => Array<number>(13).fill(0));
    for (const those of byAirport.values()) {
      const weeks = [...new Set(those.filter(({ event }) => event === 'very late').map(({ at }) => weekOf(at)))];
      for (const week of weeks) table[weeks[0]!]![week - weeks[0]!]!++;
    }
    expect(result.cohorts.map(({ users }) => users)).toEqual(table.map(([users]) => users));
    expect(result.cohorts.map(({ periods }) => periods.slice(1).map(({ users }) => users))).toEqual(
      table.map((row, cohort) => row.slice(1, 13 - cohort)),
    );
  });

  /** Less than half an hour apart; times are whole minutes. */
  const sessions = [...byAirport.values()].flatMap((those) => {
    const found: (typeof those)[] = [];
    for (const flight of those) {
      const last = found.at(-1)?.at(-1);
      if (last !== undefined && flight.at - last.at < 1_799_000) found.at(-1)!.push(flight);
      else found.push([flight]);
    }
    return found;
  });

  it('as paths: how late what follows is, from the first flight of a session on', async () => {
    interface Node {
      readonly id: number;
      readonly step: number;
      readonly value: string;
      readonly total: number;
    }
    interface Sankey {
      readonly paths: number;
      readonly nodes: readonly Node[];
      readonly links: readonly { readonly from: number; readonly to: number; readonly total: number }[];
    }
    const { result } = await world.ask<Sankey>('flights', {
      ...{ kind: 'paths', ...range, steps: 3, sessionGap: '1799s', collapse: false },
    });
    const nodes: Record<string, number> = {};
    const links: Record<string, number> = {};
    for (const session of sessions)
      session.slice(0, 3).forEach(({ event }, step) => {
        nodes[`${step} ${event}`] = (nodes[`${step} ${event}`] ?? 0) + 1;
        if (step === 0) return;
        const link = `${step - 1} ${session[step - 1]!.event} → ${event}`;
        links[link] = (links[link] ?? 0) + 1;
      });
    const node = (id: number): Node => result.nodes.find((each) => each.id === id)!;
    expect(result.paths).toBe(sessions.length);
    expect(Object.fromEntries(result.nodes.map(({ step, value, total }) => [`${step} ${value}`, total]))).toEqual(
      nodes,
    );
    expect(
      Object.fromEntries(
        result.links.map(({ from, to, total }) => [
          `${node(from).step} ${node(from).value} → ${node(to).value}`,
          total,
        ]),
      ),
    ).toEqual(links);
  });

  it('as sessions', async () => {
    const { result } = await world.ask<Record<string, number>>('flights', { kind: 'sessions', ...range, gap: '1799s' });
    const lengths = sessions.map((session) => session.at(-1)!.at - session[0]!.at);
    expect(result).toMatchObject({
      sessions: sessions.length,
      users: 220,
      eventsPerSession: expect.closeTo(20_000 / sessions.length, 9),
      bounceRate: expect.closeTo(sessions.filter(({ length }) => length === 1).length / sessions.length, 9),
      averageMs: expect.closeTo(mean(lengths), 3),
      medianMs: expect.closeTo(quantile(lengths, 0.5), 3),
      p90Ms: expect.closeTo(quantile(lengths, 0.9), 3),
    });
  });

  it('by how many days airports had a very late flight', async () => {
    const { result } = await world.ask<{ periods: readonly { users: number; distribution: object[] }[] }>('flights', {
      ...{ kind: 'stickiness', ...range, event: 'very late' },
    });
    const days = [...byAirport.values()].map((those) =>
      distinct(those.filter(({ event }) => event === 'very late').map(({ date }) => date.slice(0, 10))),
    );
    expect(result.periods[0]!.users).toBe(days.filter((count) => count > 0).length);
    expect(result.periods[0]!.distribution).toEqual(
      DAYS.map((_, i) => ({ active: i + 1, users: days.filter((count) => count === i + 1).length })),
    );
  });

  it('by airport, the worst delays first, and how often an hour or more', async () => {
    interface Row {
      readonly group: readonly { readonly value: string }[] | 'other';
      readonly [figure: string]: unknown;
    }
    const { result } = await world.ask<{ total: object; groups: readonly Row[] }>('flights', {
      ...{ kind: 'performance', ...range, property: 'data.delay', by: 'data.origin', limit: 20 },
      condition: { field: 'data.delay', operator: 'gte', value: 60 },
    });
    const figures = (those: readonly { delay: number }[]) => {
      const delays = those.map(({ delay }) => delay);
      return {
        count: delays.length,
        rate: expect.closeTo(delays.filter((delay) => delay >= 60).length / delays.length, 9),
        p50: expect.closeTo(quantile(delays, 0.5), 6),
        p95: expect.closeTo(quantile(delays, 0.95), 6),
        p99: expect.closeTo(quantile(delays, 0.99), 6),
        max: Math.max(...delays),
      };
    };
    expect(result.total).toEqual(figures(flights));
    const shown = result.groups.filter(({ group }) => group !== 'other');
    const names = shown.map(({ group }) => (group as readonly { value: string }[])[0]!.value);
    expect(shown).toEqual(names.map((name, i) => ({ group: shown[i]!.group, ...figures(byAirport.get(name)!) })));
    const worst = [...byAirport.values()]
      .map((those) =>
        quantile(
          those.map(({ delay }) => delay),
          0.95,
        ),
      )
      .toSorted((a, b) => b - a);
    expect(shown.map(({ p95 }) => p95)).toEqual(worst.slice(0, 20).map((each) => expect.closeTo(each, 6)));
    expect(result.groups.at(-1)).toEqual({
      group: 'other',
      ...figures(flights.filter(({ origin }) => !names.includes(origin))),
    });
  });
});
