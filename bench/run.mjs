// `npm run bench`: the figures of the core, written to bench/results/latest.md. About 12 minutes on two cores.
// `npm run bench -- --events 2000000` makes a smaller store, to try things out; `--keep DIR` keeps the store there, and
// `--only questions --keep DIR` measures one that an earlier run kept (results are not written then).
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepare } from '../scripts/prepare.mjs';
import { QUESTIONS } from './analysis.mjs';
import { bulkLoad } from './bulk.mjs';
import { bodiesOf, DAYS, NAMES, randomOf } from './events.mjs';
import { aDirectory, drained, load, memoryOfTree, quantile, removeDirectory, startServer } from './server.mjs';

prepare();
const { values: options } = parseArgs({
  options: {
    events: { type: 'string', default: '20000000' },
    seconds: { type: 'string', default: '60' },
    remembered: { type: 'string', default: '5000000' },
    out: { type: 'string', default: 'bench/results/latest.md' },
    keep: { type: 'string' },
    only: { type: 'string' },
  },
});
const EVENTS = Number(options.events);
const SECONDS = Number(options.seconds);
const REMEMBERED = Math.min(Number(options.remembered), EVENTS / 4);
const BATCH = 500;
const endMs = Date.now();
const app = 'bench';
/** The store fills in order of time: the share of the events posted so far is the share of the days. */
let posted = 0;
const asItFills = () => {
  posted += BATCH;
  return Math.min(0.999, posted / EVENTS);
};
const atTheEnd = () => 0.9998;
const say = (text) => console.log(`${new Date().toISOString().slice(11, 19)} ${text}`);
const rows = [];
const count = (number) => Math.round(number).toLocaleString('en');
const record = (what, must, aim, reached) => {
  rows.push({ what, must, aim, reached });
  say(`${what}: ${reached}`);
};
const MB = 1e6;

const dataDir = options.keep ?? aDirectory();
mkdirSync(dataDir, { recursive: true });
const passwordFile = join(dataDir, 'bench-password');
let server;
let stored = 0;
let idle = 0;
let peak = 0;

async function ingest() {
  server = await startServer(dataDir);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  idle = memoryOfTree(server.child.pid);
  say(`idle ${count(idle / MB)} MB`);

  say(`remembering ${count(REMEMBERED)} ids`);
  const next = bodiesOf({ seed: 1, count: 300, size: BATCH, endMs, shareOf: asItFills });
  await load(server, app, next, { connections: 8, events: REMEMBERED, size: BATCH });
  await drained(server);

  say(`batches for ${SECONDS} s`);
  const watch = () => {
    peak = Math.max(peak, memoryOfTree(server.child.pid));
  };
  const batches = await load(server, app, next, { connections: 8, seconds: SECONDS, size: BATCH, onTick: watch });
  const drainSeconds = await drained(server);
  const acknowledged = batches.accepted / batches.seconds;
  const loaded = batches.accepted / (batches.seconds + drainSeconds);
  record(
    `events acknowledged durable, batches of ${BATCH}, ${SECONDS} s`,
    '40,000 /s',
    '100,000 /s',
    `${count(acknowledged)} /s; with the wait until all are stored ${count(loaded)} /s (${drainSeconds.toFixed(1)} s); p99 ${quantile(batches.latencies, 0.99).toFixed(0)} ms`,
  );
  const bulk = await bulkLoad(dataDir, 400_000, endMs, Math.min(0.999, posted / EVENTS));
  record(
    'the same as a share of the engine’s own bulk load',
    '0.4',
    '0.7',
    `${(loaded / bulk).toFixed(2)} stored, ${(acknowledged / bulk).toFixed(2)} acknowledged (bulk load: ${count(bulk)} rows/s)`,
  );

  const ordered = bodiesOf({ seed: 2, count: 300, size: BATCH, endMs, version: 7, shareOf: asItFills });
  const sevens = await load(server, app, ordered, { connections: 8, seconds: SECONDS / 3, size: BATCH, onTick: watch });
  const sevensDrain = await drained(server);
  record(
    `the same with UUIDv7, ${SECONDS / 3} s`,
    '–',
    '–',
    `${count(sevens.accepted / sevens.seconds)} /s; stored ${count(sevens.accepted / (sevens.seconds + sevensDrain))} /s`,
  );

  const single = bodiesOf({ seed: 3, count: 5_000, size: 1, endMs, shareOf: atTheEnd });
  const singles = await load(server, app, single, { connections: 64, seconds: SECONDS / 4, size: 1 });
  record(
    'single-event posts, 64 connections',
    '8,000 /s, p99 < 60 ms',
    '20,000 /s',
    `${count(singles.accepted / singles.seconds)} /s, p99 ${quantile(singles.latencies, 0.99).toFixed(1)} ms`,
  );

  stored = (await server.json('/api/stats')).store.events;
  if (stored < EVENTS) {
    say(`filling from ${count(stored)} to ${count(EVENTS)}`);
    await load(server, app, next, { connections: 8, events: EVENTS - stored, size: BATCH });
    await drained(server);
    stored = (await server.json('/api/stats')).store.events;
  }
  writeFileSync(passwordFile, server.password, { mode: 0o600 });
  await server.stop();
}

