import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { createClient } from '../src/node.ts';
import { atEnd } from './support/fake-server.ts';
import { chance, FAULTS, startFaultProxy } from './support/fault-proxy.mjs';
import { aRealServer, type RealServer } from './support/real-server.ts';

const EVENTS = 10_000;
let server: RealServer;
beforeAll(async () => {
  server = await aRealServer();
});

/** Each number once, in the order of tracking. */
async function numbersOf(app: string): Promise<unknown[]> {
  return (await server.events(app)).map(({ data }) => data?.['n']);
}
const numbers = [...Array(EVENTS).keys()];

it('delivers 10,000 of 10,000 events, each once and in order, through a network that does everything wrong', async () => {
  const random = chance(7);
  let healed = false;
  const proxy = await startFaultProxy(server.url, () =>
    healed || random() < 0.2 ? 'none' : FAULTS[Math.floor(random() * FAULTS.length)]!,
  );
  atEnd(proxy.close);
  const dropped: unknown[] = [];
  const client = createClient({
    server: proxy.url,
    app: 'faults',
    key: await server.key('faults', 'write'),
    batchMaxEvents: 100,
    retryMinMs: 2,
    retryMaxMs: 10,
    timeoutMs: 300,
    queueMaxEvents: EVENTS,
    onDrop: (event, drop) => dropped.push([event, drop]),
  });
  for (const n of numbers) {
    client.track('tick', { n });
    if (n % 100 === 99) await client.flush({ timeoutMs: 5 });
  }
  // Enough requests that each kind of fault was met some times.
  await expect
    .poll(() => Object.values(proxy.met).reduce((sum, count) => sum + count, 0), { timeout: 50_000 })
    .toBeGreaterThan(200);
  healed = true;
  expect(await client.close({ timeoutMs: 30_000 })).toBe(true);
  expect(dropped).toEqual([]);
  expect(Object.keys(proxy.met).toSorted()).toEqual([...FAULTS, 'none'].toSorted());
  expect(await numbersOf('faults')).toEqual(numbers);
  // And counted so: a repeated batch is in no roll-up twice.
  expect((await server.reader('faults').report({ report: 'day' })).total).toBe(EVENTS);
});

it('delivers what a process tracked that was killed again and again, each once', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'seismo-killed-'));
  atEnd(async () => rmSync(directory, { recursive: true, force: true }));
  const random = chance(11);
  const proxy = await startFaultProxy(server.url, () =>
    random() < 0.5 ? 'none' : FAULTS[Math.floor(random() * FAULTS.length)]!,
  );
  atEnd(proxy.close);
  const program = fileURLToPath(new URL('./support/tracker.mjs', import.meta.url));
  const key = await server.key('killed', 'write');
  let next = 0;
  for (let round = 0; next < EVENTS; round++) {
    const child = fork(program, [proxy.url, 'killed', key, directory, String(next), String(EVENTS)], {
      stdio: 'inherit',
    });
    // It says how far it is; whatever it said is on disk.
    const killAt = Math.min(EVENTS, next + 500 + Math.floor(random() * 1_500));
    child.on('message', (n: number) => {
      next = Math.max(next, n);
      if (n >= killAt) child.kill('SIGKILL');
    });
    await once(child, 'exit');
    expect(round).toBeLessThan(100);
  }
  const client = createClient({ server: server.url, app: 'killed', key, directory });
  expect(await client.close({ timeoutMs: 30_000 })).toBe(true);
  // What was tracked and not said before the kill is there as well: the process of after tracked those again.
  const stored = (await server.events('killed')).map(({ data }) => Number(data?.['n']));
  expect([...new Set(stored)].toSorted((a, b) => a - b)).toEqual(numbers);
  const uuids = (await server.events('killed')).map(({ uuid }) => uuid);
  expect(new Set(uuids).size).toBe(uuids.length);
});

it('waits for a server that is away, and goes on when it is back', async () => {
  const client = createClient({
    server: server.url,
    app: 'away',
    key: await server.key('away', 'write'),
    retryMinMs: 20,
    retryMaxMs: 100,
  });
  for (let n = 0; n < 1_000; n++) client.track('tick', { n });
  await client.flush();
  await server.stop();
  for (let n = 1_000; n < 2_000; n++) client.track('tick', { n });
  expect(await client.flush({ timeoutMs: 200 })).toBe(false);
  await server.startAgain();
  expect(await client.close({ timeoutMs: 30_000 })).toBe(true);
  expect(await numbersOf('away')).toEqual([...Array(2_000).keys()]);
});
