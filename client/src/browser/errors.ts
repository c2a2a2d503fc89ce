import { thrownOf } from '../thrown.ts';
import type { Page } from './page.ts';

/** A page that fails in a loop is told so often. */
const ERRORS_MAX = 20;

/** Uncaught errors and rejections: each place once a page. */
export function trackErrors({ track }: Page): void {
  const seen = new Set<string>();
  function failed(thrown: unknown): void {
    // The page's own address, which may hold an id, is where a script within it stands.
    const error = thrownOf(thrown, 'Error', (stack) => stack.replaceAll(location.origin + location.pathname, '/'));
    if (seen.has(error.stack) || seen.size >= ERRORS_MAX) return;
    seen.add(error.stack);
    track('error', { ...error, path: location.pathname });
  }
  addEventListener('error', ({ error, message }) => {
    // Of an image that does not load there is no message.
    if (message) failed(typeof error === 'object' && error ? error : message);
  });
  addEventListener('unhandledrejection', ({ reason }) => failed(reason));
}
