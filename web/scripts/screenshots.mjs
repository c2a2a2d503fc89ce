// `npm run screenshots`: a screenshot of every page of the dashboard, light and dark, wide and narrow, with the sample data.
//   --out DIR    where to (screenshots/)
//   --only NAME  pages whose name contains NAME
//   --keep       makes the pictures for the documentation instead: docs/images/
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { chromium } from 'playwright-core';
import { chromiumOptions } from '../../scripts/chromium.mjs';
import { prepare, root } from '../../scripts/prepare.mjs';
import { FUNNEL, fill } from './sample.mjs';

/** @typedef {{ name: string, path: string, signedOut?: boolean }} Shot */
/** @typedef {{ width: number, height: number, dark: boolean }} Look */

const SIZES = [
  { width: 1440, height: 900 },
  { width: 360, height: 740 },
];
const LOOKS = SIZES.flatMap((size) => [
  { ...size, dark: false },
  { ...size, dark: true },
]);
const KEPT = [
  { file: 'overview.png', name: 'overview', dark: false },
  { file: 'overview-dark.png', name: 'overview', dark: true },
  { file: 'explore-funnel.png', name: 'explore-funnel', dark: false },
  { file: 'web.png', name: 'web', dark: false },
];
const KEPT_SIZE = { width: 1280, height: 800 };
const KEPT_BYTES_MAX = 150_000;
/** How long a page may take until it stops changing. */
const SETTLE_MS = 20_000;
const SECTIONS = ['app', 'keys', 'users', 'segments', 'annotations', 'server', 'erase'];

const page = { event: 'page viewed' };
const QUESTIONS = {
  trend: {
    kind: 'trend',
    last: '30d',
    interval: 'day',
    series: [page, { event: 'purchased' }],
    compare: 'previousPeriod',
  },
  breakdown: { kind: 'trend', last: '30d', interval: 'day', series: [page], breakdown: ['data.country'] },
  funnel: FUNNEL,
  retention: { kind: 'retention', last: '30d', interval: 'week', start: page },
  stickiness: { kind: 'stickiness', last: '30d' },
  lifecycle: { kind: 'lifecycle', last: '30d', interval: 'day' },
  paths: { kind: 'paths', last: '30d', start: page },
  sessions: { kind: 'sessions', last: '30d', interval: 'day' },
  performance: { kind: 'performance', last: '7d', event: 'request', property: 'data.ms', by: 'data.route' },
};
/** For kinds whose default chart is not the one to show. */
const CHARTS = { breakdown: 'area', funnel: 'funnel', retention: 'heatmap', paths: 'sankey' };
const SQL =
  'SELECT toStartOfDay(timestamp) AS day, count() AS events, uniqExact(person) AS users\nFROM events\nGROUP BY day\nORDER BY day';

/** @returns {Shot[]} every page; the names and ids to open are taken from the sample */
function shots({ user, dashboard, share }) {
  const app = (path, search = {}) => {
    const pairs = Object.entries(search).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    return `/apps/shop/${path}${pairs.length > 0 ? `?${new URLSearchParams(pairs)}` : ''}`;
  };
  const explore = Object.entries(QUESTIONS).map(([kind, q]) => ({
    name: `explore-${kind}`,
    path: app('explore', { q, ...(kind in CHARTS && { chart: CHARTS[kind] }) }),
  }));
  return [
    { name: 'sign-in', path: '/sign-in', signedOut: true },
    { name: 'apps', path: '/apps' },
    { name: 'overview', path: app('overview', { last: '7d' }) },
    { name: 'web', path: app('web') },
    { name: 'live', path: app('live') },
    ...explore,
    { name: 'events', path: app('events') },
    { name: 'users', path: app('users') },
    { name: 'profile', path: app('users/profile', { user }) },
    { name: 'sql', path: app('sql', { sql: SQL, chart: 'bar' }) },
    { name: 'reports', path: app('reports') },
    { name: 'dashboards', path: app('dashboards') },
    { name: 'dashboard', path: app(`dashboards/${dashboard}`) },
    ...SECTIONS.map((section) => ({ name: `settings-${section}`, path: app('settings', { section }) })),
    { name: 'share', path: `/share/${share}`, signedOut: true },
  ];
}

