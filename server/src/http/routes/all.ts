import type { HttpDeps } from '../deps.ts';
import type { Metrics } from '../metrics.ts';
import type { Route } from '../route.ts';
import { adminRoutes } from './admin.ts';
import { appRoutes } from './apps.ts';
import { authRoutes } from './auth.ts';
import { docsRoutes } from './docs.ts';
import { eraseRoutes } from './erase.ts';
import { eventRoutes } from './events.ts';
import { groupRoutes } from './groups.ts';
import { healthRoutes } from './health.ts';
import { importRoutes } from './import.ts';
import { keyRoutes } from './keys.ts';
import { liveRoutes } from './live.ts';
import { metricsRoutes } from './metrics.ts';
import { moveRoutes } from './move.ts';
import { postRoutes } from './post.ts';
import { queryRoutes } from './query.ts';
import { reportRoutes } from './reports.ts';
import { rootRoutes } from './root.ts';
import { savedRoutes } from './saved.ts';
import { scriptRoutes } from './script.ts';
import { sessionRoutes } from './sessions.ts';
import { shareRoutes } from './shares.ts';
import { statsRoutes } from './stats.ts';
import { userRoutes } from './users.ts';

/** All routes, in the order of the document. */
export function allRoutes(deps: HttpDeps, metrics: Metrics): readonly Route[] {
  const routes: Route[] = [
    ...rootRoutes(deps),
    ...authRoutes(deps),
    ...sessionRoutes(deps),
    ...postRoutes(deps),
    ...eventRoutes(deps),
    ...eraseRoutes(deps),
    ...reportRoutes(deps),
    ...groupRoutes(deps),
    ...queryRoutes(deps),
    ...liveRoutes(deps),
    ...appRoutes(deps),
    ...savedRoutes(deps),
    ...shareRoutes(deps),
    ...keyRoutes(deps),
    ...userRoutes(deps),
    ...statsRoutes(deps),
    ...adminRoutes(deps),
    ...moveRoutes(deps),
    ...importRoutes(deps),
    ...scriptRoutes(deps),
    ...healthRoutes(deps),
    ...metricsRoutes(metrics),
  ];
  // The document describes itself too.
  routes.push(...docsRoutes(deps.version, () => routes));
  return routes;
}
