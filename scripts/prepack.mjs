// Before `npm pack` or `npm publish` of the server: a clean build with what it serves (the script for pages, the dashboard), and the README and
// licence of the repository.
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryUrl, withAbsoluteLinks } from './package-metadata.mjs';
import { root, run } from './prepare.mjs';

rmSync(join(root, 'server/dist'), { recursive: true, force: true });
run('npx', ['tsc', '-p', 'server/tsconfig.build.json']);
run('node', ['client/scripts/build.mjs']);
run('npm', ['run', 'build', '--workspace', 'web']);
copyFileSync(join(root, 'LICENSE'), join(root, 'server/LICENSE'));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
writeFileSync(join(root, 'server/README.md'), withAbsoluteLinks(readme, repositoryUrl()));
