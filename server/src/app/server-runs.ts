import type { Run } from '../live/event-ids.ts';
import type { Registry } from '../registry/registry.ts';

/** Kept in the registry, as one value: each start of the server is a run. */
interface Kept {
  readonly runs: readonly Run[];
  /** When the journal was found damaged the last time, UTC ms: what was before does not count on. */
  readonly salvagedAt?: number;
}

const KIND = 'live';
const NAME = 'runs';
/** Some years of a start a day. */
const RUNS_MAX = 1_000;

/**
 * The runs of the server on this journal, this one last. Where places did not grow since the last one (another journal, a backup of
 * it), the earlier runs are forgotten: a place of theirs says no more where a reader was.
 */
export async function runsSince(registry: Registry, run: Run, salvagedAt: number | undefined): Promise<readonly Run[]> {
  const kept = registry.get<Kept>(KIND, NAME);
  const last = kept?.runs.at(-1);
  const goesOn = last !== undefined && run.firstSeq >= last.firstSeq && kept?.salvagedAt === salvagedAt;
  const runs = [...(goesOn ? kept!.runs.slice(-(RUNS_MAX - 1)) : []), run];
  await registry.put(KIND, NAME, { runs, ...(salvagedAt !== undefined && { salvagedAt }) } satisfies Kept);
  return runs;
}
