import { oneInstance } from './instances.ts';
import type { createPage, Page } from './page.ts';

type Call = readonly [keyof Page, ...unknown[]];
declare global {
  interface Window {
    /** The page's Seismo; before the script has run, a list of calls that wait for it. */
    seismo?: Page | Call[];
  }
}

/** Starts from the attributes of the script's own tag. */
export function startScript(
  features: Readonly<Record<string, (page: Page) => void>>,
  openStorage?: Parameters<typeof createPage>[1],
): void {
  const script = document.currentScript as HTMLScriptElement;
  const { app = '', key = '', server, storage, respect, without = '' } = script.dataset;
  const options = {
    server: server ?? new URL('.', script.src).href,
    app,
    key,
    storage: storage !== undefined,
    respect,
  };

  /** Calls that set the user: what follows belongs to that user. */
  function callWaiting(page: Page): void {
    const waiting = window.seismo;
    window.seismo = page;
    if (Array.isArray(waiting))
      for (const [name, ...args] of waiting) (page[name] as ((...args: unknown[]) => void) | undefined)?.(...args);
  }

  callWaiting(
    oneInstance(options, openStorage, (page) => {
      callWaiting(page);
      for (const name in features) if (!without.includes(name)) features[name]!(page);
    }),
  );
}
