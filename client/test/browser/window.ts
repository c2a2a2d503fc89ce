import type { Page } from 'playwright-core';
// The types of what the script puts on the page.
import type {} from '../../src/browser/script.ts';

/** All that was tracked so far is with the server. */
export const flushed = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    if (window.seismo && !Array.isArray(window.seismo)) await window.seismo.flush();
  });
