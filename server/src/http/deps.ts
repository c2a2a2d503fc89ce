import type { FastifyBaseLogger } from 'fastify';
import type { Analysis } from '../analysis/analysis.ts';
import type { Auth } from '../auth/auth.ts';
import type { Ingest } from '../ingest/ingest.ts';
import type { Live } from '../live/live.ts';
import type { WeekStart } from '../model/app-settings.ts';
import type { Erasures } from '../model/erasure.ts';
import type { Moves } from '../model/move.ts';
import type { Registry } from '../registry/registry.ts';
import type { Reports } from '../reports/reports.ts';
import type { Saved } from '../saved/saved.ts';
import type { Store } from '../store/store.ts';
import type { PlaceOf } from '../system/geo-database.ts';
import type { Calendar } from '../time/calendar.ts';
import type { BodyBudget } from './body-budget.ts';
import type { Dashboard } from './dashboard.ts';

/** The settings that HTTP uses; `config.ts` documents each one. */
export interface HttpConfig {
  readonly bodyMaxBytes: number;
  /** The path of the browser client. */
  readonly scriptPath: string;
  /** The path that the browser client posts to. */
  readonly postPath: string;
  readonly keepBotPageViews: boolean;
  /** Whether events from pages get what their request says about the visitor. */
  readonly requestProperties: boolean;
  readonly corsOrigins: readonly string[];
  readonly corsReadOrigins: readonly string[];
  readonly queryMaxSeconds: number;
  readonly queryMaxBytes: number;
  readonly queryMaxRows: number;
  /** Whether to trust the address and scheme that a proxy reports, or how many proxies in a row to trust. */
  readonly trustProxy: boolean | number;
  readonly connectionsMax: number;
  /** What applies to apps without settings of their own. */
  readonly timeZone: string;
  readonly weekStart: WeekStart;
  readonly retentionDays?: number | undefined;
  /** Who can sign in with a GitHub token. */
  readonly auth: { readonly users: readonly string[] };
}

export interface Disk {
  /** The space that the server can still use. */
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** Everything that HTTP needs. */
export interface HttpDeps {
  readonly ingest: Ingest;
  readonly auth: Auth;
  readonly reports: Reports;
  readonly analysis: Analysis;
  readonly live: Live;
  readonly saved: Saved;
  readonly erasures: Erasures;
  readonly moves: Moves;
  /** `setAppSettings` also updates what the store keeps per time zone. */
  readonly registry: Pick<Registry, 'appSettings' | 'appsWithSettings' | 'setAppSettings'>;
  /** That of the app, or else of the configuration. */
  readonly calendarOf: (app: string) => Calendar;
  readonly store: Pick<Store, 'ping' | 'usage' | 'apps'>;
  /** The disk of the data directory. */
  readonly disk: () => Promise<Disk>;
  /** Where an address is. Absent: there is no database, or it is not used. */
  readonly placeOf?: PlaceOf | undefined;
  /** The files of the dashboard. */
  readonly dashboard: Dashboard;
  readonly config: HttpConfig;
  /** For the bodies in flight. */
  readonly bodies: BodyBudget;
  readonly logger: FastifyBaseLogger;
  /** UTC ms */
  readonly now: () => number;
  readonly version: string;
  /** What `GET /` answers as `env`, as in Seismo 1: `production`, `development`… */
  readonly env: string;
}