async function questions() {
  server = await startServer(dataDir, { password: readFileSync(passwordFile, 'utf8') });
  stored = (await server.json('/api/stats')).store.events;
  record(
    `\`npm start\` to ready, built, ${count(stored)} events stored`,
    '4 s',
    '1 s',
    `${(server.readyMs / 1000).toFixed(2)} s`,
  );

  const random = randomOf(4);
  const day = (back) => new Date(endMs - back * 86_400_000).toISOString().slice(0, 10);
  const aReport = (fresh) => {
    const id = NAMES[Math.floor(random() * NAMES.length)].replaceAll(' ', '-');
    const date = day(1 + Math.floor(random() * (DAYS - 2)));
    const kind = ['hour', 'day', 'week', 'month'][Math.floor(random() * 4)];
    const hour = kind === 'hour' ? `&hour=${Math.floor(random() * 24)}` : '';
    return `/api/reports/${kind}/${app}?id=${id}&date=${date}${hour}&fresh=${fresh}`;
  };
  async function timed(times, pathOf) {
    const taken = [];
    for (let i = 0; i < times; i++) {
      const started = performance.now();
      await server.json(pathOf());
      taken.push(performance.now() - started);
    }
    return taken;
  }
  /** 2,000 events a second in batches of 100. */
  async function whileArriving(work) {
    const trickle = bodiesOf({ seed: 5, count: 50, size: 100, endMs: Date.now(), shareOf: atTheEnd });
    let isOver = false;
    const arriving = (async () => {
      while (!isOver) {
        const started = performance.now();
        await server.ask('POST', `/api/events/${app}`, { body: trickle() });
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, 50 - (performance.now() - started))));
      }
    })();
    await timed(20, () => aReport(false));
    const result = await work();
    isOver = true;
    await arriving;
    return result;
  }
  const ms = (values) => `p95 ${quantile(values, 0.95).toFixed(1)} ms, p50 ${quantile(values, 0.5).toFixed(1)} ms`;
  record(
    'hour/day/week/month report by event while 2,000 events/s arrive, fresh=false',
    'p95 40 ms',
    '10 ms',
    ms(await whileArriving(() => timed(300, () => aReport(false)))),
  );
  record(
    'the same with fresh=true',
    'p95 250 ms',
    '60 ms',
    ms(await whileArriving(() => timed(100, () => aReport(true)))),
  );
  const month = `from=${day(40)}&to=${day(11)}`;
  const breakdown = (attribute) =>
    timed(attribute === 'country' ? 9 : 2, () => `/api/groups/${app}?attr=${attribute}&${month}`);
  // Each is asked twice: the third time a property gets its own columns, which takes up the first ten seconds.
  const first = [...(await breakdown('plan')), ...(await breakdown('coupon')), ...(await breakdown('items'))];
  await timed(3, () => `/api/groups/${app}?attr=country&${month}`);
  await new Promise((resolve) => setTimeout(resolve, 25_000));
  record(
    '30-day breakdown by a property with distinct users',
    '900 ms',
    '300 ms',
    `${ms(await breakdown('country'))}; by properties that were never asked for before ${ms(first)}`,
  );
  record('newest 100 events of an app', '150 ms', '30 ms', ms(await timed(15, () => `/api/events/${app}?limit=100`)));
  const querying = memoryOfTree(server.child.pid);
  record(
    'memory of all processes: idle / under load / querying',
    '450 / 1,300 / 1,500 MB',
    '300 / 700 / 900 MB',
    `${count(idle / MB)} / ${count(peak / MB)} / ${count(querying / MB)} MB`,
  );
  const { store } = await server.json('/api/stats');
  record(
    'bytes on disk per event, the whole store',
    '–',
    '–',
    `${(store.bytesOnDisk / store.events).toFixed(1)} in ${store.parts} parts`,
  );
  await server.stop();
}

