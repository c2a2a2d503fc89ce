import { setTimeout as pause } from 'node:timers/promises';
import { SeismoError } from '../model/errors.ts';
import type { EventRow } from '../model/event.ts';
import type { EventsQuery, QueryControl } from '../model/query.ts';
import type { Store } from '../store/store.ts';

/** Rows of one question to the store: some megabytes, answered in well under a second. */
const ROWS_MAX = 5_000;
/** What one question should bring; the store refuses twice as much. */
const BYTES_AIM = 8 * 1024 * 1024;
/** An engine that died is back within seconds. */
const PATIENCE_MS = 30_000;
const RETRY_MS = 500;
/** Names, times and ids of an event, about. */
const ROW_BYTES = 300;

export const bytesOf = (rows: readonly EventRow[]): number =>
  rows.reduce((sum, { dataText }) => sum + ROW_BYTES + (dataText?.length ?? 0), 0);

/**
 * All that match, up to the query's limit, read by key: each page is a question of its own, so that a slow reader holds
 * nothing in the engine. Pages have fewer rows where events are large. After the first page an engine that is away is waited for.
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
    const limit = Math.min(left, rows);
    let page: readonly EventRow[];
    try {
      page = await store.events({ ...query, limit, ...(after && { after }) }, control);
    } catch (error) {
      if (!(error instanceof SeismoError)) throw error;
      if (limit > 1 && (error.code === 'QUERY_LIMIT_ROWS' || error.code === 'QUERY_LIMIT_MEMORY')) {
        rows = Math.ceil(limit / 4);
        continue;
      }
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
    if (page.length < limit) return;
    after = { timestamp: last.timestamp, seq: last.seq };
    left -= page.length;
    rows = Math.min(ROWS_MAX, rows * 4, Math.ceil(BYTES_AIM / (bytesOf(page) / page.length)));
  }
}

/** `pages` with its first one read, so that a failure of it is an answer and not a cut. */
export async function begun<T>(pages: AsyncGenerator<T>): Promise<AsyncGenerator<T>> {
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
