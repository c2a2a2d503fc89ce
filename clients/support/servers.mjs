// For the tests of clients in other languages: the built server, and the proxy that hurts what passes, in a process of their own.
// Takes commands as lines of JSON, `{"do": "proxy", …}`, and answers each with a line. Ends with its standard input.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chance, FAULTS, startFaultProxy } from '../../client/test/support/fault-proxy.mjs';
import { serve } from '../../server/dist/app/serve.js';
import { loadConfig } from '../../server/dist/config/config.js';

const dataDir = mkdtempSync(join(tmpdir(), 'seismo-servers-'));
const proxies = [];
let port = 0;
let server;
let admin;
let token;

async function post(path, body, headers = {}) {
  const answer = await fetch(`${server.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return await answer.json();
}

async function adminToken() {
  token ??= (await post('/auth', admin)).token;
  return token;
}

const commands = {
  /** The server, up, or up again at the same address. */
  async start() {
    const config = await loadConfig({ given: { dataDir, port, logLevel: 'silent' } });
    // bcrypt's fewest rounds: with 12 each sign-in takes 250 ms of a core.
    server = await serve(config, { bcryptRounds: 4 });
    port = Number(new URL(server.url).port);
    // At a later start there is an admin already.
    if (server.firstAdmin) admin = { username: server.firstAdmin.user, password: server.firstAdmin.password };
    return { url: server.url, ...admin };
  },

  async stop() {
    await server?.close();
    server = undefined;
    return {};
  },

  /** A key of an app, which stores events of any time and texts as ids as an admin does. */
  async key({ app, scope }) {
    const body = { app, scope, eventsPerSecond: 1_000_000, ...(scope === 'write' && { trusted: true }) };
    return await post('/api/keys', body, { 'x-access-token': await adminToken() });
  },

  /** @param passes the share of requests that meet no fault */
  async proxy({ seed, passes }) {
    const random = chance(seed);
    const proxy = { healed: false };
    proxies.push(
      Object.assign(
        proxy,
        await startFaultProxy(server.url, () =>
          proxy.healed || random() < passes ? 'none' : FAULTS[Math.floor(random() * FAULTS.length)],
        ),
      ),
    );
    return { url: proxy.url, faults: FAULTS };
  },

  /** How often each fault was met, by the last proxy. */
  async met() {
    return proxies.at(-1).met;
  },

  async heal() {
    proxies.at(-1).healed = true;
    return {};
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { do: command, ...given } = JSON.parse(line);
  console.log(JSON.stringify(await commands[command](given)));
}
for (const proxy of proxies) await proxy.close();
await server?.close();
rmSync(dataDir, { recursive: true, force: true });
process.exit(0);
