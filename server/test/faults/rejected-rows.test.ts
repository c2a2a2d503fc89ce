import { afterEach, expect, it } from 'vitest';
import type { IngestStats } from '../../src/ingest/ingest.ts';
import { command, metric, onEngine } from './engine.ts';
import { brokenPromises, DAY, Ledger, randomOf, type SentEvent, Servers, send, someEvents, until } from './harness.ts';

interface Stats {
  readonly ingest: IngestStats;
  readonly store: { readonly events: number };
}

let servers: Servers;
afterEach(async () => await servers.remove());

it('sets aside alone what the engine refuses, says so, and takes it once when the engine has changed its mind', async () => {
  const random = randomOf(31);
  servers = new Servers({ args: ['--flush-interval-ms', '300'] });
  await servers.start();
  // The schema of a table that an operator has changed: one row in five hundred does not pass any more.
  await onEngine(servers, "ALTER TABLE events ADD CONSTRAINT no_poison CHECK event != 'poison'");

  const events = someEvents(random, 501);
  events[137] = { ...events[137]!, event: 'poison' };
  const poison = events[137];
  const ledger = new Ledger();
  expect((await send(servers, 'shop', events, 'array', ledger))?.status).toBe(200);
  await servers.drained();

  const total = async (query = ''): Promise<number> =>
    (await servers.json<{ total: number }>(`/api/reports/day/shop?date=${DAY}${query}`)).total;
  expect([await total(), await total('&event=poison')]).toEqual([500, 0]);
  expect(await metric(servers, 'seismo_events_set_aside')).toBe(1);
  expect(await metric(servers, 'seismo_store_events')).toBe(500);
  const stats = await command<Stats>(servers, 'stats');
  expect([stats.ingest.setAside, stats.ingest.journalEvents, stats.store.events]).toEqual([1, 0, 500]);
  const listed = await servers.json<{ reason: string; event: SentEvent }[]>('/admin/set-aside');
  expect(listed).toHaveLength(1);
  expect(listed[0]!.event.uuid).toBe(poison.uuid);
  expect(listed[0]!.reason).toMatch(/code 469.*no_poison/s);

  // What comes later is loaded; who sends the event again hears that it is known.
  expect((await send(servers, 'shop', someEvents(random, 100), 'lines', ledger))?.status).toBe(200);
  const again = await send(servers, 'shop', [poison], 'single', ledger);
  expect([again?.status, JSON.parse(again?.text ?? '')]).toMatchObject([200, { duplicate: true }]);
  await servers.drained();
  expect(await total()).toBe(600);

  // Put back while the engine still refuses it, it is set aside again; and a restart keeps it.
  expect(await command(servers, 'retry')).toEqual({ retried: 1 });
  await until('it is set aside again', 20_000, async () =>
    (await command<Stats>(servers, 'stats')).ingest.setAside === 1 ? true : undefined,
  );
  await servers.drained();
  await servers.kill('all');
  await servers.start();
  expect(await metric(servers, 'seismo_events_set_aside')).toBe(1);

  await onEngine(servers, 'ALTER TABLE events DROP CONSTRAINT no_poison');
  expect(await command(servers, 'retry')).toEqual({ retried: 1 });
  await servers.drained();
  expect([await total(), await total('&event=poison')]).toEqual([601, 1]);
  expect(await metric(servers, 'seismo_events_set_aside')).toBe(0);
  expect(await command(servers, 'retry')).toEqual({ retried: 0 });
  expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);
}, 120_000);
