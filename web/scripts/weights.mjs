// What a browser loads, in bytes of gzip: at once, for each page, and on demand. Fails when a page is over the limit before it needs a chart.
//   node web/scripts/weights.mjs            prints it
//   node web/scripts/weights.mjs --json     the same for programs
//   node web/scripts/weights.mjs --results  writes it into bench/results/dashboard.md
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';

/** The document, what it refers to, and the page's own part, without what is loaded when a chart is drawn. */
export const BYTES_MAX = 250_000;

const OUT = fileURLToPath(new URL('../../server/dist/web', import.meta.url));
const RESULTS = fileURLToPath(new URL('../../bench/results/dashboard.md', import.meta.url));
const BEGIN = '<!-- weights: written by web/scripts/weights.mjs --results -->';
const END = '<!-- /weights -->';

/**
 * @param {string} folder the build, with Vite's manifest
 * @returns {{start: number, pages: {name: string, extra: number, total: number}[], demand: {name: string, extra: number}[]}}
 */
export function weights(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, '.vite/manifest.json'), 'utf8'));
  const known = new Map();
  const bytesOf = (file) => {
    if (!known.has(file)) known.set(file, gzipSync(readFileSync(join(folder, file)), { level: 9 }).length);
    return known.get(file);
  };
  const sum = (files) => [...files].reduce((bytes, file) => bytes + bytesOf(file), 0);

  /** A chunk with everything that it imports at once, and their styles. */
  function filesOf(key, files = new Set()) {
    const { file, imports = [], css = [] } = manifest[key];
    if (files.has(file)) return files;
    files.add(file);
    for (const style of css) files.add(style);
    for (const each of imports) filesOf(each, files);
    return files;
  }
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  const named = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, file]) => file);
  const entries = Object.keys(manifest).filter((key) => manifest[key].isEntry);
  const start = new Set(['index.html', ...named, ...entries.flatMap((key) => [...filesOf(key)])]);
  const lazy = Object.keys(manifest)
    .filter((key) => manifest[key].isDynamicEntry)
    .map((key) => ({ name: key, extra: sum([...filesOf(key)].filter((file) => !start.has(file))) }))
    .sort((a, b) => b.extra - a.extra);
  // Entry points of the router; parts that pages open later are loaded on demand.
  const routed = new Set(entries.flatMap((key) => manifest[key].dynamicImports ?? []));
  const isPage = ({ name }) => name.startsWith('src/pages/') && routed.has(name);
  const startBytes = sum(start);
  return {
    start: startBytes,
    pages: lazy.filter(isPage).map((page) => ({ ...page, total: startBytes + page.extra })),
    demand: lazy.filter((chunk) => !isPage(chunk)),
  };
}

/** One row per page, then what is loaded on demand. */
export function tableOf({ start, pages, demand }) {
  const kilobytes = (bytes) => (bytes / 1000).toFixed(1);
  return [
    '| | kB of gzip | with what every page loads |',
    '| --- | ---: | ---: |',
    `| every page: the document, its scripts and styles | ${kilobytes(start)} | ${kilobytes(start)} |`,
    ...pages.map(({ name, extra, total }) => `| page \`${name}\` | ${kilobytes(extra)} | ${kilobytes(total)} |`),
    ...demand.map(({ name, extra }) => `| on demand: \`${name}\` | ${kilobytes(extra)} | |`),
  ].join('\n');
}

function writeResults(table) {
  const block = `${BEGIN}\n${table}\n${END}`;
  const old = existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : '';
  const known = old.indexOf(BEGIN);
  if (known !== -1) {
    const end = old.indexOf(END, known) + END.length;
    writeFileSync(RESULTS, old.slice(0, known) + block + old.slice(end));
    return;
  }
  const head = old === '' ? '# The dashboard\n' : old;
  const limit = `At most ${BYTES_MAX / 1000} kB before a chart is needed.`;
  writeFileSync(RESULTS, `${head}\n## Weights\n\n${limit} gzip -9, 1 kB = 1,000 bytes.\n\n${block}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values: options } = parseArgs({ options: { json: { type: 'boolean' }, results: { type: 'boolean' } } });
  const found = weights(OUT);
  console.log(options.json ? JSON.stringify(found, null, 2) : tableOf(found));
  if (options.results) writeResults(tableOf(found));
  const heavy = [{ name: 'every page', total: found.start }, ...found.pages].filter(({ total }) => total >= BYTES_MAX);
  for (const { name, total } of heavy) console.error(`${name}: ${total} bytes of gzip; the limit is ${BYTES_MAX}.`);
  process.exitCode = heavy.length === 0 ? 0 : 1;
}
