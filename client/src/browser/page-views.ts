import type { Page } from './page.ts';

/** One event a page: when it is loaded, comes back from the browser's memory, or its script changes the address. */
export function trackPageViews({ track }: Page): void {
  let last: string | undefined;

  function view(referrer?: string): void {
    const { host, pathname, search } = location;
    if (last === pathname + search) return;
    last = pathname + search;
    const campaign = Object.fromEntries([...new URLSearchParams(search)].filter(([name]) => name.startsWith('utm_')));
    track('page viewed', {
      host,
      path: pathname,
      referrer: referrer || undefined,
      ...campaign,
      language: navigator.language,
      width: innerWidth,
    });
  }

  /** Of a page elsewhere, without its query. */
  function referrer(): string {
    const [address = ''] = document.referrer.split(/[?#]/);
    return address.startsWith(`${location.origin}/`) ? '' : address;
  }

  const { pushState } = history;
  history.pushState = function (...args) {
    pushState.apply(this, args);
    view();
  };
  addEventListener('popstate', () => view());
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) {
      last = undefined;
      view();
    }
  });
  // A page that is rendered ahead may never be seen.
  if ((document as Document & { prerendering?: boolean }).prerendering)
    document.addEventListener('prerenderingchange', () => view(referrer()), { once: true });
  else view(referrer());
}
