/** What all `$identify` of a user say together, and the search that finds users by it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { UsersAnswer } from '../../src/analysis/users.ts';
import { aWorld, type Given, SEEDS, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await aWorld();
});
afterAll(() => world.close());

const range = { from: '2026-03-02', to: '2026-03-15' };
/** Before the range: traits are what is known, whenever it was said. */
const START = Date.UTC(2026, 2, 1);
const identify = (user: string, minute: number, data?: Given['data']): Given => ({
  event: '$identify',
  user,
  timestamp: START + minute * 60_000,
  ...(data && { data }),
});

/** Traits by user, each of whom does something in the range. */
async function traitsAfter(app: string, given: readonly Given[]): Promise<Record<string, unknown>> {
  const names = [...new Set(given.flatMap(({ user }) => user ?? []))];
  await world.post(app, [
    ...given,
    ...names.map((user) => ({ event: 'seen', user, timestamp: Date.UTC(2026, 2, 10) })),
  ]);
  const { result } = await world.ask<UsersAnswer>(app, { kind: 'users', ...range, limit: 1_000 });
  return Object.fromEntries(result.users.map(({ user, traits }) => [user, traits]));
}

async function found(app: string, search: string): Promise<readonly (string | undefined)[]> {
  const { result } = await world.ask<UsersAnswer>(app, { kind: 'users', ...range, search, limit: 1_000 });
  return result.users.map(({ user }) => user).sort();
}

it('keeps what later events do not name', async () => {
  const traits = await traitsAfter('merged', [
    identify('ann', 1, { email: 'ann@mail.example', plan: 'free', address: { city: 'Zürich', zip: '8001' } }),
    identify('ann', 2, { plan: 'pro', address: { city: 'Basel' } }),
    // A second device is no reason to forget anything.
    identify('ann', 3),
    identify('ann', 4, {}),
    identify('bob', 1),
  ]);
  expect(traits).toEqual({ ann: { email: 'ann@mail.example', plan: 'pro', address: { city: 'Basel' } }, bob: {} });
  expect(await found('merged', 'ann@mail')).toEqual(['ann']);
  expect(await found('merged', 'basel')).toEqual(['ann']);
  // An object is replaced as a whole.
  expect(await found('merged', '8001')).toEqual([]);
  expect(await found('merged', 'free')).toEqual([]);
});

it('sets once, adds and removes', async () => {
  const traits = await traitsAfter('operations', [
    identify('ann', 1, { $set_once: { source: 'newsletter', plan: 'free' }, $add: { visits: 1 } }),
    identify('ann', 2, { $set: { plan: 'pro' }, $set_once: { source: 'search' }, $add: { visits: 2, spent: 9.5 } }),
    identify('ann', 3, { $add: { visits: 1 } }),
    identify('ann', 4, { $add: { visits: 1 } }),
    identify('bob', 1, { phone: 'secret', 'a.b': 'dotted', mood: 'good' }),
    identify('bob', 2, { $unset: ['phone', 'a.b', 'never there'] }),
    identify('cat', 1, { phone: 'secret', visits: 'many' }),
    identify('cat', 2, { $unset: { phone: '-' }, $add: { visits: 1, name: 'Cat' } }),
    identify('cat', 3, { $set_once: { phone: 'known again' } }),
    identify('dan', 1, { plan: 'plain', $set: { plan: 'set' }, $set_once: { plan: 'once' } }),
  ]);
  expect(traits).toEqual({
    ann: { source: 'newsletter', plan: 'pro', visits: 5, spent: 9.5 },
    bob: { mood: 'good' },
    cat: { visits: 1, phone: 'known again' },
    dan: { plan: 'set' },
  });
  expect(await found('operations', 'newsletter')).toEqual(['ann']);
  for (const gone of ['search', 'free', 'secret', 'dotted', 'many', 'once', 'plain', 'never'])
    expect([gone, await found('operations', gone)]).toEqual([gone, []]);
  expect(await found('operations', 'known again')).toEqual(['cat']);
});

it('counts what happened, not what arrived: a late event changes nothing that was said after it', async () => {
  const first = [identify('ann', 5, { plan: 'pro', $set_once: { source: 'search' } })];
  expect(await traitsAfter('late', first)).toEqual({ ann: { plan: 'pro', source: 'search' } });
  const late = [identify('ann', 2, { plan: 'free', city: 'Bern', $set_once: { source: 'newsletter' } })];
  expect(await traitsAfter('late', late)).toEqual({ ann: { plan: 'pro', city: 'Bern', source: 'newsletter' } });
});

it('takes names that objects have of themselves for names', async () => {
  const data = JSON.parse('{"__proto__": "a", "constructor": "b", "$set": {"__proto__": "c"}}');
  const traits = await traitsAfter('hostile', [identify('ann', 1, data), identify('ann', 2, { toString: 'd' })]);
  expect(JSON.stringify(traits)).toBe('{"ann":{"__proto__":"c","constructor":"b","toString":"d"}}');
});

it('reads many equal events as one', async () => {
  const many = Array.from({ length: 5_000 }, (_, i) =>
    identify('ann', i / 10, { plan: i % 2 ? 'pro' : 'free', seen: 1 }),
  );
  expect(await traitsAfter('many', [identify('ann', -1, { source: 'ad' }), ...many])).toEqual({
    ann: { source: 'ad', plan: 'pro', seen: 1 },
  });
});

it.each(SEEDS)('finds by a text exactly those who have it (seed %i)', async (seed) => {
  let state = seed;
  const below = (size: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * size);
  };
  const words = ['red', 'green', 'blue'];
  const value = () => (below(4) === 0 ? below(9) : words[below(3)]!);
  const given = Array.from({ length: 400 }, (_, i) => {
    const name = ['x', 'y', 'a.b'][below(3)]!;
    const change = [
      { [name]: value() },
      { [name]: { deep: value() } },
      { $set: { [name]: value() } },
      { $unset: [name] },
      { $add: { [name]: 2 } },
      {},
    ][below(6)]!;
    return identify(`u${below(40)}`, i, change as Given['data']);
  });
  const traits = await traitsAfter(`random-${seed}`, given);
  for (const word of words) {
    const holds = Object.keys(traits).filter((user) => JSON.stringify(Object.values(traits[user]!)).includes(word));
    expect(await found(`random-${seed}`, word)).toEqual(holds.sort());
    expect(holds.length).toBeGreaterThan(0);
  }
});
