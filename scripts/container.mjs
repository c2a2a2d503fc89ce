// `npm run test:container`: builds the image and runs it as a user would: with a writable volume and nothing else, events, `kill -9`, a restart on the
// same volume, a health check and a stop. The figures go to bench/results/container.md. Needs a Docker engine, or Debian and root.
//   --built   uses the image of the last run, to work on the test itself; no figures are written
import { randomUUID } from 'node:crypto';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';
import { makeBase } from './container/base.mjs';
import { chooseEngine, tryRun } from './container/engine.mjs';
import { root } from './prepare.mjs';

const BASE = 'docker.io/library/node:26-bookworm-slim';
const IMAGE = 'localhost/seismo:test';
const NAME = `seismo-test-${process.pid}`;
const VOLUME = `${NAME}-data`;
/** A user id without an account, as on platforms that give each container one of its own. */
const ANY_USER = '47110';
const EVENTS = 5_000;
const BATCH = 500;
const MEMORY_BYTES = 1024 ** 3;
const MB = 1e6;

let passed = 0;
let failed = 0;
const figures = [];
const check = (what, isRight, seen) => {
  if (isRight) passed++;
  else failed++;
  console.log(`${isRight ? '✓' : '✗'} ${what}${isRight || seen === undefined ? '' : `: ${JSON.stringify(seen)}`}`);
};
const figure = (what, reached) => {
  figures.push([what, reached]);
  console.log(`  ${what}: ${reached}`);
};

const { values: options } = parseArgs({ options: { built: { type: 'boolean', default: false } } });
const engine = chooseEngine();
if (!options.built) {
  if (engine.needsBase) makeBase(engine, BASE, '26');
  const since = performance.now();
  engine.build(['--tag', IMAGE, '--build-arg', 'VERSION=test']);
  figure('build', seconds(since));
}

const port = await freePort();
const url = `http://127.0.0.1:${port}`;
try {
  checkImage();
  await measureSize();
  await checkRun();
} finally {
  engine.tryCommand(['rm', '--force', NAME]);
  engine.tryCommand(['volume', 'rm', '--force', VOLUME]);
}
if (!options.built) writeResults();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

function checkImage() {
  const [{ Config: config, Architecture: architecture }] = JSON.parse(engine.command(['image', 'inspect', IMAGE]));
  check('the image runs as the user node', config.User === 'node', config.User);
  check('its volume is /data', JSON.stringify(Object.keys(config.Volumes ?? {})) === '["/data"]', config.Volumes);
  check('its port is 3005', JSON.stringify(Object.keys(config.ExposedPorts ?? {})) === '["3005/tcp"]');
  check('it says its version', config.Labels['org.opencontainers.image.version'] === 'test', config.Labels);
  check('it has a health check', healthCheck().length > 0);
  check('it is of this machine', architecture === { x64: 'amd64', arm64: 'arm64' }[process.arch], architecture);
  const secrets = config.Env.filter((line) => /PASSWORD|SECRET|TOKEN|AUTH_KEY/i.test(line));
  check('its environment holds no secret', secrets.length === 0, secrets);
  const bill = JSON.parse(once(['--entrypoint', 'cat', IMAGE, '/app/sbom.cdx.json']));
  const names = new Set(bill.components.map(({ name }) => name));
  check('its bill of materials lists the production packages', names.has('fastify') && !names.has('vitest'));
  const packages = once(['--entrypoint', 'ls', IMAGE, 'node_modules']).split('\n');
  check('no package for development is in it', packages.includes('fastify') && !packages.includes('typescript'));
}

