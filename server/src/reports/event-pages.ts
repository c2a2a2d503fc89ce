import { setTimeout as pause } from 'node:timers/promises';
import { SeismoError } from '../model/errors.ts';
import type { EventRow } from '../model/event.ts';
import { fittingPage } from '../model/fitting-page.ts';
import type { EventsQuery, QueryControl } from '../model/query.ts';
import type { Store } from '../store/store.ts';

/** Rows of one query to the store: some megabytes, answered in well under a second. */
const ROWS_MAX = 5_000;
/** The target size of one query; the store rejects twice as much. */
const BYTES_AIM = 8 * 1024 * 1024;
/** An engine that died is back within seconds. */
const PATIENCE_MS = 30_000;
const RETRY_MS = 500;
/** The approximate size of an event's names, times and ids. */
const ROW_BYTES = 300;

export const bytesOf = (rows: readonly EventRow[]): number =>
  rows.reduce((sum, { dataText }) => sum + ROW_BYTES + (dataText?.length ?? 0), 0);

/**
 * All matching events, up to the query's limit, read by key: each page is a query of its own, so that a slow reader holds
 * nothing in the engine. Pages have fewer rows where events are large. After the first page, it waits for an engine that is away.
 */
export async function* pagesOf(
  store: Pick<Store, 'events'>,
  query: EventsQuery,
  control: QueryControl,
): AsyncGenerator<readonly EventRow[]> {
  let { after } = query;
  let rows = ROWS_MAX;
  let waitingSince: number | undefined;
  let isFirst = true;
  for (let left = query.limit; left > 0; ) {
    const from = after;
    let page: readonly EventRow[];
    try {
      const fitting = await fittingPage(Math.min(left, rows), (limit) =>
        store.events({ ...query, limit, ...(from && { after: from }) }, control),
      );
      page = fitting.page;
      rows = fitting.limit;
    } catch (error) {
      if (!(error instanceof SeismoError)) throw error;
      waitingSince ??= Date.now();
      if (isFirst || error.code !== 'STORE_UNAVAILABLE' || Date.now() - waitingSince > PATIENCE_MS) throw error;
      await pause(RETRY_MS, undefined, control.signal && { signal: control.signal });
      continue;
    }
    waitingSince = undefined;
    isFirst = false;
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    if (page.length < rows) return;
    after = { timestamp: last.timestamp, seq: last.seq };
    left -= page.length;
    rows = Math.min(ROWS_MAX, rows * 4, Math.ceil(BYTES_AIM / (bytesOf(page) / page.length)));
  }
}

/** `pages` with its first page already read, so that its failure becomes an error response and not a broken download. */
export async function withFirstPage<T>(pages: AsyncGenerator<T>): Promise<AsyncGenerator<T>> {
  const first = await pages.next();
  return (async function* () {
    if (first.done) return;
    try {
      yield first.value;
      yield* pages;
    } finally {
      await pages.return(undefined);
    }
  })();
}
