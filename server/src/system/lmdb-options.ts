import { invariant } from '../model/errors.ts';

/**
 * How LMDB files are opened: a write resolves when it is on disk (the commit itself syncs). Without `eventTurnBatching: false`,
 * a failed transaction rejects a promise inside the library that no one can catch, which ends the process.
 */
export const DURABLE = {
  noSubdir: false,
  overlappingSync: false,
  eventTurnBatching: false,
} as const;

/** Why a transaction failed. The library reports it with a promise of its own, which ends the process unless someone waits for it. */
export async function causeOfFailure(error: unknown): Promise<unknown> {
  if (!(error instanceof Error && 'commitError' in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (cause) {
    return cause;
  }
}

/** Where the pages of a file end, as its last transaction left it. */
export function usedBytesOf(root: { getStats(): object }): number {
  const stats = root.getStats();
  return (numberIn(stats, 'lastPageNumber') + 1) * numberIn(stats, 'pageSize');
}

/** LMDB's statistics have no type. */
export function numberIn(stats: object, name: string): number {
  const value: unknown = Object.entries(stats).find(([each]) => each === name)?.[1];
  invariant(typeof value === 'number', `LMDB's statistics have no ${name}`);
  return value;
}