/** As a registry stores it: each layer gzipped. */
async function measureSize() {
  const folder = mkdtempSync(join(tmpdir(), 'seismo-image-'));
  try {
    const layers = engine.saveLayers(IMAGE, folder);
    const sizes = [];
    for (const path of layers) sizes.push(await gzippedBytes(path));
    const [base, ...own] = sizes;
    const sum = own.reduce((total, size) => total + size, 0);
    figure('compressed, without the base', `${Math.round(sum / MB)} MB`);
    figure(
      `compressed, with the base${engine.needsBase ? ' of debootstrap' : ''}`,
      `${Math.round((base + sum) / MB)} MB`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function gzippedBytes(path) {
  let bytes = 0;
  for await (const chunk of createReadStream(path).pipe(createGzip())) bytes += chunk.length;
  return bytes;
}

async function checkRun() {
  engine.command([
    'run',
    '--detach',
    '--name',
    NAME,
    ...engine.runArgs(port),
    '--read-only',
    '--cap-drop=all',
    '--security-opt=no-new-privileges',
    `--user=${ANY_USER}`,
    `--memory=${MEMORY_BYTES}`,
    `--volume=${VOLUME}:/data`,
    `--env=SEISMO_PORT=${port}`,
    IMAGE,
  ]);
  await ready();
  check('it starts with a read-only root, without capabilities, as any user', true);
  const seen = engine.tryCommand(['logs', NAME]);
  const password = inside('cat', '/data/first-password');
  check('its log does not hold the first password', !`${seen.stdout}${seen.stderr}`.includes(password));
  check(
    'the password file is readable for its user alone',
    inside('stat', '-c', '%a', '/data/first-password') === '600',
  );
  const { engineMemoryBytes } = JSON.parse(inside('seismo', 'config', '--json'));
  check('the engine is sized by the limit of memory', engineMemoryBytes < MEMORY_BYTES, engineMemoryBytes);

  const token = await signIn(password);
  const batches = Array.from({ length: EVENTS / BATCH }, () =>
    Array.from({ length: BATCH }, (_, at) => ({ uuid: randomUUID(), event: 'container', data: { at } })),
  );
  for (const batch of batches) await send(token, batch);
  check('it takes events', true);
  engine.command(['kill', '--signal=KILL', NAME]);
  await startAgain('start to ready, after kill -9');
  for (const batch of batches) await send(token, batch);
  await loaded();
  check(`after kill -9 and the same events again it holds ${EVENTS}`, storedEvents() === EVENTS, storedEvents());
  check('its health check succeeds', engine.tryCommand(['exec', NAME, ...healthCheck()]).status === 0);

  const stopping = performance.now();
  engine.command(['stop', NAME]);
  figure('stop', seconds(stopping));
  const [{ State: state }] = JSON.parse(engine.command(['inspect', NAME]));
  check('it stops with exit code 0', state.ExitCode === 0, state);
  await startAgain('start to ready, after a stop');
  check(`started again it holds ${EVENTS}`, storedEvents() === EVENTS, storedEvents());
}

function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(2)} s`;
}
/** The output of the command inside the container. */
function inside(...command) {
  return engine.command(['exec', NAME, ...command]);
}
/** The output of a command in a new container. */
function once(args) {
  return engine.command(['run', '--rm', ...engine.runArgs(port), ...args]);
}
function healthCheck() {
  const [image] = JSON.parse(engine.command(['image', 'inspect', IMAGE]));
  // Docker and podman keep it in different places.
  const { Test: test } = image.Config.Healthcheck ?? image.HealthCheck ?? image.Healthcheck;
  return test.slice(1);
}
function stats() {
  return JSON.parse(inside('seismo', 'stats', '--json'));
}
function storedEvents() {
  return stats().store.events;
}

async function loaded() {
  while (stats().ingest.journalEvents > 0) await pause(200);
}

async function ready() {
  const end = performance.now() + 60_000;
  while (performance.now() < end) {
    const { ok } = await fetch(`${url}/ready`).catch(() => ({ ok: false }));
    if (ok) return;
    await pause(20);
  }
  const { stdout, stderr } = engine.tryCommand(['logs', NAME]);
  throw new Error(`The container was not ready within 60 s:\n${stdout}${stderr}`);
}

async function startAgain(what) {
  const since = performance.now();
  engine.command(['start', NAME]);
  await ready();
  figure(what, seconds(since));
}

async function signIn(password) {
  const { token } = await post('/auth', { username: 'admin', password });
  return token;
}

async function send(token, events) {
  const { events: taken } = await post('/api/events/test', events, { 'x-access-token': token });
  if (taken?.length !== events.length && taken !== undefined) throw new Error('Not every event was answered.');
}

async function post(path, value, headers = {}) {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port: free } = server.address();
      server.close(() => resolve(free));
    });
  });
}

function writeResults() {
  const commit = tryRun('git', ['rev-parse', '--short', 'HEAD']).stdout.trim();
  const lines = [
    '# Figures of the container',
    '',
    `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0].model.replace(/\s+Processor.*| \d+-Core.*/g, '')}, ${Math.round(totalmem() / MB).toLocaleString('en')} MB, commit ${commit}.`,
    `Made by \`npm run test:container\` with ${engine.name}${engine.needsBase ? ', on a base made by debootstrap with Node 26 in place of the official image' : ''}; ${passed} checks passed, ${failed} failed.`,
    '',
    '| What | Reached |',
    '| --- | --- |',
    ...figures.map(([what, reached]) => `| ${what} | ${reached} |`),
    '',
  ];
  writeFileSync(join(root, 'bench/results/container.md'), lines.join('\n'));
}
