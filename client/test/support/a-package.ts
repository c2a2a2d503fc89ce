import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atFileEnd } from '../../../server/test/support/at-file-end.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Installed {
  /** Of a program that uses it. */
  readonly folder: string;
  readonly path: string;
}

/** The package as npm would publish it, installed in a folder of its own. */
export function installPackage(): Installed {
  const folder = mkdtempSync(join(tmpdir(), 'seismo-package-'));
  atFileEnd(() => rmSync(folder, { recursive: true, force: true }));
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: ROOT,
      encoding: 'utf8',
    }),
  );
  const path = join(folder, 'node_modules/seismo-client');
  mkdirSync(path, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, packed.filename), '-C', path, '--strip-components=1']);
  return { folder, path };
}
