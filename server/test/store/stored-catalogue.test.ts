import { describe, expect, it } from 'vitest';
import { matchesAll } from '../../src/model/filter-match.ts';
import type { Filter } from '../../src/model/query.ts';
import { propertyOf } from '../../src/reports/filters.ts';
import { ALL, control, ENGINES, type Given, onWays } from './store-fixture.ts';

onWays(ENGINES, (fixture) => {
  describe('the catalogue', () => {
    it('lists apps, names with first and last seen, and properties with types', async () => {
      const app = 'listed';
      const at = (hour: number) => Date.UTC(2026, 2, 3, hour, 1, 2, 3);
      await fixture.post(app, [
        { event: 'Signed up', timestamp: at(5), data: { plan: 'pro', n: 1, 'x.y': true, deep: { er: [1] } } },
        { event: 'Signed up', timestamp: at(2), data: { plan: 7 } },
        { event: 'Left', timestamp: at(9), data: { plan: null } },
      ]);
      const odd = {
        deep: { 'x.y': 'd' },
        'k[gte]': 'e',
        '': 'f',
        '\\': { '\\.': { '': 'g' } },
        '[x]': 'h',
        '\\.-': 'i',
      };
      await fixture.post(
        'odd-names',
        [...Array.from({ length: 99 }, (_, i) => `${i}`), 5, true, [], {}, '', 0].map((mixed) => ({
          event: 'A',
          timestamp: at(1),
          data: { mixed, ...odd },
        })),
      );
      for (const { name, total, types, examples } of await fixture.store.properties('odd-names', undefined, control)) {
        const filters: Filter[] = [
          { field: propertyOf(name, 'attr'), operator: 'exists', matches: [{ boolean: true }] },
        ];
        const events = await fixture.store.events(
          { app: 'odd-names', range: ALL, filters, order: 'asc', limit: 200 },
          control,
        );
        expect([name, total, events.length]).toEqual([name, 105, 105]);
        for (const row of events) expect(matchesAll(row, ALL, filters)).toBe(true);
        if (name === 'mixed')
          expect([types, examples.length]).toEqual([['array', 'boolean', 'number', 'object', 'text'], 5]);
        else expect([types, examples]).toEqual([['text'], [expect.stringMatching(/^[d-i]$/)]]);
      }
      expect((await fixture.store.apps(control)).find((each) => each.app === app)).toEqual({
        app,
        total: 3,
        firstSeen: at(2),
        lastSeen: at(9),
      });
      expect(await fixture.store.eventNames(app, control)).toEqual([
        { id: 'signed-up', event: 'Signed up', total: 2, firstSeen: at(2), lastSeen: at(5) },
        { id: 'left', event: 'Left', total: 1, firstSeen: at(9), lastSeen: at(9) },
      ]);
      const properties = await fixture.store.properties(app, undefined, control);
      expect(properties.map(({ name, total, types }) => [name, total, types])).toEqual([
        ['plan', 3, ['null', 'number', 'text']],
        ['deep.er', 1, ['array']],
        ['n', 1, ['number']],
        ['["x.y"]', 1, ['boolean']],
      ]);
    });

    it('counts the properties of all events, and takes examples from the newest twenty thousand', async () => {
      const app = 'long';
      const at = Date.UTC(2026, 2, 3);
      await fixture.post(app, [{ event: 'A', timestamp: at, data: { old: 'x', n: 'text', was: { here: [null] } } }]);
      await fixture.post(app, new Array<Given>(20_000).fill({ event: 'A', timestamp: at + 1, data: { n: 1 } }));
      expect(await fixture.store.properties(app, undefined, control)).toEqual([
        { name: 'n', total: 20_001, types: ['number', 'text'], examples: [1] },
        { name: 'old', total: 1, types: ['text'], examples: [] },
        { name: 'was.here', total: 1, types: ['array'], examples: [] },
      ]);
    });

    it('counts the properties of events whose data have too many shapes, or none', async () => {
      const timestamp = Date.UTC(2026, 2, 3);
      // A property for each bit of its number: 20,001 events, each of a shape of its own.
      const bits = Array.from({ length: 15 }, (_, bit) => bit);
      const of = (i: number) =>
        Object.fromEntries(bits.filter((bit) => (i >> bit) & 1).map((bit) => [`k${bit}`, bit + 1]));
      const numbers = Array.from({ length: 20_002 }, (_, i) => i);
      await fixture.post(
        'shapes',
        numbers.map((i) => ({ event: 'A', timestamp, data: of(i) })),
      );
      const counted = (await fixture.store.properties('shapes', undefined, control)).map(({ name, total, types }) => [
        name,
        total,
        types,
      ]);
      const due = bits.map((bit) => [`k${bit}`, numbers.filter((i) => (i >> bit) & 1).length, ['number']] as const);
      expect(counted).toHaveLength(15);
      expect(counted).toEqual(expect.arrayContaining(due.map((each) => [...each])));
      // A path of more than 500 characters is not indexed: the data is kept as text, and what is indexed beside it counts.
      const long = { ['k'.repeat(250)]: { ['l'.repeat(251)]: 1 } };
      await fixture.post('shapeless', [
        { event: 'A', timestamp, data: { plan: 'pro', ok: true, ...long } },
        { event: 'A', timestamp, data: { plan: 7 } },
        { event: 'A', timestamp },
      ]);
      expect(await fixture.store.properties('shapeless', undefined, control)).toEqual([
        { name: 'plan', total: 2, types: ['number', 'text'], examples: expect.arrayContaining(['pro', 7]) },
        { name: 'ok', total: 1, types: ['boolean'], examples: [true] },
      ]);
    });

    it('finds known uuids in their range', async () => {
      const uuid = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
      const events = [1, 2].map((n) => ({ event: 'A', uuid: uuid(n), timestamp: Date.UTC(2026, 2, n) }));
      await fixture.post('known', events);
      const range = { from: Date.UTC(2026, 2, 1), to: Date.UTC(2026, 2, 2) };
      expect([...(await fixture.store.knownUuids('known', range, [uuid(1), uuid(2), uuid(3)]))]).toEqual([uuid(1)]);
    });
  });
});
