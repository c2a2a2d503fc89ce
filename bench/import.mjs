// `npm run bench:import`: how fast `seismo import` takes three million rows of NDJSON and of CSV (the bench's events in order of
// time over 90 days, each with its own uuid), compared with the engine's own bulk load of the very same rows in the same run.
// Written to bench/results/import.md, each format under its own heading; some six minutes per format on two cores.
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { prepare } from '../scripts/prepare.mjs';
import { bulkLoadOf } from './bulk.mjs';
import { anEvent, randomOf } from './events.mjs';
import { aDirectory, drained, memoryOfTree, removeDirectory, startServer } from './server.mjs';

prepare();
const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '3000000' },
    formats: { type: 'string', default: 'ndjson,csv' },
    // Writes the files and exits, so that this does not take up time on a quiet machine.
    'write-only': { type: 'boolean', default: false },
    'without-server': { type: 'boolean', default: false },
    out: { type: 'string', default: fileURLToPath(new URL('results/import.md', import.meta.url)) },
  },
});
const ROWS = Number(options.rows);
const SEISMO = fileURLToPath(new URL('../server/bin/seismo.js', import.meta.url));
const endMs = Date.UTC(2026, 9, 31);
const count = (number) => Math.round(number).toLocaleString('en');
const say = (text) => console.log(`${new Date().toISOString().slice(11, 19)} ${text}`);
const PROPERTIES = ['plan', 'country', 'route', 'ms', 'ok', 'items', 'coupon'];
const MAPPING = ['--event-from', 'name', '--time', 'at', '--user', 'who', '--id-from', 'id'];
const pathOf = (format) => join(tmpdir(), `seismo-import-${ROWS}.${format}`);

/** In order of time over the 90 days, like a log. */
async function writeFiles() {
  const random = randomOf(7);
  const files = ['ndjson', 'csv'].map((format) => createWriteStream(pathOf(format)));
  const put = async (file, text) => {
    if (!file.write(text)) await once(file, 'drain');
  };
  await put(files[1], `id,at,name,who,${PROPERTIES.join(',')}\n`);
  for (let row = 0; row < ROWS; ) {
    const lines = [];
    const records = [];
    for (const end = Math.min(ROWS, row + 5_000); row < end; row++) {
      const event = { ...anEvent(random, endMs, (row / ROWS) * 0.999), uuid: randomUUID() };
      lines.push(JSON.stringify(event));
      const cells = PROPERTIES.map((name) => event.data[name] ?? '');
      records.push(
        [event.uuid, new Date(Number(event.timestamp)).toISOString(), event.event, event.user, ...cells].join(','),
      );
    }
    await put(files[0], `${lines.join('\n')}\n`);
    await put(files[1], `${records.join('\n')}\n`);
  }
  for (const file of files) {
    file.end();
    await once(file, 'finish');
  }
}

async function* rowsOf(path) {
  for await (const line of createInterface({ input: createReadStream(path) })) yield JSON.parse(line);
}

/** @returns seconds until the command has ended */
async function runImport(format, args) {
  const started = performance.now();
  const all = [SEISMO, 'import', pathOf(format), '--app', 'imported', '--json', ...args];
  if (format === 'csv') all.push(...MAPPING);
  const flags = process.env.BENCH_IMPORT_FLAGS?.split(' ') ?? [];
  const child = spawn(process.execPath, [...flags, ...all], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`import ended with ${code}: ${text}`);
  return { seconds: (performance.now() - started) / 1000, result: JSON.parse(text) };
}

async function measure(format) {
  const dataDir = aDirectory();
  const server = await startServer(dataDir);
  say(`${format}: importing through the running server`);
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, memoryOfTree(server.child.pid));
  }, 500);
  const through = await runImport(format, ['--data', dataDir]);
  const drainSeconds = await drained(server);
  clearInterval(watch);
  const { store } = await server.json('/api/stats');
  if (through.result.accepted !== ROWS || store.events !== ROWS)
    throw new Error(`${through.result.accepted} accepted and ${store.events} stored of ${ROWS}`);
  const rate = ROWS / (through.seconds + drainSeconds);
  say(`${count(rate)} rows/s until all are stored (${through.seconds.toFixed(1)} s and ${drainSeconds.toFixed(1)} s)`);

  const again = await runImport(format, ['--data', dataDir]);
  if (again.result.accepted !== 0) throw new Error(`${again.result.accepted} accepted twice`);

  say('the bulk load of the engine');
  const bulk = await bulkLoadOf(dataDir, rowsOf(pathOf('ndjson')));
  say(`${count(bulk)} rows/s: ${(rate / bulk).toFixed(2)}`);
  await server.stop();
  removeDirectory(dataDir);

  const figures = [
    ['through a running server, until all are stored', `${count(rate)} rows/s`, (rate / bulk).toFixed(2)],
    ['the engine’s own bulk load of the same rows', `${count(bulk)} rows/s`, '1'],
    ['the same file again (nothing to do)', `${again.seconds.toFixed(1)} s`, ''],
    ['memory of server and engine meanwhile, at most', `${count(peak / 1e6)} MB`, ''],
  ];
  if (options['without-server']) {
    say('importing without a server');
    const alone = aDirectory();
    const without = await runImport(format, ['--data', alone]);
    removeDirectory(alone);
    const rateAlone = ROWS / without.seconds;
    figures.push(['without a server', `${count(rateAlone)} rows/s`, (rateAlone / bulk).toFixed(2)]);
  }
  return figures;
}

if (!['ndjson', 'csv'].every((format) => existsSync(pathOf(format)))) {
  say(`writing ${count(ROWS)} rows`);
  await writeFiles();
}
if (options['write-only']) process.exit();

const HEAD = `# Figures of imports

Made by \`npm run bench:import\`: the bench's events in order of time over 90 days, each with a uuid; the importing process runs on the
same cores. Must reach 0.33 of the engine's own bulk load of the same rows (JSONEachRow, 8 MB a request, one client, the same table).
`;
const sections = new Map(
  existsSync(options.out)
    ? readFileSync(options.out, 'utf8')
        .split(/^(?=## )/m)
        .slice(1)
        .map((section) => [/^## (\S+)/.exec(section)[1].toLowerCase(), section])
    : [],
);
for (const format of options.formats.split(',')) {
  const figures = await measure(format);
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD']).toString().trim();
  sections.set(
    format,
    `## ${format.toUpperCase()}

${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0].model.trim()}, ${count(totalmem() / 1e6)} MB, Node ${process.versions.node}, commit ${commit}. ${count(ROWS)} rows, ${count(statSync(pathOf(format)).size / 1e6)} MB.

| What | Reached | Of the bulk load |
| --- | --- | --- |
${figures.map((row) => `| ${row.join(' | ')} |`).join('\n')}

`,
  );
  writeFileSync(
    options.out,
    `${HEAD}\n${['ndjson', 'csv']
      .map((each) => sections.get(each) ?? '')
      .join('')
      .trimEnd()}\n`,
  );
  say(`written to ${options.out}`);
}