/** Waits until all answers are there, every chart is painted, and the page looks the same twice. */
async function settled(page) {
  await page.waitForLoadState('load');
  await page.waitForFunction(
    () => {
      // What is below the fold is requested when it is scrolled to.
      const waiting = [
        ...document.querySelectorAll('.mantine-Skeleton-root[data-visible], .mantine-Loader-root, [aria-busy=true]'),
      ].some((one) => one.getBoundingClientRect().top < innerHeight);
      return document.querySelector('h1') !== null && !waiting;
    },
    undefined,
    { timeout: SETTLE_MS },
  );
  const deadline = performance.now() + SETTLE_MS;
  let before = await page.screenshot();
  for (;;) {
    // Some frames: charts grow, drawers slide.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
    const now = await page.screenshot();
    if (now.equals(before) || performance.now() > deadline) return;
    before = now;
  }
}

/**
 * @param {import('playwright-core').Browser} browser
 * @param {Look} look
 * @returns {Promise<string[]>} console errors of the page
 */
async function take(browser, { url, token }, { path, signedOut }, { width, height, dark }, file) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'Europe/Zurich',
  });
  try {
    if (!signedOut) await context.addCookies([{ name: 'token', value: token, url, httpOnly: true, sameSite: 'Lax' }]);
    const page = await context.newPage();
    const faults = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    await page.goto(`${url}${path}`);
    await settled(page).catch((error) => faults.push(`not settled: ${error.message.split('\n')[0]}`));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    if (wide > width) faults.push(`${wide} px wide`);
    await page.screenshot({ path: file });
    return faults;
  } finally {
    await context.close();
  }
}

/** Starts a server with the sample data. */
async function sampleServer() {
  const { start } = await import('../../server/dist/index.js');
  const dataDir = mkdtempSync(join(tmpdir(), 'seismo-screenshots-'));
  const server = await start({ dataDir, port: 0, logLevel: 'warn' });
  const { url, firstAdmin } = server;
  const close = async () => {
    await server.close();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const ask = async (method, path, body, headers) => {
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
        body: body && JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      return answer.json();
    };
    const { token } = await ask('POST', '/auth', { username: firstAdmin.user, password: firstAdmin.password });
    const sample = await fill((method, path, body) => ask(method, path, body, { 'x-access-token': token }), Date.now());
    return { url, token, sample, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const { values: options } = parseArgs({
  options: { out: { type: 'string' }, only: { type: 'string' }, keep: { type: 'boolean' } },
});
const colour = (style, text) => (process.stdout.isTTY ? styleText(style, text) : text);

prepare();
const server = await sampleServer();
console.log(`${server.sample.events.toLocaleString('en')} events in a server of its own`);
const browser = await chromium.launch(chromiumOptions());
let faulty = 0;
const report = (name, faults, more) => {
  if (faults.length > 0) faulty++;
  const sign = faults.length > 0 ? colour('red', 'faulty') : colour('green', 'taken');
  console.log([`${sign} ${name}`, more, ...faults].filter(Boolean).join('  '));
};
try {
  const all = shots(server.sample);
  if (options.keep) {
    const out = options.out ?? join(root, 'docs/images');
    mkdirSync(out, { recursive: true });
    for (const { file, name, dark } of KEPT.filter(({ file }) => file.includes(options.only ?? ''))) {
      const path = join(out, file);
      const shot = all.find((one) => one.name === name);
      const faults = await take(browser, server, shot, { ...KEPT_SIZE, dark }, path);
      const { size } = statSync(path);
      if (size > KEPT_BYTES_MAX) faults.push(`more than ${KEPT_BYTES_MAX} bytes`);
      report(file, faults, `${size} bytes`);
    }
  } else {
    const out = options.out ?? join(root, 'screenshots');
    mkdirSync(out, { recursive: true });
    for (const shot of all.filter(({ name }) => name.includes(options.only ?? ''))) {
      const faults = [];
      for (const look of LOOKS) {
        const kind = `${look.width}-${look.dark ? 'dark' : 'light'}`;
        const found = await take(browser, server, shot, look, join(out, `${shot.name}-${kind}.png`));
        faults.push(...found.map((fault) => `${kind}: ${fault}`));
      }
      report(shot.name, faults);
    }
  }
} finally {
  await browser.close();
  await server.close();
}
process.exitCode = faulty === 0 ? 0 : 1;
