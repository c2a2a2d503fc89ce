import { pino } from 'pino';
import { afterEach, expect, it, vi } from 'vitest';
import { startZoneMoves, type ZoneMoves } from '../../src/app/time-zone-changes.ts';
import type { AppSettings } from '../../src/model/app-settings.ts';
import type { Registry } from '../../src/registry/registry.ts';

let moves: ZoneMoves | undefined;
afterEach(async () => {
  await moves?.stop();
});

/** A store that knows in which zone each app is cut, and a registry of zones over a configuration that says UTC. */
function anApp(stored: Record<string, string>, settings: Record<string, AppSettings> = {}) {
  const done: string[] = [];
  let failures = 0;
  const registry = {
    appSettings: (app: string) => settings[app] ?? {},
    async setAppSettings(app: string, changes: object) {
      settings[app] = { ...settings[app], ...changes };
      return settings[app];
    },
  } as unknown as Registry;
  moves = startZoneMoves({
    registry,
    zoneOf: (app) => settings[app]?.timeZone ?? 'UTC',
    ingest: { catchUp: async (app) => void done.push(`caught up ${app}`) },
    store: {
      apps: async () => Object.keys(stored).map((app) => ({ app, total: 1, firstSeen: 0, lastSeen: 0 })),
      isCutIn: async (app, zone) => stored[app] === undefined || stored[app] === zone,
      zoneChanged: (app) => void done.push(`told ${app}`),
      async setTimeZone(app, zone) {
        if (failures-- > 0) throw new Error('The engine is away.');
        stored[app] = zone;
        done.push(`moved ${app} to ${zone}`);
      },
    },
    logger: pino({ level: 'silent' }),
    retryMs: 1,
  });
  return {
    done,
    stored,
    moves,
    failNext: (times: number) => {
      failures = times;
    },
  };
}

it('answers when the setting is kept, tells the store before the first row, and moves the days afterwards', async () => {
  const app = anApp({ shop: 'UTC' });
  expect(await app.moves.setAppSettings('shop', { timeZone: 'Asia/Tokyo' })).toEqual({ timeZone: 'Asia/Tokyo' });
  expect(app.done[0]).toBe('told shop');
  await vi.waitFor(() => expect(app.done).toEqual(['told shop', 'caught up shop', 'moved shop to Asia/Tokyo']));
  await app.moves.setAppSettings('shop', { name: 'Shop' });
  expect(app.done).toHaveLength(3);
});

it('ends in the last zone however often it is changed, and although the engine is away for a while', async () => {
  const app = anApp({ shop: 'UTC' });
  app.failNext(3);
  for (const timeZone of ['Asia/Tokyo', 'Europe/Paris', 'Asia/Tokyo', 'Asia/Seoul'])
    await app.moves.setAppSettings('shop', { timeZone });
  await vi.waitFor(() => expect(app.stored).toEqual({ shop: 'Asia/Seoul' }));
  await app.moves.setAppSettings('shop', { timeZone: 'UTC' });
  await vi.waitFor(() => expect(app.stored).toEqual({ shop: 'UTC' }));
});

it('moves at the start what the configuration cuts in another zone now', async () => {
  const { stored } = anApp({ shop: 'Europe/Paris', blog: 'UTC' }, { news: { timeZone: 'Asia/Tokyo' } });
  await vi.waitFor(() => expect(stored).toEqual({ shop: 'UTC', blog: 'UTC' }));
});

it('stops while the engine is away', async () => {
  const app = anApp({ shop: 'UTC' });
  app.failNext(1_000_000);
  await app.moves.setAppSettings('shop', { timeZone: 'Asia/Tokyo' });
  await app.moves.stop();
  expect(app.stored).toEqual({ shop: 'UTC' });
});
