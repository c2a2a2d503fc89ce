import type { Page } from './page.ts';
import { activatedAt, whenShown } from './when-shown.ts';

/** A script that comes later, after a consent say, does not send the view to where nobody looks any more. */
const LATE_MAX_MS = 60_000;

/** One event a page: when it is loaded, comes back from the browser's memory, or its script changes the address. */
export function trackPageViews({ track }: Page): void {
  let last: string | undefined;
  /** Of the first view alone; without its query. */
  let [referrer = ''] = document.referrer.split(/[?#]/);

  function view(isSame?: unknown, timestamp?: number): void {
    const { origin, host, pathname, search } = location;
    const before = last;
    last = pathname + search;
    if (before === last || isSame === true) return;
    track(
      'page viewed',
      {
        host,
        path: pathname,
        referrer: referrer.startsWith(`${origin}/`) ? undefined : referrer || undefined,
        ...Object.fromEntries([...new URLSearchParams(search)].filter(([name]) => name.startsWith('utm_'))),
        language: navigator.language,
        width: innerWidth,
      },
      { timestamp },
    );
    referrer = '';
  }

  for (const name of ['pushState', 'replaceState'] as const) {
    const change = history[name];
    history[name] = function (...args) {
      const { pathname } = location;
      change.apply(this, args);
      // A search that writes each letter into the address replaces its query: it is no other page.
      view(name > 'q' && location.pathname === pathname);
    };
  }
  addEventListener('popstate', view);
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) {
      last = undefined;
      view();
    }
  });
  // The page was viewed before its program, which left calls for the script, did anything: a funnel begins with it.
  whenShown(() => view(false, Date.now() - Math.min(LATE_MAX_MS, Math.ceil(performance.now() - activatedAt()))));
}
