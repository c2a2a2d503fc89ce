import { ROW_OFFSET, uuidToText } from '../row.ts';
import type { Store } from '../store/store.ts';
import type { Batch } from './batch.ts';
import type { Committer } from './committer.ts';
import type { Fingerprints } from './fingerprint.ts';
import type { IdWindow } from './id-window.ts';
import type { ImportAnswer } from './ingest.ts';

export interface ImportPiece {
  readonly app: string;
  readonly fingerprint: string;
  readonly batch: Batch;
  readonly rowsDone: number;
  readonly ids: IdWindow;
  /** Ids of this run's earlier pieces, which may not be loaded yet. */
  readonly earlier: IdWindow;
  readonly prints: Fingerprints;
  readonly store: Pick<Store, 'knownUuids'>;
  readonly committer: Committer;
}

/** Of which file, into which app: an import that is run again continues only the same one. */
export const keyOfImport = (app: string, fingerprint: string): string => `${app} ${fingerprint}`;

/**
 * One piece of an import. Its ids are not remembered in the live window, so what brings a uuid is looked up: in this
 * run's pieces, in the window, and among the stored events of the same span of time. What an earlier run journalled must
 * be loaded by then.
 */
export async function importRows(piece: ImportPiece): Promise<ImportAnswer> {
  const { app, batch, ids, earlier, prints, store, committer } = piece;
  const { starts, kinds, writer } = batch;
  const { bytes } = writer;
  const uuids: string[] = [];
  let from = Number.POSITIVE_INFINITY;
  let to = 0;
  starts.forEach((start, i) => {
    if (kinds[i] === 'made') return;
    uuids.push(uuidToText(bytes, start + ROW_OFFSET.uuid));
    const timestamp = Number(bytes.readBigInt64LE(start + ROW_OFFSET.timestamp));
    from = Math.min(from, timestamp);
    to = Math.max(to, timestamp + 1);
  });
  const known = uuids.length === 0 ? new Set<string>() : await store.knownUuids(app, { from, to }, uuids);
  const marked = kinds.map((kind, i): typeof kind => {
    if (kind === 'made') return kind;
    const start = starts[i]!;
    const uuid = uuidToText(bytes, start + ROW_OFFSET.uuid);
    prints.of(app, bytes, start + ROW_OFFSET.uuid);
    const { high, low } = prints;
    const isKnown = known.has(uuid) || earlier.find(high, low) !== undefined || ids.find(high, low) !== undefined;
    earlier.restore(app, high, low, 0);
    // To the committer: one of the server's own is a duplicate, one made now is new and not to be remembered.
    return isKnown ? 'own' : 'made';
  });
  const joined = committer.join(
    { app, bytes, starts: [...starts, writer.length], kinds: marked },
    { key: keyOfImport(app, piece.fingerprint), value: piece.rowsDone },
  );
  await joined.done;
  return { accepted: joined.accepted, duplicates: joined.duplicates.length, rejected: batch.rejected };
}