async function bytesPerEvent() {
  const perEvent = [];
  for (const version of [4, 7]) {
    const directory = aDirectory();
    const small = await startServer(directory);
    let done = 0;
    const shareOf = () => {
      done += BATCH;
      return Math.min(0.999, done / (EVENTS / 10));
    };
    const part = bodiesOf({ seed: 6, count: 300, size: BATCH, endMs, version, shareOf });
    await load(small, app, part, { connections: 8, events: EVENTS / 10, size: BATCH });
    await drained(small);
    await new Promise((resolve) => setTimeout(resolve, 20_000));
    const usage = (await small.json('/api/stats')).store;
    perEvent.push(`${(usage.bytesOnDisk / usage.events).toFixed(1)} (${usage.parts} parts)`);
    await small.stop();
    removeDirectory(directory);
  }
  record(
    `bytes on disk per event (${count(EVENTS / 10)} events; random uuid / time-ordered uuid)`,
    '60 / 45',
    '43 / 28',
    perEvent.join(' / '),
  );
}

/** With caches off: each question goes to the store every time. */
async function analysis() {
  const uncached = ['--query-cache-bytes', '0'];
  server = await startServer(dataDir, { password: readFileSync(passwordFile, 'utf8'), flags: uncached });
  const ask = async (question) => {
    const body = Buffer.from(JSON.stringify(question));
    const started = performance.now();
    const answer = await server.ask('POST', `/api/query/${app}`, { body });
    if (answer.status !== 200) throw new Error(`${question.kind}: ${answer.status} ${answer.body}`);
    return performance.now() - started;
  };
  // Closed periods, and days whose events are all stored.
  const midnight = endMs - (endMs % 86_400_000);
  for (const { ask: make } of QUESTIONS) for (let turn = 0; turn < 3; turn++) await ask(make(midnight, turn));
  // Frequently queried properties get their columns meanwhile.
  await new Promise((resolve) => setTimeout(resolve, 25_000));
  await server.stop();

  server = await startServer(dataDir, { password: readFileSync(passwordFile, 'utf8'), flags: uncached });
  await ask(QUESTIONS[0].ask(midnight, 0));
  const before = memoryOfTree(server.child.pid);
  let most = 0;
  const watching = setInterval(() => {
    most = Math.max(most, memoryOfTree(server.child.pid) - before);
  }, 20);
  for (const { what, must, aim, ask: make } of QUESTIONS) {
    const taken = [];
    for (let turn = 3; turn < 10; turn++) taken.push(await ask(make(midnight, turn)));
    record(what, must, aim, `p50 ${quantile(taken, 0.5).toFixed(0)} ms, least ${Math.min(...taken).toFixed(0)} ms`);
  }
  clearInterval(watching);
  record('memory added by the heaviest of them', '1 GB', '400 MB', `${count(most / MB)} MB`);
  await server.stop();
}

const phases = { ingest, questions, analysis, bytes: bytesPerEvent };
const names = options.only?.split(',') ?? Object.keys(phases);
for (const name of names) await phases[name]();
if (options.keep === undefined) removeDirectory(dataDir);
if (options.only !== undefined) process.exit(0);

const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD']).toString().trim();
const text = `# Figures of the core

${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0].model.trim()}, ${count(totalmem() / MB)} MB, Node ${process.versions.node}, commit ${commit}.
Made by \`npm run bench\`; the load generator runs on the same cores. ${count(stored)} events stored, ${count(REMEMBERED)} ids remembered before the first row.

| What | Must reach | Aim | Reached |
| --- | --- | --- | --- |
${rows.map(({ what, must, aim, reached }) => `| ${what} | ${must} | ${aim} | ${reached} |`).join('\n')}
`;
mkdirSync(new URL('results', import.meta.url), { recursive: true });
writeFileSync(options.out, text);
say(`written to ${options.out}`);
