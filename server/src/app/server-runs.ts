import type { Run } from '../live/event-ids.ts';
import type { Registry } from '../registry/registry.ts';

/** Kept in the registry as one value. Each start of the server is a run. */
interface Kept {
  readonly runs: readonly Run[];
  /** When the journal was last found damaged, UTC ms. Earlier sequence numbers do not continue. */
  readonly salvagedAt?: number;
}

const KIND = 'live';
const NAME = 'runs';
/** Enough for some years with one start a day. */
const RUNS_MAX = 1_000;

/**
 * The runs of the server on this journal; the current one is the last. If the sequence numbers have not grown since the last run
 * (another journal, or a backup of it), the earlier runs are forgotten: their numbers no longer say where a subscriber was.
 */
export async function runsSince(registry: Registry, run: Run, salvagedAt: number | undefined): Promise<readonly Run[]> {
  const kept = registry.get<Kept>(KIND, NAME);
  const last = kept?.runs.at(-1);
  const goesOn = last !== undefined && run.firstSeq >= last.firstSeq && kept?.salvagedAt === salvagedAt;
  const runs = [...(goesOn ? kept!.runs.slice(-(RUNS_MAX - 1)) : []), run];
  await registry.put(KIND, NAME, { runs, ...(salvagedAt !== undefined && { salvagedAt }) } satisfies Kept);
  return runs;
}
