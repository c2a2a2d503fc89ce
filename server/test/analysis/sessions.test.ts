import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PathsAnswer } from '../../src/analysis/paths.ts';
import type { SessionEnd, SessionFigures, SessionsAnswer } from '../../src/analysis/sessions.ts';
import {
  bucketName,
  distinct,
  type FilterLike,
  groupBy,
  holds,
  isBounce,
  isChosen,
  isSystem,
  type Known,
  known,
  look,
  percentile,
  type SelectorLike,
  sessionsIn,
} from './reference.ts';
import { aWorld, type Json, SEEDS, someEvents, type World } from './world.ts';

const MINUTE_MS = 60_000;
let world: World;
beforeAll(async () => {
  world = await aWorld();
});
afterAll(() => world.close());

describe.each(SEEDS)('sessions and paths (seed %i)', (seed) => {
  const app = `sessions-${seed}`;
  const range = { from: '2026-03-03', to: '2026-03-07' };
  let events: Known[];
  beforeAll(async () => {
    const given = someEvents({
      seed,
      count: 1_200,
      from: Date.UTC(2026, 2, 1),
      days: 10,
      stepMs: 10 * MINUTE_MS,
      people: 8,
      view: 'C',
    });
    await world.post(app, given);
    events = known(given);
  });
  /** The sessions that begin in the range, whole. */
  const trails = (filters: readonly FilterLike[] = [], gapMs?: number, unnamed?: 'views' | 'events'): Known[][] =>
    sessionsIn(
      events.filter((event) => filters.every((filter) => holds(event, filter))),
      Date.UTC(2026, 2, 3),
      Date.UTC(2026, 2, 8),
      gapMs,
      unnamed,
    );

  /** The first or last event that is not Seismo's own, where there is one. */
  const named = (trail: readonly Known[], at: 0 | -1): string =>
    (trail.filter((event) => !isSystem(event)).at(at) ?? trail.at(at))!.event;

  function expectFigures(found: SessionFigures, own: readonly Known[][]): void {
    const count = own.length;
    const took = own.map((trail) => trail.at(-1)!.timestamp - trail[0]!.timestamp);
    const share = (part: number) => (count === 0 ? null : expect.closeTo(part / count, 6));
    expect(found).toMatchObject({
      sessions: count,
      users: distinct(own.map(([first]) => first!.person)),
      eventsPerSession: share(own.reduce((sum, { length }) => sum + length, 0)),
      bounceRate: share(own.filter(isBounce).length),
      averageMs: share(took.reduce((a, b) => a + b, 0)),
      medianMs: count === 0 ? null : expect.closeTo(percentile(took, 0.5)!, 3),
      p90Ms: count === 0 ? null : expect.closeTo(percentile(took, 0.9)!, 3),
    });
  }

  it.each([
    [undefined, undefined, []],
    ['day', '2h', []],
    ['week', '10min', [{ field: 'data.country', operator: 'in', value: ['CH', 'US', 'DE'] }]],
  ] as const)('are counted by %s with a gap of %s', async (interval, gap, filters) => {
    const { result } = await world.ask<SessionsAnswer>(app, {
      kind: 'sessions',
      ...range,
      filters,
      limit: 2,
      ...(interval && { interval }),
      ...(gap && { gap }),
    });
    const own = trails(filters, gap === '2h' ? 120 * MINUTE_MS : gap === '10min' ? 10 * MINUTE_MS : undefined);
    expectFigures(result, own);
    for (const { from, ...figures } of result.points ?? []) {
      const name = bucketName(Date.parse(from), interval!, 'UTC');
      expectFigures(
        figures,
        own.filter(([first]) => bucketName(first!.timestamp, interval!, 'UTC') === name),
      );
    }
    const expectEnds = (found: readonly SessionEnd[], at: 0 | -1): void => {
      const counts = [...groupBy(own, (trail) => named(trail, at))]
        .map(([event, each]) => ({ event, sessions: each.length }))
        .sort((a, b) => b.sessions - a.sessions);
      expect(found.map(({ sessions }) => sessions)).toEqual([
        ...counts.slice(0, 2).map(({ sessions }) => sessions),
        counts.slice(2).reduce((sum, { sessions }) => sum + sessions, 0),
      ]);
      for (const each of found) if ('event' in each) expect(counts).toContainEqual(each);
    };
    expectEnds(result.entry, 0);
    expectEnds(result.exit, -1);
  });

  it.each([
    [['data.country'], 3],
    [['data.country', 'data.plan'], 5],
  ])('are grouped by what their first event says: %j', async (breakdown, limit) => {
    const { result } = await world.ask<SessionsAnswer>(app, { kind: 'sessions', ...range, breakdown, limit });
    const own = groupBy(trails(), ([first]) =>
      JSON.stringify(
        breakdown.map((field) => {
          const value = look(first!, field);
          return value === undefined ? 'MISSING' : value;
        }),
      ),
    );
    const sizes = [...own.values()].map(({ length }) => length).sort((a, b) => b - a);
    const groups = result.groups!;
    expect(groups.map(({ sessions }) => sessions)).toEqual([
      ...sizes.slice(0, limit),
      ...(sizes.length > limit ? [sizes.slice(limit).reduce((a, b) => a + b, 0)] : []),
    ]);
    const rest = new Map(own);
    for (const { group, ...figures } of groups) {
      if (group === 'other') {
        expectFigures(figures, [...rest.values()].flat());
        continue;
      }
      const key = JSON.stringify(group.map((value) => ('value' in value ? value.value : 'MISSING')));
      expectFigures(figures, own.get(key)!);
      rest.delete(key);
    }
  });

  it('are listed, the latest first', async () => {
    const { result } = await world.ask<SessionsAnswer>(app, { kind: 'sessions', ...range, list: 1_000 });
    const expected = trails().map((trail) => {
      const [first, last] = [trail[0]!, trail.at(-1)!];
      const iso = (at: number) => new Date(at).toISOString();
      return JSON.stringify([
        first.person,
        first.session,
        iso(first.timestamp),
        iso(last.timestamp),
        last.timestamp - first.timestamp,
        trail.length,
        named(trail, 0),
        named(trail, -1),
      ]);
    });
    const found = result.list!.map(({ user, device, session, from, to, durationMs, events: count, entry, exit }) =>
      JSON.stringify([
        user !== undefined ? `user ${user}` : device !== undefined ? `device ${device}` : undefined,
        session,
        from,
        to,
        durationMs,
        count,
        entry,
        exit,
      ]),
    );
    expect(found.toSorted()).toEqual(expected.toSorted());
    const starts = result.list!.map(({ from }) => from);
    expect(starts).toEqual(starts.toSorted().reverse());
  });

  type Path = readonly (Json | undefined)[];
  interface Asked {
    readonly start?: SelectorLike;
    readonly end?: SelectorLike;
    readonly steps?: number;
    readonly node?: string;
    readonly collapse?: boolean;
    readonly sessionGap?: string;
    readonly limit?: number;
    readonly filters?: readonly FilterLike[];
  }
  function pathsOf({
    start,
    end,
    steps = 4,
    node = 'event',
    collapse = true,
    sessionGap,
    filters = [],
  }: Asked): Path[] {
    const gap = sessionGap === '3h' ? 180 * MINUTE_MS : undefined;
    const notSystem = [...filters, { field: 'event', operator: 'isNot', value: '$identify' }];
    return trails(notSystem, gap, 'events').flatMap((trail) => {
      const anchor = start ?? end;
      const at = anchor ? trail.findIndex((event) => isChosen(event, anchor)) : 0;
      if (at === -1) return [];
      const way = end ? trail.slice(0, at + 1).reverse() : trail.slice(at);
      // An event without a node is no step, and the session goes on.
      const nodes = way.map((event) => look(event, node)).filter((each) => each !== undefined);
      const path = nodes
        .filter((each, i) => !collapse || i === 0 || JSON.stringify(each) !== JSON.stringify(nodes[i - 1]))
        .slice(0, steps);
      return path.length === 0 ? [] : [path];
    });
  }

  it.each<[string, Asked]>([
    ['from the beginning of sessions', {}],
    ['after an event', { start: { event: 'A' }, steps: 6, limit: 50 }],
    ['before an event', { end: { event: 'B' }, steps: 3, limit: 2 }],
    [
      'after a filtered event, repeats kept',
      { start: { event: 'A', filters: [{ field: 'data.country', value: 'CH' }] }, collapse: false, limit: 3 },
    ],
    ['with a gap of three hours', { sessionGap: '3h', steps: 5, limit: 4 }],
    ['by a property of all types', { node: 'data.plan', limit: 3, steps: 3 }],
    [
      'by a property, filtered',
      {
        node: 'data.country',
        filters: [{ field: 'event', operator: 'isNot', value: 'D' }],
        end: { event: 'A' },
        limit: 50,
      },
    ],
  ])('lead %s', async (_, asked) => {
    const { result } = await world.ask<PathsAnswer>(app, { kind: 'paths', ...range, ...asked });
    const { limit = 10, steps = 4, end } = asked;
    const paths = pathsOf(asked);
    expect(result.paths).toBe(paths.length);
    const named = (step: number) =>
      result.nodes
        .filter((node) => Math.abs(node.step) === step && 'value' in node)
        .map((node) => JSON.stringify('value' in node && node.value));
    const nameAt = (path: Path, step: number): string | undefined => {
      if (step >= path.length) return undefined;
      const name = JSON.stringify(path[step]);
      return named(step).includes(name) ? name : 'other';
    };
    for (let step = 0; step < steps; step++) {
      const counts = [
        ...groupBy(
          paths.filter(({ length }) => length > step),
          (path) => JSON.stringify(path[step]),
        ),
      ].map(([name, own]) => [name, own.length] as const);
      const shown = named(step);
      expect(shown).toHaveLength(Math.min(limit, counts.length));
      const least = Math.min(...counts.filter(([name]) => shown.includes(name)).map(([, count]) => count));
      for (const [name, count] of counts) if (!shown.includes(name)) expect(count).toBeLessThanOrEqual(least);
      for (const node of result.nodes.filter((each) => Math.abs(each.step) === step)) {
        const name = 'value' in node ? JSON.stringify(node.value) : 'other';
        const own = paths.filter((path) => nameAt(path, step) === name);
        expect(node.total).toBe(own.length);
        expect(node.ended).toBe(step === steps - 1 ? 0 : own.filter(({ length }) => length === step + 1).length);
        if (end && step > 0) expect(node.step).toBe(-step);
      }
    }
    const nameOf = (id: number): string => {
      const node = result.nodes[id]!;
      return `${Math.abs(node.step)} ${'value' in node ? JSON.stringify(node.value) : 'other'}`;
    };
    const expected = new Map<string, number>();
    for (const path of paths)
      for (let step = 0; step + 1 < path.length; step++) {
        const two = [`${step} ${nameAt(path, step)}`, `${step + 1} ${nameAt(path, step + 1)}`];
        const link = (end ? two.reverse() : two).join(' → ');
        expected.set(link, (expected.get(link) ?? 0) + 1);
      }
    expect(new Map(result.links.map(({ from, to, total }) => [`${nameOf(from)} → ${nameOf(to)}`, total]))).toEqual(
      expected,
    );
  });
});

it('paths refuse what cannot be meant', async () => {
  for (const [more, field] of [
    [{ start: {}, end: {} }, 'end'],
    [{ steps: 7 }, 'steps'],
    [{ node: 'name' }, 'node'],
    [{ sessionGap: '5' }, 'sessionGap'],
  ] as const)
    await expect(world.ask('nobody', { kind: 'paths', last: '7d', ...more })).rejects.toMatchObject({
      code: 'QUESTION_INVALID',
      field,
    });
});

it('an app without events has no sessions and no paths', async () => {
  const { result } = await world.ask<SessionsAnswer>('nobody', {
    kind: 'sessions',
    last: '2d',
    interval: 'day',
    list: 5,
  });
  expect(result).toMatchObject({
    sessions: 0,
    bounceRate: null,
    entry: [],
    list: [],
    points: [{ sessions: 0 }, { sessions: 0 }],
  });
  expect((await world.ask<PathsAnswer>('nobody', { kind: 'paths', last: '2d' })).result).toEqual({
    paths: 0,
    nodes: [],
    links: [],
  });
});
