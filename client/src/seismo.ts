import { trackClicks } from './browser/clicks.ts';
import { trackErrors } from './browser/errors.ts';
import { trackNotFound } from './browser/not-found.ts';
import { trackPageViews } from './browser/page-views.ts';
import { startScript } from './browser/script.ts';
import { openStorage } from './browser/storage.ts';
import { trackVitals } from './browser/vitals.ts';

startScript(
  { pages: trackPageViews, notFound: trackNotFound, clicks: trackClicks, vitals: trackVitals, errors: trackErrors },
  openStorage,
);
