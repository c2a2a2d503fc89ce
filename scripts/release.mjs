// `npm run release -- 2.1.0`: makes the commit and the tag of a version. It publishes nothing and pushes nothing; it prints the commands for that.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { metadata, repositoryUrl } from './package-metadata.mjs';
import { root } from './prepare.mjs';

const PACKAGES = ['server', 'client'];
/** Files of the clients in other languages whose only quoted text is the version. */
export const VERSION_FILES = ['clients/python/src/seismo/version.py', 'clients/ruby/lib/seismo/version.rb'];
/** What each package must contain, and everything it may contain. */
const CONTENTS = {
  server: {
    required: [
      'README.md',
      'LICENSE',
      'bin/seismo.js',
      'dist/index.js',
      'dist/index.d.ts',
      'dist/web/index.html',
      'dist/browser/seismo.js',
    ],
    allowed:
      /^(package\.json|README\.md|LICENSE|bin\/seismo\.js|dist\/web\/.+|dist\/.+\.js|dist\/(index|app\/seismo-server|auth\/first-admin|config\/settings)\.d\.ts)$/,
  },
  client: {
    required: ['README.md', 'LICENSE', 'dist/node.js', 'dist/node.cjs', 'dist/node.d.ts', 'dist/seismo.js'],
    allowed: /^(package\.json|README\.md|LICENSE|dist\/.+\.(c?js|d\.c?ts))$/,
  },
};

const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
const run = (program, ...args) => execFileSync(program, args, { cwd: root, stdio: 'inherit' });
const read = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));

/** @returns {string[]} why the changelog is not ready for the version */
export function changelogFaults(text, version) {
  const faults = [];
  const heading = new RegExp(`^## \\[${version.replaceAll('.', '\\.')}\\] - \\d{4}-\\d{2}-\\d{2}$`, 'm');
  if (!heading.test(text)) faults.push(`CHANGELOG.md has no heading "## [${version}] - YYYY-MM-DD".`);
  const [, unreleased = ''] = /^## \[Unreleased\]$([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(text) ?? [];
  if (/^- /m.test(unreleased)) faults.push(`Move the entries under [Unreleased] in CHANGELOG.md to [${version}].`);
  return faults;
}

/** @returns {string[]} what is wrong with the files of a package */
export function contentFaults(name, paths) {
  const { required, allowed } = CONTENTS[name];
  return [
    ...required.filter((path) => !paths.includes(path)).map((path) => `The package of ${name} has no ${path}.`),
    ...paths.filter((path) => !allowed.test(path)).map((path) => `The package of ${name} must not have ${path}.`),
  ];
}

/** @returns {string} the text of a file of VERSION_FILES with another version */
export const withVersion = (text, version) => text.replace(/"\d+\.\d+\.\d+"/, `"${version}"`);

/** @returns {boolean} true for versions like 2.1.0 */
export function isNewer(version, than) {
  const [a, b] = [version, than].map((each) => each.split('.').map(Number));
  const at = a.findIndex((part, index) => part !== b[index]);
  return at !== -1 && a[at] > b[at];
}

function faultsBefore(version) {
  if (!/^\d+\.\d+\.\d+$/.test(version ?? '')) return ['Name a version: npm run release -- 2.1.0'];
  const faults = changelogFaults(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), version);
  for (const name of PACKAGES)
    if (!isNewer(version, read(`${name}/package.json`).version))
      faults.push(`${name} has this version or a newer one.`);
  if (git('status', '--porcelain') !== '') faults.push('Commit or stash your changes first.');
  if (git('tag', '--list', `v${version}`) !== '') faults.push(`The tag v${version} exists.`);
  if (repositoryUrl() === undefined) faults.push('Set `repository` in package.json, such as "github:owner/name".');
  return faults;
}

function setVersions(version) {
  const url = repositoryUrl();
  for (const name of PACKAGES) {
    const file = join(root, name, 'package.json');
    const { description, ...fields } = read(`${name}/package.json`);
    const { name: packageName, version: _old, ...others } = fields;
    const next = { name: packageName, version, description, ...others, ...metadata(url, name) };
    writeFileSync(file, `${JSON.stringify(next, null, 2)}\n`);
  }
  for (const path of VERSION_FILES)
    writeFileSync(join(root, path), withVersion(readFileSync(join(root, path), 'utf8'), version));
  run('npm', 'install', '--package-lock-only', '--no-audit', '--no-fund');
  run('npx', 'biome', 'check', '--write', ...PACKAGES.map((name) => `${name}/package.json`));
}

/** Builds as `npm publish` does. */
function packFaults() {
  run('npm', 'run', 'build');
  return PACKAGES.flatMap((name) => {
    const out = execFileSync('npm', ['pack', '--dry-run', '--json', '--workspace', name], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    // Output of the package's scripts comes first.
    const [packed] = JSON.parse(out.slice(out.search(/^\[$/m)));
    return contentFaults(
      name,
      packed.files.map(({ path }) => path),
    );
  });
}

function stopFor(faults) {
  if (faults.length === 0) return;
  for (const fault of faults) console.error(fault);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const version = process.argv[2];
  stopFor(faultsBefore(version));
  setVersions(version);
  const faults = packFaults();
  if (faults.length > 0) git('checkout', '--', '.');
  stopFor(faults);
  run('git', 'commit', '--all', '--message', `release: ${version}`);
  run('git', 'tag', '--annotate', `v${version}`, '--message', `Seismo ${version}`);
  console.log(`Version ${version} is committed and tagged. When its checks are green:`);
  console.log(`  git push origin HEAD v${version}`);
  for (const name of PACKAGES) console.log(`  npm publish --workspace ${name}`);
  console.log('  python -m build clients/python && twine upload clients/python/dist/*');
  console.log(`  cd clients/ruby && gem build seismo-client.gemspec && gem push seismo-client-${version}.gem`);
}
