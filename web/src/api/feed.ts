/** Follows what happens in an app, over server-sent events, while the page is visible. */
import { type Query, urlOf } from './http.ts';
import type { Operations } from './wire.ts';

export type LiveEvent = Operations['getApiEventsApp']['answer'][number];

/** As documented in docs/api-reference.md under *Rejected events*. */
export interface Rejection {
  readonly app: string;
  readonly at: string;
  readonly code: string;
  readonly detail: string;
  readonly field?: string;
  readonly index?: number;
  /** The beginning of what was sent. */
  readonly excerpt: string;
  readonly cut: boolean;
}

/** `lost`: the connection broke and is retried automatically. */
export type Connection = 'connecting' | 'open' | 'lost';

export interface Followed {
  onEvent?(event: LiveEvent): void;
  onRejection?(rejection: Rejection, id: string): void;
  /** Some were missed. */
  onGap?(): void;
  onConnection(connection: Connection): void;
  /** The server rejected the request, or ended the stream: perhaps the session has expired. */
  onTurnedAway(): void;
}

/** After an error response (503, 401) the browser does not reconnect by itself. */
const AGAIN_MS = 3_000;

/** @returns a function that ends it */
export function follow(app: string, query: Query, followed: Followed): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastId: string | undefined;

  function open(): void {
    source?.close();
    const opened = new EventSource(urlOf(`api/live/${encodeURIComponent(app)}`, { ...query, lastEventId: lastId }));
    source = opened;
    opened.onopen = () => followed.onConnection('open');
    opened.onerror = () => {
      followed.onConnection('lost');
      if (opened.readyState !== EventSource.CLOSED) return;
      followed.onTurnedAway();
      timer = setTimeout(open, AGAIN_MS);
    };
    opened.onmessage = ({ data, lastEventId }: MessageEvent<string>) => {
      lastId = lastEventId;
      followed.onEvent?.(JSON.parse(data) as LiveEvent);
    };
    opened.addEventListener('rejected', ({ data, lastEventId }: MessageEvent<string>) => {
      lastId = lastEventId;
      followed.onRejection?.(JSON.parse(data) as Rejection, lastEventId);
    });
    opened.addEventListener('gap', () => followed.onGap?.());
    opened.addEventListener('end', ({ data }: MessageEvent<string>) => {
      if ((JSON.parse(data) as { code: string }).code === 'AUTH_TOKEN_INVALID') followed.onTurnedAway();
    });
  }

  function close(): void {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  }

  /** A browser has six connections to a server, shared by all its tabs: a hidden tab keeps none. */
  const onVisibility = (): void => {
    if (document.visibilityState === 'hidden') close();
    else if (source === undefined) open();
  };

  document.addEventListener('visibilitychange', onVisibility);
  followed.onConnection('connecting');
  onVisibility();
  return () => {
    document.removeEventListener('visibilitychange', onVisibility);
    close();
  };
}
