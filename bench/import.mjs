// `npm run bench:import`: how fast `seismo import` takes three million rows of NDJSON (the bench's event, each with a uuid of its own),
// beside the engine's own bulk load of the same rows. Written to bench/results/import.md; about five minutes on two cores.
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, existsSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { prepare } from '../scripts/prepare.mjs';
import { bulkLoad } from './bulk.mjs';
import { anEvent, randomOf } from './events.mjs';
import { aDirectory, drained, memoryOfTree, removeDirectory, startServer } from './server.mjs';

prepare();
const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '3000000' },
    file: { type: 'string' },
    out: { type: 'string', default: fileURLToPath(new URL('results/import.md', import.meta.url)) },
  },
});
const ROWS = Number(options.rows);
const BULK_ROWS = Math.min(400_000, ROWS / 3);
const SEISMO = fileURLToPath(new URL('../server/bin/seismo.js', import.meta.url));
const endMs = Date.UTC(2026, 9, 31);
const count = (number) => Math.round(number).toLocaleString('en');
const say = (text) => console.log(`${new Date().toISOString().slice(11, 19)} ${text}`);

/** In order of time over the 90 days, as a log is written. */
async function writeRows(path) {
  const random = randomOf(7);
  const file = createWriteStream(path);
  for (let row = 0; row < ROWS; ) {
    const lines = [];
    for (const end = Math.min(ROWS, row + 5_000); row < end; row++)
      lines.push(JSON.stringify({ ...anEvent(random, endMs, (row / ROWS) * 0.999), uuid: randomUUID() }));
    if (!file.write(`${lines.join('\n')}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}

/** @returns seconds until the command has ended */
async function runImport(path, args) {
  const started = performance.now();
  const child = spawn(process.execPath, [SEISMO, 'import', path, '--app', 'imported', '--json', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`import ended with ${code}`);
  return { seconds: (performance.now() - started) / 1000, result: JSON.parse(text) };
}

const path = options.file ?? join(tmpdir(), `seismo-import-${ROWS}.ndjson`);
if (!existsSync(path)) {
  say(`writing ${count(ROWS)} rows`);
  await writeRows(path);
}
const megabytes = statSync(path).size / 1e6;

const dataDir = aDirectory();
const server = await startServer(dataDir);
say('importing through the running server');
let peak = 0;
const watch = setInterval(() => {
  peak = Math.max(peak, memoryOfTree(server.child.pid));
}, 500);
const through = await runImport(path, ['--data', dataDir]);
const drainSeconds = await drained(server);
clearInterval(watch);
const { store } = await server.json('/api/stats');
if (through.result.accepted !== ROWS || store.events !== ROWS)
  throw new Error(`${through.result.accepted} accepted and ${store.events} stored of ${ROWS}`);
const rate = ROWS / (through.seconds + drainSeconds);
say(`${count(rate)} rows/s until all are stored (${through.seconds.toFixed(1)} s and ${drainSeconds.toFixed(1)} s)`);

say('the same file again');
const again = await runImport(path, ['--data', dataDir]);
if (again.result.accepted !== 0) throw new Error(`${again.result.accepted} accepted twice`);

say('the bulk load of the engine');
let bulkSeconds = 0;
for (const share of [0.1, 0.5, 0.9]) bulkSeconds += BULK_ROWS / (await bulkLoad(dataDir, BULK_ROWS, endMs, share));
const bulk = (3 * BULK_ROWS) / bulkSeconds;
say(`${count(bulk)} rows/s`);
await server.stop();
removeDirectory(dataDir);

say('importing without a server');
const alone = aDirectory();
const without = await runImport(path, ['--data', alone]);
removeDirectory(alone);
const rateAlone = ROWS / without.seconds;
say(`${count(rateAlone)} rows/s`);

const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD']).toString().trim();
const figures = [
  ['through a running server, until all are stored', `${count(rate)} rows/s`, (rate / bulk).toFixed(2)],
  ['without a server', `${count(rateAlone)} rows/s`, (rateAlone / bulk).toFixed(2)],
  ['the engine’s own bulk load', `${count(bulk)} rows/s`, '1'],
  ['the same file again (nothing to do)', `${again.seconds.toFixed(1)} s`, ''],
  ['memory of server and engine meanwhile', `${count(peak / 1e6)} MB`, ''],
];
writeFileSync(
  options.out,
  `# Figures of imports

${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0].model.trim()}, ${count(totalmem() / 1e6)} MB, Node ${process.versions.node}, commit ${commit}.
Made by \`npm run bench:import\`: ${count(ROWS)} rows of NDJSON (${count(megabytes)} MB, the bench's event, each with a uuid). Must reach 0.33 of the bulk load.

| What | Reached | Of the bulk load |
| --- | --- | --- |
${figures.map((row) => `| ${row.join(' | ')} |`).join('\n')}
`,
);
say(`written to ${options.out}`);
