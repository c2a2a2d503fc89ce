/**
 * Runs before any other script of the dashboard has arrived: loads the script of the current page in parallel with the shared ones.
 * Has no static imports, so that it waits for nothing.
 */
import { DRAW, PAGES, pageAt } from './page-scripts.ts';
import { lastStartPage } from './shell/last-app.ts';

const page = pageAt(location.pathname.slice(new URL(document.baseURI).pathname.length), lastStartPage);
// The code that needs them loads them again and reports the failure.
if (page !== undefined) PAGES[page]().catch(() => undefined);
if (page !== undefined && DRAW.includes(page)) import('./charts/drawn-chart.tsx').catch(() => undefined);
