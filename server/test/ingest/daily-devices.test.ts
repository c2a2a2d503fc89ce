import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { DailyDevices } from '../../src/ingest/accept/daily-devices.ts';
import { dayNumber } from '../../src/time/calendar.ts';

const NOON = Date.UTC(2026, 0, 2, 12);
const folder = mkdtempSync(join(tmpdir(), 'seismo-devices-'));
const path = join(folder, 'device.salt');
afterEach(() => rmSync(path, { recursive: true, force: true }));

it('is the same for a visitor all day, also after a restart, and differs by app, address, agent and day', () => {
  let now = NOON;
  const devices = new DailyDevices(path, () => now);
  const visitor = devices.of('shop', '192.0.2.1', 'Firefox');
  expect(visitor).toMatch(/^[\w-]{22}$/);
  now = NOON + 11 * 3_600_000;
  expect(devices.of('shop', '192.0.2.1', 'Firefox')).toBe(visitor);
  expect(new DailyDevices(path, () => now).of('shop', '192.0.2.1', 'Firefox')).toBe(visitor);
  const others = [
    devices.of('blog', '192.0.2.1', 'Firefox'),
    devices.of('shop', '192.0.2.2', 'Firefox'),
    devices.of('shop', '192.0.2.1', 'Chrome'),
    // What is put together is told apart.
    devices.of('shop', '192.0.2.1F', 'irefox'),
  ];
  now = NOON + 12 * 3_600_000;
  others.push(devices.of('shop', '192.0.2.1', 'Firefox'));
  expect(new Set([visitor, ...others]).size).toBe(6);
});

it('keeps the salt of the day alone, for nobody else to read, and neither address nor agent', () => {
  let now = NOON;
  const devices = new DailyDevices(path, () => now);
  devices.of('shop', '192.0.2.1', 'Firefox');
  const first = readFileSync(path, 'utf8');
  // 2026-01-02 is day 20,455 since 1970.
  expect(first).toMatch(/^20455 [0-9a-f]{64}\n$/);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  now += 86_400_000;
  devices.of('shop', '192.0.2.1', 'Firefox');
  const second = readFileSync(path, 'utf8');
  expect(second).toMatch(/^20456 [0-9a-f]{64}\n$/);
  expect(second.slice(6)).not.toBe(first.slice(6));
});

const MINUTE = 60_000;
const MIDNIGHT = Date.UTC(2026, 0, 3);

/** What a visitor is at each of these times, in minutes from midnight: A is the first device, B the next other one. */
function lettersOf(
  devices: DailyDevices,
  set: (now: number) => void,
  midnight: number,
  minutes: readonly number[],
): string {
  const seen: string[] = [];
  return minutes
    .map((minute) => {
      set(midnight + minute * MINUTE);
      const device = devices.of('shop', '192.0.2.1', 'Firefox');
      if (!seen.includes(device)) seen.push(device);
      return 'ABC'[seen.indexOf(device)];
    })
    .join('');
}

it.each([
  ['goes on while no half hour passes without it', [-40, -10, 0, 19, 48, 77], 'AAAAAA'],
  ['ends with a gap of half an hour', [-10, 10, 40, 41], 'AABB'],
  ['is over when nothing came in the last half hour of the day', [-31, 1], 'AB'],
  ['goes on from the last instant of its day', [-1 / MINUTE, 29], 'AA'],
])('a visit over midnight %s', (_, minutes, letters) => {
  let now = NOON;
  const devices = new DailyDevices(path, () => now);
  expect(lettersOf(devices, (to) => (now = to), MIDNIGHT, minutes)).toBe(letters);
});

it('is another device at the next midnight, though the visit never ended', () => {
  let now = NOON;
  const devices = new DailyDevices(path, () => now);
  const minutes = Array.from({ length: 100 }, (_, i) => i * 20 - 20);
  // From 23:40 to 00:00 two days on: 73 times of the first device, until the second midnight.
  const letters = lettersOf(devices, (to) => (now = to), MIDNIGHT, minutes);
  expect(letters).toBe('A'.repeat(73) + 'B'.repeat(27));
});

it('takes a visitor of the day before who comes anew after midnight for somebody else', () => {
  let now = MIDNIGHT - 5 * MINUTE;
  const devices = new DailyDevices(path, () => now);
  const late = devices.of('shop', '192.0.2.1', 'Firefox');
  now = MIDNIGHT - 60 * MINUTE;
  const gone = devices.of('shop', '192.0.2.2', 'Firefox');
  now = MIDNIGHT + MINUTE;
  expect(devices.of('shop', '192.0.2.1', 'Firefox')).toBe(late);
  expect(devices.of('shop', '192.0.2.2', 'Firefox')).not.toBe(gone);
});

it("cuts days in the app's zone, and keeps each day's salt on disk as long as it is a day of some app", () => {
  let now = 0;
  const zones = { shop: 'America/New_York', kiwi: 'Pacific/Auckland' };
  const byName = new Map(Object.entries(zones).map(([app, zone], hash) => [app, { hash, dayOf: dayNumber(zone) }]));
  const devices = new DailyDevices(
    path,
    () => now,
    (app) => byName.get(app)!,
  );
  const at = (utc: string, app: string): string => {
    now = Date.parse(utc);
    return devices.of(app, '192.0.2.1', 'Firefox');
  };
  const days = (): string[] =>
    readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]!);
  // New York is five hours behind, Auckland 13 ahead: 2 January is day 20,455.
  const evening = at('2026-01-02T23:30:00Z', 'shop');
  expect(days()).toEqual(['20455']);
  expect(at('2026-01-03T00:30:00Z', 'shop')).toBe(evening);
  at('2026-01-03T00:30:00Z', 'kiwi');
  expect(days()).toEqual(['20455', '20456']);
  // 23:50 and 00:10 in New York: one visit. At 05:30 it is a new day.
  expect([at('2026-01-03T04:50:00Z', 'shop'), at('2026-01-03T05:10:00Z', 'shop')]).toEqual([evening, evening]);
  expect(days()).toEqual(['20456']);
  // Nothing of what was longer stays behind.
  expect(readFileSync(path, 'utf8')).toMatch(/^20456 [0-9a-f]{64}\n$/);
  expect(at('2026-01-03T10:30:00Z', 'shop')).not.toBe(evening);
  // Noon there is Auckland's midnight.
  const before = at('2026-01-03T10:30:00Z', 'kiwi');
  expect(at('2026-01-03T11:30:00Z', 'kiwi')).not.toBe(before);
  expect(days()).toEqual(['20456', '20457']);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('begins anew with a file that holds no salt, and goes on when it cannot be written', () => {
  const broken = new DailyDevices(join(folder, 'no-such-folder', 'device.salt'), () => NOON);
  expect(broken.of('shop', 'a', 'b')).toBe(broken.of('shop', 'a', 'b'));
});
