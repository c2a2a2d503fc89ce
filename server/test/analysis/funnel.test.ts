import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FunnelAnswer, FunnelStep } from '../../src/analysis/funnel.ts';
import {
  type FilterLike,
  groupBy,
  holds,
  isChosen,
  type Known,
  known,
  look,
  percentile,
  type SelectorLike,
  sessionsIn,
  stepsMade,
} from './reference.ts';
import { aWorld, type Given, SEEDS, someEvents, type World } from './world.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const FROM = Date.UTC(2026, 2, 1);
let world: World;
beforeAll(async () => {
  world = await aWorld();
});
afterAll(() => world.close());

interface Asked {
  readonly steps: readonly SelectorLike[];
  readonly windowMs: number;
  readonly order?: string;
  readonly exclude?: readonly (SelectorLike & { readonly after?: number })[];
  /** First steps come before. */
  readonly to?: number;
}

/** Every chain there is, as places in the trail; the definition of docs/analyze/funnels.md, without a thought for speed. */
function* chains(trail: readonly Known[], asked: Asked, made: readonly number[] = []): Generator<readonly number[]> {
  if (made.length > 0) yield made;
  const step = asked.steps[made.length];
  if (!step) return;
  const last = made.at(-1);
  for (let i = last === undefined ? 0 : last + 1; i < trail.length; i++) {
    const event = trail[i]!;
    if (last !== undefined) {
      if (event.timestamp - trail[made[0]!]!.timestamp > asked.windowMs) return;
      if (asked.order === 'strict' && i !== last + 1) return;
      const between = trail.slice(last + 1, i);
      const excluded = (asked.exclude ?? []).filter(({ after }) => after === undefined || after === made.length);
      if (between.some((each) => excluded.some((choice) => isChosen(each, choice)))) return;
    }
    // Who enters behind the range is none of its entrants.
    if (last === undefined && event.timestamp >= (asked.to ?? Infinity)) return;
    if (isChosen(event, step)) yield* chains(trail, asked, [...made, i]);
  }
}

/** The deepest chain; of these the one that ends first; of these the one whose events lie closest before the end. */
function walk(trail: readonly Known[], asked: Asked): { times: number[]; first: Known } | undefined {
  if (asked.order === 'any') return walkAny(trail, asked);
  let best: readonly number[] = [];
  for (const chain of chains(trail, asked)) {
    if (chain.length < best.length) continue;
    const isBetter = () => {
      if (chain.length > best.length || chain.at(-1)! < best.at(-1)!) return true;
      if (chain.at(-1)! > best.at(-1)!) return false;
      for (let i = chain.length - 2; i >= 0; i--) if (chain[i] !== best[i]) return chain[i]! > best[i]!;
      return false;
    };
    if (isBetter()) best = chain;
  }
  return best.length === 0 ? undefined : { times: best.map((i) => trail[i]!.timestamp), first: trail[best[0]!]! };
}

/** The first event after which the window holds the most steps, each made by an event of its own. */
function walkAny(trail: readonly Known[], { steps, windowMs, to = Infinity }: Asked) {
  let best: { times: number[]; first: Known } | undefined;
  trail.forEach((first, i) => {
    if (first.timestamp >= to) return;
    const within = trail.slice(i).filter(({ timestamp }) => timestamp - first.timestamp <= windowMs);
    if (!steps.some((step) => isChosen(first, step))) return;
    // The time of a step is that of the event that makes one more possible.
    const counts = within.map((_, n) => stepsMade(within.slice(0, n + 1), steps));
    const times = within.filter((_, n) => counts[n]! > (counts[n - 1] ?? 0)).map(({ timestamp }) => timestamp);
    if (times.length > (best?.times.length ?? 0)) best = { times, first };
  });
  return best;
}

