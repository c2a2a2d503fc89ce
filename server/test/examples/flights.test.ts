/** The example against counts made straight from the file: its times are Chicago's, so the text of each tells hour, day and month. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { askAll, FLIGHTS, importFlights } from '../../../examples/flights/flights.mjs';
import type { SeismoServer } from '../../src/index.ts';
import { start } from '../support/start.ts';

const folder = mkdtempSync(join(tmpdir(), 'seismo-flights-'));
const dataDir = join(folder, 'data');
const flights: { date: string; origin: string }[] = JSON.parse(readFileSync(FLIGHTS, 'utf8'));
const between = (from: string, to: string): number =>
  flights.filter(({ date }) => date.slice(0, 10) >= from && date.slice(0, 10) <= to).length;
let server: SeismoServer;
let token = '';

beforeAll(async () => {
  server = await start({ dataDir, port: 0, logLevel: 'silent' });
  const { user, password } = server.firstAdmin!;
  const body = JSON.stringify({ username: user, password });
  token = ((await (await fetch(`${server.url}/auth`, { method: 'POST', body })).json()) as { token: string }).token;
}, 60_000);
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

it('holds every number of the reports, groups and series that the file holds, and nothing twice', {
  timeout: 60_000,
}, async () => {
  expect(await importFlights(dataDir, folder)).toMatchObject({ accepted: 20_000, rejectedTotal: 0 });
  expect(await importFlights(dataDir, folder)).toMatchObject({ accepted: 0, resumedAt: 20_000 });
  const answers = await askAll(server.url, token);
  // 14 February 2001 was a Wednesday: its week, from Sunday on, is that of 11 to 17 February.
  expect({
    hour: answers.hour.total,
    day: answers.day.total,
    week: answers.week.total,
    month: answers.month.total,
    period: answers.period.total,
  }).toEqual({
    hour: flights.filter(({ date }) => date.startsWith('2001/01/14 21:')).length,
    day: between('2001/02/12', '2001/02/12'),
    week: between('2001/02/11', '2001/02/17'),
    month: between('2001/02/01', '2001/02/28'),
    period: between('2001/01/10', '2001/03/20'),
  });
  // Chicago was six hours behind UTC for all of that winter.
  expect([answers.week.from, answers.week.to]).toEqual(['2001-02-11T06:00:00.000Z', '2001-02-18T06:00:00.000Z']);

  const days = new Map<string, number>();
  const airports = new Map<string, number>();
  for (const { date, origin } of flights) {
    const day = date.slice(0, 10).replaceAll('/', '-');
    days.set(day, (days.get(day) ?? 0) + 1);
    airports.set(origin, (airports.get(origin) ?? 0) + 1);
  }
  expect(answers.daily.series).toHaveLength(31 + 28 + 31);
  expect(answers.daily.series.map(({ from, total }: { from: string; total: number }) => [from, total])).toEqual(
    [...days].toSorted().map(([day, total]) => [`${day}T06:00:00.000Z`, total]),
  );
  const most = [...airports].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, 5);
  expect(answers.origins.groups.map(({ value, total }: { value: string; total: number }) => [value, total])).toEqual(
    most,
  );
  expect(answers.origins.other.total).toBe(20_000 - most.reduce((sum, [, total]) => sum + total, 0));
  expect([answers.origins.missing.total, answers.origins.total]).toEqual([0, 20_000]);
});
