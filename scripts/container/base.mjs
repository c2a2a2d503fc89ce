// A stand-in for Docker's official Node image where no image registry can be reached: Debian's smallest system with the same programs.
import { copyFileSync, cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { installNode } from '../install-node.mjs';
import { root } from '../prepare.mjs';
import { run } from './engine.mjs';

const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

/** Tags it as `name`, unless it is there. */
export function makeBase(engine, name, version) {
  if (engine.tryCommand(['image', 'exists', name]).status === 0) return;
  console.log(`Making a base like ${name} with debootstrap …`);
  const folder = join(root, 'node_modules/.cache/container-base');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  run('debootstrap', ['--variant=minbase', '--include=libatomic1', 'bookworm', folder]);
  rmSync(join(folder, 'var/cache/apt/archives'), { recursive: true, force: true });
  rmSync(join(folder, 'var/lib/apt/lists'), { recursive: true, force: true });
  copyFileSync(join(installNode(version), 'node'), join(folder, 'usr/local/bin/node'));
  const npm = join(folder, 'usr/local/lib/node_modules/npm');
  cpSync(join(run('npm', ['root', '--global']), 'npm'), npm, { recursive: true, dereference: true });
  for (const name of ['npm', 'npx'])
    run('ln', ['-s', `../lib/node_modules/npm/bin/${name}-cli.js`, join(folder, 'usr/local/bin', name)]);
  run('chroot', [folder, 'groupadd', '--gid', '1000', 'node']);
  run('chroot', [folder, 'useradd', '--uid', '1000', '--gid', 'node', '--create-home', 'node']);
  if (existsSync(CERTIFICATES)) {
    mkdirSync(join(folder, 'etc/ssl/certs'), { recursive: true });
    copyFileSync(CERTIFICATES, join(folder, CERTIFICATES));
  }
  const archive = `${folder}.tar`;
  run('tar', ['--create', '--file', archive, '--directory', folder, '.']);
  engine.command(['import', '--change', `ENV NODE_EXTRA_CA_CERTS=${CERTIFICATES}`, archive, name]);
  rmSync(archive);
  rmSync(folder, { recursive: true, force: true });
}
