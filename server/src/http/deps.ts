import type { FastifyBaseLogger } from 'fastify';
import type { Analysis } from '../analysis/analysis.ts';
import type { Auth } from '../auth/auth.ts';
import type { Ingest } from '../ingest/ingest.ts';
import type { Live } from '../live/live.ts';
import type { Erasures } from '../model/erasure.ts';
import type { Registry } from '../registry/registry.ts';
import type { Reports } from '../reports/reports.ts';
import type { Saved } from '../saved/saved.ts';
import type { Store } from '../store/store.ts';
import type { Calendar } from '../time/calendar.ts';
import type { BodyBudget } from './body-budget.ts';
import type { Dashboard } from './dashboard.ts';

/** The settings that HTTP reads; `config.ts` documents each. */
export interface HttpConfig {
  readonly bodyMaxBytes: number;
  /** Where the browser client is served. */
  readonly scriptPath: string;
  readonly keepBotPageViews: boolean;
  readonly corsOrigins: readonly string[];
  readonly corsReadOrigins: readonly string[];
  readonly queryMaxSeconds: number;
  readonly queryMaxBytes: number;
  readonly queryMaxRows: number;
  /** Whether the address and the scheme that a proxy reports are believed; of how many proxies, one behind the other. */
  readonly trustProxy: boolean | number;
  readonly connectionsMax: number;
  /** Who may sign in with a token of GitHub. */
  readonly auth: { readonly users: readonly string[] };
}

export interface Disk {
  /** What the server may still write. */
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** Everything the HTTP room is handed. */
export interface HttpDeps {
  readonly ingest: Ingest;
  readonly auth: Auth;
  readonly reports: Reports;
  readonly analysis: Analysis;
  readonly live: Live;
  readonly saved: Saved;
  readonly erasures: Erasures;
  /** `setAppSettings` also moves what the store keeps per zone. */
  readonly registry: Pick<Registry, 'appSettings' | 'appsWithSettings' | 'setAppSettings'>;
  /** The app's own, else the configuration's. */
  readonly calendarOf: (app: string) => Calendar;
  readonly store: Pick<Store, 'ping' | 'usage' | 'apps'>;
  /** Of the data directory. */
  readonly disk: () => Promise<Disk>;
  /** The files that a browser gets. */
  readonly dashboard: Dashboard;
  readonly config: HttpConfig;
  /** Of the bodies in flight. */
  readonly bodies: BodyBudget;
  readonly logger: FastifyBaseLogger;
  /** UTC ms */
  readonly now: () => number;
  readonly version: string;
  /** What `GET /` answers as `env`, as the first Seismo did: `production`, `development`… */
  readonly env: string;
}
