/** Follows what happens in an app, over server-sent events, for as long as somebody looks. */
import { type Query, urlOf } from './http.ts';
import type { Operations } from './wire.ts';

export type LiveEvent = Operations['getApiEventsApp']['answer'][number];

/** As docs/api-reference.md tells it under *Rejected events*. */
export interface Refusal {
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

/** `lost`: the connection broke, and is tried again by itself. */
export type Connection = 'connecting' | 'open' | 'lost';

export interface Followed {
  onEvent?(event: LiveEvent): void;
  onRefusal?(refusal: Refusal, id: string): void;
  /** Some were missed. */
  onGap?(): void;
  onConnection(connection: Connection): void;
  /** The server did not let us in, or not any more: perhaps the session has ended. */
  onTurnedAway(): void;
}

/** After a refusal (503, 401) the browser does not come back by itself. */
const AGAIN_MS = 3_000;

/** @returns ends it */
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
      followed.onRefusal?.(JSON.parse(data) as Refusal, lastEventId);
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

  /** A browser has six connections to a server, for all its tabs together: who is not looked at keeps none. */
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
