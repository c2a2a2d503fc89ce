/** A built server with its dashboard, and a real Chromium that looks at it, until the tests of the file are over. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterEach, expect } from 'vitest';
import type { Settings } from '../../../server/dist/index.js';
import { atFileEnd } from '../../../server/test/support/at-file-end.ts';
import { startBuilt } from '../../../server/test/support/start-built.ts';
import { sharedChromium } from './shared-chromium.ts';

export interface Reader {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Opens an address of the dashboard, such as `/apps/shop/overview`. */
  open(path: string): Promise<void>;
}

export interface Dashboard {
  readonly url: string;
  readonly token: string;
  readonly admin: { readonly username: string; readonly password: string };
  /** Asks the API as the admin, or as whoever the token is of. @throws Error with the answer when it is refused */
  api<T>(method: string, path: string, body?: unknown, token?: string): Promise<T>;
  /** Posts events and waits until they are in the store. */
  post(app: string, events: readonly object[]): Promise<void>;
  /** A browser nobody knows yet. What its page logs as an error, throws, or asks of another host fails the test. */
  visitor(options?: BrowserContextOptions): Promise<Reader>;
  /** The same, signed in as the admin, or as whoever the token is of. */
  reader(options?: BrowserContextOptions & { readonly token?: string }): Promise<Reader>;
  /** Nobody answers at the address any more. */
  stopServer(): Promise<void>;
  /** The same data at the same address again. */
  startServer(): Promise<void>;
}

export async function aDashboard(settings: Settings = {}): Promise<Dashboard> {
  const dataDir = mkdtempSync(join(tmpdir(), 'seismo-web-'));
  let server = await startBuilt({ dataDir, port: 0, logLevel: 'silent', ...settings });
  const browser = await sharedChromium();
  // Here and not beside the functions: the module is loaded once for all files of a worker.
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  atFileEnd(async () => {
    await server.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const { url, firstAdmin } = server;
  const admin = { username: firstAdmin!.user, password: firstAdmin!.password };
  const answer = await fetch(`${url}/auth`, { method: 'POST', body: JSON.stringify(admin) });
  const { token } = (await answer.json()) as { token: string };

  const api = async <T>(method: string, path: string, body?: unknown, as = token): Promise<T> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { 'x-access-token': as, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };

  const visitor = async (options: BrowserContextOptions = {}): Promise<Reader> => {
    const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options });
    // Less than a test may take, so that it fails with what it waited for.
    context.setDefaultTimeout(20_000);
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(`thrown: ${error.message}`));
    page.on('console', (message) => {
      // What is refused (401 before signing in, 404) the browser logs by itself.
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) faults.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url())) faults.push(`asked ${request.url()}`);
    });
    ends.push(async () => {
      await context.close();
      expect(faults).toEqual([]);
    });
    return {
      page,
      context,
      async open(path) {
        await page.goto(`${url}${path}`);
      },
    };
  };

  return {
    url,
    token,
    admin,
    api,
    async post(app, events) {
      const { rejected } = await api<{ rejected: unknown[] }>('POST', `/api/events/${app}`, events);
      expect(rejected).toEqual([]);
      // The dashboard asks with fresh=false; a fresh question first makes the store catch up.
      await api('GET', `/api/apps/${app}/events`);
    },
    visitor,
    stopServer: () => server.close(),
    async startServer() {
      server = await startBuilt({ dataDir, port: Number(new URL(url).port), logLevel: 'silent', ...settings });
    },
    async reader({ token: as = token, ...options } = {}) {
      const reader = await visitor(options);
      await reader.context.addCookies([{ name: 'token', value: as, url, httpOnly: true, sameSite: 'Lax' }]);
      return reader;
    },
  };
}
