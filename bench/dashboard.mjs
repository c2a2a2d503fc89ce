// `npm run bench:dashboard -- --store DIR`: how long a browser takes to paint a chart, on a store kept by `npm run bench -- --keep DIR`,
// and how long after a click something changes; with the weights of the pages, written to bench/results/dashboard.md. A minute on two cores.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { chromiumOptions } from '../scripts/chromium.mjs';
import { prepare, root, run } from '../scripts/prepare.mjs';
import { quantile, startServer } from './server.mjs';

const { values: options } = parseArgs({
  options: { store: { type: 'string' }, rounds: { type: 'string', default: '7' } },
});
if (options.store === undefined || !existsSync(join(options.store, 'bench-password'))) {
  console.error('Name a store of the bench: npm run bench -- --keep DIR, then npm run bench:dashboard -- --store DIR');
  process.exit(1);
}
prepare();
const ROUNDS = Number(options.rounds);
const BEGIN = '<!-- times: written by bench/dashboard.mjs -->';
const END = '<!-- /times -->';

const server = await startServer(options.store, {
  password: readFileSync(join(options.store, 'bench-password'), 'utf8').trim(),
});
const [{ app, total }] = (await server.json('/api/apps')).toSorted((a, b) => b.total - a.total);
const browser = await chromium.launch(chromiumOptions());
const rows = [];
await warm();
await chartOf('Overview, today against yesterday', `/apps/${app}/overview`);
await chartOf('Explore, all events of 30 days', `/apps/${app}/explore`);
await chartOf(
  'Explore, users of 30 days',
  explore({ kind: 'trend', last: '30d', interval: 'day', series: [{ measure: 'users' }] }),
);
await interaction();
const version = browser.version();
await browser.close();
await server.stop();
write();
process.exit(0);

function explore(q) {
  return `/apps/${app}/explore?q=${encodeURIComponent(JSON.stringify(q))}`;
}

/** The engine has read its files once; the browser has not loaded anything. */
async function warm() {
  for (const path of [`/apps/${app}/overview`, `/apps/${app}/explore`]) await paintedIn(path);
}

/** A fresh profile: nothing in the browser's cache. @returns ms from the navigation to a chart with something on it */
async function paintedIn(path) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addCookies([{ name: 'token', value: server.token, url: server.url }]);
  const page = await context.newPage();
  // Each frame checks whether a canvas has a coloured line yet: the grey of the axes does not count.
  await page.addInitScript(() => {
    const look = () => {
      for (const canvas of document.querySelectorAll('canvas')) {
        const { width, height } = canvas;
        if (width === 0 || height === 0) continue;
        const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
        for (let i = 0; i < data.length; i += 4) {
          const spread = Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]);
          if (data[i + 3] > 200 && spread > 60) {
            globalThis.chartPaintedMs ??= performance.now();
            return;
          }
        }
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  await page.goto(`${server.url}${path}`);
  await page.waitForFunction(() => globalThis.chartPaintedMs !== undefined, undefined, { timeout: 60_000 });
  const painted = await page.evaluate(() => globalThis.chartPaintedMs);
  await context.close();
  return painted;
}

async function chartOf(what, path) {
  const times = [];
  for (let i = 0; i < ROUNDS; i++) times.push(await paintedIn(path));
  record(`first painted chart: ${what}`, times);
}

/** ms from a click to the next frame in which the page has changed. */
async function interaction() {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addCookies([{ name: 'token', value: server.token, url: server.url }]);
  const page = await context.newPage();
  await page.goto(`${server.url}/apps/${app}/explore`);
  await page.getByRole('region', { name: 'Answer' }).getByRole('table').last().waitFor();
  const kinds = ['Funnel', 'Trend', 'Retention', 'Lifecycle', 'Paths', 'Trend', 'Sessions'];
  const times = [];
  for (const name of kinds) {
    times.push(
      await page.evaluate(
        (label) =>
          new Promise((resolve) => {
            const tab = [...document.querySelectorAll('[role=tab]')].find(({ textContent }) => textContent === label);
            const began = performance.now();
            const seen = new MutationObserver(() => {
              seen.disconnect();
              requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
            });
            seen.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
            tab.click();
          }),
        name,
      ),
    );
    await page.getByRole('tab', { name, selected: true }).waitFor();
  }
  record('from the click on another kind of question to a changed page', times);
  await context.close();
}

function record(what, times) {
  rows.push([what, ...[quantile(times, 0.5), Math.min(...times), Math.max(...times)].map((ms) => Math.round(ms))]);
  console.log(rows.at(-1).join(' · '));
}

function write() {
  const path = join(root, 'bench/results/dashboard.md');
  const text = [
    '',
    `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0].model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, Chromium ${version}; ${total.toLocaleString('en')} events in ${app}; ${ROUNDS} fresh browser profiles each, server and browser on the same machine.`,
    '',
    '| ms | median | least | greatest |',
    '| --- | ---: | ---: | ---: |',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
  ].join('\n');
  const block = `${BEGIN}\n${text}${END}`;
  const old = existsSync(path) ? readFileSync(path, 'utf8') : '# The dashboard\n';
  const known = old.indexOf(BEGIN);
  const next =
    known === -1
      ? old.replace('# The dashboard\n', `# The dashboard\n\n## Times\n\n${block}\n`)
      : old.slice(0, known) + block + old.slice(old.indexOf(END) + END.length);
  writeFileSync(path, next);
  run('node', ['web/scripts/weights.mjs', '--results']);
}
