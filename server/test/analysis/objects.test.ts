/** A property whose value is an object: it is there, shows as its JSON, and its members go on having names of their own. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SqlAnswer } from '../../src/analysis/sql.ts';
import type { TrendAnswer } from '../../src/analysis/trend-answer.ts';
import { dataOf, matchesFilters } from '../../src/model/filter-match.ts';
import { filtersOf } from '../../src/questions/filters.ts';
import { aWorld, control, type Json, type World } from './world.ts';

let world: World;
const VALUES: readonly Json[] = [
  { city: 'Bern', zip: { code: 3000 } },
  { city: 'Bern', zip: { code: 3000 } },
  {},
  [1, { a: 1 }],
  'text',
  { '': null },
];
beforeAll(async () => {
  world = await aWorld();
  await world.post('objects', [
    ...VALUES.map((place, i) => ({ event: 'e', user: `u${i}`, timestamp: Date.UTC(2026, 2, 2) + i, data: { place } })),
    { event: 'e', user: 'none', timestamp: Date.UTC(2026, 2, 2), data: { other: 1 } },
    // The nested value goes before the key with the dot, also where it is an object.
    { event: 'dots', user: 'd', timestamp: Date.UTC(2026, 2, 2), data: { a: { b: { c: 1 } }, 'a.b': 2 } },
  ]);
});
afterAll(() => world.close());

const range = { from: '2026-03-02', to: '2026-03-02' };
const search = (text: string) => new URLSearchParams(`${text}&from=2026-03-02&to=2026-03-02`);

it('counts as existing, in the engine and in memory', async () => {
  for (const [field, expected] of [
    ['data.place', 6],
    ['data.place.city', 2],
    ['data.place.zip', 2],
    ['data.place.zip.code', 2],
    ['data["place"]', 6],
    ['data.place.nothing', 0],
    ['data.a', 1],
    ['data.a.b', 1],
    ['data.a.b.c', 1],
  ] as const)
    for (const value of [true, false]) {
      const filters = [{ field, operator: 'exists' as const, value }];
      const { result } = await world.ask<TrendAnswer>('objects', { kind: 'trend', ...range, series: [{}], filters });
      expect([field, value, result.series[0]!.total]).toEqual([field, value, value ? expected : 8 - expected]);
      const { value: page } = await world.reports.eventsPage('objects', search('order=asc'), control);
      const live = page.events.filter((event) => matchesFilters(event, dataOf(event), filtersOf(filters, 'filters')));
      expect([field, value, live.length]).toEqual([field, value, value ? expected : 8 - expected]);
    }
});

it('shows as its JSON in breakdowns, groups and values', async () => {
  const { result, rows } = await world.ask<TrendAnswer>('objects', {
    ...{ kind: 'trend', ...range, series: [{ event: 'e' }], breakdown: ['data.place'] },
  });
  const shown = result.series.map(({ group, total }) => [group === 'other' ? group : group![0], total]);
  const value = (json: Json) => ({ field: 'data.place', value: json });
  expect(shown[0]).toEqual([value(VALUES[0]!), 2]);
  for (const json of [...VALUES.slice(2)]) expect(shown).toContainEqual([value(json), 1]);
  expect(shown).toContainEqual([{ field: 'data.place', missing: true }, 1]);
  expect(rows[0]).toEqual(['e', 'count', VALUES[0], false, 2]);
  const groups = (await world.reports.groups('objects', search('attr=place&event=e'), control)).value;
  expect(groups.missing.total).toBe(1);
  expect(groups.groups[0]).toMatchObject({ value: VALUES[0], total: 2 });
  const inner = (await world.reports.groups('objects', search('attr=place.zip'), control)).value;
  expect(inner.groups).toMatchObject([{ value: { code: 3000 }, total: 2 }]);
  const values = (await world.reports.values('objects', search('field=data.place'), control)).value;
  // Arrays are no choice of a list, as ever.
  expect(values.values.map(({ value: each }) => JSON.stringify(each)).toSorted()).toEqual(
    VALUES.filter((each, i) => i !== 1 && !Array.isArray(each))
      .map((each) => JSON.stringify(each))
      .toSorted(),
  );
});

it('is its JSON text in SQL, and its members go on having names', async () => {
  const { result } = await world.ask<SqlAnswer>('objects', {
    ...{ kind: 'sql', ...range },
    sql: "SELECT data.place AS p, json(data.place) AS j, data.place.city AS c, number(data.place.zip.code) AS z FROM events WHERE event = 'e' AND user = 'u0'",
  });
  const text = '{"city":"Bern","zip":{"code":3000}}';
  expect(result.rows).toEqual([[text, text, 'Bern', 3000]]);
});

it('is listed by its members, and comes out of the store as it went in', async () => {
  const properties = (await world.reports.properties('objects', new URLSearchParams('event=e'), control)).value;
  expect(properties.map(({ name, total }) => `${name} ${total}`)).toEqual([
    // The empty object, the array, the text, and the objects with members.
    'place 6',
    'place.city 2',
    'place.zip.code 2',
    'other 1',
    '["place",""] 1',
  ]);
  const { events } = (await world.reports.eventsPage('objects', search('event=e&order=asc'), control)).value;
  expect(events.map(({ dataText }) => dataText)).toEqual(
    expect.arrayContaining(VALUES.map((place) => JSON.stringify({ place }))),
  );
});

it('is there also where objects are longer together than an event may be', async () => {
  // 12 levels around 30 kB of text are 360 kB of objects; an event has 256 kB.
  let deep: Json = { text: 'x'.repeat(30_000) };
  for (let level = 0; level < 11; level++) deep = { in: deep };
  await world.post('deep', [{ event: 'e', user: 'u', timestamp: Date.UTC(2026, 2, 2), data: { deep } }]);
  const breakdown = async (field: string) => {
    const { result } = await world.ask<TrendAnswer>('deep', {
      ...{ kind: 'trend', ...range, series: [{}], breakdown: [field] },
    });
    const [group] = result.series[0]!.group as readonly { readonly value?: Json }[];
    return group!.value;
  };
  expect(await breakdown(`data.deep${'.in'.repeat(11)}`)).toEqual({ text: 'x'.repeat(30_000) });
  expect(await breakdown('data.deep')).toEqual({ '…': '…' });
});
