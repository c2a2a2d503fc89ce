// Other versions of Node: npm's package `node` provides the programs, installed in a folder of their own under node_modules/.cache.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './prepare.mjs';

/**
 * @param {string} version such as 26 or 20.19
 * @returns {string} the folder with the program, for PATH
 */
export function installNode(version) {
  const folder = join(root, 'node_modules/.cache/node', version);
  const bin = join(folder, 'node_modules/node/bin');
  if (!existsSync(join(bin, 'node'))) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"private":true,"allowScripts":{"node":true}}');
    const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', `node@${version}`], {
      cwd: folder,
      stdio: 'inherit',
    });
    if (status !== 0) process.exit(1);
  }
  return bin;
}
