import type { Page } from './page.ts';
import { whenShown } from './when-shown.ts';

/** Sends an event if the server answered 404 for the page. Where a page finds that out by itself, its program sends the event. */
export function trackNotFound({ track }: Page): void {
  whenShown(() => {
    const [navigation] = performance.getEntriesByType('navigation') as (PerformanceEntry & {
      readonly responseStatus?: number;
    })[];
    if (navigation?.responseStatus === 404)
      track('page not found', { path: location.pathname, referrer: document.referrer.split(/[?#]/)[0] || undefined });
  });
}
