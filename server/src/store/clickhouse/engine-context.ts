import type { QueryControl } from '../../model/query.ts';
import type { Identities } from './analysis/sql/identity.ts';
import type { Connection } from './connection.ts';
import type { DayZones } from './day-zones.ts';
import type { EngineZones } from './engine-zones.ts';
import type { HighestSeq } from './highest-seq.ts';
import type { HotColumnsOf } from './property-sql.ts';
import type { StoredRows } from './stored-rows.ts';

/** What a question is answered with, besides itself. */
export interface EngineContext {
  readonly connection: Connection;
  readonly identities: Identities;
  readonly dayZones: DayZones;
  readonly engineZones: EngineZones;
  readonly highestSeq: HighestSeq;
  readonly storedRows: StoredRows;
  /** Distinct users are counted exactly in up to this number of rows, unless the question says otherwise. */
  readonly exactUsersMaxRows: number;
  /** Which columns properties have, for this question. */
  readonly hotColumnsOf: HotColumnsOf;
  /** Limits and caller of this question. */
  readonly control: QueryControl;
}
