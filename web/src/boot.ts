/**
 * Runs before anything else of the dashboard has arrived: loads the page that the address names beside what all pages need, and not after it.
 * Imports nothing at once, so that it waits for nothing.
 */
import { DRAW, PAGES, pageAt } from './page-scripts.ts';

const page = pageAt(location.pathname.slice(new URL(document.baseURI).pathname.length));
// Whoever needs them asks again, and says what failed.
if (page !== undefined) PAGES[page]().catch(() => undefined);
if (page !== undefined && DRAW.includes(page)) import('./charts/drawn-chart.tsx').catch(() => undefined);
