import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { brokenPromises, DAY, Ledger, randomOf, Servers, send, someEvents, underLoad, until } from './harness.ts';

const CLOCK = fileURLToPath(new URL('./clock.mjs', import.meta.url));
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Months, and not before the events: what lies more than a day ahead is set to its arrival (API.md). */
const BACK_MS = (Date.now() - Date.parse(DAY)) / 2;

let folder: string;
let file: string;
let servers: Servers;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-clock-'));
  file = join(folder, 'offset');
});
afterEach(async () => {
  await servers.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** What time the server has, by the `Date` that it makes tokens with. */
async function serverNow(): Promise<number> {
  const { text } = await servers.ask('POST', '/api/events/clock', '{"event":"tick"}');
  return Date.parse((JSON.parse(text) as { receivedAt: string }).receivedAt);
}

/** Sets the server's clock. */
async function setClock(offsetMs: number): Promise<void> {
  writeFileSync(file, String(offsetMs));
  process.kill(servers.child!.pid!, 'SIGUSR2');
  await until('the clock is set', 5_000, async () =>
    Math.abs((await serverNow()) - Date.now() - offsetMs) < HOUR_MS / 2 ? true : undefined,
  );
}

it('loses no event and forgets no id while the clock jumps by months, both ways, under load and over a restart', async () => {
  servers = new Servers({ nodeArgs: ['--import', CLOCK], env: { CLOCK_FILE: file } });
  await servers.start();
  const random = randomOf(365);
  const ledger = new Ledger();
  for (const jump of [365 * DAY_MS, -BACK_MS, 2 * HOUR_MS, -2 * HOUR_MS, 0]) {
    const stop = underLoad(servers, 'shop', ledger, random, { connections: 2 });
    const before = ledger.promised.size;
    await until('events are under way', 10_000, () => (ledger.promised.size > before + 200 ? true : undefined));
    await stop();
    // A token's time is the clock's: it ends when that jumps ahead, and one may sign in anew.
    writeFileSync(file, String(jump));
    process.kill(servers.child!.pid!, 'SIGUSR2');
    await until('one may sign in', 10_000, async () => {
      await servers.signIn();
      return true;
    });
    await setClock(jump);
    // Questions for what was just acknowledged are answered at once, also when the clock went back.
    await send(servers, 'shop', someEvents(random, 50), 'array', ledger);
    expect([jump, (await servers.ask('GET', '/api/reports/day/shop')).status]).toEqual([jump, 200]);
    expect([jump, await brokenPromises(servers, 'shop', ledger)]).toEqual([jump, []]);
  }
  // A start with a clock that is months behind, and one with the right one again.
  for (const jump of [-BACK_MS, 0]) {
    expect((await servers.stop()).code).toBe(0);
    await servers.start();
    writeFileSync(file, String(jump));
    process.kill(servers.child!.pid!, 'SIGUSR2');
    await servers.signIn();
    expect([jump, await brokenPromises(servers, 'shop', ledger)]).toEqual([jump, []]);
  }
}, 180_000);

it('ends tokens by the clock, and takes them again when it is set back', async () => {
  servers = new Servers({ nodeArgs: ['--import', CLOCK], env: { CLOCK_FILE: file } });
  await servers.start();
  const token = servers.token;
  const withToken = async (): Promise<number> =>
    (await servers.ask('GET', '/auth', undefined, { 'x-access-token': token })).status;
  expect(await withToken()).toBe(200);
  // They live for a day here.
  writeFileSync(file, String(2 * DAY_MS));
  process.kill(servers.child!.pid!, 'SIGUSR2');
  await until('the token has ended', 5_000, async () => ((await withToken()) === 401 ? true : undefined));
  await servers.signIn();
  expect((await servers.ask('GET', '/auth')).status).toBe(200);
  writeFileSync(file, '0');
  process.kill(servers.child!.pid!, 'SIGUSR2');
  await until('the first token counts again', 5_000, async () => ((await withToken()) === 200 ? true : undefined));
}, 60_000);
