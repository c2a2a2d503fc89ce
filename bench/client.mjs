// `npm run bench:client`: sizes of the client, what it costs the program that uses it, and what is lost in fault runs; written to
// bench/results/client.md. Two minutes on two cores.
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { chance, FAULTS, startFaultProxy } from '../client/test/support/fault-proxy.mjs';
import { chromiumOptions, findChromium } from '../scripts/chromium.mjs';
import { prepare, root } from '../scripts/prepare.mjs';
import { measureMiddleware } from './client-middleware.mjs';
import { aDirectory, quantile, removeDirectory, startServer } from './server.mjs';

prepare();
const { createClient } = await import('../client/dist/node.js');
const say = (text) => console.log(`${new Date().toISOString().slice(11, 19)} ${text}`);
const count = (number) => Math.round(number).toLocaleString('en');
const EVENTS = 10_000;
let browserVersion;
const numbers = [...Array(EVENTS).keys()];
const rows = { sizes: [], costs: [], losses: [] };
const record = (table, ...cells) => {
  rows[table].push(cells);
  say(cells.join(': '));
};

sizes();
await costOfTrack();
await costOfMiddleware();
const dataDir = aDirectory();
const server = await startServer(dataDir);
await throughFaults();
await killedAgainAndAgain();
await closedTabs();
await server.stop();
removeDirectory(dataDir);
write();
process.exit(0);

function sizes() {
  const dist = (name) => readFileSync(join(root, 'client/dist', name));
  for (const [name, what, limit] of [
    ['seismo.core.js', 'the core: page views, `track`, `identify`, delivery', 'under 3,600'],
    ['seismo.js', 'everything', 'under 6,200'],
  ]) {
    const bytes = dist(name);
    const packed = gzipSync(bytes, { level: 9 }).length;
    record(
      'sizes',
      `\`${name}\`, ${what}`,
      count(bytes.length),
      count(packed),
      count(brotliCompressSync(bytes).length),
      limit,
    );
  }
}

/** Events go to a server that does not exist: only the client is measured. */
async function costOfTrack() {
  const text = async () => '{"accepted":500,"duplicates":0,"rejectedTotal":0,"rejected":[]}';
  const fetch = async () => ({ status: 200, headers: { get: () => null }, text });
  const client = createClient({ server: 'http://127.0.0.1', app: 'bench', key: 'sk_x', fetch });
  const tracks = [];
  const wholes = [];
  for (let round = 0; round < 60; round++) {
    const before = process.cpuUsage();
    const started = performance.now();
    for (let n = 0; n < 5_000; n++)
      client.track(
        'order paid',
        { amount: n, plan: 'pro', country: 'CH', path: '/shop/cart', ms: 12.5 },
        { user: 'ann' },
      );
    tracks.push((performance.now() - started) / 5);
    await client.flush();
    const { user, system } = process.cpuUsage(before);
    wholes.push((user + system) / 5_000);
  }
  // In the first rounds the compiler has not optimised the code yet.
  const [track, whole] = [tracks, wholes].map((each) => quantile(each.slice(10), 0.5));
  record('costs', 'one `track()` of five properties, in the caller’s turn', `${track.toFixed(1)} µs`, '–');
  record('costs', 'the same with batches, gzip and delivery, CPU of all threads', `${whole.toFixed(1)} µs`, '–');
}

async function costOfMiddleware() {
  for (const { title, overheadMicros, low, high, ratio } of await measureMiddleware())
    record(
      'costs',
      title,
      `${overheadMicros.toFixed(1)} µs a request (quartiles ${low.toFixed(1)} to ${high.toFixed(1)}), ${ratio.toFixed(3)} of without`,
      '< 20 µs',
    );
}

async function aKey(app) {
  const body = Buffer.from(JSON.stringify({ app, scope: 'write', eventsPerSecond: 1_000_000 }));
  return JSON.parse((await server.ask('POST', '/api/keys', { body })).body).key;
}

/** The numbers stored on the server, sorted, duplicates included. */
async function heldOf(app) {
  const { body } = await server.ask('GET', `/api/events/${app}?limit=10000&order=asc`);
  return JSON.parse(body)
    .map(({ data }) => data.n)
    .sort((a, b) => a - b);
}

function lossOf(held) {
  const kept = new Set(held);
  return [count(kept.size), count(numbers.length - kept.size), count(held.length - kept.size)];
}

async function throughFaults() {
  const random = chance(7);
  let healed = false;
  const proxy = await startFaultProxy(server.url, () =>
    healed || random() < 0.2 ? 'none' : FAULTS[Math.floor(random() * FAULTS.length)],
  );
  let dropped = 0;
  const client = createClient({
    server: proxy.url,
    app: 'faults',
    key: await aKey('faults'),
    batchMaxEvents: 100,
    retryMinMs: 2,
    retryMaxMs: 10,
    timeoutMs: 300,
    onDrop: () => dropped++,
  });
  for (const n of numbers) client.track('tick', { n });
  const requests = () => Object.values(proxy.met).reduce((sum, each) => sum + each, 0);
  while (client.pending > 0 && requests() < 2_000) await client.flush({ timeoutMs: 50 });
  healed = true;
  await client.close({ timeoutMs: 20_000 });
  const faults = requests() - (proxy.met.none ?? 0);
  const what = `a network in which ${count((100 * faults) / requests())} % of ${count(requests())} requests fail in one of ${FAULTS.length} ways; ${dropped} told as dropped`;
  record('losses', what, count(EVENTS), ...lossOf(await heldOf('faults')));
  await proxy.close();
}

