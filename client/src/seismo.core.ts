import { trackPageViews } from './browser/page-views.ts';
import { startScript } from './browser/script.ts';

startScript({ pages: trackPageViews });
