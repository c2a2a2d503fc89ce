import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { DailyDevices } from '../../src/ingest/daily-devices.ts';

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

it('begins anew with a file that holds no salt, and goes on when it cannot be written', () => {
  const broken = new DailyDevices(join(folder, 'no-such-folder', 'device.salt'), () => NOON);
  expect(broken.of('shop', 'a', 'b')).toBe(broken.of('shop', 'a', 'b'));
});
