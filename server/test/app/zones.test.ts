import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeismoServer } from '../../src/index.ts';
import { start } from '../support/start.ts';

let dataDir: string;
let server: SeismoServer;
let headers: Record<string, string>;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'seismo-zones-'));
  server = await start({ dataDir, port: 0, logLevel: 'silent' });
  const { user, password } = server.firstAdmin!;
  const body = JSON.stringify({ username: user, password });
  const signedIn = await fetch(`${server.url}/auth`, { method: 'POST', body });
  headers = { 'x-access-token': ((await signedIn.json()) as { token: string }).token };
});
afterAll(async () => {
  await server?.close();
  rmSync(dataDir, { recursive: true, force: true });
});

interface Event {
  readonly event: string;
  readonly user?: string;
  readonly device?: string;
  readonly timestamp: number;
}
interface Report {
  readonly from: string;
  readonly to: string;
  readonly total: number;
  readonly users: number;
  readonly usersExact: boolean;
  readonly series?: readonly { readonly from: string; readonly total: number; readonly users: number }[];
}

async function json<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${server.url}${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
  return (await answer.json()) as T;
}

interface Shown {
  readonly date: string;
  readonly hour: number;
  /** Since midnight as shown, seconds left out. */
  readonly minute: number;
}

/** What clocks in the zone show, by Intl and nothing of the server's. */
function clockOf(zone: string): (ms: number) => Shown {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  const known = new Map<number, Shown>();
  return (ms) => {
    let shown = known.get(ms);
    if (shown === undefined) {
      const text = format.format(ms);
      const hour = Number(text.slice(11, 13));
      shown = { date: text.slice(0, 10), hour, minute: hour * 60 + Number(text.slice(14, 16)) };
      known.set(ms, shown);
    }
    return shown;
  };
}

const shifted = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
/** The first day of the week that holds the date: 0 is Sunday. */
const weekOf = (date: string, first: 0 | 1): string =>
  shifted(date, -((new Date(`${date}T00:00Z`).getUTCDay() - first + 7) % 7));

const tally = (events: readonly Event[]): { total: number; users: number } => ({
  total: events.length,
  users: new Set(events.map(({ user, device }) => (user ? `user ${user}` : `device ${device}`))).size,
});

/** The day in question, and whether its zone is the app's own (roll-ups) or the question's alone (the table). */
const CASES = [
  ['America/New_York', '2026-03-08', 'a day of 23 hours'],
  ['America/New_York', '2026-11-01', 'a day of 25 hours'],
  ['Asia/Kathmandu', '2026-01-01', 'an offset of 5:45'],
  ['America/Sao_Paulo', '2018-11-04', 'a day that begins at 01:00'],
  ['Australia/Lord_Howe', '2026-04-05', 'a day of 24 and a half hours'],
  ['Australia/Lord_Howe', '2026-10-04', 'a day of 23 and a half hours'],
  ['Pacific/Apia', '2011-12-30', 'a day that was left out'],
  ['Europe/Zurich', '2025-12-31', 'a week across new year'],
  ['UTC', '2024-02-29', 'the 29th of February'],
] as const;

/** Every 20 minutes from five days before to five days after. */
function eventsAround(date: string): Event[] {
  const middle = Date.parse(`${date}T12:00Z`);
  return Array.from({ length: 720 }, (_, i) => ({
    event: i % 3 === 0 ? 'Bought' : 'Looked',
    ...(i % 4 === 0 ? { device: `d${i % 11}` } : { user: `u${i % 13}` }),
    timestamp: middle + (i - 360) * 1_200_000 + (i % 7),
  }));
}

