import { beforeAll, describe, expect, it } from 'vitest';
import type { EventRow } from '../../src/model/event.ts';
import type { JsonValue } from '../../src/model/query.ts';
import { type CountsQuery, countsOf } from '../../src/reports/counts.ts';
import { filtersOf, propertyOf } from '../../src/reports/filters.ts';
import { openConnection } from '../../src/store/clickhouse/connection.ts';
import { bucketsOf, daysRange, parseDay } from '../../src/time/calendar.ts';
import { startFront } from './front.ts';
import { ALL, control, count, type Given, logger, onWays, someEvents, type Way } from './store-fixture.ts';

function group<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const map = new Map<K, T[]>();
  for (const item of items) map.set(keyOf(item), [...(map.get(keyOf(item)) ?? []), item]);
  return map;
}

const SEEDS: Readonly<Record<Way, readonly number[]>> = { socket: [1, 2], url: [4], server: [5], cluster: [6] };

onWays(['socket', 'url', 'server'], (fixture, way) => {
  describe.each(SEEDS[way])('what is stored (seed %i)', (seed) => {
    const app = `app-${seed}`;
    let given: Given[];
    let rows: EventRow[];
    beforeAll(async () => {
      given = someEvents(seed, 400);
      await fixture.post(app, given);
      rows = await fixture.everything(app, 7);
    });

    it('is followed by the places of the journal, in order of arrival, through pages of seven', async () => {
      const placeOf = ({ seq }: EventRow): number => Number(seq.split('-')[0]);
      const byArrival = [...rows].sort((a, b) => placeOf(a) - placeOf(b));
      const [first, last] = [placeOf(byArrival[0]!), placeOf(byArrival.at(-1)!)];
      const runs = [fixture.ingest.run.journal];
      const followed: EventRow[] = [];
      for (let fromSeq = first; ; fromSeq = placeOf(followed.at(-1)!) + 1) {
        const page = await fixture.store.following(
          { app, filters: [], runs, fromSeq, toSeq: last + 1, limit: 7 },
          control,
        );
        followed.push(...page);
        if (page.length < 7) break;
      }
      expect(followed).toEqual(byArrival);
      const isB = { field: { kind: 'column', name: 'event' }, operator: 'is', matches: [{ text: 'B' }] } as const;
      const [fromSeq, toSeq] = [first + 20, last - 20];
      const some = byArrival.filter((row) => row.event === 'B' && placeOf(row) >= fromSeq && placeOf(row) < toSeq);
      const query = { app, filters: [isB], runs, fromSeq, toSeq };
      expect(await fixture.store.following({ ...query, limit: 1_000 }, control)).toEqual(some);
      expect(await fixture.store.countFollowing(query, control)).toBe(some.length);
      // Places of another server, or of before a backup was brought back.
      const others = { ...query, runs: ['00000000-0000-4000-8000-000000000001'] };
      expect(await fixture.store.countFollowing(others, control)).toBe(0);
      expect(await fixture.store.following({ ...others, limit: 9 }, control)).toEqual([]);
    });

    it('comes back whole, in order of time and then of arrival, through pages of seven', () => {
      const expected = given
        .map((event, i) => ({ event, i }))
        .sort((a, b) => a.event.timestamp - b.event.timestamp || a.i - b.i)
        .map(({ event }) => event);
      const back = rows.map(({ event, timestamp, user, device, dataText }) => ({
        event,
        timestamp,
        ...(user && { user }),
        ...(device && { device }),
        ...(dataText && { data: dataText }),
      }));
      expect(back).toEqual(
        expected.map(({ data, ...event }) => ({ ...event, ...(data && { data: JSON.stringify(data) }) })),
      );
    });

    it('comes in the other order by the same pages', async () => {
      const newest = await fixture.store.events({ app, range: ALL, filters: [], order: 'desc', limit: 400 }, control);
      expect(newest.map(({ seq }) => seq)).toEqual(rows.map(({ seq }) => seq).reverse());
    });

    it.each([
      'data.plan=1',
      'data.plan="1"',
      'data.plan=true',
      'data.plan=null',
      'data.plan=',
      'data.plan[isNot]=1',
      'data.plan[in]=1,true,1.5',
      'data.plan[gt]=0',
      'data.plan[gte]=1',
      'data.plan[lt]=1',
      'data.plan[lte]=0',
      'data.plan[between]=-2,1',
      'data.plan[contains]=oë',
      'data.plan[startsWith]=it',
      'data.plan[matches]=^[A-Z]',
      'data.plan[matches]=(?i)^ZOË[[:space:]]\\pS$',
      'data.plan[matches]=^$',
      'data.plan[contains]=1',
      'data.plan[exists]=true',
      'data.plan[exists]=false',
      'data.a.b=1',
      'data.a.b[exists]=true',
      'data["a.b"]=1',
      'data["a.b"][exists]=false',
      'data.__proto__[exists]=true',
      "data.it's=1",
      'data.quote"[exists]=true',
      'data.back\\slash=true',
      'data.ünï=1.5',
      'data[""][exists]=true',
      'user=u3',
      'user[isNot]=u3',
      'user[exists]=false',
      'device[startsWith]=d1',
      'event=A',
      'event[in]=A,B',
      'id[contains]=b',
      'event=A&data.plan[exists]=true&user[exists]=true',
    ])('is filtered by %s as plain loops filter it', async (text) => {
      const search = new URLSearchParams();
      for (const part of text.split('&'))
        search.append(part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1));
      const filters = filtersOf(new Map(search), app);
      const query: CountsQuery = { app, range: ALL, timeZone: 'UTC', filters, exact: false };
      const { total, users } = await countsOf(fixture.store.analysis, query, control);
      expect({ total, users }).toEqual(count(rows, ALL, filters));
    });

    it.each(['UTC', 'Asia/Kathmandu', 'America/New_York'])(
      'is counted by every interval in %s as plain loops count it',
      async (timeZone) => {
        const range = daysRange(parseDay('2026-03-02')!, parseDay('2026-03-16')!, timeZone);
        for (const interval of ['hour', 'day', 'week', 'month'] as const)
          for (const filters of [[], filtersOf(new Map([['event', 'A']]), app)])
            for (const exact of [false, true]) {
              const buckets = bucketsOf(range, interval, { timeZone, weekStart: 'monday' });
              const found = await countsOf(
                fixture.store.analysis,
                { app, range, timeZone, filters, buckets, exact },
                control,
              );
              expect(found).toMatchObject({ ...count(rows, range, filters), usersExact: true });
              const expected = buckets
                .map((from, i) => ({ from, ...count(rows, { from, to: buckets[i + 1] ?? range.to }, filters) }))
                .filter(({ total }) => total > 0);
              expect(found.series).toEqual(expected);
            }
      },
    );

    it.each(['plan', 'a.b', '["a.b"]', 'ünï'])('is grouped by %s as plain loops group it', async (name) => {
      const attribute = propertyOf(name, 'attr');
      const { groups, other, missing, ...whole } = await fixture.store.groups(
        { app, range: ALL, filters: [], attribute, limit: 3, exact: false },
        control,
      );
      const of = (row: EventRow): string | undefined => {
        const data = row.dataText === undefined ? {} : (JSON.parse(row.dataText) as Record<string, JsonValue>);
        const filled = (value: JsonValue | undefined) =>
          typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
        const nested = (data['a'] as { b?: JsonValue } | undefined)?.b;
        const value =
          name === 'a.b' && nested !== undefined && !filled(nested) ? nested : data[name === '["a.b"]' ? 'a.b' : name];
        return value === undefined || filled(value) ? undefined : JSON.stringify(value);
      };
      const byValue = Map.groupBy?.(rows, of) ?? group(rows, of);
      const tally = (some: readonly EventRow[]) => count(some, ALL, []);
      const ranked = [...byValue]
        .filter(([value]) => value !== undefined)
        .map(([value, some]) => ({ value: JSON.parse(value!) as JsonValue, ...tally(some), some }))
        .sort((a, b) => b.total - a.total);
      expect(missing).toEqual(tally(byValue.get(undefined) ?? []));
      expect(whole).toEqual({ ...tally(rows), usersExact: true });
      expect(groups.map(({ total }) => total)).toEqual(ranked.slice(0, 3).map(({ total }) => total));
      for (const { value, total, users } of groups)
        expect(ranked.map(({ some: _, ...each }) => each)).toContainEqual({ value, total, users });
      const shown = new Set(groups.map(({ value }) => JSON.stringify(value)));
      expect(other).toEqual(
        tally(ranked.filter(({ value }) => !shown.has(JSON.stringify(value))).flatMap(({ some }) => some)),
      );
    });
  });
});

it('tells a wrong password as an engine that does not answer', async () => {
  const server = await startFront('/nowhere', 'seismo', 'right');
  const connection = openConnection(
    { url: server.url, username: 'seismo', password: 'wrong', database: 'default' },
    { logger },
  );
  await expect(connection.query('SELECT 1')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  await connection.close();
  await server.close();
});
