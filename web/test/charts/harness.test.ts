/** Each kind drawn in a real browser, under the policy that the server sends, with names full of HTML. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Picked } from '../../src/charts/types.ts';
import { violations } from '../support/axe.ts';
import { sharedChromium } from '../support/shared-chromium.ts';
import { CASES } from './cases.ts';

/** As server/src/http/dashboard.ts has it. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'";
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

const folder = mkdtempSync(join(tmpdir(), 'seismo-charts-'));
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const file = join(folder, pathname === '/' ? 'index.html' : pathname);
  try {
    const content = readFileSync(file);
    response
      .writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'text/plain', 'content-security-policy': POLICY })
      .end(content);
  } catch {
    response.writeHead(404).end();
  }
});
const browser = await sharedChromium();
const faults: string[] = [];
let page: Page;
let url = '';

beforeAll(async () => {
  const root = fileURLToPath(new URL('harness', import.meta.url));
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    plugins: [react()],
    build: { outDir: folder, emptyOutDir: true, minify: false },
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const context = await browser.newContext({
    locale: 'en-GB',
    timezoneId: 'UTC',
    viewport: { width: 900, height: 600 },
    reducedMotion: 'reduce',
  });
  page = await context.newPage();
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/favicon|Failed to load/.test(message.text())) faults.push(message.text());
  });
  page.on('dialog', (dialog) => {
    faults.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
}, 180_000);
afterAll(async () => {
  await page.context().close();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function draw(name: string, more = ''): Promise<void> {
  await page.goto(`${url}?case=${name}${more}`);
  await page.locator('canvas, table, [class*=tiles]').first().waitFor();
}
const picked = () => page.evaluate(() => (globalThis as unknown as { picked: Picked[] }).picked);

it.each(Object.keys(CASES))('draws %s, without an eval, and without taking names for markup', async (name) => {
  await draw(name);
  const place = page.locator('canvas').first();
  if ((await place.count()) > 0)
    for (const x of [0.06, 0.3, 0.5, 0.8]) await place.hover({ position: { x: 868 * x, y: 150 }, force: true });
  expect(await page.locator('img').count()).toBe(0);
  expect(await violations(page)).toEqual([]);
  expect(faults).toEqual([]);
});

it('tells which bar was clicked', async () => {
  await draw('bars');
  const box = (await page.locator('canvas').first().boundingBox())!;
  // Three days share the width right of the axis: the middle of the second is about the middle of the chart; its bar is the highest.
  await page.mouse.click(box.x + box.width / 2 + 5, box.y + box.height - 60);
  expect(await picked()).toMatchObject([
    { event: 'purchased', from: '2026-11-17T00:00:00.000Z', to: '2026-11-18T00:00:00.000Z' },
  ]);
});

it('takes a click near a line for its nearest point', async () => {
  await draw('trend');
  const box = (await page.locator('canvas').first().boundingBox())!;
  await page.mouse.click(box.x + box.width - 30, box.y + box.height / 2);
  expect(await picked()).toMatchObject([{ from: '2026-11-18T00:00:00.000Z', to: '2026-11-19T00:00:00.000Z' }]);
});

it('is left by the keyboard for a table, whose numbers lead as far as the bars', async () => {
  await draw('bars');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: '9', exact: true }).click();
  expect(await picked()).toMatchObject([{ event: 'purchased', from: '2026-11-17T00:00:00.000Z' }]);
});

it('takes a series out by its legend', async () => {
  await draw('stacked');
  const entry = page.getByRole('button', { name: 'Other' });
  await entry.click();
  expect(await entry.getAttribute('aria-pressed')).toBe('false');
});

it('makes a PNG of what is drawn', async () => {
  await draw('stacked', '&dark');
  const png = await page.evaluate(() => (globalThis as unknown as { png(): string | undefined }).png());
  // The signature of a PNG in base64.
  expect(png?.startsWith('data:image/png;base64,iVBORw0KGgo')).toBe(true);
});
