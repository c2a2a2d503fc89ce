import { ROW_COLUMNS } from '../../row.ts';
import type { Store } from '../store.ts';
import { apps, eventNames, properties } from './catalogue-query.ts';
import type { Connection } from './connection.ts';
import { counts, DayZones } from './counts-query.ts';
import { events, knownUuids } from './events-query.ts';
import { groups } from './groups-query.ts';
import { erase, freeErased, setTimeZone, storedRanges, usage } from './maintenance.ts';
import { migrate } from './schema.ts';
import { EVENTS } from './sql.ts';

/** A block is one piece for the engine, so that all of it is there or nothing. */
const ONE_BLOCK = {
  max_insert_block_size: 100_000_000,
  min_insert_block_size_rows: 100_000_000,
  min_insert_block_size_bytes: 0,
  max_partitions_per_insert_block: 0,
};

/** The store in ClickHouse SQL, over an embedded engine or a server. */
export function createClickHouseStore({ connection }: { readonly connection: Connection }): Store {
  const zones = new DayZones(connection);
  return {
    open: () => migrate(connection),
    close: () => connection.close(),
    ping: () => connection.ping(),
    insert: (block) =>
      connection.insert(EVENTS, ROW_COLUMNS, block.payload, {
        queryId: `insert-${block.journal}-${block.firstSeq}-${block.endSeq}-${Date.now()}`,
        settings: { insert_deduplication_token: block.token, ...ONE_BLOCK },
      }),
    settleInserts: (journal) => connection.kill(`insert-${journal}-`),
    storedRanges: (journal, fromSeq, toSeq) => storedRanges(connection, journal, fromSeq, toSeq),
    events: (query, control) => events(connection, query, control),
    knownUuids: (app, range, uuids) => knownUuids(connection, app, range, uuids),
    counts: (query, control) => counts(connection, zones, query, control),
    groups: (query, control) => groups(connection, query, control),
    apps: (control) => apps(connection, control),
    eventNames: (app, control) => eventNames(connection, app, control),
    properties: (app, control) => properties(connection, app, control),
    async erase(app, range, filters) {
      const erased = await erase(connection, app, range, filters);
      if (erased > 0) await freeErased(connection);
      return erased;
    },
    async setTimeZone(app, timeZone) {
      zones.forget(app);
      try {
        await setTimeZone(connection, app, timeZone);
      } finally {
        zones.forget(app);
      }
    },
    usage: () => usage(connection),
  };
}
