import type { EventRow, StoredEvent } from '../model/event.ts';
import { dataOf, matchesFilters } from '../model/filter-match.ts';
import { fittingPage } from '../model/fitting-page.ts';
import type { FollowingQuery } from '../model/query.ts';

export interface SeqEvent {
  readonly seq: number;
  /** The id it had when it arrived. Absent: assigned by this run. */
  readonly id?: string;
  readonly event: StoredEvent;
}

const PAGE_ROWS = 500;

/**
 * Stored events and rejected rows by sequence number. Each page is a query of its own, so that a slow
 * client holds nothing in the engine; pages have fewer rows where events are large.
 */
export async function* pagesOf(
  query: Omit<FollowingQuery, 'limit'>,
  rejectedRows: readonly SeqEvent[],
  following: (query: FollowingQuery) => Promise<readonly EventRow[]>,
): AsyncGenerator<readonly SeqEvent[]> {
  const { app, filters, toSeq } = query;
  let rejected = rejectedRows.filter(
    ({ seq, event }) =>
      seq >= query.fromSeq && seq < toSeq && event.app === app && matchesFilters(event, dataOf(event), filters),
  );
  let limit = PAGE_ROWS;
  for (let { fromSeq } = query; fromSeq < toSeq; ) {
    const start = fromSeq;
    const fitting = await fittingPage(limit, (rows) => following({ ...query, fromSeq: start, limit: rows }));
    const rows = fitting.page;
    limit = fitting.limit;
    const stored = rows.map((event) => ({ seq: Number(event.seq.split('-', 1)[0]), id: event.seq, event }));
    const endSeq = rows.length < limit ? toSeq : stored.at(-1)!.seq + 1;
    const rejectedHere = rejected.filter(({ seq }) => seq < endSeq);
    rejected = rejected.filter(({ seq }) => seq >= endSeq);
    const page = rejectedHere.length === 0 ? stored : [...stored, ...rejectedHere].sort((a, b) => a.seq - b.seq);
    if (page.length > 0) yield page;
    fromSeq = endSeq;
  }
}
