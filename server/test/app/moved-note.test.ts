import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeConnection, noteMoved, withMovedEvents } from '../../src/app/move/moved-note.ts';
import { type Config, loadConfig } from '../../src/config/config.ts';

const SERVER = 'http://ann:secret@clickhouse.example.com:8123/seismo';
const NOW = Date.UTC(2026, 11, 1);
let folder: string;
let logged: string;
const logger = pino(
  {},
  {
    write: (line: string) => {
      logged += line;
    },
  },
);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-moved-'));
  logged = '';
});
afterEach(() => rmSync(folder, { recursive: true }));

const config = async (given: { connection?: string; archive?: string } = {}): Promise<Config> =>
  await loadConfig({ given: { dataDir: folder, ...given }, environment: {}, directory: folder });
const used = async (given: { connection?: string; archive?: string } = {}): Promise<string | undefined> =>
  withMovedEvents(await config(given), folder, logger).connection;

it('uses the new place while the setting is what it was, says so without the password, and obeys any other setting', async () => {
  expect([await used(), await used({ connection: SERVER })]).toEqual([undefined, SERVER]);
  noteMoved(folder, undefined, SERVER, NOW, logger);
  expect(logged).toBe('');
  expect(await used()).toBe(SERVER);
  expect(logged).toContain('set `connection` to http://clickhouse.example.com:8123/seismo');
  expect(logged).not.toContain('secret');
  logged = '';
  expect(await used({ connection: SERVER })).toBe(SERVER);
  expect(await used({ connection: 'http://other.example.com:8123' })).toBe('http://other.example.com:8123');
  expect(await used({ connection: join(folder, 'elsewhere') })).toBe(join(folder, 'elsewhere'));
  expect(logged).toBe('');
  // It has the password.
  expect(statSync(join(folder, 'moved.json')).mode & 0o777).toBe(0o600);
});

it('forgets a move when the events are back where the setting says', async () => {
  noteMoved(folder, undefined, SERVER, NOW, logger);
  noteMoved(folder, undefined, undefined, NOW, logger);
  expect(() => readFileSync(join(folder, 'moved.json'))).toThrow('ENOENT');
  expect(await used()).toBeUndefined();
});

it('goes from a server back to the embedded engine, whatever the password in the setting', async () => {
  noteMoved(folder, SERVER, undefined, NOW, logger);
  expect(await used({ connection: SERVER })).toBeUndefined();
  expect(await used({ connection: SERVER.replace('secret', 'other') })).toBeUndefined();
  expect(logged).toContain('remove the setting `connection`');
});

it('starts no server with MongoDB beside a ClickHouse server, and none with a note that it cannot read', async () => {
  noteMoved(folder, undefined, SERVER, NOW, logger);
  await expect(used({ archive: 'mongodb://127.0.0.1/seismo' })).rejects.toThrow();
  writeFileSync(join(folder, 'moved.json'), '{"version":1,"fr');
  await expect(used()).rejects.toThrow(
    "moved.json, which says where `seismo move` has moved the events, can't be read",
  );
});

it('describes a place without user and password', () => {
  expect(
    [undefined, '/fast/disk', SERVER, 'clickhouse://ann:secret@[::1]'].map((each) => describeConnection(each)),
  ).toEqual([
    'the embedded engine',
    'the embedded engine in /fast/disk',
    'http://clickhouse.example.com:8123/seismo',
    'http://[::1]:8123/seismo',
  ]);
});
