import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { retainOnce } from '../../src/app/enforce-retention.ts';
import { createIngest } from '../../src/ingest/create-ingest.ts';
import type { Ingest } from '../../src/ingest/ingest.ts';
import type { EventRow } from '../../src/model/event.ts';
import { matchesAll } from '../../src/model/filter-match.ts';
import {
  type Filter,
  INTERVALS,
  type Interval,
  type JsonValue,
  type QueryControl,
  type Range,
} from '../../src/model/query.ts';
import { type CountsQuery, countsOf } from '../../src/reports/counts.ts';
import { filtersOf, propertyOf } from '../../src/reports/filters.ts';
import { zoneHash } from '../../src/row/row.ts';
import { createClickHouseStore } from '../../src/store/clickhouse/clickhouse-store.ts';
import { openConnection } from '../../src/store/clickhouse/connection.ts';
import { type EmbeddedEngine, startEmbeddedEngine } from '../../src/store/clickhouse/embedded/supervisor.ts';
import type { Store } from '../../src/store/store.ts';
import { bucketsOf, dayNumber, daysRange, parseDay } from '../../src/time/calendar.ts';
import { type ClickHouseServer, hasClickHouseServer, startClickHouseServer } from './clickhouse-server.ts';
import { startFront } from './front.ts';

const control: QueryControl = { maxSeconds: 30, maxBytes: 1e9, maxRows: 1e6 };
const logger = { info() {}, warn() {}, error() {} };
const ALL: Range = { from: 0, to: Date.UTC(2100, 0, 1) };
const NOW = Date.UTC(2026, 2, 20);

interface Given {
  readonly event: string;
  readonly timestamp: number;
  readonly user?: string;
  readonly device?: string;
  readonly data?: { readonly [name: string]: JsonValue };
}

/** A generator of its own, so that the numbers are the same everywhere (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const VALUES: readonly JsonValue[] = ['1', 1, true, 'true', null, 'null', 1.5, [1], "it's", 'Zoë 🦊', '', 0, -2, {}];
const NAMES = ['plan', 'a.b', '__proto__', 'with space', 'quote"', "it's", 'back\\slash', 'ünï', ''];

function someEvents(seed: number, count: number): Given[] {
  const next = random(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!;
  return Array.from({ length: count }, () => {
    const data = Object.fromEntries(NAMES.filter(() => next() < 0.5).map((name) => [name, pick(VALUES)]));
    if (next() < 0.3) data['a'] = { b: pick(VALUES), 'c.d': pick(VALUES) };
    return {
      event: pick(['A', 'B', 'C']),
      timestamp: Date.UTC(2026, 2, 1) + Math.floor(next() * 18) * 86_400_000 + Math.floor(next() * 96) * 900_000,
      ...(next() < 0.7 && { user: `u${Math.floor(next() * 20)}` }),
      ...(next() < 0.5 && { device: `d${Math.floor(next() * 20)}` }),
      ...(next() < 0.9 && { data }),
    };
  });
}

/** By plain loops. */
function count(rows: readonly EventRow[], range: Range, filters: readonly Filter[]) {
  const kept = rows.filter((row) => matchesAll(row, range, filters));
  const people = kept.map(({ user, device }) => (user ? `u ${user}` : device ? `d ${device}` : undefined));
  return { total: kept.length, users: new Set(people.filter((each) => each !== undefined)).size };
}

function group<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const map = new Map<K, T[]>();
  for (const item of items) map.set(keyOf(item), [...(map.get(keyOf(item)) ?? []), item]);
  return map;
}

describe('through the socket of the embedded engine', () => contract('socket', [1, 2]));
describe.skipIf(!hasClickHouseServer)('on a real ClickHouse server', () => contract('server', [5]));
describe('through a URL with a password', () => {
  contract('url', [4]);

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
});

