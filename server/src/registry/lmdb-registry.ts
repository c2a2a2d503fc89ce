import { type Database, open, type RootDatabase } from 'lmdb';
import type { AppSettings } from '../app-settings.ts';
import { SeismoError } from '../errors.ts';
import { causeOfFailure, DURABLE } from '../lmdb-options.ts';
import type { Registry } from './registry.ts';

/**
 * Opens, or makes, the registry's LMDB directory. A write resolves when it is on disk (overlappingSync is off). All of it is kept
 * in memory as well: who may do what is asked several times a request, and each look-up in the file took 2 µs and more.
 */
export function openRegistry(path: string): Registry {
  const env: RootDatabase<unknown, string[]> = open<unknown, string[]>({ path, ...DURABLE, encoding: 'json' });
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

  async function write(work: () => Promise<boolean>): Promise<boolean> {
    try {
      return await work();
    } catch (error) {
      const cause = await causeOfFailure(error);
      throw new SeismoError('JOURNAL_UNAVAILABLE', 'The data directory could not be written; nothing was changed.', {
        cause,
      });
    }
  }

  let changing = Promise.resolve();
  const registry: Registry = {
    appSettings: (app) => registry.get<AppSettings>('apps', app) ?? {},

    async setAppSettings(app, changes) {
      const change = async (): Promise<AppSettings> => {
        const merged = { ...registry.appSettings(app), ...changes };
        const kept = Object.fromEntries(
          Object.entries(merged).filter(([, value]) => value !== null && value !== undefined),
        );
        await registry.put('apps', app, kept);
        return kept as AppSettings;
      };
      // One after the other: two changes at once would both start from what was before, and one would be lost.
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
      await write(() => values.put([kind, name], value));
      known(kind).set(name, value);
    },

    async remove(kind, name) {
      await write(() => values.remove([kind, name]));
      return kinds.get(kind)?.delete(name) ?? false;
    },

    close: () => env.close(),
  };
  return registry;
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : a > b ? 1 : 0;
