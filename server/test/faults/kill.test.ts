import { afterEach, expect, it } from 'vitest';
import {
  type Answer,
  brokenPromises,
  isRunning,
  Ledger,
  ROUNDS,
  ROUNDS_TIMEOUT_MS,
  randomOf,
  Servers,
  underLoad,
  until,
} from './harness.ts';

let servers: Servers;
afterEach(async () => await servers.remove());

it(
  `keeps every promise through ${ROUNDS} times kill -9 under load, of everything and of the server alone`,
  async () => {
    const random = randomOf(2_026);
    servers = new Servers();
    await servers.start();
    for (let round = 0; round < ROUNDS; round++) {
      const app = `round-${round}`;
      const ledger = new Ledger();
      const stop = underLoad(servers, app, ledger, random);
      const what = round % 2 === 0 ? 'all' : 'server';
      // From the first transaction to some blocks loaded.
      await new Promise((resolve) => setTimeout(resolve, 50 + Math.floor(random() * 2_000)));
      const engine = servers.enginePid();
      await servers.kill(what);
      await stop();
      // In every other of these rounds the new server starts while the old engine is still ending.
      if (what === 'all' || round % 4 === 1) {
        await until('the engine has ended with its server', 10_000, () => (isRunning(engine) ? undefined : true));
        await servers.start();
      } else {
        await servers.start();
        expect(isRunning(engine)).toBe(false);
      }
      expect([round, what, await brokenPromises(servers, app, ledger)]).toEqual([round, what, []]);
      expect(ledger.promised.size).toBeGreaterThan(0);
    }
    expect(await servers.stop()).toMatchObject({ code: 0 });
  },
  ROUNDS_TIMEOUT_MS,
);

it(
  `fails no post through ${ROUNDS} times kill -9 of the engine under load, and answers questions again within 10 s`,
  async () => {
    const random = randomOf(77);
    servers = new Servers();
    await servers.start();
    const ledger = new Ledger();
    const failed: (Answer | undefined)[] = [];
    const stop = underLoad(servers, 'shop', ledger, random, {
      connections: 1,
      onAnswer: (answer) => {
        if (answer === undefined || answer.status > 201) failed.push(answer);
      },
    });
    const ask = (): Promise<Answer> => servers.ask('GET', '/api/reports/day/shop?date=2026-03-10&fresh=false');
    const away: Answer[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await until('the engine answers', 10_000, async () => ((await ask()).status === 200 ? true : undefined));
      await new Promise((resolve) => setTimeout(resolve, Math.floor(random() * 1_500)));
      const engine = servers.enginePid();
      process.kill(engine, 'SIGKILL');
      await until('the engine is gone', 5_000, () => (isRunning(engine) ? undefined : true));
      // Every answer from here on is 503 until it is 200, and says when to ask again.
      await until('the engine answers again', 10_000, async () => {
        const answer = await ask();
        if (answer.status === 200) return true;
        away.push(answer);
        return undefined;
      });
    }
    await stop();
    expect(failed).toEqual([]);
    expect(away.length).toBeGreaterThan(0);
    expect(away.filter(({ status, headers }) => status !== 503 || !headers['retry-after'])).toEqual([]);
    await servers.drained();
    expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);
  },
  ROUNDS_TIMEOUT_MS,
);

it('stops with code 0 within 10 s of TERM, though the engine hangs and requests are open, and loses nothing by it', async () => {
  servers = new Servers();
  await servers.start();
  const ledger = new Ledger();
  const stop = underLoad(servers, 'shop', ledger, randomOf(5));
  await until('events are under way', 5_000, () => (ledger.promised.size > 500 ? true : undefined));
  process.kill(servers.enginePid(), 'SIGSTOP');
  // A question that nobody will answer, and a body that does not come to its end.
  servers.ask('GET', '/api/events/shop').catch(() => {});
  const ended = servers.stop();
  await stop();
  const { code, ms } = await ended;
  expect([code, ms < 10_000]).toEqual([0, true]);
  await servers.start();
  expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);
}, 120_000);
