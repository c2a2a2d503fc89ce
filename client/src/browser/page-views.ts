import type { Page } from './page.ts';

/** One event a page: when it is loaded, comes back from the browser's memory, or its script changes the address. */
export function trackPageViews({ track }: Page): void {
  let last: string | undefined;
  /** Of the first view alone; without its query. */
  let [referrer = ''] = document.referrer.split(/[?#]/);

  function view(isSame?: unknown): void {
    const { origin, host, pathname, search } = location;
    const before = last;
    last = pathname + search;
    if (before === last || isSame === true) return;
    track('page viewed', {
      host,
      path: pathname,
      referrer: referrer.startsWith(`${origin}/`) ? undefined : referrer || undefined,
      ...Object.fromEntries([...new URLSearchParams(search)].filter(([name]) => name.startsWith('utm_'))),
      language: navigator.language,
      width: innerWidth,
    });
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
  // A page that is rendered ahead may never be seen.
  if ((document as Document & { prerendering?: boolean }).prerendering)
    document.addEventListener('prerenderingchange', view, { once: true });
  else view();
}
