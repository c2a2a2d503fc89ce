import { Button, Drawer, Group, ScrollArea, Skeleton, Stack, Text, Title, UnstyledButton } from '@mantine/core';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { type CSSProperties, useEffect, useMemo, useRef, useState } from 'react';
import { askQuestion } from '../../api/hooks.ts';
import type { QuestionOf, StoredEvent } from '../../api/wire.ts';
import { EventDetails } from '../../components/event-details.tsx';
import { EventSelect } from '../../components/event-select.tsx';
import { clock, clockWidth, count, day, time } from '../../components/formats.ts';
import type { DateRange } from '../../components/range.ts';
import { Empty, Failure } from '../../components/states.tsx';
import type { Identity } from './identity.ts';
import { timesIn } from './ranges.ts';
import { textOf } from './text-of.ts';
import classes from './users.module.css';

const PAGE = 100;

interface TimelineProps {
  readonly app: string;
  readonly identity: Identity;
  readonly range: DateRange;
  readonly event: string | undefined;
  onEvent(event: string | undefined): void;
}

/** What one user did, the newest first, by day and session. */
export function Timeline({ app, identity, range, event, onEvent }: TimelineProps) {
  const question: QuestionOf<'timeline'> = {
    kind: 'timeline',
    ...timesIn(range),
    ...identity,
    ...(event !== undefined && { filters: [{ field: 'event', value: event }] }),
    limit: PAGE,
  };
  const { data, error, isPending, isPlaceholderData, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useInfiniteQuery({
      queryKey: ['timeline', app, question],
      queryFn: ({ pageParam, signal }) =>
        askQuestion(app, pageParam === '' ? question : { ...question, after: pageParam }, signal),
      initialPageParam: '',
      getNextPageParam: ({ result }) => result.next,
      placeholderData: keepPreviousData,
      staleTime: 60_000,
    });
  const events = useMemo(() => data?.pages.flatMap(({ result }) => result.events) ?? [], [data]);
  const timeZone = data?.pages[0]?.timeZone;
  const days = useMemo(() => daysOf(events, timeZone), [events, timeZone]);
  const [open, setOpen] = useState<StoredEvent>();

  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = end.current;
    if (!element || !hasNextPage || isFetchingNextPage) return;
    const seen = new IntersectionObserver(([entry]) => entry?.isIntersecting && void fetchNextPage(), {
      rootMargin: '600px',
    });
    seen.observe(element);
    return () => seen.disconnect();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  return (
    <Stack gap="sm" style={{ minWidth: 0 }}>
      <Group justify="space-between">
        <Title order={2} size="h5">
          Timeline
        </Title>
        <EventSelect app={app} aria-label="Only this event" size="xs" w={200} value={event} onChange={onEvent} />
      </Group>
      {error && events.length === 0 ? (
        <Failure error={error} onRetry={() => void refetch()} />
      ) : isPending ? (
        <Skeleton h={400} />
      ) : events.length === 0 ? (
        <Empty title="No events in this period">Choose a longer range{event !== undefined && ' or every event'}.</Empty>
      ) : (
        <div style={{ opacity: isPlaceholderData ? 0.5 : 1 }}>
          {days.map(({ name, sessions }) => (
            <section key={name} aria-label={name}>
              <Title order={3} size="sm" mt="md" mb={6}>
                {name}
              </Title>
              {sessions.map((rows) => (
                <Session key={rows[0]?.uuid} rows={rows} timeZone={timeZone} onOpen={setOpen} />
              ))}
            </section>
          ))}
          <div ref={end}>
            {error ? (
              <Failure error={error} onRetry={() => void fetchNextPage()} />
            ) : hasNextPage ? (
              <Button variant="subtle" size="xs" onClick={() => void fetchNextPage()} loading={isFetchingNextPage}>
                Older events
              </Button>
            ) : (
              <Text size="xs" c="dimmed" mt="sm">
                That is all: {count(events.length)} {events.length === 1 ? 'event' : 'events'} in this time.
              </Text>
            )}
          </div>
        </div>
      )}
      <Drawer
        opened={open !== undefined}
        onClose={() => setOpen(undefined)}
        position="right"
        size="lg"
        title={
          <Text fw={600} component="span" style={{ overflowWrap: 'anywhere' }}>
            {open?.event}
          </Text>
        }
        closeButtonProps={{ 'aria-label': 'Close' }}
        scrollAreaComponent={ScrollArea.Autosize}
        transitionProps={{ duration: 120 }}
      >
        {open && <EventDetails app={app} event={open} timeZone={timeZone} />}
      </Drawer>
    </Stack>
  );
}

interface SessionProps {
  readonly rows: readonly StoredEvent[];
  readonly timeZone: string | undefined;
  onOpen(event: StoredEvent): void;
}

function Session({ rows, timeZone, onOpen }: SessionProps) {
  const [newest, oldest] = [rows[0], rows.at(-1)];
  if (!newest || !oldest) return null;
  return (
    <>
      <Text size="xs" c="dimmed" mt={6} mb={2}>
        {newest.session === undefined ? 'No session' : 'Session'} · {time(oldest.timestamp, timeZone)}
        {rows.length > 1 && ` to ${time(newest.timestamp, timeZone)}`} · {count(rows.length)}{' '}
        {rows.length === 1 ? 'event' : 'events'}
      </Text>
      <ul className={classes['session']} style={{ '--clock': `${clockWidth()}ch` } as CSSProperties}>
        {rows.map((event) => (
          <li key={event.uuid}>
            <UnstyledButton className={classes['row']} aria-haspopup="dialog" onClick={() => onOpen(event)}>
              <span className={classes['dim']}>{clock(event.timestamp, timeZone)}</span>
              <span>{event.event}</span>
              <span className={classes['dim']}>
                {Object.entries(event.data ?? {})
                  .map(([name, value]) => `${name} ${textOf(value)}`)
                  .join(' · ')}
              </span>
            </UnstyledButton>
          </li>
        ))}
      </ul>
    </>
  );
}

interface Day {
  readonly name: string;
  readonly sessions: StoredEvent[][];
}

/** Neighbours on the same day and in the same session are grouped. */
function daysOf(events: readonly StoredEvent[], timeZone: string | undefined): readonly Day[] {
  const days: Day[] = [];
  for (const event of events) {
    const name = day(event.timestamp, timeZone);
    let last = days.at(-1);
    if (last?.name !== name) {
      last = { name, sessions: [] };
      days.push(last);
    }
    const session = last.sessions.at(-1);
    if (session && session[0]?.session === event.session) session.push(event);
    else last.sessions.push([event]);
  }
  return days;
}
