import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { IngestStats } from '../../src/ingest/ingest.ts';
import { aBody, aRawRequest } from './bodies.ts';
import { BODIES, DAY, IS_LONG, Ledger, randomOf, Servers, send, someEvents, until } from './harness.ts';

const CONNECTIONS = 8;
/** The server's memory is looked at so often; nothing is under way then. */
const LOOKS = 15;
/** One in so many is written to a connection of its own as bytes, head and all. */
const RAW_EVERY = 8;

/**
 * What the heap may have grown by from the mean of the first third of the looks to that of the last, after garbage collection:
 * of two thirds of 20,000 bodies 600 bytes each, of 200,000 sixty. Measured at 20,000: 0.5 MB. Names of events and properties,
 * which mutations make anew, are remembered up to a limit, and the first looks come before all code is compiled.
 */
const HEAP_GROWTH_MAX = 8_000_000;
/** Buffers hold the window of ids as well, 8 bytes a slot, doubled when full: 2 MiB to 16 at half a million accepted events. */
const BUFFERS_GROWTH_MAX = 32_000_000;

/** Read into the server before its own code: on USR2 it collects garbage and tells what it uses. */
const MEMORY = `data:text/javascript,process.on('SIGUSR2',()=>{gc();gc();console.error(JSON.stringify({memory:process.memoryUsage()}))})`;

let servers: Servers;
afterEach(async () => await servers.remove());

interface Memory {
  readonly heapUsed: number;
  readonly external: number;
  readonly arrayBuffers: number;
  readonly rss: number;
}

async function memory(): Promise<Memory> {
  const from = servers.log.length;
  process.kill(servers.child!.pid!, 'SIGUSR2');
  const line = await until('the server tells its memory', 20_000, () =>
    servers.log.slice(from).find((each) => each.startsWith('{"memory"')),
  );
  return (JSON.parse(line) as { memory: Memory }).memory;
}

/** The statuses of all that comes back until the server closes. */
async function exchange(bytes: Buffer): Promise<number[]> {
  const { port, hostname } = new URL(servers.url);
  const socket = connect({ port: Number(port), host: hostname });
  let text = '';
  socket.setEncoding('latin1');
  socket.on('data', (piece: string) => {
    text += piece;
  });
  // A server may close on nonsense while it is still being written.
  socket.on('error', () => {});
  // The end tells it that no more will come, where the length says otherwise.
  socket.end(bytes);
  await once(socket, 'close');
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;

it(
  `answers ${BODIES} random and mutated bodies with no status from 500 on, and uses no more memory at the end`,
  async () => {
    const random = randomOf(11);
    servers = new Servers({
      args: ['--flush-interval-ms', '200'],
      nodeArgs: ['--expose-gc', '--import', MEMORY],
    });
    await servers.start();
    const pid = servers.child!.pid!;
    const statuses = new Map<number, number>();
    const failed: string[] = [];
    const note = (status: number, what: () => string): void => {
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status >= 500) failed.push(`${status}: ${what()}`);
    };
    const one = async (index: number): Promise<void> => {
      if (index % RAW_EVERY === 0) {
        const bytes = aRawRequest(random, servers.token);
        for (const status of await exchange(bytes)) note(status, () => bytes.toString('latin1', 0, 2_000));
        return;
      }
      const { path, headers, body } = aBody(random);
      const say = (): string => `${path} ${JSON.stringify(headers)} ${body.toString('latin1', 0, 1_000)}`;
      try {
        const { status, text } = await servers.ask('POST', path, body, headers);
        note(status, () => `${text} to ${say()}`);
      } catch (error) {
        failed.push(`${String(error)}: ${say()}`);
      }
    };
    const looks: Memory[] = [];
    let next = 0;
    for (let look = 1; look <= LOOKS; look++) {
      const end = Math.floor((BODIES * look) / LOOKS);
      const clients = Array.from({ length: CONNECTIONS }, async () => {
        while (next < end) await one(next++);
      });
      await Promise.all(clients);
      await servers.drained();
      looks.push(await memory());
    }
    expect([failed.length, failed.slice(0, 5)]).toEqual([0, []]);
    // The same process, and not only refusals.
    expect([servers.child!.pid, servers.child!.exitCode]).toEqual([pid, null]);
    expect(Math.min(statuses.get(200) ?? 0, statuses.get(201) ?? 0, statuses.get(400) ?? 0)).toBeGreaterThan(
      BODIES / 50,
    );

    // All that was accepted is stored: the engine refused none of it.
    const stats = async (): Promise<{ ingest: IngestStats; store: { events: number } }> =>
      await servers.json('/api/stats');
    const before = await stats();
    expect([before.ingest.setAside, before.store.events]).toEqual([0, before.ingest.accepted]);

    // And a usual event is as welcome as ever.
    const path = `/api/reports/day/fine?date=${DAY}`;
    expect((await send(servers, 'fine', someEvents(random, 1), 'single', new Ledger()))?.status).toBe(201);
    expect((await servers.json<{ total: number }>(path)).total).toBe(1);
    expect((await stats()).ingest.accepted).toBe(before.ingest.accepted + 1);

    const third = LOOKS / 3;
    const grown = (read: (each: Memory) => number): number =>
      Math.round(mean(looks.slice(-third).map(read)) - mean(looks.slice(0, third).map(read)));
    const told = {
      heap: grown((each) => each.heapUsed),
      buffers: grown((each) => each.arrayBuffers),
      rss: grown((each) => each.rss),
    };
    if (IS_LONG)
      console.log(
        JSON.stringify({
          statuses: Object.fromEntries(statuses),
          accepted: before.ingest.accepted,
          grown: told,
          looks,
        }),
      );
    expect(told.heap).toBeLessThan(HEAP_GROWTH_MAX);
    expect(told.buffers).toBeLessThan(BUFFERS_GROWTH_MAX);
  },
  120_000 + BODIES * 8,
);
