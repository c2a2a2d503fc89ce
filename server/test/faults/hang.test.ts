import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { brokenPromises, isRunning, Ledger, randomOf, Servers, send, someEvents, until } from './harness.ts';

const HANG = fileURLToPath(new URL('./hang.mjs', import.meta.url));

let servers: Servers;
afterEach(async () => await servers.remove());

it('ends within 10 s of TERM though its disk hangs, says why, and has lost nothing after the next start', async () => {
  const random = randomOf(61);
  servers = new Servers({ nodeArgs: ['--import', HANG] });
  await servers.start();
  const ledger = new Ledger();
  for (let i = 0; i < 10; i++) await send(servers, 'shop', someEvents(random, 20), 'array', ledger);
  const { pid } = servers.child!;
  process.kill(pid!, 'SIGUSR2');
  await until('the disk hangs', 5_000, () => servers.log.find((line) => line.includes('"hangs"')));
  const waiting = send(servers, 'shop', someEvents(random, 20), 'array', ledger);
  // It is under way when another request is answered.
  expect((await servers.ask('GET', '/health')).status).toBe(200);
  expect((await servers.ask('GET', '/ready')).status).toBe(503);
  const { ms } = await servers.stop();
  await waiting;
  expect([ms < 10_000, isRunning(pid!)]).toEqual([true, false]);
  expect(servers.log.join('\n')).toContain(
    'Seismo did not stop cleanly: JOURNAL_UNAVAILABLE: The disk of the journal does not answer',
  );
  await servers.start();
  expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);
  expect((await servers.stop()).code).toBe(0);
}, 90_000);
