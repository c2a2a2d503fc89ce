import { placeOf } from '../stack.ts';
import type { Page } from './page.ts';

const MESSAGE_MAX_LENGTH = 200;
/** A page that fails in a loop is told so often. */
const ERRORS_MAX = 20;

/** Uncaught errors and rejections: each place once a page. */
export function trackErrors({ track }: Page): void {
  const seen = new Set<string>();
  function failed(error: unknown, text: string): void {
    const { name, message, stack } = error instanceof Error ? error : { name: 'Error', message: text, stack: '' };
    // The page's own address, which may hold an id, is where a script within it stands.
    const place = placeOf(name, stack?.replaceAll(location.origin + location.pathname, '/') ?? '');
    const kind = place.stack + (stack ? '' : message);
    if (seen.has(kind) || seen.size >= ERRORS_MAX) return;
    seen.add(kind);
    track('error', { name, message: message.slice(0, MESSAGE_MAX_LENGTH), ...place, path: location.pathname });
  }
  addEventListener('error', ({ error, message }) => {
    // Of an image that does not load there is no message.
    if (message) failed(error, message);
  });
  addEventListener('unhandledrejection', ({ reason }) => failed(reason, String(reason)));
}
