import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import type { AppSettings } from '../model/app-settings.ts';
import { SeismoError } from '../model/errors.ts';
import { checkSpaceForNewFile, DiskReservation } from '../system/disk-reservation.ts';
import { causeOfFailure, DURABLE, usedBytesOf } from '../system/lmdb-options.ts';
import type { Registry } from './registry.ts';

/**
 * Opens or creates the registry's LMDB directory. A write resolves when it is on disk (overlappingSync is off). Everything is also kept
 * in memory: each request checks access several times, and each look-up in the file took 2 µs and more.
 */
export function openRegistry(path: string): Registry {
  const file = join(path, 'data.mdb');
  if (!existsSync(file)) checkSpaceForNewFile(existsSync(path) ? path : dirname(path));
  const env: RootDatabase<unknown, string[]> = open<unknown, string[]>({ path, ...DURABLE, encoding: 'json' });
  const reservation = new DiskReservation({
    path: file,
    usedBytes: () => usedBytesOf(env),
    marginBytes: MARGIN_BYTES,
    aheadMaxBytes: 0,
  });
  const values: Database<unknown, string[]> = env;
  const kinds = new Map<string, Map<string, unknown>>();
  const known = (kind: string): Map<string, unknown> => {
    let names = kinds.get(kind);
    if (names === undefined) {
      names = new Map();
      kinds.set(kind, names);
    }
    return names;
  };
  for (const { key, value } of values.getRange({})) known(key[0]!).set(key[1]!, value);

  async function write(bytes: number, work: () => Promise<boolean>): Promise<boolean> {
    try {
      return await reservation.within(bytes, 0, work);
    } catch (error) {
      const cause = await causeOfFailure(error);
      throw new SeismoError('JOURNAL_UNAVAILABLE', 'The data directory could not be written. Nothing was changed.', {
        cause,
      });
    }
  }

  let changing = Promise.resolve();
  const registry: Registry = {
    appSettings: (app) => registry.get<AppSettings>('apps', app) ?? {},

    appsWithSettings: () =>
      registry
        .list<AppSettings>('apps')
        .filter(({ value }) => Object.keys(value).length > 0)
        .map(({ name }) => name),

    async setAppSettings(app, changes) {
      const change = async (): Promise<AppSettings> => {
        const merged = { ...registry.appSettings(app), ...changes };
        const kept = Object.fromEntries(
          Object.entries(merged).filter(([, value]) => value !== null && value !== undefined),
        );
        await registry.put('apps', app, kept);
        return kept as AppSettings;
      };
      // One after another: two changes at once would both start from the same state, and one would be lost.
      const changed = changing.then(change);
      changing = changed.then(
        () => {},
        () => {},
      );
      return await changed;
    },

    get: <T>(kind: string, name: string) => kinds.get(kind)?.get(name) as T | undefined,

    list: <T>(kind: string) =>
      [...(kinds.get(kind) ?? [])].sort(byName).map(([name, value]) => ({ name, value: value as T })),

    async put(kind, name, value) {
      await write(Buffer.byteLength(JSON.stringify(value)) * 2, () => values.put([kind, name], value));
      known(kind).set(name, value);
    },

    async remove(kind, name) {
      await write(0, () => values.remove([kind, name]));
      return kinds.get(kind)?.delete(name) ?? false;
    },

    async close() {
      await reservation.close();
      await env.close();
    },
  };
  return registry;
}

/** One tree, and the list of free pages. */
const MARGIN_BYTES = 256 * 1024;

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : a > b ? 1 : 0;
