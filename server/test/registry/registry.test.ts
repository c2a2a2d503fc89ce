import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openRegistry } from '../../src/registry/lmdb-registry.ts';

it('keeps values by kind and name, and settings of apps, over a reopen', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seismo-registry-'));
  let registry = openRegistry(join(folder, 'registry'));
  await registry.put('users', 'ann', { role: 'admin' });
  await registry.put('users', '__proto__', { role: 'viewer' });
  await registry.put('user', 'x', 1);
  await registry.put('users2', 'y', 2);
  await registry.put('keys', 'k', [1]);
  expect(await registry.setAppSettings('shop', { timeZone: 'Asia/Kathmandu', retentionDays: 30 })).toEqual({
    timeZone: 'Asia/Kathmandu',
    retentionDays: 30,
  });
  expect(await registry.setAppSettings('shop', { retentionDays: null, name: 'Shop' })).toEqual({
    timeZone: 'Asia/Kathmandu',
    name: 'Shop',
  });
  await registry.close();
  registry = openRegistry(join(folder, 'registry'));
  expect(registry.list('users')).toEqual([
    { name: '__proto__', value: { role: 'viewer' } },
    { name: 'ann', value: { role: 'admin' } },
  ]);
  expect(registry.appSettings('shop')).toEqual({ timeZone: 'Asia/Kathmandu', name: 'Shop' });
  expect(registry.appSettings('other')).toEqual({});
  expect([await registry.remove('users', 'ann'), await registry.remove('users', 'ann')]).toEqual([true, false]);
  expect(registry.get('users', 'ann')).toBeUndefined();
  await registry.close();
  rmSync(folder, { recursive: true });
});

it('loses none of the changes made to the settings of an app at once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seismo-registry-'));
  const registry = openRegistry(join(folder, 'registry'));
  await Promise.all([
    registry.setAppSettings('shop', { name: 'Shop' }),
    registry.setAppSettings('shop', { timeZone: 'Asia/Kathmandu' }),
    registry.setAppSettings('shop', { weekStart: 'monday' }),
    registry.setAppSettings('shop', { retentionDays: 7 }),
  ]);
  expect(registry.appSettings('shop')).toEqual({
    name: 'Shop',
    timeZone: 'Asia/Kathmandu',
    weekStart: 'monday',
    retentionDays: 7,
  });
  await registry.close();
  rmSync(folder, { recursive: true });
});