function expectSteps(found: readonly FunnelStep[], walks: readonly { times: number[] }[], count: number): void {
  const reached = Array.from({ length: count }, (_, i) => walks.filter(({ times }) => times.length > i).length);
  expect(found.map(({ total }) => total)).toEqual(reached);
  found.forEach(({ conversion, conversionFromPrevious, dropOff, medianMs, p90Ms }, i) => {
    expect(conversion).toBe(reached[0] === 0 ? null : reached[i]! / reached[0]!);
    const before = i === 0 ? reached[0]! : reached[i - 1]!;
    expect(conversionFromPrevious).toBe(before === 0 ? null : reached[i]! / before);
    expect(dropOff).toBe(before - reached[i]!);
    const took = i === 0 ? [] : walks.flatMap(({ times }) => (times.length > i ? [times[i]! - times[i - 1]!] : []));
    expect([medianMs, p90Ms]).toEqual(
      [percentile(took, 0.5), percentile(took, 0.9)].map((value) => (value === null ? null : expect.closeTo(value, 3))),
    );
  });
}

const A = { event: 'A' };
const B = { event: 'B' };
const C = { event: 'C', filters: [{ field: 'data.country', operator: 'in', value: ['CH', 'DE', 'US'] }] };
const D = { event: 'Ünï "x" 🦊' };
const cases: [string, Asked][] = [
  ['two steps', { steps: [A, B], windowMs: 12 * HOUR_MS }],
  ['three steps, a filter on the last', { steps: [A, B, C], windowMs: 24 * HOUR_MS }],
  ['four steps', { steps: [A, B, C, D], windowMs: 36 * HOUR_MS }],
  ['the same step three times', { steps: [A, A, A], windowMs: 10 * HOUR_MS }],
  [
    'steps that overlap',
    { steps: [{}, A, { filters: [{ field: 'data.ms', operator: 'gt', value: 100 }] }], windowMs: 2 * HOUR_MS },
  ],
  ['a window of no time: ties alone', { steps: [A, B], windowMs: 1_000 }],
  ['an excluded event anywhere', { steps: [A, B, C], windowMs: 24 * HOUR_MS, exclude: [D] }],
  [
    'an excluded event after the second step',
    { steps: [A, B, C], windowMs: 30 * HOUR_MS, exclude: [{ ...D, after: 2 }] },
  ],
  [
    'a step that is excluded as well',
    {
      steps: [A, B, A],
      windowMs: 20 * HOUR_MS,
      exclude: [
        { ...A, after: 1 },
        { ...B, after: 2 },
      ],
    },
  ],
  ['nothing between', { steps: [A, B], windowMs: 48 * HOUR_MS, order: 'strict' }],
  [
    'nothing between three',
    {
      steps: [{ filters: [{ field: 'event', operator: 'in', value: ['A', 'C'] }] }, B, {}],
      windowMs: 48 * HOUR_MS,
      order: 'strict',
    },
  ],
  ['any order', { steps: [A, B, C, D], windowMs: 9 * HOUR_MS, order: 'any' }],
  ['any order, a step three times', { steps: [A, A, B, A], windowMs: 12 * HOUR_MS, order: 'any' }],
  [
    'any order, steps that overlap',
    {
      steps: [C, { event: 'C' }, { filters: [{ field: 'data.ms', operator: 'gt', value: 100 }] }, A],
      windowMs: 8 * HOUR_MS,
      order: 'any',
    },
  ],
  ['any order, one step that is every event', { steps: [A, {}, B], windowMs: 3 * HOUR_MS, order: 'any' }],
];