function contract(way: 'socket' | 'url' | 'server', seeds: readonly number[]): void {
  let dataDir: string;
  let engine: EmbeddedEngine | undefined;
  let server: ClickHouseServer | undefined;
  let front: Awaited<ReturnType<typeof startFront>> | undefined;
  let store: Store;
  let ingest: Ingest;
  const zones = new Map<string, string>();

  async function open(): Promise<void> {
    const target = await startEngine();
    store = createClickHouseStore({
      connection: openConnection(target, { logger }),
      zoneOf: (app) => zones.get(app) ?? 'UTC',
      mayIdentify: (app) => ingest.hasIdentified(app),
    });
    await store.open();
    ingest = await createIngest({
      dataDir,
      secret: Buffer.alloc(32, 3),
      store,
      now: () => NOW,
      retentionDaysOf: () => undefined,
      zoneOf: (app) => {
        const zone = zones.get(app) ?? 'UTC';
        return { hash: zoneHash(zone), dayOf: dayNumber(zone) };
      },
      logger,
      config: {
        bodyMaxBytes: 1e8,
        lineMaxBytes: 1e6,
        batchEventsMax: 1e5,
        eventMaxBytes: 1e6,
        eventNameMaxLength: 256,
        userMaxLength: 256,
        uuidMaxLength: 256,
        propertiesMax: 1_000,
        dataDepthMax: 32,
        propertyNameMaxLength: 256,
        eventNamesMax: 1_000,
        propertyNamesMax: 1_000,
        idWindowDays: 7,
        idWindowMax: 1e6,
        journalMaxBytes: 1e9,
        diskReserveBytes: 0,
        flushIntervalMs: 50,
        flushMaxBytes: 1e6,
        freshTimeoutMs: 30_000,
      },
    });
  }
  async function startEngine(): Promise<Parameters<typeof openConnection>[0]> {
    if (way === 'server') {
      server = await startClickHouseServer(join(dataDir, 'clickhouse'));
      return { url: server.url, username: 'default', password: '', database: 'of its own' };
    }
    engine = await startEmbeddedEngine({ dataDir, memoryBytes: 1_200_000_000, logger });
    if (way === 'socket') return { socketPath: engine.socketPath };
    front = await startFront(engine.socketPath, 'seismo', 'p:w/ä');
    return { url: front.url, username: 'seismo', password: 'p:w/ä', database: 'of its own' };
  }
  async function close(): Promise<void> {
    await ingest.close();
    await store.close();
    await front?.close();
    await engine?.close();
    await server?.kill();
  }
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'seismo-contract-'));
    await open();
  });
  afterAll(async () => {
    await close();
    await rm(dataDir, { recursive: true, force: true });
  });

  async function post(app: string, events: readonly Given[]): Promise<void> {
    await ingest.post(app, Buffer.from(JSON.stringify(events)), NOW);
    await ingest.catchUp(app);
  }

  async function everything(app: string, limit = 1_000): Promise<EventRow[]> {
    const rows: EventRow[] = [];
    for (;;) {
      const last = rows.at(-1);
      const after = last && { timestamp: last.timestamp, seq: last.seq };
      const page = await store.events(
        { app, range: ALL, filters: [], order: 'asc', limit, ...(after && { after }) },
        control,
      );
      rows.push(...page);
      if (page.length < limit) return rows;
    }
  }

  describe.each(seeds)('what is stored (seed %i)', (seed) => {
    const app = `app-${seed}`;
    let given: Given[];
    let rows: EventRow[];
    beforeAll(async () => {
      given = someEvents(seed, 400);
      await post(app, given);
      rows = await everything(app, 7);
    });

    it('is followed by the places of the journal, in order of arrival, through pages of seven', async () => {
      const placeOf = ({ seq }: EventRow): number => Number(seq.split('-')[0]);
      const byArrival = [...rows].sort((a, b) => placeOf(a) - placeOf(b));
      const [first, last] = [placeOf(byArrival[0]!), placeOf(byArrival.at(-1)!)];
      const runs = [ingest.run.journal];
      const followed: EventRow[] = [];
      for (let fromSeq = first; ; fromSeq = placeOf(followed.at(-1)!) + 1) {
        const page = await store.following({ app, filters: [], runs, fromSeq, toSeq: last + 1, limit: 7 }, control);
        followed.push(...page);
        if (page.length < 7) break;
      }
      expect(followed).toEqual(byArrival);
      const isB = { field: { kind: 'column', name: 'event' }, operator: 'is', matches: [{ text: 'B' }] } as const;
      const [fromSeq, toSeq] = [first + 20, last - 20];
      const some = byArrival.filter((row) => row.event === 'B' && placeOf(row) >= fromSeq && placeOf(row) < toSeq);
      const query = { app, filters: [isB], runs, fromSeq, toSeq };
      expect(await store.following({ ...query, limit: 1_000 }, control)).toEqual(some);
      expect(await store.countFollowing(query, control)).toBe(some.length);
      // Places of another server, or of before a backup was brought back.
      const others = { ...query, runs: ['00000000-0000-4000-8000-000000000001'] };
      expect(await store.countFollowing(others, control)).toBe(0);
      expect(await store.following({ ...others, limit: 9 }, control)).toEqual([]);
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
      const newest = await store.events({ app, range: ALL, filters: [], order: 'desc', limit: 400 }, control);
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
      const { total, users } = await countsOf(store.analysis, query, control);
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
              const found = await countsOf(store.analysis, { app, range, timeZone, filters, buckets, exact }, control);
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
      const { groups, other, missing, ...whole } = await store.groups(
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

  describe('the roll-ups', () => {
    /** By day and by hour, as asked from the roll-ups, and from the table by a filter that changes nothing. */
    async function compare(
      app: string,
      timeZone: string,
      { days = ['2026-02-27', '2026-03-22'], intervals = ['day'] as readonly Interval[] } = {},
    ): Promise<number> {
      const range = daysRange(parseDay(days[0]!)!, parseDay(days[1]!)!, timeZone);
      const rows = await everything(app);
      const same: Filter[] = [
        { field: { kind: 'column', name: 'session' }, operator: 'exists', matches: [{ boolean: false }] },
      ];
      for (const interval of intervals)
        for (const name of ['A', 'B', undefined]) {
          const filters = name ? filtersOf(new Map([['event', name]]), app) : [];
          const buckets = bucketsOf(range, interval, { timeZone, weekStart: 'sunday' });
          const query: CountsQuery = { app, range, timeZone, filters, buckets, exact: false };
          const rolled = await countsOf(store.analysis, query, control);
          expect(rolled).toEqual(await countsOf(store.analysis, { ...query, filters: [...filters, ...same] }, control));
          expect({ total: rolled.total, users: rolled.users }).toEqual(count(rows, range, filters));
          const kept = rows.filter((row) => matchesAll(row, range, filters));
          const inBucket = buckets.map((from, i) => {
            const to = buckets[i + 1] ?? range.to;
            const inside = kept.filter(({ timestamp }) => timestamp >= from && timestamp < to);
            return { from, ...count(inside, ALL, []) };
          });
          expect(rolled.series).toEqual(inBucket.filter(({ total }) => total > 0));
        }
      return rows.length;
    }

    it('equal the table after an erasure, a change of zone, a second erasure and a reopen', async () => {
      const app = 'rolled';
      await post(app, someEvents(11, 500));
      expect(await compare(app, 'UTC')).toBe(500);
      const erased = await store.erase(app, { from: Date.UTC(2026, 2, 5), to: Date.UTC(2026, 2, 7) }, []);
      expect(erased).toBeGreaterThan(10);
      expect(await compare(app, 'UTC')).toBe(500 - erased);
      zones.set(app, 'Asia/Kathmandu');
      store.zoneChanged(app);
      await post(app, someEvents(12, 100));
      expect(await store.isCutIn(app, 'Asia/Kathmandu', control)).toBe(false);
      expect(await compare(app, 'UTC')).toBe(600 - erased);
      expect(await compare(app, 'Asia/Kathmandu')).toBe(600 - erased);
      await store.setTimeZone(app, 'Asia/Kathmandu');
      expect(await compare(app, 'Asia/Kathmandu', { intervals: INTERVALS.slice(1) })).toBe(600 - erased);
      expect(await compare(app, 'UTC')).toBe(600 - erased);
      const more = await store.erase(app, ALL, filtersOf(new Map([['user', 'u3']]), app));
      expect(await compare(app, 'Asia/Kathmandu')).toBe(600 - erased - more);
      await close();
      await open();
      expect(await compare(app, 'Asia/Kathmandu')).toBe(600 - erased - more);
    });

    it('equal the table after a retention run', async () => {
      const app = 'kept-a-while';
      await post(app, someEvents(31, 300));
      // 2026-03-20 less ten days.
      const before = Date.UTC(2026, 2, 10);
      const old = (await everything(app)).filter(({ timestamp }) => timestamp < before).length;
      expect(old).toBeGreaterThan(50);
      await retainOnce({
        store,
        oldestRejectedRows: () => new Map(),
        erase: (each, range) => store.erase(each, range, []),
        retentionDaysOf: (each) => (each === app ? 10 : undefined),
        now: () => NOW,
        logger: pino({ level: 'silent' }),
      });
      expect(await compare(app, 'UTC', { intervals: INTERVALS.slice(1) })).toBe(300 - old);
      expect((await store.apps(control)).find((each) => each.app === app)?.firstSeen).toBeGreaterThanOrEqual(before);
    });

    it('equal the table while the zone goes back and forth, whatever was asked between', async () => {
      const app = 'restless';
      const rows = someEvents(21, 300);
      const name = ['UTC', 'America/New_York', 'UTC', 'Pacific/Kiritimati'];
      for (const [i, zone] of name.entries()) {
        zones.set(app, zone);
        store.zoneChanged(app);
        if (i > 0) await compare(app, name[i - 1]!);
        await post(app, rows.slice(i * 75, i * 75 + 75));
        for (const asked of new Set(name)) expect(await compare(app, asked)).toBe(i * 75 + 75);
        if (i === 2) await store.setTimeZone(app, zone);
      }
    });

    it.each([
      // The clock goes back over midnight at 2010-11-07T02:31Z: the hour shown again belongs to the new day.
      ['America/St_Johns', Date.UTC(2010, 10, 6, 20), ['2010-11-05', '2010-11-09']],
      // Two hours and a half of 1970 are still 1969 there, which a Date cannot hold.
      ['America/St_Johns', 0, ['1970-01-01', '1970-01-03']],
      // The day 2011-12-30 was left out.
      ['Pacific/Apia', Date.UTC(2011, 11, 29, 12), ['2011-12-28', '2012-01-02']],
      ['Australia/Lord_Howe', Date.UTC(2026, 3, 4, 6), ['2026-04-03', '2026-04-07']],
    ] as const)('equal the table in %s from %i on, cut there at once or later', async (zone, first, days) => {
      // Every quarter of an hour for 36 hours.
      const given = Array.from({ length: 144 }, (_, i) => ({
        event: i % 3 === 0 ? 'A' : 'B',
        user: `u${i % 7}`,
        timestamp: first + i * 900_000,
      }));
      const [early, late] = [`early ${zone} ${first}`, `late ${zone} ${first}`].map((name) => name.replace(/\W/g, '-'));
      zones.set(early!, zone);
      await post(early!, given);
      await post(late!, given);
      zones.set(late!, zone);
      store.zoneChanged(late!);
      await store.setTimeZone(late!, zone);
      for (const app of [early!, late!]) {
        expect(await store.isCutIn(app, zone, control)).toBe(true);
        expect(await compare(app, zone, { days: [...days], intervals: ['day', 'hour'] })).toBe(144);
      }
    });

    it('count distinct users exactly below a thousand, and within two per cent above', async () => {
      const app = 'crowd';
      const day = (date: number, users: number): Given[] =>
        Array.from({ length: users }, (_, i) => ({
          event: 'A',
          user: `user ${i}`,
          timestamp: Date.UTC(2026, 2, date),
        }));
      await post(app, [...day(1, 999), ...day(2, 20_000)]);
      const of = async (date: string, exact: boolean) => {
        const range = daysRange(parseDay(date)!, parseDay(date)!, 'UTC');
        return await countsOf(store.analysis, { app, range, timeZone: 'UTC', filters: [], exact }, control);
      };
      expect(await of('2026-03-01', false)).toEqual({ total: 999, users: 999, usersExact: true });
      const many = await of('2026-03-02', false);
      expect(many.usersExact).toBe(false);
      // Five standard errors of 0.41 %.
      expect(Math.abs(many.users - 20_000)).toBeLessThan(410);
      expect(await of('2026-03-02', true)).toEqual({ total: 20_000, users: 20_000, usersExact: true });
    });
  });

  describe('the catalogue', () => {
    it('lists apps, names with first and last seen, and properties with types', async () => {
      const app = 'listed';
      const at = (hour: number) => Date.UTC(2026, 2, 3, hour, 1, 2, 3);
      await post(app, [
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
      await post(
        'odd-names',
        [...Array.from({ length: 99 }, (_, i) => `${i}`), 5, true, [], {}, '', 0].map((mixed) => ({
          event: 'A',
          timestamp: at(1),
          data: { mixed, ...odd },
        })),
      );
      for (const { name, total, types, examples } of await store.properties('odd-names', undefined, control)) {
        const filters: Filter[] = [
          { field: propertyOf(name, 'attr'), operator: 'exists', matches: [{ boolean: true }] },
        ];
        const events = await store.events({ app: 'odd-names', range: ALL, filters, order: 'asc', limit: 200 }, control);
        expect([name, total, events.length]).toEqual([name, 105, 105]);
        for (const row of events) expect(matchesAll(row, ALL, filters)).toBe(true);
        if (name === 'mixed')
          expect([types, examples.length]).toEqual([['array', 'boolean', 'number', 'object', 'text'], 5]);
        else expect([types, examples]).toEqual([['text'], [expect.stringMatching(/^[d-i]$/)]]);
      }
      expect((await store.apps(control)).find((each) => each.app === app)).toEqual({
        app,
        total: 3,
        firstSeen: at(2),
        lastSeen: at(9),
      });
      expect(await store.eventNames(app, control)).toEqual([
        { id: 'signed-up', event: 'Signed up', total: 2, firstSeen: at(2), lastSeen: at(5) },
        { id: 'left', event: 'Left', total: 1, firstSeen: at(9), lastSeen: at(9) },
      ]);
      const properties = await store.properties(app, undefined, control);
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
      await post(app, [{ event: 'A', timestamp: at, data: { old: 'x', n: 'text', was: { here: [null] } } }]);
      await post(app, new Array<Given>(20_000).fill({ event: 'A', timestamp: at + 1, data: { n: 1 } }));
      expect(await store.properties(app, undefined, control)).toEqual([
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
      await post(
        'shapes',
        numbers.map((i) => ({ event: 'A', timestamp, data: of(i) })),
      );
      const counted = (await store.properties('shapes', undefined, control)).map(({ name, total, types }) => [
        name,
        total,
        types,
      ]);
      const due = bits.map((bit) => [`k${bit}`, numbers.filter((i) => (i >> bit) & 1).length, ['number']] as const);
      expect(counted).toHaveLength(15);
      expect(counted).toEqual(expect.arrayContaining(due.map((each) => [...each])));
      // A path of more than 500 characters is not indexed: the data is kept as text, and what is indexed beside it counts.
      const long = { ['k'.repeat(250)]: { ['l'.repeat(251)]: 1 } };
      await post('shapeless', [
        { event: 'A', timestamp, data: { plan: 'pro', ok: true, ...long } },
        { event: 'A', timestamp, data: { plan: 7 } },
        { event: 'A', timestamp },
      ]);
      expect(await store.properties('shapeless', undefined, control)).toEqual([
        { name: 'plan', total: 2, types: ['number', 'text'], examples: expect.arrayContaining(['pro', 7]) },
        { name: 'ok', total: 1, types: ['boolean'], examples: [true] },
      ]);
    });

    it('finds known uuids in their range', async () => {
      const uuid = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
      const events = [1, 2].map((n) => ({ event: 'A', uuid: uuid(n), timestamp: Date.UTC(2026, 2, n) }));
      await post('known', events);
      const range = { from: Date.UTC(2026, 2, 1), to: Date.UTC(2026, 2, 2) };
      expect([...(await store.knownUuids('known', range, [uuid(1), uuid(2), uuid(3)]))]).toEqual([uuid(1)]);
    });
  });
}
