import { expect } from 'vitest';
import type { Sink } from '../../src/cli/import/run.ts';

/** Takes everything, and breaks after so many pieces. */
export function aSink(breakAfter = Number.POSITIVE_INFINITY) {
  const lines: string[] = [];
  const done = new Map<string, number>();
  let pieces = 0;
  const sink: Sink = {
    progress: async (_app, fingerprint) => ({ rows: done.get(fingerprint) ?? 0, rejected: 0 }),
    async forget(_app, fingerprint) {
      done.delete(fingerprint);
    },
    async importRows(_app, fingerprint, { lines: body, rowsFrom, rowsDone }) {
      if (++pieces > breakAfter) throw new Error('broken');
      const piece = body.toString('utf8').trimEnd().split('\n');
      expect([rowsFrom, rowsDone]).toEqual([done.get(fingerprint) ?? 0, rowsFrom + piece.length]);
      lines.push(...piece);
      done.set(fingerprint, rowsDone);
      return { accepted: piece.length, duplicates: 0, rejected: [] };
    },
  };
  return {
    sink,
    lines,
    events: () => lines.map((line) => JSON.parse(line) as unknown),
    mend: () => {
      breakAfter = Number.POSITIVE_INFINITY;
    },
  };
}
