// Builds dist/: each entry as ESM and CommonJS, their types, and the two scripts for pages. Prints sizes.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const entry = (name) => join(root, 'src', `${name}.ts`);
const MODULES = ['node', 'portable', 'express', 'fastify', 'browser'];
/** What one `require` gives is the function of the first client, with everything else on it. */
const CALLABLE = new Set(['node', 'portable']);
const CALLABLE_FOOTER = 'module.exports = Object.assign(exports.seismo, exports);';

/** Members that a page never sees and no text spells: shortened in the scripts, which saves a thirtieth of their size. */
const INSIDE = [
  ...['batchMaxEvents', 'batchMaxBytes', 'batchMaxWaitMs', 'retryMinMs', 'retryMaxMs', 'retryAfterMs'],
  ...['queueMaxEvents', 'queueMaxBytes', 'maxAgeMs', 'handOver', 'setTimer', 'onRetry', 'inAir'],
];
/** Bytes after gzip: every page of a site waits for them. */
const BUDGETS = { seismo: 6_200, 'seismo.core': 3_600 };

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
await buildModules();
buildTypes();
await buildScript('seismo');
await buildScript('seismo.core');
giveToServer();

async function buildModules() {
  const bundle = await rolldown({
    input: Object.fromEntries(MODULES.map((name) => [name, entry(name)])),
    platform: 'neutral',
    external: /^node:/,
  });
  const chunks = { dir: dist, chunkFileNames: 'shared-[hash].js', minify: false };
  await bundle.write({ ...chunks, format: 'esm', entryFileNames: '[name].js' });
  await bundle.write({
    ...chunks,
    format: 'cjs',
    exports: 'named',
    entryFileNames: '[name].cjs',
    chunkFileNames: 'shared-[hash].cjs',
    footer: (chunk) => (chunk.isEntry && CALLABLE.has(chunk.name) ? CALLABLE_FOOTER : ''),
  });
  await bundle.close();
}

/** The types as ES modules say them; and for CommonJS the same under names of its own, the callable ones by `export =`. */
function buildTypes() {
  for (const project of ['tsconfig.build.json', 'tsconfig.browser.build.json']) {
    const { status } = spawnSync('npx', ['tsc', '-p', project], { cwd: root, stdio: 'inherit' });
    if (status !== 0) process.exit(1);
  }
  for (const path of readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((one) => one.endsWith('.d.ts'))) {
    const text = readFileSync(join(dist, path), 'utf8').replace(/(from '\.[^']+)\.js'/g, "$1.cjs'");
    writeFileSync(join(dist, path.replace(/\.d\.ts$/, '.d.cts')), text);
  }
  writeCallableTypes();
  removeInternalTypes();
}

/** Leaves the declarations that the entries need, themselves or through others. */
function removeInternalTypes() {
  const needed = new Set();
  const visit = (path) => {
    if (needed.has(path)) return;
    needed.add(path);
    for (const [, from] of readFileSync(path, 'utf8').matchAll(/(?:from |import\()'(\.[^']+)'/g))
      visit(join(dirname(path), from.replace(/\.(c?)[jt]s$/, '.d.$1ts')));
  };
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const [path] of JSON.stringify(exports).matchAll(/\.\/dist\/[\w.]+\.d\.c?ts/g)) visit(join(root, path));
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' }))
    if (/\.d\.c?ts$/.test(name) && !needed.has(join(dist, name))) rmSync(join(dist, name));
}

/** What `require` gives: the function of the first client, with the other exports and all types in its name space. */
function writeCallableTypes() {
  renameSync(join(dist, 'node.d.cts'), join(dist, 'node-exports.d.cts'));
  const types = [...readFileSync(join(root, 'src/public-types.ts'), 'utf8').matchAll(/export type \{([^}]*)\}/g)]
    .flatMap(([, names]) => names.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '');
  writeFileSync(
    join(dist, 'node.d.cts'),
    `import { createClient, SeismoError, seismo as call } from './node-exports.cjs';
import type { ${types.join(', ')} } from './public-types.cjs';
declare function seismo(...given: Parameters<typeof call>): ReturnType<typeof call>;
declare namespace seismo {
  export { createClient, SeismoError, seismo, seismo as default };
  export type { ${types.join(', ')} };
}
export = seismo;
`,
  );
}

async function buildScript(name) {
  const bundle = await rolldown({ input: entry(name), platform: 'browser' });
  const file = join(dist, `${name}.js`);
  await bundle.write({ file, format: 'iife', minify: true });
  await bundle.close();
  // A hint for bundlers that the minifier leaves in, and names of members, which it does not know to be ours alone.
  const text = INSIDE.reduce(
    (long, inside, index) => long.replaceAll(new RegExp(`\\b${inside}\\b`, 'g'), `$${index.toString(36)}`),
    readFileSync(file, 'utf8').replaceAll('/* @__PURE__ */ ', '').trim(),
  );
  const bytes = Buffer.from(text);
  writeFileSync(file, bytes);
  const packed = gzipSync(bytes, { level: 9 }).length;
  console.log(`${name}.js: ${bytes.length} bytes, ${packed} gzip of at most ${BUDGETS[name]}`);
  if (packed > BUDGETS[name]) throw new Error(`${name}.js is over its budget.`);
}

/** The server ships the scripts that it serves. */
function giveToServer() {
  const target = join(root, '../server/dist/browser');
  if (!existsSync(join(root, '../server'))) return;
  mkdirSync(target, { recursive: true });
  for (const name of ['seismo.js', 'seismo.core.js']) copyFileSync(join(dist, name), join(target, name));
}
