// `npm run build:deb`: a Debian package of what the npm package holds, with its production packages. Needs dpkg-deb, and no root.
//   --arch amd64|arm64  for which machines (this one's)
//   --out DIR           where to (dist/)
//   --built             takes server/dist as it is, to work on the package itself
// Whose package it is comes from DEBFULLNAME and DEBEMAIL, as with Debian's own tools.
import {
  chmodSync,
  copyFileSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { run } from './container/engine.mjs';
import { root } from './prepare.mjs';

const CPUS = { amd64: 'x64', arm64: 'arm64' };
const HOME = '/usr/lib/seismo';
const SOURCES = join(root, 'scripts/debian');

const { values: options } = parseArgs({
  options: {
    arch: { type: 'string', default: { x64: 'amd64', arm64: 'arm64' }[process.arch] ?? '' },
    out: { type: 'string', default: 'dist' },
    built: { type: 'boolean', default: false },
  },
});
if (!(options.arch in CPUS)) throw new Error('--arch must be amd64 or arm64: Seismo’s engine exists for these only.');

const { version } = JSON.parse(readFileSync(join(root, 'server/package.json'), 'utf8'));
const work = mkdtempSync(join(tmpdir(), 'seismo-deb-'));
try {
  const tree = join(work, 'tree');
  mkdirSync(join(tree, HOME), { recursive: true });
  addServer(tree);
  addPackages(tree);
  await addSystemFiles(tree);
  addControl(tree);
  const out = resolve(root, options.out);
  mkdirSync(out, { recursive: true });
  const file = join(out, `seismo_${version}_${options.arch}.deb`);
  // Every file belongs to root, and what is packed twice is the same.
  run('dpkg-deb', ['--root-owner-group', '-Zxz', '-z1', '--build', tree, file]);
  console.log(file);
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** What `npm pack` puts into the npm package. */
function addServer(tree) {
  const scripts = options.built ? ['--ignore-scripts'] : [];
  run('npm', ['pack', '--workspace', 'server', '--pack-destination', work, ...scripts]);
  const archive = join(work, `seismo-${version}.tgz`);
  run('tar', ['--extract', '--file', archive, '--directory', work]);
  cpSync(join(work, 'package'), join(tree, HOME, 'server'), { recursive: true });
  mkdirSync(join(tree, 'usr/bin'), { recursive: true });
  symlinkSync('../lib/seismo/server/bin/seismo.js', join(tree, 'usr/bin/seismo'));
}

/** The versions of the lock file, for the target's processor and C library. Nothing is run, so it may be another machine's. */
function addPackages(tree) {
  const folder = join(work, 'packages');
  for (const workspace of ['.', 'client', 'server', 'web']) {
    mkdirSync(join(folder, workspace), { recursive: true });
    copyFileSync(join(root, workspace, 'package.json'), join(folder, workspace, 'package.json'));
  }
  for (const name of ['package-lock.json', '.npmrc']) copyFileSync(join(root, name), join(folder, name));
  const target = ['--os=linux', `--cpu=${CPUS[options.arch]}`, '--libc=glibc'];
  run('npm', ['ci', '--ignore-scripts', '--omit=dev', '--workspace', 'server', ...target], { cwd: folder });
  const packages = join(folder, 'node_modules');
  rmSync(join(packages, '.bin'), { recursive: true, force: true });
  for (const name of readdirSync(packages))
    if (lstatSync(join(packages, name)).isSymbolicLink()) rmSync(join(packages, name));
  cpSync(packages, join(tree, HOME, 'node_modules'), { recursive: true, verbatimSymlinks: true });
}

async function addSystemFiles(tree) {
  const { systemdUnit } = await import('../server/dist/cli/systemd-unit.js');
  const unit = systemdUnit({ command: ['/usr/bin/seismo', 'start'], user: 'seismo', dataDir: '/var/lib/seismo' });
  write(tree, 'usr/lib/systemd/system/seismo.service', unit);
  write(tree, 'etc/default/seismo', readFileSync(join(SOURCES, 'default')));
  const copyright = 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\n';
  const licence = readFileSync(join(root, 'LICENSE'), 'utf8');
  const holder = /^Copyright \(c\) (.+)$/m.exec(licence)[1];
  const text = licence.trim().replaceAll(/^$/gm, '.').replaceAll(/^/gm, ' ');
  write(tree, 'usr/share/doc/seismo/copyright', `${copyright}Copyright: ${holder}\nLicense: Expat\n${text}\n`);
  write(tree, 'usr/share/doc/seismo/changelog.gz', gzipSync(readFileSync(join(root, 'CHANGELOG.md')), { level: 9 }));
}

function addControl(tree) {
  const { DEBFULLNAME: name = 'The Seismo authors', DEBEMAIL: address } = process.env;
  const values = {
    VERSION: version,
    ARCHITECTURE: options.arch,
    MAINTAINER: address === undefined ? name : `${name} <${address}>`,
    INSTALLED_KB: run('du', ['--summarize', '--block-size=1K', '--apparent-size', tree]).split('\t')[0],
  };
  const control = readFileSync(join(SOURCES, 'control.in'), 'utf8').replaceAll(/@(\w+)@/g, (_, key) => values[key]);
  write(tree, 'DEBIAN/control', control);
  write(tree, 'DEBIAN/conffiles', '/etc/default/seismo\n');
  for (const script of ['postinst', 'prerm', 'postrm'])
    write(tree, `DEBIAN/${script}`, readFileSync(join(SOURCES, script)), 0o755);
  // Whoever builds it may have another umask, and npm's archives have modes of their own.
  run('chmod', ['--recursive', 'u=rwX,go=rX', join(tree, 'usr'), join(tree, 'etc')]);
}

function write(tree, path, content, mode = 0o644) {
  const file = join(tree, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content);
  chmodSync(file, mode);
}
