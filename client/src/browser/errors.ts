import { thrownOf } from '../thrown.ts';
import type { Page } from './page.ts';

/** A page that fails in a loop reports this many errors. */
const ERRORS_MAX = 20;

/** Reports uncaught errors and unhandled rejections, each source position once per page. */
export function trackErrors({ track }: Page): void {
  const seen = new Set<string>();
  function failed(thrown: unknown): void {
    // An inline script is reported under the page's own address, which may hold an id.
    const error = thrownOf(thrown, 'Error', (stack) => stack.replaceAll(location.origin + location.pathname, '/'));
    if (seen.has(error.stack) || seen.size >= ERRORS_MAX) return;
    seen.add(error.stack);
    track('error', { ...error, path: location.pathname });
  }
  addEventListener('error', ({ error, message }) => {
    // An image that fails to load has no message.
    if (message) failed(typeof error === 'object' && error ? error : message);
  });
  addEventListener('unhandledrejection', ({ reason }) => failed(reason));
}
