import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import { type Connection, follow, type LiveEvent } from './feed.ts';
import { meQuery } from './hooks.ts';
import { api } from './http.ts';

/** Nobody reads more than that; the Events page has the rest. */
export const ROWS_MAX = 1_000;
/** What is shown immediately when the page is opened. */
const LATEST = 50;
/** However many arrive, the page is drawn at most this often. */
const DRAW_MS = 120;
const RATE_MS = 60_000;

export interface LiveFilter {
  readonly event?: string | undefined;
  readonly user?: string | undefined;
}

export interface Live {
  /** The newest first. */
  readonly rows: readonly LiveEvent[];
  /** Arrived while paused. */
  readonly waiting: number;
  readonly connection: Connection;
  /** Whether the latest events have been fetched. */
  readonly loaded: boolean;
  readonly error: unknown;
  /** The server could not send everything that arrived. */
  readonly missed: boolean;
  /** When the events of the last minute arrived here, ms since 1970. */
  arrivals(): readonly number[];
}

interface Kept {
  rows: readonly LiveEvent[];
  readonly seen: Set<string>;
  /** The newest last. */
  incoming: LiveEvent[];
  arrived: number[];
}

/** The latest events and those that arrive. While paused, they are collected. */
export function useLive(app: string, { event, user }: LiveFilter, isPaused = false): Live {
  const client = useQueryClient();
  const kept = useRef<Kept>(nothing());
  const paused = useRef(isPaused);
  const [, draw] = useReducer((n: number) => n + 1, 0);
  const [connection, setConnection] = useState<Connection>('connecting');
  const [loaded, setLoaded] = useState(false);
  const [error, setError] = useState<unknown>();
  const [missed, setMissed] = useState(false);

  const takeIn = useCallback(() => {
    const { incoming, rows, seen } = kept.current;
    if (incoming.length === 0) return;
    kept.current.rows = [...incoming.reverse(), ...rows].slice(0, ROWS_MAX);
    kept.current.incoming = [];
    for (const { uuid } of rows.slice(ROWS_MAX - incoming.length)) seen.delete(uuid);
  }, []);

  useEffect(() => {
    paused.current = isPaused;
    if (!isPaused) takeIn();
    draw();
  }, [isPaused, takeIn]);

  useEffect(() => {
    const state = nothing();
    kept.current = state;
    setLoaded(false);
    setError(undefined);
    setMissed(false);
    const filter = { event, user };
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const drawSoon = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        if (!paused.current) takeIn();
        draw();
      }, DRAW_MS);
    };

    async function loadLatest(): Promise<void> {
      try {
        const latest = await api<readonly LiveEvent[]>(`api/events/${encodeURIComponent(app)}`, {
          query: { ...filter, limit: LATEST },
          signal: stop.signal,
        });
        // What arrived meanwhile is newer and is there already.
        const unknown = latest.filter(({ uuid }) => !state.seen.has(uuid));
        for (const { uuid } of unknown) state.seen.add(uuid);
        state.rows = [...state.rows, ...unknown].slice(0, ROWS_MAX);
        setLoaded(true);
        setError(undefined);
      } catch (failure) {
        if (!stop.signal.aborted) setError(failure);
      }
    }

    const end = follow(app, filter, {
      onEvent(one) {
        const now = Date.now();
        state.arrived.push(now);
        if (state.seen.has(one.uuid)) return;
        state.seen.add(one.uuid);
        state.incoming.push(one);
        // During a long pause the oldest of the collected events are dropped first.
        if (state.incoming.length > ROWS_MAX)
          for (const { uuid } of state.incoming.splice(0, 1)) state.seen.delete(uuid);
        drawSoon();
      },
      onGap() {
        setMissed(true);
      },
      onConnection(now) {
        setConnection(now);
        if (now === 'open' && state.rows.length === 0 && state.incoming.length === 0) void loadLatest();
      },
      // This request is how the whole page finds out that the session has ended.
      onTurnedAway: () => void client.invalidateQueries({ queryKey: meQuery.queryKey }),
    });
    // Not only once the stream is open: the stream may be rejected while reading is not.
    void loadLatest();
    return () => {
      end();
      stop.abort();
      clearTimeout(timer);
    };
  }, [app, event, user, client, takeIn]);

  const arrivals = useCallback(() => {
    const since = Date.now() - RATE_MS;
    const { arrived } = kept.current;
    const first = arrived.findIndex((at) => at >= since);
    kept.current.arrived = first < 0 ? [] : arrived.slice(first);
    return kept.current.arrived;
  }, []);

  return {
    rows: kept.current.rows,
    waiting: isPaused ? kept.current.incoming.length : 0,
    connection,
    loaded,
    error,
    missed,
    arrivals,
  };
}

const nothing = (): Kept => ({ rows: [], seen: new Set(), incoming: [], arrived: [] });
