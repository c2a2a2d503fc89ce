import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { appsQuery } from '../../api/hooks.ts';
import { ask } from '../../api/http.ts';
import type { StoredEvent } from '../../api/wire.ts';
import { askedOf } from './asked.ts';
import type { EventsSearch } from './search.ts';

const PAGE = 200;
const LOOK_AGAIN_MS = 10_000;

interface EventPage {
  readonly events: readonly StoredEvent[];
  /** The address of the next page, from the Link header. */
  readonly next: string | undefined;
}

async function pageAt(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<EventPage> {
  const response = await ask(path, { signal, query });
  const next = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
  return { events: (await response.json()) as readonly StoredEvent[], next };
}

/** The events that the address selects, page after page, and whether newer ones have arrived since. */
export function useEvents(app: string, { columns: _, ...search }: EventsSearch) {
  const apps = useQuery(appsQuery);
  const known = apps.data?.find((one) => one.app === app);
  const key = JSON.stringify(search);
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same search stays the same question until it is run again, whatever the time
  const query = useMemo(
    () => askedOf(search, { timeZone: known?.timeZone ?? 'UTC', weekStart: known?.weekStart ?? 'monday' }, Date.now()),
    [key, known?.timeZone, known?.weekStart, turn],
  );
  const path = `api/events/${encodeURIComponent(app)}`;
  const pages = useInfiniteQuery({
    queryKey: ['events', app, query, turn],
    queryFn: ({ pageParam, signal }) =>
      pageParam === ''
        ? pageAt(path, { ...query, fresh: 'false', limit: String(PAGE) }, signal)
        : pageAt(pageParam, {}, signal),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    enabled: !apps.isPending,
    // Pages already read stay as they are: fetching all of them again would move what is being read.
    staleTime: Number.POSITIVE_INFINITY,
  });
  const events = useMemo(() => pages.data?.pages.flatMap((page) => page.events) ?? [], [pages.data]);
  const newest = useQuery({
    queryKey: ['newest event', app, query],
    queryFn: ({ signal }) => pageAt(path, { ...query, fresh: 'false', limit: '1' }, signal),
    enabled: pages.isSuccess && !pages.isPlaceholderData,
    refetchInterval: LOOK_AGAIN_MS,
    staleTime: 0,
  });
  const top = newest.data?.events[0]?.uuid;
  return {
    ...pages,
    events,
    query,
    path,
    hasNewer: top !== undefined && !newest.isFetching && !pages.isPlaceholderData && top !== events[0]?.uuid,
    showNewer: () => setTurn((before) => before + 1),
  };
}
