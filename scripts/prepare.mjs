// Makes a checkout ready to run the server: installs and builds what is missing or older than its source.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs a command at the root; the user sees its output. Exits with its code when it fails. */
export function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error) console.error(`${command} does not start: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

const modifiedMs = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

/** Of a file, or of everything in a folder; the folder's own time shows removals. */
function newestMs(path) {
  const own = modifiedMs(path);
  if (own === 0 || !statSync(path).isDirectory()) return own;
  return Math.max(own, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}

export function prepare() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`Seismo needs Node 20.19 or newer; this is ${process.versions.node}.`);
    process.exit(1);
  }
  if (modifiedMs(join(root, 'package-lock.json')) > modifiedMs(join(root, 'node_modules/.package-lock.json'))) {
    console.log('Installing packages (npm ci) …');
    run('npm', ['ci', '--no-audit', '--no-fund']);
  }
  if (newestMs(join(root, 'server/src')) > modifiedMs(join(root, 'server/dist/.tsbuildinfo'))) {
    console.log('Building the server …');
    run('npx', ['tsc', '-p', 'server/tsconfig.build.json']);
  }
  // The server serves the script for pages.
  const built = Math.min(
    ...['client/dist/seismo.js', 'server/dist/browser/seismo.js'].map((path) => modifiedMs(join(root, path))),
  );
  if (Math.max(newestMs(join(root, 'client/src')), newestMs(join(root, 'client/scripts'))) > built) {
    console.log('Building the client …');
    run('node', ['client/scripts/build.mjs']);
  }
  // And the dashboard. The document is written last, apart from the compressed files.
  const web = ['src', 'public', 'scripts', 'index.html', 'package.json', 'tsconfig.json', 'vite.config.ts'];
  if (
    Math.max(...web.map((name) => newestMs(join(root, 'web', name)))) >
    modifiedMs(join(root, 'server/dist/web/index.html'))
  ) {
    console.log('Building the dashboard …');
    run('npm', ['run', 'build', '--workspace', 'web']);
  }
}