describe.each(SEEDS)('a funnel (seed %i)', (seed) => {
  const app = `funnel-${seed}`;
  let events: Known[];
  beforeAll(async () => {
    // Few people and steps of half an hour: many ties.
    const given: Given[] = someEvents({ seed, count: 600, from: FROM, days: 8, stepMs: 30 * MINUTE_MS, people: 20 });
    await world.post(app, given);
    events = known(given);
  });
  const range = { from: '2026-03-02', to: '2026-03-06' };
  const [start, end] = [Date.UTC(2026, 2, 2), Date.UTC(2026, 2, 7)];
  /** By user: from the range on; by session: the sessions that begin in it. */
  const eventSequences = (by: string, filters: readonly FilterLike[] = [], from = start, to = end): Known[][] => {
    const rows = events.filter((event) => filters.every((filter) => holds(event, filter)));
    if (by === 'session') return sessionsIn(rows, from, to, undefined, 'events');
    return [
      ...groupBy(
        rows.filter(({ person, timestamp }) => person !== undefined && timestamp >= from),
        ({ person }) => person!,
      ).values(),
    ];
  };
  const questionOf = ({ windowMs, ...asked }: Asked, more: object = {}) => ({
    kind: 'funnel',
    ...range,
    window: `${windowMs / 1000}s`,
    ...asked,
    ...more,
  });

  it.each(cases)('%s, by user and by session', async (_, asked) => {
    for (const by of ['user', 'session']) {
      const { result } = await world.ask<FunnelAnswer>(app, questionOf(asked, { by }));
      const walks = eventSequences(by)
        .map((trail) => walk(trail, by === 'user' ? { ...asked, to: end } : asked))
        .filter((each) => each !== undefined);
      expectSteps(result.steps, walks, asked.steps.length);
    }
  });

  it.each(cases)('%s, of a day, which windows go far beyond', async (_, asked) => {
    const [from, to] = [Date.UTC(2026, 2, 4), Date.UTC(2026, 2, 5)];
    const { result } = await world.ask<FunnelAnswer>(app, questionOf(asked, { from: '2026-03-04', to: '2026-03-04' }));
    const walks = eventSequences('user', [], from, to)
      .map((trail) => walk(trail, { ...asked, to }))
      .filter((each) => each !== undefined);
    expectSteps(result.steps, walks, asked.steps.length);
  });

  it.each(cases)('%s, broken down by the value at the first step', async (_, asked) => {
    for (const [breakdown, by, limit] of [
      ['data.country', 'user', 2],
      ['data.plan', 'session', 100],
    ] as const) {
      const filters: FilterLike[] = [{ field: 'event', operator: 'isNot', value: 'D' }];
      const { result } = await world.ask<FunnelAnswer>(app, questionOf(asked, { by, breakdown, limit, filters }));
      const walks = eventSequences(by, filters)
        .map((trail) => walk(trail, by === 'user' ? { ...asked, to: end } : asked))
        .filter((each) => each !== undefined);
      expectSteps(result.steps, walks, asked.steps.length);
      const groups = groupBy(walks, ({ first }) => JSON.stringify(look(first, breakdown)) ?? 'missing');
      const nameOf = (group: NonNullable<FunnelAnswer['groups']>[number]['group']) =>
        group === 'other' ? 'other' : 'value' in group[0]! ? JSON.stringify(group[0].value) : 'missing';
      const named = result.groups!.map(({ group }) => nameOf(group));
      expect(named.filter((name) => name !== 'other')).toHaveLength(Math.min(limit, groups.size));
      for (const { group, steps } of result.groups!) {
        const name = nameOf(group);
        const own =
          name === 'other'
            ? [...groups].filter(([key]) => !named.includes(key)).flatMap(([, each]) => each)
            : groups.get(name)!;
        expectSteps(steps, own, asked.steps.length);
      }
    }
  });

  it('lists who reached a step, and who went no further', async () => {
    const asked = cases[1]![1];
    for (const status of ['reached', 'dropped'])
      for (const step of [1, 2, 3]) {
        const { result } = await world.ask<FunnelAnswer>(
          app,
          questionOf(asked, { list: { step, status, limit: 1_000 } }),
        );
        const walks = eventSequences('user').map((trail) => ({
          person: trail[0]!.person!,
          walked: walk(trail, { ...asked, to: end }),
        }));
        const expected = walks
          .filter(({ walked }) =>
            status === 'reached' ? (walked?.times.length ?? 0) >= step : walked?.times.length === step,
          )
          .map(({ person, walked }) => `${person} ${new Date(walked!.times[step - 1]!).toISOString()}`);
        expect(
          result
            .users!.map(({ user, device, at }) => `${user === undefined ? `device ${device}` : `user ${user}`} ${at}`)
            .sort(),
        ).toEqual(expected.sort());
      }
  });
});

