// `npm run test:deb`: builds the Debian package, and installs, runs, removes and purges it on a clean Debian 12, made by debootstrap. The
// figures go to bench/results/debian.md. Needs Debian and root.
//   --built   tests the package of the last `npm run build:deb`; no figures are written
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { requireTools, run, tryRun } from './container/engine.mjs';
import { root } from './prepare.mjs';

const EVENTS = 1_000;
const MB = 1e6;
/** Of the new system. */
const DATA = '/var/lib/seismo';

const { values: options } = parseArgs({ options: { built: { type: 'boolean', default: false } } });
const { version } = JSON.parse(readFileSync(join(root, 'server/package.json'), 'utf8'));
const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch];
const figures = [];
let passed = 0;
let failed = 0;
const check = (what, isRight, seen) => {
  if (isRight) passed++;
  else failed++;
  console.log(`${isRight ? '✓' : '✗'} ${what}${isRight || seen === undefined ? '' : `: ${JSON.stringify(seen)}`}`);
};
const figure = (what, reached) => {
  figures.push([what, reached]);
  console.log(`  ${what}: ${reached}`);
};
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(2)} s`;

requireTools(['debootstrap', 'dpkg-deb']);
if (!options.built) {
  const since = performance.now();
  run('node', ['scripts/debian.mjs'], { stdio: ['ignore', 'inherit', 'inherit'] });
  figure('build', seconds(since));
}
const file = join(root, `dist/seismo_${version}_${arch}.deb`);
figure('package', `${Math.round(statSync(file).size / MB)} MB`);

const work = mkdtempSync(join(tmpdir(), 'seismo-debian-'));
const system = join(work, 'system');
const inside = (...command) => run('chroot', [system, ...command]);
const tryInside = (...command) => tryRun('chroot', [system, ...command]);
const isThere = (path) => existsSync(join(system, path));
let server;
try {
  makeSystem();
  checkPackage();
  checkTooOldNode();
  install();
  checkInstalled();
  await checkServer();
  checkRemoval();
} finally {
  server?.kill('SIGKILL');
  tryRun('umount', [join(system, 'proc')]);
  rmSync(work, { recursive: true, force: true });
}
if (!options.built) writeResults();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/** A clean Debian 12 without systemd, with the two packages of the machine's Node: the present one, and one of Debian's version. */
function makeSystem() {
  console.log('Making a Debian 12 with debootstrap …');
  run('debootstrap', ['--variant=minbase', '--include=adduser,libatomic1,libstdc++6', 'bookworm', system]);
  // Nothing of it starts services here.
  writeFileSync(join(system, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  run('mount', ['-t', 'proc', 'proc', join(system, 'proc')]);
  copyFileSync(file, join(system, 'root/seismo.deb'));
  for (const nodeVersion of ['18.20.4', process.versions.node]) {
    const tree = join(work, `nodejs-${nodeVersion}`);
    mkdirSync(join(tree, 'usr/bin'), { recursive: true });
    mkdirSync(join(tree, 'DEBIAN'));
    copyFileSync(process.execPath, join(tree, 'usr/bin/node'));
    const fields = [
      'Package: nodejs',
      `Version: ${nodeVersion}`,
      `Architecture: ${arch}`,
      'Maintainer: test',
      'Description: Node',
    ];
    writeFileSync(join(tree, 'DEBIAN/control'), `${fields.join('\n')}\n`);
    run('dpkg-deb', ['-Znone', '--build', tree, join(system, `root/nodejs-${nodeVersion}.deb`)]);
  }
}

function checkPackage() {
  const lines = run('dpkg-deb', ['--contents', file]).split('\n');
  const wrong = lines.filter((line) => !/^\S+ root\/root /.test(line) || /^.{8}w/.test(line.replace(/^l.*/, '')));
  check('everything in it belongs to root, and only root may write it', wrong.length === 0, wrong.slice(0, 3));
  const files = lines.map((line) => line.split(/\s+/).slice(5).join(' '));
  const tops = new Set(files.map((path) => path.split('/').slice(1, 3).join('/')).filter((path) => path.split('/')[1]));
  check(
    'it lies in /usr and /etc',
    [...tops].every((path) => /^(?:usr|etc)\//.test(path)),
    [...tops],
  );
  const has = (name) => files.some((path) => path.startsWith(`./usr/lib/seismo/node_modules/${name}/`));
  check(
    'it holds the production packages, and none for development',
    has('fastify') && has('chdb') && !has('typescript'),
  );
  check(
    'no library for musl or another processor is in it',
    !files.some((path) => /linux-\w+-musl|darwin|win32-x64/.test(path)),
  );
  if (tryRun('lintian', ['--version']).error) return;
  // The packages of npm are as they were published: their licences, scripts and binaries are not made for Debian. Who maintains the package is
  // said where it is released.
  const { stdout } = tryRun('lintian', ['--fail-on', 'none', '--no-tag-display-limit', file]);
  const errors = stdout
    .split('\n')
    .filter((line) => /^E:/.test(line) && !/usr\/lib\/seismo\/node_modules|malformed-contact/.test(line));
  check('lintian finds no error outside of the packages of npm', errors.length === 0, errors.slice(0, 10));
}

function checkTooOldNode() {
  inside('dpkg', '--install', '/root/nodejs-18.20.4.deb');
  const { status, stderr } = tryInside('dpkg', '--install', '/root/seismo.deb');
  const says = /depends on nodejs \(>= 20\.19\)/.test(stderr);
  check('with Node 18, as in Debian 12, dpkg says which one it needs', status !== 0 && says, stderr);
  inside('dpkg', '--purge', 'seismo');
}

function install() {
  inside('dpkg', '--install', `/root/nodejs-${process.versions.node}.deb`);
  const since = performance.now();
  const { status, stdout, stderr } = tryInside('dpkg', '--install', '/root/seismo.deb');
  figure('install', seconds(since));
  check('it installs', status === 0, stdout + stderr);
  const kilobytes = Number(inside('dpkg-query', '--show', `--showformat=\${Installed-Size}`, 'seismo'));
  figure('installed', `${Math.round((kilobytes * 1024) / MB)} MB`);
}

function checkInstalled() {
  check('seismo --version', inside('seismo', '--version') === version);
  const unit = '/usr/lib/systemd/system/seismo.service';
  check(
    'its unit runs /usr/bin/seismo',
    readFileSync(join(system, unit), 'utf8').includes('ExecStart=/usr/bin/seismo start --data /var/lib/seismo\n'),
  );
  check(
    'the service is enabled',
    isThere('etc/systemd/system/multi-user.target.wants/seismo.service') ||
      tryInside('readlink', '/etc/systemd/system/multi-user.target.wants/seismo.service').status === 0,
  );
  const owner = inside('stat', '--format=%U:%G %a', DATA);
  check('the data directory belongs to seismo alone', owner === 'seismo:seismo 700', owner);
  const account = inside('getent', 'passwd', 'seismo');
  check('its user cannot sign in', account.endsWith(':/var/lib/seismo:/usr/sbin/nologin'), account);
  check(
    '/etc/default/seismo is kept when it was changed',
    inside('dpkg-query', '--show', `--showformat=\${Conffiles}`, 'seismo').includes('/etc/default/seismo'),
  );
}

/** As the unit starts it: its user, its command. */
async function checkServer() {
  const since = performance.now();
  server = spawn(
    'chroot',
    ['--userspec=seismo:seismo', system, 'seismo', 'start', '--data', DATA, '--port', '0', '--json'],
    { env: { PATH: process.env.PATH, SEISMO_LOG_LEVEL: 'error' }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = await once(server.stdout, 'data');
  const { url, firstAdmin } = JSON.parse(String(line));
  figure('start to ready', seconds(since));
  const token = (await post(`${url}/auth`, { username: firstAdmin.user, password: firstAdmin.password })).token;
  const events = Array.from({ length: EVENTS }, () => ({ uuid: randomUUID(), event: 'packaged' }));
  const { accepted } = await post(`${url}/api/events/test`, events, { 'x-access-token': token });
  check(`it takes ${EVENTS} events`, accepted === EVENTS, accepted);
  const stats = JSON.parse(inside('seismo', 'stats', '--data', DATA, '--json'));
  check('`seismo stats` finds the server', stats.ingest !== undefined, stats);
  const stopping = performance.now();
  server.kill('SIGTERM');
  const [code] = await once(server, 'exit');
  figure('stop', seconds(stopping));
  check('it stops with exit code 0', code === 0, code);
  const exported = run(
    'chroot',
    ['--userspec=seismo:seismo', system, 'seismo', 'export', '--app', 'test', '--data', DATA],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const count = exported.split('\n').filter((each) => each !== '').length;
  check(`it holds ${EVENTS} events`, count === EVENTS, count);
}

async function post(url, value, headers = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}

function checkRemoval() {
  writeFileSync(join(system, 'etc/default/seismo'), 'SEISMO_PORT=8080\n');
  inside('dpkg', '--install', '/root/seismo.deb');
  check(
    'an update keeps changed settings',
    readFileSync(join(system, 'etc/default/seismo'), 'utf8') === 'SEISMO_PORT=8080\n',
  );
  inside('dpkg', '--remove', 'seismo');
  check(
    'removed, the program is gone and the data is there',
    !isThere('usr/lib/seismo') && isThere(`${DATA}/registry`),
  );
  inside('dpkg', '--install', '/root/seismo.deb');
  check('installed again, the data is there', isThere(`${DATA}/registry`));
  inside('dpkg', '--purge', 'seismo');
  const left = [DATA, '/etc/default/seismo', '/etc/systemd/system/multi-user.target.wants/seismo.service'].filter(
    isThere,
  );
  check('purged, the data and the settings are gone', left.length === 0, left);
}

function writeResults() {
  const commit = tryRun('git', ['rev-parse', '--short', 'HEAD']).stdout.trim();
  const lines = [
    '# Figures of the Debian package',
    '',
    `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0].model.replace(/\s+Processor.*| \d+-Core.*/g, '')}, ${Math.round(totalmem() / MB).toLocaleString('en')} MB, commit ${commit}.`,
    `Made by \`npm run test:deb\` on a clean Debian 12 (debootstrap, minbase) with Node ${process.versions.node} as its package nodejs; ${passed} checks passed, ${failed} failed.`,
    '',
    '| What | Reached |',
    '| --- | --- |',
    ...figures.map(([what, reached]) => `| ${what} | ${reached} |`),
    '',
  ];
  writeFileSync(join(root, 'bench/results/debian.md'), lines.join('\n'));
}