async function killedAgainAndAgain() {
  const directory = mkdtempSync(join(tmpdir(), 'seismo-killed-'));
  const random = chance(11);
  const proxy = await startFaultProxy(server.url, () =>
    random() < 0.5 ? 'none' : FAULTS[Math.floor(random() * FAULTS.length)],
  );
  const key = await aKey('killed');
  const program = fileURLToPath(new URL('../client/test/support/tracker.mjs', import.meta.url));
  let next = 0;
  let kills = 0;
  while (next < EVENTS) {
    const child = fork(program, [proxy.url, 'killed', key, directory, String(next), String(EVENTS)]);
    const killAt = Math.min(EVENTS, next + 500 + Math.floor(random() * 1_500));
    child.on('message', (n) => {
      next = Math.max(next, n);
      if (n >= killAt && child.kill('SIGKILL')) kills++;
    });
    await once(child, 'exit');
  }
  await createClient({ server: server.url, app: 'killed', key, directory }).close({ timeoutMs: 20_000 });
  const { body } = await server.ask('GET', '/api/events/killed?limit=10000&order=asc');
  const events = JSON.parse(body);
  // The next process tracks again what the one before had tracked but not yet reported: that is another event.
  const repeated = events.length - new Set(events.map(({ uuid }) => uuid)).size;
  const kept = new Set(events.map(({ data }) => data.n)).size;
  record(
    'losses',
    `a process with a queue on disk, killed (\`SIGKILL\`) ${kills} times, half of its requests failing`,
    count(EVENTS),
    count(kept),
    count(EVENTS - kept),
    count(repeated),
  );
  await proxy.close();
  rmSync(directory, { recursive: true });
}

/** Ten tabs, each closed in the same turn in which it tracked 1,000 events: twice what browsers promise to send. */
async function closedTabs() {
  if (!findChromium()) return;
  const { chromium } = createRequire(import.meta.url)('playwright-core');
  const browser = await chromium.launch(chromiumOptions());
  for (const storage of ['', 'data-storage']) {
    const app = storage ? 'tabs-kept' : 'tabs';
    const tag = `<script defer src="${server.url}/seismo.js" data-app="${app}" data-key="${await aKey(app)}" data-without="pages clicks vitals errors" ${storage}></script>`;
    const site = createServer((_, response) => response.setHeader('content-type', 'text/html').end(tag)).listen(
      0,
      '127.0.0.1',
    );
    await once(site, 'listening');
    const visitor = await browser.newContext();
    const open = async () => {
      const page = await visitor.newPage();
      await page.goto(`http://127.0.0.1:${site.address().port}`);
      await page.waitForFunction('window.seismo');
      return page;
    };
    for (let tab = 0; tab < 10; tab++) {
      const page = await open();
      await page.evaluate((from) => {
        for (let n = from; n < from + 1_000; n++) window.seismo.track('tick', { n });
      }, tab * 1_000);
      await page.close();
    }
    if (storage) await (await open()).evaluate(() => window.seismo.flush());
    let held = [];
    for (let before = -1; held.length > before; ) {
      before = held.length;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      held = await heldOf(app);
    }
    const how = storage ? 'with `data-storage`, and one more page' : 'without storage';
    record(
      'losses',
      `ten tabs closed in the turn in which they tracked 1,000 events, ${how}`,
      count(EVENTS),
      ...lossOf(held),
    );
    await visitor.close();
    site.closeAllConnections();
    site.close();
  }
  browserVersion = browser.version();
  await browser.close();
}

function write() {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  const version = (name) => createRequire(import.meta.url)(`${name}/package.json`).version;
  const table = (head, cells) =>
    [head, head.map(() => '---'), ...cells].map((each) => `| ${each.join(' | ')} |`).join('\n');
  const chromium = browserVersion ? `, Chromium ${browserVersion}` : '';
  const text = `# Figures of the client

${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0].model.split(' ').slice(0, 2).join(' ')}, ${count(totalmem() / 1e6)} MB, Node ${process.versions.node}, Express ${version('express')} and ${version('express4')}${chromium}, commit ${commit}.
Made by \`npm run bench:client\`.

## Sizes of the scripts for pages, bytes

${table(['File', 'plain', 'gzip', 'brotli', 'Limit'], rows.sizes)}

## What it costs the program that uses it

${table(['What', 'Median', 'Aim'], rows.costs)}

The middleware was measured in pairs: a process with it and one without, which differ in nothing else, take turns in one run; the CPU time of the whole process, all
threads, is what is compared.

## What is lost

${table(['Run', 'tracked', 'stored', 'lost', 'counted twice'], rows.losses)}
`;
  writeFileSync(join(root, 'bench/results/client.md'), text);
  say('written to bench/results/client.md');
}
