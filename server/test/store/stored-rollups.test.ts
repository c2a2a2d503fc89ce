import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { retainOnce } from '../../src/app/enforce-retention.ts';
import { matchesAll } from '../../src/model/filter-match.ts';
import { type Filter, INTERVALS, type Interval } from '../../src/model/query.ts';
import { type CountsQuery, countsOf } from '../../src/reports/counts.ts';
import { filtersOf } from '../../src/reports/filters.ts';
import { bucketsOf, daysRange, parseDay } from '../../src/time/calendar.ts';
import { ALL, control, count, ENGINES, type Given, NOW, onWays, someEvents } from './store-fixture.ts';

onWays(ENGINES, (fixture) => {
  describe('the roll-ups', () => {
    /** By day and by hour, as asked from the roll-ups, and from the table by a filter that changes nothing. */
    async function compare(
      app: string,
      timeZone: string,
      { days = ['2026-02-27', '2026-03-22'], intervals = ['day'] as readonly Interval[] } = {},
    ): Promise<number> {
      const range = daysRange(parseDay(days[0]!)!, parseDay(days[1]!)!, timeZone);
      const rows = await fixture.everything(app);
      const same: Filter[] = [
        { field: { kind: 'column', name: 'session' }, operator: 'exists', matches: [{ boolean: false }] },
      ];
      for (const interval of intervals)
        for (const name of ['A', 'B', undefined]) {
          const filters = name ? filtersOf(new Map([['event', name]]), app) : [];
          const buckets = bucketsOf(range, interval, { timeZone, weekStart: 'sunday' });
          const query: CountsQuery = { app, range, timeZone, filters, buckets, exact: false };
          const rolled = await countsOf(fixture.store.analysis, query, control);
          expect(rolled).toEqual(
            await countsOf(fixture.store.analysis, { ...query, filters: [...filters, ...same] }, control),
          );
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
      await fixture.post(app, someEvents(11, 500));
      expect(await compare(app, 'UTC')).toBe(500);
      const erased = await fixture.store.erase(app, { from: Date.UTC(2026, 2, 5), to: Date.UTC(2026, 2, 7) }, []);
      expect(erased).toBeGreaterThan(10);
      expect(await compare(app, 'UTC')).toBe(500 - erased);
      fixture.zones.set(app, 'Asia/Kathmandu');
      fixture.store.zoneChanged(app);
      await fixture.post(app, someEvents(12, 100));
      expect(await fixture.store.isCutIn(app, 'Asia/Kathmandu', control)).toBe(false);
      expect(await compare(app, 'UTC')).toBe(600 - erased);
      expect(await compare(app, 'Asia/Kathmandu')).toBe(600 - erased);
      await fixture.store.setTimeZone(app, 'Asia/Kathmandu');
      expect(await compare(app, 'Asia/Kathmandu', { intervals: INTERVALS.slice(1) })).toBe(600 - erased);
      expect(await compare(app, 'UTC')).toBe(600 - erased);
      const more = await fixture.store.erase(app, ALL, filtersOf(new Map([['user', 'u3']]), app));
      expect(await compare(app, 'Asia/Kathmandu')).toBe(600 - erased - more);
      await fixture.close();
      await fixture.open();
      expect(await compare(app, 'Asia/Kathmandu')).toBe(600 - erased - more);
    });

    it('equal the table after a retention run', async () => {
      const app = 'kept-a-while';
      await fixture.post(app, someEvents(31, 300));
      // 2026-03-20 less ten days.
      const before = Date.UTC(2026, 2, 10);
      const old = (await fixture.everything(app)).filter(({ timestamp }) => timestamp < before).length;
      expect(old).toBeGreaterThan(50);
      await retainOnce({
        store: fixture.store,
        oldestRejectedRows: () => new Map(),
        erase: (each, range) => fixture.store.erase(each, range, []),
        retentionDaysOf: (each) => (each === app ? 10 : undefined),
        now: () => NOW,
        logger: pino({ level: 'silent' }),
      });
      expect(await compare(app, 'UTC', { intervals: INTERVALS.slice(1) })).toBe(300 - old);
      expect((await fixture.store.apps(control)).find((each) => each.app === app)?.firstSeen).toBeGreaterThanOrEqual(
        before,
      );
    });

    it('equal the table while the zone goes back and forth, whatever was asked between', async () => {
      const app = 'restless';
      const rows = someEvents(21, 300);
      const name = ['UTC', 'America/New_York', 'UTC', 'Pacific/Kiritimati'];
      for (const [i, zone] of name.entries()) {
        fixture.zones.set(app, zone);
        fixture.store.zoneChanged(app);
        if (i > 0) await compare(app, name[i - 1]!);
        await fixture.post(app, rows.slice(i * 75, i * 75 + 75));
        for (const asked of new Set(name)) expect(await compare(app, asked)).toBe(i * 75 + 75);
        if (i === 2) await fixture.store.setTimeZone(app, zone);
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
      fixture.zones.set(early!, zone);
      await fixture.post(early!, given);
      await fixture.post(late!, given);
      fixture.zones.set(late!, zone);
      fixture.store.zoneChanged(late!);
      await fixture.store.setTimeZone(late!, zone);
      for (const app of [early!, late!]) {
        expect(await fixture.store.isCutIn(app, zone, control)).toBe(true);
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
      await fixture.post(app, [...day(1, 999), ...day(2, 20_000)]);
      const of = async (date: string, exact: boolean) => {
        const range = daysRange(parseDay(date)!, parseDay(date)!, 'UTC');
        return await countsOf(fixture.store.analysis, { app, range, timeZone: 'UTC', filters: [], exact }, control);
      };
      expect(await of('2026-03-01', false)).toEqual({ total: 999, users: 999, usersExact: true });
      const many = await of('2026-03-02', false);
      expect(many.usersExact).toBe(false);
      // Five standard errors of 0.41 %.
      expect(Math.abs(many.users - 20_000)).toBeLessThan(410);
      expect(await of('2026-03-02', true)).toEqual({ total: 20_000, users: 20_000, usersExact: true });
    });
  });
});