describe.each(CASES)('in %s around %s, %s', (zone, date) => {
  const show = clockOf(zone);
  let all: Event[];
  const own = `own-${zone.replace('/', '-')}-${date}`;
  const foreign = `foreign-${zone.replace('/', '-')}-${date}`;
  beforeAll(async () => {
    all = eventsAround(date);
    await json('PATCH', `/api/apps/${own}`, { timeZone: zone });
    for (const app of [own, foreign]) await json('POST', `/api/events/${app}`, all);
  });

  /** Asks about both apps, compares with the events that belong, and each bucket with those in it. */
  async function check(
    path: string,
    query: string,
    belongs: (at: { date: string; hour: number }) => boolean,
  ): Promise<void> {
    for (const app of [own, foreign])
      for (const event of ['', '&event=Bought']) {
        const inZone = app === own ? '' : `&timeZone=${zone}`;
        const report = await json<Report>('GET', `/api/reports/${path}/${app}?${query}${event}${inZone}`);
        const events = all.filter((each) => belongs(show(each.timestamp)) && (event === '' || each.event === 'Bought'));
        const asked = `${app} ${path} ${query}${event}`;
        expect([asked, { total: report.total, users: report.users, usersExact: report.usersExact }]).toEqual([
          asked,
          { ...tally(events), usersExact: true },
        ]);
        if (!report.series) continue;
        const starts = report.series.map(({ from }) => Date.parse(from));
        report.series.forEach(({ total, users }, i) => {
          const to = starts[i + 1] ?? Date.parse(report.to);
          const inside = events.filter(({ timestamp }) => timestamp >= starts[i]! && timestamp < to);
          expect([asked, starts[i], { total, users }]).toEqual([asked, starts[i], tally(inside)]);
        });
      }
  }

  it('counts hours, days, weeks, months and periods as the clocks there showed them', async () => {
    for (const hour of [0, 1, 2, 3, 12, 23])
      await check('hour', `date=${date}&hour=${hour}`, (at) => at.date === date && at.hour === hour);
    for (const each of [shifted(date, -1), date, shifted(date, 1)])
      await check('day', `date=${each}&interval=hour`, (at) => at.date === each);
    await check('week', `week=${date}&interval=day`, (at) => weekOf(at.date, 0) === weekOf(date, 0));
    await check('week', `date=${date}&weekStart=monday`, (at) => weekOf(at.date, 1) === weekOf(date, 1));
    await check('month', `month=${date.slice(0, 7)}&interval=week`, (at) => at.date.slice(0, 7) === date.slice(0, 7));
    const [first, last] = [shifted(date, -3), shifted(date, 2)];
    for (const interval of ['day', 'month'])
      await check(
        'period',
        `from=${first}&to=${last}&interval=${interval}`,
        (at) => at.date >= first && at.date <= last,
      );
    await check('period', `from=${first}&to=${last}&exact=true`, (at) => at.date >= first && at.date <= last);
  });

  it('begins each bucket of a series exactly where the clocks there begin one, and leaves none out', async () => {
    const [first, last] = [shifted(date, -2), shifted(date, 2)];
    const names = {
      hour: (ms: number) => `${show(ms).date} ${show(ms).hour}`,
      day: (ms: number) => show(ms).date,
      week: (ms: number) => weekOf(show(ms).date, 0),
      month: (ms: number) => show(ms).date.slice(0, 7),
    };
    for (const [interval, nameOf] of Object.entries(names)) {
      const query = `from=${first}&to=${last}&interval=${interval}&timeZone=${zone}`;
      const report = await json<Report>('GET', `/api/reports/period/${foreign}?${query}`);
      const [from, to] = [Date.parse(report.from), Date.parse(report.to)];
      expect([show(from).date, show(from - 1).date < first]).toEqual([first, true]);
      expect([show(to - 1).date, show(to).date > last]).toEqual([last, true]);
      // A new bucket wherever the name changes, or the same hour is shown once more; offsets change on quarters of an hour.
      const expected = [from];
      for (let at = from + 900_000; at < to; at += 900_000) {
        const isAgain = interval === 'hour' && show(at).minute < show(at - 1).minute && at > from;
        if (nameOf(at) !== nameOf(at - 1) || isAgain) expected.push(at);
      }
      expect([interval, report.series!.map((bucket) => Date.parse(bucket.from))]).toEqual([interval, expected]);
    }
  });

  it('counts the same after an erasure and a change of zone', async () => {
    for (const app of [own, foreign]) {
      const { erased } = await json<{ erased: number }>('DELETE', `/api/events/${app}?user=u5`);
      expect(erased).toBe(all.filter(({ user }) => user === 'u5').length);
    }
    all = all.filter(({ user }) => user !== 'u5');
    await json('PATCH', `/api/apps/${foreign}`, { timeZone: zone });
    const days = async () => {
      await check('week', `week=${date}&interval=day`, (at) => weekOf(at.date, 0) === weekOf(date, 0));
      await check('day', `date=${date}`, (at) => at.date === date);
    };
    // While the days move, and afterwards.
    await days();
    await expect
      .poll(async () => (await json<Report>('GET', `/api/reports/day/${foreign}?date=${date}`)).total)
      .toBe(all.filter(({ timestamp }) => show(timestamp).date === date).length);
    await days();
  });
});