describe('a funnel', () => {
  it('takes equal times in the order of arrival', async () => {
    const at = FROM + HOUR_MS;
    await world.post('ties', [
      ...['B', 'A'].map((event) => ({ event, user: 'backwards', timestamp: at })),
      ...['A', 'B'].map((event) => ({ event, user: 'forwards', timestamp: at })),
    ]);
    const { result } = await world.ask<FunnelAnswer>('ties', {
      kind: 'funnel',
      from: '2026-03-01',
      to: '2026-03-02',
      steps: [A, B],
      list: { step: 2 },
    });
    expect(result.steps.map(({ total }) => total)).toEqual([2, 1]);
    expect(result.users).toEqual([{ user: 'forwards', at: '2026-03-01T01:00:00.000Z' }]);
  });

  it('joins a device to its user, also before it was known', async () => {
    await world.post('joined', [
      { event: 'A', device: 'phone', timestamp: FROM + 1 },
      { event: '$identify', id: '$identify', user: 'ada', device: 'phone', timestamp: FROM + 2 },
      { event: 'B', user: 'ada', device: 'laptop', timestamp: FROM + 3 },
      { event: 'C', device: 'phone', timestamp: FROM + 4 },
      { event: 'A', device: 'tablet', timestamp: FROM + 5 },
    ]);
    const { result } = await world.ask<FunnelAnswer>('joined', {
      kind: 'funnel',
      from: '2026-03-01',
      to: '2026-03-02',
      steps: [A, B, { event: 'C' }],
      list: { step: 1 },
    });
    expect(result.steps.map(({ total, medianMs }) => [total, medianMs])).toEqual([
      [2, null],
      [1, 2],
      [1, 1],
    ]);
    expect(result.users!.map(({ user, device }) => user ?? device)).toEqual(['tablet', 'ada']);
  });

  it('finds ten steps, and nobody in an empty app', async () => {
    const steps = Array.from({ length: 10 }, (_, i) => ({ event: `step ${i}` }));
    await world.post(
      'ten',
      steps.flatMap(({ event }, i) => [
        { event, user: 'u', timestamp: FROM + i * 1_000 },
        { event: 'noise', user: 'u', timestamp: FROM + i * 1_000 + 1 },
      ]),
    );
    const question = { kind: 'funnel', from: '2026-03-01', to: '2026-03-02', steps };
    const { result } = await world.ask<FunnelAnswer>('ten', question);
    expect(result.steps.map(({ total, medianMs }) => [total, medianMs])).toEqual([
      [1, null],
      ...Array(9).fill([1, 1_000]),
    ]);
    const nobody = await world.ask<FunnelAnswer>('nobody', question);
    expect(nobody.result.steps.every(({ total, conversion }) => total === 0 && conversion === null)).toBe(true);
  });

  it.each([
    [{ steps: [A] }, 'steps'],
    [{ steps: [A, { event: 'B', id: 'b' }] }, 'steps[1].id'],
    [{ steps: [A, B], window: '14 days' }, 'window'],
    [{ steps: [A, B], exclude: [{ event: 'C', after: 2 }] }, 'exclude[0].after'],
    [{ steps: [A, B], exclude: [C], order: 'any' }, 'exclude'],
    [{ steps: [A, B], breakdown: 'country' }, 'breakdown'],
    [{ steps: [A, B], list: { step: 3 } }, 'list.step'],
    [{ steps: [A, { filters: [{ field: 'data.ms', operator: 'gt', value: 'x' }] }] }, 'steps[1].filters[0].value'],
    [
      { steps: [A, { filters: [{ field: 'data.x', operator: 'matches', value: '(?=a)' }] }] },
      'steps[1].filters[0].value',
    ],
  ])('refuses %j at %s', async (more, field) => {
    await expect(
      world.ask('ties', { kind: 'funnel', from: '2026-03-01', to: '2026-03-02', ...more }),
    ).rejects.toMatchObject({ code: 'QUESTION_INVALID', field });
  });
});
