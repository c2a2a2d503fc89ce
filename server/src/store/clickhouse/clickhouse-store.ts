import { SeismoError } from '../../model/errors.ts';
import { EXACT_USERS_MAX_ROWS } from '../../model/exact-users.ts';
import type { QueryControl } from '../../model/query.ts';
import { ROW_COLUMNS } from '../../row/row.ts';
import type { Store } from '../store.ts';
import { type Ask, analysisQueries } from './analysis/analysis-queries.ts';
import { exactlyOrEstimated } from './analysis/sql/exact-users.ts';
import { Identities } from './analysis/sql/identity.ts';
import { rememberedInsertsMs } from './cluster/tables.ts';
import type { Connection } from './connection.ts';
import { copyStore } from './copy-rows.ts';
import { DayZones } from './day-zones.ts';
import type { EngineContext } from './engine-context.ts';
import { EngineZones } from './engine-zones.ts';
import { erase, isErasing, SpaceOfErased, stopErasing } from './erasure.ts';
import { HighestSeq } from './highest-seq.ts';
import { type HotLogger, HotProperties } from './hot-properties.ts';
import { setTimeZone, storedRanges, usage } from './maintenance.ts';
import { apps, eventNames, properties } from './queries/catalogue-query.ts';
import { events, knownUuids, uuids } from './queries/events-query.ts';
import { countFollowing, following } from './queries/following-query.ts';
import { groups } from './queries/groups-query.ts';
import { storedNames } from './queries/names-query.ts';
import { reachingDevices } from './queries/spans-query.ts';
import { values } from './queries/values-query.ts';
import { fairly } from './question-queue.ts';
import { startQuietMerges } from './quiet-partitions.ts';
import { migrate } from './schema.ts';
import { EVENTS } from './sql.ts';
import { StoredRows } from './stored-rows.ts';

/** A block is one piece for the engine, so that all of it is there or nothing. */
const ONE_BLOCK = {
  max_insert_block_size: 100_000_000,
  min_insert_block_size_rows: 100_000_000,
  min_insert_block_size_bytes: 0,
  max_partitions_per_insert_block: 0,
};

export interface ClickHouseStoreOptions {
  readonly connection: Connection;
  /** In which zone days of new rows of the app are cut. */
  readonly zoneOf: (app: string) => string;
  /** False while no event that identifies a device of the app has come since the store was opened; unless said, one may have. */
  readonly mayIdentify?: (app: string) => boolean;
  /** Nobody else puts rows into the store; unless said, others may. */
  readonly isSoleWriter?: boolean;
  /** Properties that may get columns of their own; 0 unless said. */
  readonly hotPropertiesMax?: number;
  /** Distinct users are counted exactly in up to this number of rows, unless the question says otherwise; by default as the setting. */
  readonly exactUsersMaxRows?: number;
  /** Of the engine that the connection leads to; unless said, any number. */
  readonly engineZones?: EngineZones;
  readonly logger?: HotLogger;
}

/** The store in ClickHouse SQL, over an embedded engine or a server. */
export function createClickHouseStore(options: ClickHouseStoreOptions): Store {
  const { zoneOf } = options;
  const connection = fairly(options.connection);
  const hot = new HotProperties(connection, { max: options.hotPropertiesMax ?? 0, logger: options.logger });
  const space = new SpaceOfErased(connection, options.logger);
  const dayZones = new DayZones(connection, zoneOf);
  const engineZones = options.engineZones ?? new EngineZones(zoneOf);
  const identities = new Identities(opened, options.mayIdentify ?? (() => true));
  const highestSeq = new HighestSeq(opened, options.isSoleWriter ?? false);
  const storedRows = new StoredRows(opened, options.isSoleWriter ?? false);
  const { exactUsersMaxRows = EXACT_USERS_MAX_ROWS } = options;
  let stopMerging = (): void => {};
  let isOpen = false;
  let rememberedMs = 0;
  /** Neither rows nor questions reach a schema that was not looked at: it may be a newer Seismo's. */
  function opened(): Connection {
    if (isOpen) return connection;
    throw new SeismoError('STORE_UNAVAILABLE', 'The store is not ready yet.');
  }
  const ask: Ask = (app, control, question) =>
    hot.reading(app, (hotColumnsOf) => {
      const contextOf = (limits: QueryControl): EngineContext => ({
        connection: opened(),
        identities,
        dayZones,
        engineZones,
        highestSeq,
        storedRows,
        exactUsersMaxRows,
        hotColumnsOf,
        control: limits,
      });
      return identities.asking(app, control, (limits) => question(contextOf(limits)));
    });
  return {
    async open() {
      await migrate(connection);
      rememberedMs = await rememberedInsertsMs(connection);
      await hot.load();
      await space.resume();
      stopMerging();
      // A server of yours has its own ways.
      if (options.isSoleWriter) stopMerging = startQuietMerges(connection, options.logger);
      isOpen = true;
    },
    async close() {
      hot.stop();
      space.stop();
      stopMerging();
      await connection.close();
    },
    ping: async () => await opened().ping(),
    async insert(block) {
      highestSeq.inserting(block.endSeq);
      storedRows.inserting(block.rows);
      await opened().insert(EVENTS, ROW_COLUMNS, block.payload, {
        queryId: `insert-${block.journal}-${block.firstSeq}-${block.endSeq}-${Date.now()}`,
        settings: { insert_deduplication_token: block.token, ...ONE_BLOCK },
      });
    },
    remembersInserts: () => rememberedMs,
    settleInserts: async (journal) => await opened().kill(`insert-${journal}-`),
    storedRanges: async (journal, fromSeq, toSeq) => await storedRanges(opened(), journal, fromSeq, toSeq),
    events: (query, control) =>
      hot.reading(query.app, (hotColumnsOf) => events({ connection: opened(), hotColumnsOf, control }, query)),
    following: async (query, control) => await following(opened(), query, control),
    countFollowing: async (query, control) => await countFollowing(opened(), query, control),
    knownUuids: async (app, range, asked) => await knownUuids(opened(), app, range, asked),
    uuids: async (app, range, max, only = {}) => await uuids(opened(), app, range, max, only),
    groups: (query, control) =>
      ask(query.app, control, (context) => exactlyOrEstimated(query, (each) => groups(context, each))),
    apps: async (control) => await apps(opened(), control),
    eventNames: async (app, control) => await eventNames(opened(), app, control),
    properties: async (app, event, control) => await properties(opened(), app, event, control),
    names: async (app) => await storedNames(opened(), app),
    values: async (query, control) => await values(opened(), query, control),
    analysis: analysisQueries(ask, opened),
    copy: copyStore(opened),
    reachingDevices: async (app, filters, control) =>
      (await identities.isKnown(app, control)) ? await reachingDevices(opened(), app, filters, control) : filters,
    isErasing: async () => await isErasing(opened()),
    async stopErasing(tag) {
      await stopErasing(opened(), tag);
      space.later();
    },
    async erase(app, range, filters, run) {
      const erased = await erase(opened(), app, range, filters, run);
      if (erased > 0) space.later();
      return erased;
    },
    zoneChanged: (app) => dayZones.changed(app),
    isCutIn: async (app, timeZone, control) => {
      opened();
      return await dayZones.isOnly(app, timeZone, control);
    },
    async setTimeZone(app, timeZone) {
      dayZones.changed(app);
      try {
        await setTimeZone(opened(), app, timeZone);
      } finally {
        dayZones.changed(app);
      }
    },
    usage: async () => await usage(opened()),
  };
}
