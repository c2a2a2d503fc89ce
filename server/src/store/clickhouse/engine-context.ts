import type { QueryControl } from '../../model/query.ts';
import type { Identities } from './analysis/sql/identity.ts';
import type { Connection } from './connection.ts';
import type { DayZones } from './day-zones.ts';
import type { EngineZones } from './engine-zones.ts';
import type { HighestSeq } from './highest-seq.ts';

/** What a question is answered with, besides itself. */
export interface EngineContext {
  readonly connection: Connection;
  readonly identities: Identities;
  readonly dayZones: DayZones;
  readonly engineZones: EngineZones;
  readonly highestSeq: HighestSeq;
  /** Limits and caller of this question. */
  readonly control: QueryControl;
}
