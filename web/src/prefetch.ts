/** Requests a page's data before its script is loaded: script and answers arrive in parallel. */
import type { QueryClient } from '@tanstack/react-query';
import { answerQuery, appsQuery, eventNamesQuery, meQuery } from './api/hooks.ts';
import { intervalOf } from './components/interval.ts';
import { PAGES } from './page-scripts.ts';
import { exploreSearch, questionIn } from './pages/explore/search.ts';
import { chartQuestion, rangeOf } from './pages/overview/period.ts';
import { overviewSearch } from './pages/overview/search.ts';
import { lastApp, lastStartPage } from './shell/last-app.ts';

/**
 * @param place below the mount: `/apps/shop/explore`
 * @param search as the router reads it
 */
export function prefetch(client: QueryClient, place: string, search: Readonly<Record<string, unknown>>): void {
  const [, first, name, below = ''] = place.split('/');
  if (first === 'share' || first === 'sign-in') return;
  // Requests that fail are repeated by the code that needs them, and the error is shown there.
  void client.prefetchQuery(meQuery);
  // App names need no escaping.
  const app = first === 'apps' ? name : lastApp();
  if (app === undefined || app === '') return;
  const page = below || lastStartPage(app);
  if (page === 'explore') {
    const question = questionIn(exploreSearch(search));
    if (question) void client.prefetchQuery(answerQuery(app, question));
  }
  if (page === 'overview') {
    const range = rangeOf(overviewSearch(search));
    void client.prefetchQuery(answerQuery(app, chartQuestion({ whole: range, interval: intervalOf(range) }, 'count')));
  }
  // Its own script knows what it asks.
  if (page === 'web') PAGES.web().then(({ prefetchWeb }) => prefetchWeb(client, app, search), ignored);
  void client.prefetchQuery(appsQuery);
  void client.prefetchQuery(eventNamesQuery(app));
}

/** The router loads the script again, and shows the error. */
const ignored = (): void => undefined;
