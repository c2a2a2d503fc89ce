import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TrendAnswer } from '../../src/analysis/trend-answer.ts';
import { bucketName, distinct, groupBy, type Known, known, look } from './reference.ts';
import { aWorld, SEEDS, someEvents, type World } from './world.ts';

/** Around the change of clocks in New York (8 March). */
const FROM = Date.UTC(2026, 1, 27);
const DAYS = 16;

let world: World;
beforeAll(async () => {
  world = await aWorld((app) => (app.startsWith('ny') ? 'America/New_York' : 'UTC'));
});
afterAll(() => world.close());

describe.each(SEEDS)('a trend of a segment (seed %i)', (seed) => {
  const app = seed % 2 ? `ny-${seed}` : `utc-${seed}`;
  const timeZone = seed % 2 ? 'America/New_York' : 'UTC';
  const range = { from: '2026-03-01', to: '2026-03-12' };
  let events: Known[];
  beforeAll(async () => {
    const given = someEvents({ seed, count: 700, from: FROM, days: DAYS });
    await world.post(app, given);
    events = known(given);
  });
  const isInRange = (event: Known): boolean => dateOf(event) >= range.from && dateOf(event) <= range.to;

  const didA = (event: Known) => event.event === 'A';
  const peopleWho = (check: (own: Known[]) => boolean): Set<string> =>
    new Set(
      [
        ...groupBy(
          events.filter(({ person }) => person !== undefined),
          ({ person }) => person!,
        ),
      ]
        .filter(([, own]) => check(own))
        .map(([person]) => person),
    );
  const dateOf = (event: Known) => bucketName(event.timestamp, 'day', timeZone);
  const cases: [string, object, (own: Known[]) => boolean][] = [
    [
      'did A at least 3 times in the range',
      { did: { event: 'A' }, atLeast: 3 },
      (own) => own.filter((e) => didA(e) && dateOf(e) >= range.from && dateOf(e) <= range.to).length >= 3,
    ],
    [
      'did A at most twice',
      { did: { event: 'A' }, atLeast: 0, atMost: 2 },
      (own) => own.filter((e) => didA(e) && dateOf(e) >= range.from && dateOf(e) <= range.to).length <= 2,
    ],
    [
      'did A in the last 4 days',
      { did: { event: 'A' }, last: '4d' },
      (own) => own.some((e) => didA(e) && dateOf(e) >= '2026-03-09' && dateOf(e) <= '2026-03-12'),
    ],
    [
      'first seen from 1 to 2 March',
      { firstSeen: { from: '2026-03-01', to: '2026-03-02' } },
      (own) => dateOf(own[0]!) >= '2026-03-01' && dateOf(own[0]!) <= '2026-03-02',
    ],
    ['last seen before 13 March', { lastSeen: { to: '2026-03-13' } }, (own) => dateOf(own.at(-1)!) <= '2026-03-13'],
    [
      'not who did B from CH',
      { not: { did: { event: 'B', filters: [{ field: 'data.country', value: 'CH' }] } } },
      (own) =>
        !own.some(
          (e) =>
            e.event === 'B' && look(e, 'data.country') === 'CH' && dateOf(e) >= range.from && dateOf(e) <= range.to,
        ),
    ],
    [
      'both, or neither',
      {
        or: [
          {
            and: [
              { did: { event: 'A' }, last: '2d' },
              { did: { event: 'B' }, last: '2d' },
            ],
          },
          { not: { did: {}, last: '2d' } },
        ],
      },
      (own) => {
        const late = own.filter((e) => dateOf(e) >= '2026-03-11' && dateOf(e) <= '2026-03-12');
        return (late.some(didA) && late.some((e) => e.event === 'B')) || late.length === 0;
      },
    ],
  ];
  it.each(cases)('%s', async (_, segment, check) => {
    const { result } = await world.ask<TrendAnswer>(app, {
      kind: 'trend',
      ...range,
      segment,
      series: [{ measure: 'users' }, { measure: 'count' }],
      interval: 'day',
    });
    const people = peopleWho(check);
    const rows = events.filter((event) => isInRange(event) && event.person !== undefined && people.has(event.person));
    expect(result.series.map(({ total }) => total)).toEqual([distinct(rows.map(({ person }) => person)), rows.length]);
  });
});
