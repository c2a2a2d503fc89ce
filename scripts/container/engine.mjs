// Builds and runs images: with a Docker engine where one is running, otherwise with Debian's buildah, podman and runc as root, which need no daemon.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../prepare.mjs';

/** Where there is no cgroup manager and no network for containers. */
const PODMAN = ['--cgroup-manager', 'cgroupfs', '--runtime', 'runc', '--events-backend', 'file'];

/** @returns {{ status: number | null, stdout: string, stderr: string }} */
export function tryRun(program, args, options = {}) {
  return spawnSync(program, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, ...options });
}

/** @throws Error with the program's output */
export function run(program, args, options) {
  const { status, stdout, stderr, error } = tryRun(program, args, options);
  // Output that went straight to the terminal is not returned.
  if (status === 0) return stdout?.trim() ?? '';
  throw error ?? new Error(`${program} ${args.join(' ')}\nended with ${status}: ${stderr}${stdout}`);
}

const has = (program) => tryRun('sh', ['-c', `command -v ${program}`]).status === 0;

/** Installs what is missing where apt can. @throws Error that names it where it cannot */
export function requireTools(names) {
  const missing = names.filter((name) => !has(name));
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !has('apt-get'))
    throw new Error(`Install ${missing.join(', ')}, or start a Docker engine: without them no image is built.`);
  console.log(`Installing ${missing.join(', ')} …`);
  run('apt-get', ['update']);
  run('apt-get', ['install', '--yes', '--no-install-recommends', ...missing]);
}

export function chooseEngine() {
  if (has('docker') && tryRun('docker', ['info']).status === 0) return docker();
  requireTools(['buildah', 'podman', 'runc', 'debootstrap']);
  return podman();
}

const docker = () => ({
  name: 'docker',
  needsBase: false,
  command: (args) => run('docker', args),
  tryCommand: (args) => tryRun('docker', args),
  build: (args) => run('docker', ['build', ...args, '.'], { stdio: ['ignore', 'inherit', 'inherit'] }),
  runArgs: (port) => ['--publish', `127.0.0.1:${port}:${port}`],
  saveLayers(image, folder) {
    const archive = join(folder, 'image.tar');
    run('docker', ['save', '--output', archive, image]);
    run('tar', ['--extract', '--file', archive, '--directory', folder]);
    const [{ Layers }] = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    return Layers.map((path) => join(folder, path));
  },
});

const podman = () => ({
  name: 'podman',
  needsBase: true,
  command: (args) => run('podman', [...PODMAN, ...args]),
  tryCommand: (args) => tryRun('podman', [...PODMAN, ...args]),
  build: (args) =>
    run('buildah', ['bud', '--isolation', 'chroot', '--layers', '--format', 'docker', ...args, '.'], {
      stdio: ['ignore', 'inherit', 'inherit'],
    }),
  // Podman gives a read-only container a /tmp unless told otherwise; the machine's limits may be lower than podman's.
  runArgs: () => ['--network=host', '--read-only-tmpfs=false', '--ulimit=nofile=4096:4096', '--ulimit=nproc=4096:4096'],
  saveLayers(image, folder) {
    run('podman', [...PODMAN, 'push', image, `dir:${folder}`]);
    const { layers } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    return layers.map(({ digest }) => join(folder, digest.replace('sha256:', '')));
  },
});
