import type { StoredEvent } from '../../model/event.ts';
import { decodeRow } from '../../row/row.ts';
import { SerialQueue } from '../../system/serial-queue.ts';
import type { Ingest, RejectedRowEvent } from '../ingest.ts';
import type { Committer } from './committer.ts';
import type { Journal } from './journal.ts';

/** Number of events listed at a time. */
const LISTED_MAX = 1_000;
/** Number of events queued again in one transaction. */
const RETRIED_AT_ONCE = 2_000;

/** Events that the engine rejected, with reasons. */
export function createRejectedRows(
  journal: Journal,
  committer: Committer,
): Pick<
  Ingest,
  'rejectedRows' | 'oldestRejectedRows' | 'retryRejectedRows' | 'eraseRejectedRows' | 'countRejectedRows'
> {
  /** Retrying and erasing run one after another: rows that are being queued again must not escape an erasure. */
  const queue = new SerialQueue();

  function* events(max = Number.POSITIVE_INFINITY): Generator<RejectedRowEvent> {
    let count = 0;
    for (const { seq, reason, row } of journal.rejectedRows.all()) {
      if (++count > max) return;
      yield { seq, reason, event: decodeRow(row, 0) };
    }
  }

  async function retryAll(): Promise<number> {
    // Rows that are rejected again get a later sequence number.
    const end = journal.nextSeq;
    let retried = 0;
    for (let from = 0; ; ) {
      const rows: { seq: number; row: Buffer; app: string }[] = [];
      for (const { seq, row } of journal.rejectedRows.all(from)) {
        if (seq >= end || rows.length >= RETRIED_AT_ONCE) break;
        rows.push({ seq, row, app: decodeRow(row, 0).app });
      }
      const last = rows.at(-1);
      if (last === undefined) return retried;
      await committer.requeue(rows);
      retried += rows.length;
      from = last.seq + 1;
    }
  }

  function matching(app: string, matches: (event: StoredEvent, seq: number) => boolean): number[] {
    const seqs: number[] = [];
    for (const { seq, event } of events()) if (event.app === app && matches(event, seq)) seqs.push(seq);
    return seqs;
  }

  async function eraseMatching(app: string, matches: Parameters<typeof matching>[1]): Promise<number> {
    // Events that are about to be erased have been loaded. If the file is truncated, its old pages must not bring them back.
    journal.writeProgress();
    const seqs = matching(app, matches);
    if (seqs.length > 0) await journal.rejectedRows.drop(seqs);
    return seqs.length;
  }

  return {
    rejectedRows: () => [...events(LISTED_MAX)],
    oldestRejectedRows() {
      const oldest = new Map<string, number>();
      for (const { event } of events())
        oldest.set(event.app, Math.min(event.timestamp, oldest.get(event.app) ?? Number.POSITIVE_INFINITY));
      return oldest;
    },
    retryRejectedRows: () => queue.run(retryAll),
    countRejectedRows: (app, matches) => matching(app, matches).length,
    eraseRejectedRows: (app, matches) => queue.run(() => eraseMatching(app, matches)),
  };
}
