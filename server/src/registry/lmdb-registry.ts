import { type Database, open, type RootDatabase } from 'lmdb';
import type { AppSettings } from '../app-settings.ts';
import { SeismoError } from '../errors.ts';
import { causeOfFailure, DURABLE } from '../lmdb-options.ts';
import type { Registry } from './registry.ts';

/** Opens, or makes, the registry's LMDB directory. A write resolves when it is on disk. */
export function openRegistry(path: string): Registry {
  const env: RootDatabase<unknown, string[]> = open<unknown, string[]>({ path, ...DURABLE, encoding: 'json' });
  const values: Database<unknown, string[]> = env;

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

  const registry: Registry = {
    appSettings: (app) => registry.get<AppSettings>('apps', app) ?? {},

    async setAppSettings(app, changes) {
      const merged = { ...registry.appSettings(app), ...changes };
      const kept = Object.fromEntries(
        Object.entries(merged).filter(([, value]) => value !== null && value !== undefined),
      );
      await registry.put('apps', app, kept);
      return kept as AppSettings;
    },

    get: <T>(kind: string, name: string) => values.get([kind, name]) as T | undefined,

    list: <T>(kind: string) =>
      [...values.getRange({ start: [kind, ''], end: [`${kind}\u0001`, ''] })]
        .filter(({ key }) => key[0] === kind)
        .map(({ key, value }) => ({ name: key[1]!, value: value as T })),

    async put(kind, name, value) {
      await write(() => values.put([kind, name], value));
    },

    async remove(kind, name) {
      const known = values.get([kind, name]) !== undefined;
      await write(() => values.remove([kind, name]));
      return known;
    },

    close: () => env.close(),
  };
  return registry;
}
