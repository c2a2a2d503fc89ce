import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Attack, attacks } from './attacks.ts';
import { IS_LONG, Servers, until } from './harness.ts';

/** What others may wait while somebody attacks (issue 18, B1). */
const OTHERS_MAX_MS = 250;

/** Asks for /health over and over from a thread of its own, so that this process's own work does not count. */
const MONITOR = `
const { parentPort, workerData } = require('node:worker_threads');
const { Agent, get } = require('node:http');
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let slowest = 0;
let asked = 0;
parentPort.on('message', () => { parentPort.postMessage({ slowest, asked }); slowest = 0; asked = 0; });
const ask = () => {
  const since = performance.now();
  get(workerData + '/health', { agent }, (response) => {
    response.resume();
    response.on('end', () => {
      slowest = Math.max(slowest, performance.now() - since);
      asked++;
      setTimeout(ask, 2);
    });
  }).on('error', () => setTimeout(ask, 50));
};
ask();
`;

let servers: Servers;
let monitor: Worker;
beforeEach(async () => {
  servers = new Servers();
  await servers.start();
  monitor = new Worker(MONITOR, { eval: true, workerData: servers.url });
  await until('somebody asks for /health', 10_000, async () => ((await slowest()).asked > 0 ? true : undefined));
});
afterEach(async () => {
  await monitor.terminate();
  await servers.remove();
});

function slowest(): Promise<{ readonly slowest: number; readonly asked: number }> {
  return new Promise((resolve) => {
    monitor.once('message', resolve);
    monitor.postMessage('');
  });
}

interface Outcome {
  readonly codes: readonly string[];
  readonly seconds: number;
  readonly othersMs: number;
}

async function carryOut({ method, path, body, headers, times = 1, atOnce = 1 }: Attack): Promise<Outcome> {
  await slowest();
  const since = performance.now();
  const codes = new Set<string>();
  let left = times;
  const one = async (): Promise<void> => {
    while (left-- > 0) {
      const { status, text } = await servers.ask(method, path, body, { ...headers });
      codes.add(status < 300 ? String(status) : ((JSON.parse(text) as { code?: string }).code ?? text));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  const seconds = (performance.now() - since) / 1000;
  // One that was asked while it lasted may still be waiting.
  const before = await slowest();
  const after = await until('it answers again', 60_000, async () => {
    const now = await slowest();
    return now.asked > 0 ? now : undefined;
  });
  return { codes: [...codes], seconds, othersMs: Math.max(before.slowest, after.slowest) };
}

it(
  IS_LONG ? `keeps nobody else waiting for ${OTHERS_MAX_MS} ms, whatever is sent` : 'refuses every body of the list',
  async () => {
    const slow: string[] = [];
    for (const attack of attacks(IS_LONG)) {
      let { codes, seconds, othersMs } = await carryOut(attack);
      // What the server does is the same each time; what the machine does meanwhile is not.
      for (let again = 0; IS_LONG && again < 2 && othersMs > OTHERS_MAX_MS; again++) {
        const next = await carryOut(attack);
        if (next.othersMs < othersMs) ({ codes, seconds, othersMs } = next);
      }
      if (IS_LONG) {
        const sent = (attack.body?.length ?? 0).toLocaleString('en');
        console.log(
          `| ${attack.name} | ${sent} | ${codes.join(', ')} | ${seconds.toFixed(2)} | ${othersMs.toFixed(0)} |`,
        );
        if (othersMs > OTHERS_MAX_MS) slow.push(`${attack.name}: ${othersMs.toFixed(0)} ms`);
      }
      expect(
        codes.filter((code) => !attack.codes.includes(code)),
        attack.name,
      ).toEqual([]);
    }
    expect(slow).toEqual([]);
  },
  IS_LONG ? 900_000 : 120_000,
);
