import type { Page } from './page.ts';
import { activatedAt, whenShown } from './when-shown.ts';

/** A view is dated back to the load by this much at most: a script loaded much later, say after consent, would put it where nobody looks any more. */
const LATE_MAX_MS = 60_000;

/** Parameters by which advertisers and networks know a click (server/src/model/traffic-sources.ts). Only the name of the parameter is sent, not the id. */
const CLICK_ID = /^(([dgy]|fb|tt|tw)clid|msclkid|[gw]braid|li_fat_id|rdt_cid)$/;

/** Sends one event per page: when it is loaded, is restored from the back/forward cache, or its script changes the address. */
export function trackPageViews({ track }: Page): void {
  let last: string | undefined;
  /** Of the first view only; without its query. */
  let [referrer = ''] = document.referrer.split(/[?#]/);

  function view(isSame?: unknown, timestamp?: number): void {
    const { origin, host, pathname, search } = location;
    const before = last;
    last = pathname + search;
    if (before === last || isSame === true) return;
    const parameters = [...new URLSearchParams(search)];
    track(
      'page viewed',
      {
        host,
        path: pathname,
        referrer: referrer.startsWith(`${origin}/`) ? undefined : referrer || undefined,
        ...Object.fromEntries(parameters.filter(([name]) => name.startsWith('utm_'))),
        click_id: parameters.find(([name]) => CLICK_ID.test(name))?.[0],
        language: navigator.language,
        width: innerWidth,
        screen: `${screen.width}x${screen.height}`,
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
      // A search that writes each letter into the address replaces its query: that is no new page.
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
  // The page was viewed before its program, whose calls wait for the script, did anything: a funnel begins with the view.
  whenShown(() => view(false, Date.now() - Math.min(LATE_MAX_MS, Math.ceil(performance.now() - activatedAt()))));
}
