import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import { expect } from 'vitest';
import { personOptions } from '../../../scripts/chromium.mjs';
import { sharedChromium } from '../../../web/test/support/shared-chromium.ts';
import type { StoredEvent } from '../../src/questions.ts';
import { atEnd } from './fake-server.ts';
import type { RealServer } from './real-server.ts';

export interface Chromium {
  /** A visitor whom nobody knows yet; everything of it is gone after the test. */
  visitor(): Promise<BrowserContext>;
}

export interface Kind {
  /** Of the whole browser: what tests set for a page alone is not sent any more once the page is left. */
  readonly userAgent?: string;
  /** As `navigator.webdriver` tells. */
  readonly isDriven?: boolean;
  /** It keeps pages that are left, to show them at once when the visitor comes back. Playwright has it forget them. */
  readonly keepsPages?: boolean;
}

function options({ keepsPages = false, ...kind }: Kind = {}) {
  return { ...personOptions(kind), ignoreDefaultArgs: keepsPages ? ['--disable-back-forward-cache'] : [] };
}

/** A real Chromium: the one that all files share, or one of its kind for a single test. */
export async function aChromium(kind?: Kind): Promise<Chromium> {
  const browser = kind === undefined ? await sharedChromium() : await chromium.launch(options(kind));
  if (kind !== undefined) atEnd(() => browser.close());
  return {
    async visitor() {
      const context = await browser.newContext();
      atEnd(() => context.close());
      return context;
    },
  };
}

/** A visitor who comes again: each call opens the same profile, once the one before is closed. */
export function aProfile(): () => Promise<BrowserContext> {
  const folder = mkdtempSync(join(tmpdir(), 'seismo-profile-'));
  atEnd(async () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return async () => {
    const context = await chromium.launchPersistentContext(folder, options());
    atEnd(() => context.close());
    return context;
  };
}

/** An app of the server, and the tag that a page carries for it. */
export async function anApp(server: RealServer, app: string) {
  const key = await server.key(app, 'write');
  return {
    key,
    tag: (attributes = '', file = 'seismo.js'): string =>
      `<script defer src="${server.url}/${file}" data-app="${app}" data-key="${key}" ${attributes}></script>`,
    /** What the server holds, once there are so many; a page view by itself unless another name is given. */
    async events(count: number, name?: string): Promise<readonly StoredEvent[]> {
      const find = async () => (await server.events(app)).filter(({ event }) => !name || event === name);
      await expect.poll(async () => (await find()).length, { timeout: 20_000, interval: 100 }).toBe(count);
      return await find();
    },
  };
}
