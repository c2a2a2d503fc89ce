// `npm run bench:cluster`: what two shards cost and bring on one machine. The same events go through Seismo into one ClickHouse server, and into two
// shards of a cluster; then each question is asked of both in turn. Written to bench/results/cluster.md. Needs Python 3 (the servers are the
// engine's library). `-- --events 2000000` makes smaller stores.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { prepare } from '../scripts/prepare.mjs';
import { QUESTIONS } from './analysis.mjs';
import { bodiesOf } from './events.mjs';
import { aDirectory, drained, load, memoryOfTree, quantile, removeDirectory, startServer } from './server.mjs';

prepare();
const { values: options } = parseArgs({
  options: {
    events: { type: 'string', default: '20000000' },
    out: { type: 'string', default: fileURLToPath(new URL('results/cluster.md', import.meta.url)) },
  },
});
const EVENTS = Number(options.events);
const BATCH = 500;
const TURNS = 5;
const endMs = Date.now();
const midnight = endMs - (endMs % 86_400_000);
const count = (number) => Math.round(number).toLocaleString('en');
const say = (text) => console.log(`${new Date().toISOString().slice(11, 19)} ${text}`);
const SCRIPT = fileURLToPath(new URL('../server/test/store/clickhouse-server.py', import.meta.url));

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function library() {
  const require = createRequire(createRequire(new URL('../server/package.json', import.meta.url)).resolve('chdb'));
  return join(dirname(require.resolve(`@chdb/lib-linux-${process.arch}-gnu/package.json`)), 'libchdb.so');
}

/** @returns the servers, each a shard of the cluster `bench` */
async function startShards(directory, shards) {
  const places = [];
  for (let i = 0; i < shards; i++) places.push({ http: await freePort(), tcp: await freePort() });
  mkdirSync(directory, { recursive: true });
  const config = join(directory, 'cluster.xml');
  const list = places.map(({ tcp }) => `<shard><replica><host>127.0.0.1</host><port>${tcp}</port></replica></shard>`);
  writeFileSync(config, `<clickhouse><remote_servers><bench>${list.join('')}</bench></remote_servers></clickhouse>`);
  const children = [];
  for (const [i, { http, tcp }] of places.entries()) {
    const data = join(directory, `shard-${i + 1}`);
    children.push(
      spawn('python3', [SCRIPT, library(), data, `${http}`, `${tcp}`, `--config-file=${config}`], { stdio: 'ignore' }),
    );
    while (
      !(await fetch(`http://127.0.0.1:${http}/ping`).then(
        (answer) => answer.ok,
        () => false,
      ))
    )
      await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const connection = places.map(({ http }) => `http://127.0.0.1:${http}/seismo`).join(',');
  const stop = () => {
    for (const child of children) child.kill('SIGKILL');
  };
  return { children, connection, stop };
}

/** Without caches: each question goes to the store every time. */
async function startSide(name, shards) {
  const directory = aDirectory();
  const engines = await startShards(join(directory, 'clickhouse'), shards);
  const flags = ['--connection', engines.connection, '--query-cache-bytes', '0'];
  if (shards > 1) flags.push('--cluster', 'bench');
  const server = await startServer(directory, { flags });
  return { name, directory, engines, server };
}

/** In order of time, the same on each side. */
async function fill({ name, server, engines }) {
  let posted = 0;
  const shareOf = () => {
    posted += BATCH;
    return Math.min(0.999, posted / EVENTS);
  };
  const next = bodiesOf({ seed: 1, count: 300, size: BATCH, endMs, shareOf });
  const { accepted, seconds } = await load(server, 'bench', next, { connections: 8, events: EVENTS, size: BATCH });
  const wait = await drained(server);
  const { store } = await server.json('/api/stats');
  const memory = engines.children.reduce((sum, { pid }) => sum + memoryOfTree(pid), 0);
  say(`${name}: ${count(accepted)} events, stored ${count(accepted / (seconds + wait))} /s, ${store.parts} parts`);
  return { rate: accepted / (seconds + wait), bytes: store.bytesOnDisk / store.events, events: store.events, memory };
}

const sides = [await startSide('one server', 1), await startSide('two shards', 2)];
const filled = [];
for (const side of sides) filled.push(await fill(side));

async function ask({ server }, question) {
  const body = Buffer.from(JSON.stringify(question));
  const started = performance.now();
  const { status, body: text } = await server.ask('POST', '/api/query/bench', { body });
  if (status !== 200) throw new Error(`${question.kind}: ${status} ${text}`);
  return performance.now() - started;
}

const rows = [];
for (const { what, ask: make } of QUESTIONS) {
  const taken = sides.map(() => []);
  for (let turn = 0; turn <= TURNS; turn++)
    for (const [i, side] of sides.entries()) {
      const ms = await ask(side, make(midnight, turn));
      // The first turn warms up.
      if (turn > 0) taken[i].push(ms);
    }
  const [one, two] = taken.map((each) => quantile(each, 0.5));
  rows.push(`| ${what} | ${one.toFixed(0)} ms | ${two.toFixed(0)} ms | ${(two / one).toFixed(2)} |`);
  say(`${what}: ${one.toFixed(0)} ms, ${two.toFixed(0)} ms`);
}
for (const { server, engines, directory } of sides) {
  await server.stop();
  engines.stop();
  removeDirectory(directory);
}

const [one, two] = filled;
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD']).toString().trim();
writeFileSync(
  options.out,
  `# One ClickHouse server and two shards

${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0].model.trim()}, ${count(totalmem() / 1e6)} MB, Node ${process.versions.node}, commit ${commit}.
Made by \`npm run bench:cluster\`: the same ${count(one.events)} events through Seismo into each, and each question asked of both in turn, medians of ${TURNS}. Both shards, the one server, Seismo and the load generator share the two cores: the ratio is what
sharding costs, not what a second machine brings.

| What | One server | Two shards | Ratio |
| --- | --- | --- | --- |
| events stored | ${count(one.rate)} /s | ${count(two.rate)} /s | ${(two.rate / one.rate).toFixed(2)} |
| bytes on disk per event | ${one.bytes.toFixed(1)} | ${two.bytes.toFixed(1)} | ${(two.bytes / one.bytes).toFixed(2)} |
| memory of the servers after loading | ${count(one.memory / 1e6)} MB | ${count(two.memory / 1e6)} MB | ${(two.memory / one.memory).toFixed(2)} |
${rows.join('\n')}
`,
);
say(`written to ${options.out}`);
