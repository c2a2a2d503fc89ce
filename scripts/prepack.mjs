// Before `npm pack` or `npm publish` of the server: a clean build with what it serves (the script for pages, the dashboard), and the README and
// licence of the repository.
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './prepare.mjs';

rmSync(join(root, 'server/dist'), { recursive: true, force: true });
run('npx', ['tsc', '-p', 'server/tsconfig.build.json']);
run('node', ['client/scripts/build.mjs']);
run('npm', ['run', 'build', '--workspace', 'web']);
for (const name of ['README.md', 'LICENSE']) copyFileSync(join(root, name), join(root, 'server', name));
