import { trackClicks } from './browser/clicks.ts';
import { trackErrors } from './browser/errors.ts';
import { oneInstance } from './browser/instances.ts';
import { trackNotFound } from './browser/not-found.ts';
import type { BrowserOptions, Page } from './browser/page.ts';
import { trackPageViews } from './browser/page-views.ts';
import { openStorage } from './browser/storage.ts';
import { trackVitals } from './browser/vitals.ts';

export interface PageOptions extends BrowserOptions {
  /** What is tracked automatically; everything by default. */
  readonly auto?: readonly (keyof typeof FEATURES)[];
}

const FEATURES = {
  pages: trackPageViews,
  notFound: trackNotFound,
  clicks: trackClicks,
  vitals: trackVitals,
  errors: trackErrors,
};

/**
 * The client of a page, for pages built from modules: it does what the script tag does. There is one instance per page and app,
 * shared with the script tag.
 */
export function createBrowserClient({ auto, ...options }: PageOptions): Page {
  return oneInstance(options, openStorage, (page) => {
    for (const [name, feature] of Object.entries(FEATURES))
      if (!auto || auto.some((wanted) => wanted === name)) feature(page);
  });
}

export type { Drop } from './delivery/queue.ts';
export type { EventData, EventName, SentEvent, TrackOptions } from './event.ts';
export type { BrowserOptions, Page };
